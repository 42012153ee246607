"""What Temporal histories look like and what is made of each: spellings, wrappers, payloads, failures, markers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.engines.real import Told, payload, payloads
from workbench.journal.codec import RecordedError
from workbench.recording.run import Run


def opened(told: Told, tmp_path: Path) -> Run:
    return wb.open(told.write(tmp_path / "history.json")).run()


def read(document: Any, tmp_path: Path) -> wb.Recording:
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document))
    return wb.open(path)


def checkout() -> Told:
    told = Told()
    told.started("order-42", 3)
    charge = told.activity("charge_card", "order-42", 12.5)
    told.began(charge)
    told.completed(charge, {"id": "ch_1"})
    told.event("WorkflowExecutionCompleted", result=payloads("done"))
    return told


# --- wrappers and spellings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrap",
    [
        lambda events: {"events": events},
        lambda events: {"history": {"events": events}, "nextPageToken": None},
        lambda events: {"history": {"history": {"events": events}}},
        lambda events: events,
        lambda events: events[::-1],
        lambda events: {event["eventType"]: event for event in events},
        lambda events: [event | {"eventId": int(event["eventId"])} for event in events],
    ],
)
def test_wrappers(tmp_path: Path, wrap: Any) -> None:
    run = read(wrap(checkout().events), tmp_path).run()
    assert run.events["event"].tolist() == [
        "RunStarted", "StepStarted", "AttemptBegan", "StepCompleted", "RunCompleted",
    ]  # fmt: skip
    assert run.steps["state"].tolist() == ["committed"]
    assert run.events["time"].is_monotonic_increasing
    assert str(run.events["time"][0]) == "2026-11-24 10:00:01.123456789+00:00"


def test_several_histories_in_a_file(tmp_path: Path) -> None:
    recording = read([{"events": checkout().events}, {"events": checkout().events}], tmp_path)
    assert recording.runs["run_id"].tolist() == ["run-1", "run-1#2"]
    assert recording.events["seq"].tolist() == list(range(1, 11))


@pytest.mark.parametrize("spell", ["EVENT_TYPE_ACTIVITY_TASK_SCHEDULED", "ActivityTaskScheduled", 10, None])
def test_spellings_of_a_type(tmp_path: Path, spell: Any) -> None:
    told = checkout()
    told.events[1]["eventType"] = spell
    assert opened(told, tmp_path).steps["name"].tolist() == ["charge_card"]


def test_attributes_as_the_ui_repeats_them(tmp_path: Path) -> None:
    told = checkout()
    for event in told.events:
        name = next(key for key in event if key.endswith("EventAttributes"))
        event["attributes"] = {"type": name} | event.pop(name)
    assert opened(told, tmp_path).steps["name"].tolist() == ["charge_card"]


def test_cadence_counts_attempts_from_zero(tmp_path: Path) -> None:
    told = checkout()
    told.events[2]["activityTaskStartedEventAttributes"]["attempt"] = 1
    told.event("DecisionTaskScheduled", attempt=0)
    for event in told.events:
        event["timestamp"] = 1_574_731_418_073_776_000 + int(event["eventId"])
        del event["eventTime"]
    run = opened(told, tmp_path)
    assert run.steps["attempts"].tolist() == [2]
    assert run.history.columns.time_ns[0] == 1_574_731_418_073_776_001
    assert run.events["event"].tolist()[-1] == "TurnScheduled"


def test_ids_of_runs(tmp_path: Path) -> None:
    told = checkout()
    began = told.events[0]["workflowExecutionStartedEventAttributes"]
    assert opened(told, tmp_path).id == "run-1"
    del began["originalExecutionRunId"]
    run = opened(told, tmp_path)
    assert (run.id, run.facts.business_key) == ("order-42", "order-42")
    del began["workflowId"]
    assert opened(told, tmp_path).id == "history"


def test_what_nobody_knows_is_a_note(tmp_path: Path) -> None:
    told = checkout()
    told.event("WorkflowDreamed", about="sheep")
    told.events.append({"eventId": "7", "eventTime": "yesterday", "eventType": 9999})
    told.events.append({"eventId": "8"})
    run = opened(told, tmp_path)
    assert run.events["event"].tolist()[-3:] == ["NoteRecorded"] * 3
    assert run.events["name"].tolist()[5:7] == ["WorkflowDreamed", "9999"]
    assert run.payload(6)["raw"]["workflowDreamedEventAttributes"] == {"about": "sheep"}
    assert run.events["time"][6] == run.events["time"][5]  # a time that cannot be read is that of the event before


# --- payloads ----------------------------------------------------------------------------------------------------


def test_payloads_are_decoded_when_looked_at(tmp_path: Path) -> None:
    told = Told()
    told.started("order-42", {"n": 1}, None)
    given = told.events[0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"]
    given += [
        payload(b"", "binary/null"),
        payload(b"\x00\x01", "binary/plain"),
        payload([1], "json/protobuf"),
        "decoded",
    ]
    assert opened(told, tmp_path).payload(1)["args"] == ["order-42", {"n": 1}, None, None, b"\x00\x01", [1], "decoded"]


@pytest.mark.parametrize(
    ("given", "size"),
    [
        (payload(b"\x9f\x01secret", "binary/encrypted"), 8),
        (payload(b"{not json", "json/plain"), 9),
        ({"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "a"}, 1),
        ({"metadata": {}, "data": "AAAA"}, 3),
    ],
)
def test_what_cannot_be_decoded_stays_and_says_so(tmp_path: Path, given: Any, size: int) -> None:
    told = Told()
    told.event("WorkflowExecutionStarted", workflowType={"name": "X"}, input={"payloads": [given]})
    value = opened(told, tmp_path).payload(1)["args"][0]
    assert (value.type_name, value.size) == ("Undecoded", size)
    assert "Undecoded" in repr(value)


# --- steps -------------------------------------------------------------------------------------------------------


def test_a_scheduled_step_is_in_doubt_and_says_why(tmp_path: Path) -> None:
    told = Told()
    told.started()
    told.activity("charge_card", "order-42")
    step = opened(told, tmp_path).steps.iloc[0]
    assert (step["state"], step["kind"], step["kind_assumed"]) == ("in_doubt", "write", True)
    assert "it was scheduled; whether an attempt began is not recorded" in step["assumed"]


def test_earlier_attempts_are_hidden_and_may_have_acted(tmp_path: Path) -> None:
    told = Told()
    told.started()
    charge = told.activity("charge_card")
    told.began(charge, 3, lastFailure={"message": "reset", "applicationFailureInfo": {"type": "ConnectionReset"}})
    told.completed(charge, "ch_1")
    told.event("WorkflowExecutionCompleted")
    run = opened(told, tmp_path)
    assert run.steps["attempts"].tolist() == [3]
    assert "earlier attempts are not in the log" in run.steps["assumed"][0]
    assert run.payload(3)["last_error"].type_name == "ConnectionReset"
    resume = run.verdict().row("resume")
    assert resume is not None
    assert "look for two" in " ".join(resume.reasons)


def test_only_a_step_that_no_worker_took_is_known_not_to_have_acted(tmp_path: Path) -> None:
    def state(failure: dict[str, Any]) -> str:
        told = Told()
        told.started()
        told.event("ActivityTaskTimedOut", scheduledEventId=told.activity("charge_card"), failure=failure)
        return str(opened(told, tmp_path).steps["state"][0])

    never = {"timeoutFailureInfo": {"timeoutType": "TIMEOUT_TYPE_SCHEDULE_TO_START"}}
    assert state(never) == "failed"
    assert state(never | {"cause": {"message": "an attempt before"}}) == "in_doubt"
    assert state({"timeoutFailureInfo": {"timeoutType": "StartToClose"}}) == "in_doubt"


def test_failures_are_told_by_their_heart(tmp_path: Path) -> None:
    heart = {
        "message": "declined", "stackTrace": "at Charge.java:12",
        "applicationFailureInfo": {"type": "shop.CardDeclined", "nonRetryable": True, "details": payloads(402)},
        "cause": {"message": "402", "applicationFailureInfo": {"type": "HttpError"}},
    }  # fmt: skip
    told = Told()
    told.started()
    failure = {"message": "activity error", "activityFailureInfo": {"activityType": {"name": "charge"}}, "cause": heart}
    told.event("WorkflowExecutionFailed", failure=failure, newExecutionRunId="run-2")
    run = opened(told, tmp_path)
    assert (run.status, run.facts.error_type, run.facts.error) == ("failed", "CardDeclined", "declined")
    error = run.payload(2)["error"]
    assert isinstance(error, RecordedError)
    assert (error.module, error.cause.type_name) == ("shop", "HttpError")
    assert error.notes == ("came through activity charge: activity error",)
    assert error.attributes == {"non_retryable": True, "details": [402]}
    rerun = run.verdict().row("rerun")
    assert rerun is not None
    assert rerun.because == "the history does not say which local steps had begun and not ended: one may have acted"
    assert "the run went on as run run-2: look at that one first" in rerun.reasons


def test_markers(tmp_path: Path) -> None:
    told = Told()
    told.started()
    core = {
        "activity_type": "lookup", "attempt": 2, "original_schedule_time": {"seconds": 1795514400, "nanos": 5},
    }  # fmt: skip
    details = {"data": payloads(core), "result": payloads({"rate": 7})}
    told.event("MarkerRecorded", markerName="core_local_activity", details=details)
    java = {
        "type": payloads("mail"),
        "activityId": payloads("x"),
        "input": payloads("a", 1),
        "meta": payloads({"atpt": 1}),
    }
    told.event("MarkerRecorded", markerName="LocalActivity", details=java, failure={"message": "smtp"})
    told.event("MarkerRecorded", markerName="Version", details={"change-id": payloads("fraud"), "version": payloads(3)})
    told.event("MarkerRecorded", markerName="core_patch", details={"patch-data": payloads({"id": "tax"})})
    told.event("MarkerRecorded", markerName="SideEffect", details={"data": payloads(81)})
    told.event("MarkerRecorded", markerName="MyOwn", details={"x": payloads(1)})
    run = opened(told, tmp_path)
    assert run.events["event"].tolist()[1:] == [
        "StepRecorded", "StepRecorded", "PatchChecked", "PatchChecked", "ValueRecorded", "NoteRecorded",
    ]  # fmt: skip
    assert run.events["name"].tolist()[1:5] == ["lookup", "mail", "fraud", "tax"]
    assert [run.payload(seq)["value"] for seq in (4, 5, 6)] == [3, True, 81]
    assert run.steps["state"].tolist() == ["committed", "in_doubt"]
    assert run.steps["attempts"].tolist() == [2, 1]
    assert str(run.steps["started"][0]) == "2026-11-24 10:00:00.000000005+00:00"
    assert run.steps["assumed"].str.contains("a local activity: the history holds its outcome only").all()
    assert "when it began is not recorded" in run.steps["assumed"][1]
    assert run.payload(3)["args"] == ["a", 1]
    assert len(run.terminal_timeline().splitlines()) == 4


# --- company -----------------------------------------------------------------------------------------------------


def test_children_signals_updates_and_timers(tmp_path: Path) -> None:
    told = Told()
    told.started()
    child = told.event("StartChildWorkflowExecutionInitiated", workflowId="ship-42", workflowType={"name": "Ship"})
    told.event("ChildWorkflowExecutionStarted", initiatedEventId=child, workflowExecution={"runId": "run-9"})
    told.event("WorkflowExecutionSignaled", signalName="approve", input=payloads({"by": "ann"}))
    request = {"meta": {"updateId": "u1"}, "input": {"name": "add", "args": payloads(2)}}
    told.event("WorkflowExecutionUpdateAccepted", protocolInstanceId="u1", acceptedRequest=request)
    told.event("WorkflowExecutionUpdateCompleted", acceptedEventId="5", outcome={"success": payloads(4)})
    timer = told.event("TimerStarted", timerId="1", startToFireTimeout="3.5s")
    told.event("TimerFired", startedEventId=str(timer))
    told.event("WorkflowExecutionCancelRequested", cause="operator")
    told.event("WorkflowExecutionTerminated", reason="cleanup")
    run = opened(told, tmp_path)
    assert run.status == "cancelled"
    assert [child.run_id for child in run.facts.children] == ["run-9"]
    assert run.facts.unconsumed == ()
    assert [name for name, _ in run.facts.received] == ["approve", "add"]
    assert run.payload(4)["value"] == {"by": "ann"}
    assert run.payload(5)["args"] == [2]
    assert run.payload(6)["result"] == 4
    assert run.payload(7)["seconds"] == 3.5
    assert run.payload(10)["why"] == "cleanup"
    assert run.events["position"].tolist() == ["", "1", "1", "", "", "", "2", "2", "", ""]
    rerun = run.verdict().row("rerun")
    assert rerun is not None
    assert "approve was received and may have been taken: send it again" in rerun.reasons


def test_what_was_before_a_history_is_said(tmp_path: Path) -> None:
    told = Told()
    told.started(continuedExecutionRunId="run-0")
    told.event("WorkflowTaskFailed", cause="RESET_WORKFLOW", baseRunId="run-b", newRunId="run-1")
    told.event("WorkflowExecutionContinuedAsNew", newExecutionRunId="run-2")
    run = opened(told, tmp_path)
    text = str(run.verdict())
    assert "it continues run run-0: what that run did is not in its history" in text
    assert "it was reset from run run-b" in text
    assert run.status == "completed"
    assert "the run went on as run run-2: look at that one first" in text
