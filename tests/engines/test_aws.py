"""Histories of AWS durable functions become runs, steps and verdicts; what they do not show is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.engines.aws_told import Execution
from workbench._errors import EmptyLogError, NotALogError, UsageError
from workbench.analysis import Safety
from workbench.engines.aws.values import value_of
from workbench.journal.codec import Record
from workbench.recording import Run

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:checkout:1/durable-execution/order-42/exec-1"


@pytest.fixture
def told() -> Execution:
    execution = Execution()
    execution.started({"order": 42})
    return execution


def opened(told: Execution, folder: Path, **more: Any) -> Run:
    return wb.open(told.write(folder / "history.json", **more)).run()


def kinds(run: Run) -> list[str]:
    return list(run.events["event"])


# --- what a history says -----------------------------------------------------------------------------------------


def test_a_run_its_step_and_its_result(told: Execution, tmp_path: Path) -> None:
    told.step("a", "charge")
    told.succeeded("a", {"id": "ch_1"})
    told.invocation_ends()
    told.done("thanks")
    run = opened(told, tmp_path, DurableExecutionArn=ARN)
    assert (run.id, run.status, run.facts.workflow, run.facts.business_key) == (
        "exec-1", "completed", "checkout", "order-42",
    )  # fmt: skip
    assert kinds(run) == ["RunStarted", "StepStarted", "StepCompleted", "TurnCompleted", "RunCompleted"]
    assert (run.payload(1)["args"], run.payload(3)["result"], run.payload(5)["result"]) == (
        [{"order": 42}], {"id": "ch_1"}, "thanks",
    )  # fmt: skip
    step = run.facts.steps[0]
    assert (step.name, step.kind, step.position, step.state, step.attempts) == ("charge", "write", (1,), "committed", 1)


def test_a_step_without_an_end_is_in_doubt(told: Execution, tmp_path: Path) -> None:
    told.step("a", "reserve")
    told.succeeded("a")
    told.step("b", "ship")
    run = opened(told, tmp_path)
    assert list(run.effects()["state"]) == ["committed", "in_doubt"]
    assert run.status == "running"
    assert all(row.safety is not Safety.SAFE for row in run.verdict().rows)
    assert "begin a step without waiting until AWS has stored" in str(run.verdict())
    assert run.facts.workflow == "(function not recorded)"


def test_attempts_are_counted_and_the_last_failure_is_the_steps(told: Execution, tmp_path: Path) -> None:
    for delay in (1, 2, None):
        told.step("a", "charge")
        told.failed("a", "errors.GatewayError", "503", delay)
        told.invocation_ends()
    run = opened(told, tmp_path)
    assert [kind for kind in kinds(run) if kind != "TurnCompleted"][1:] == [
        "StepStarted", "AttemptFailed", "StepStarted", "AttemptFailed", "StepStarted", "StepFailed",
    ]  # fmt: skip
    step = run.facts.steps[0]
    assert (step.attempts, step.state, step.error_type, step.error) == (3, "in_doubt", "GatewayError", "503")


@pytest.mark.parametrize("delay", [0, None])
def test_a_failure_that_another_attempt_follows_is_not_the_last(
    told: Execution, tmp_path: Path, delay: int | None
) -> None:
    told.step("a", "charge")
    told.failed("a", "E", "x", delay)
    told.step("a", "charge")
    told.succeeded("a")
    run = opened(told, tmp_path)
    step = run.facts.steps[0]
    assert (step.attempts, step.state, step.repeated) == (2, "committed", True)


def test_a_step_that_outlived_its_invocation_was_begun_again(told: Execution, tmp_path: Path) -> None:
    told.step("a", "charge")
    told.invocation_ends("Runtime.ExitError")
    told.succeeded("a")
    told.done()
    run = opened(told, tmp_path)
    assert kinds(run)[1:] == ["StepStarted", "TurnFailed", "StepStarted", "StepCompleted", "RunCompleted"]
    step = run.facts.steps[0]
    assert (step.attempts, step.repeated) == (2, True)
    assert "inferred" in run.payload(4)["assumed"][0]


def test_operations_of_a_context_stand_inside_it(told: Execution, tmp_path: Path) -> None:
    told.event("ContextStarted", "map", name="map")
    told.event("ContextStarted", "map-1", name="item", parent="map")
    told.step("x", "one", "map-1")
    told.step("y", "two", "map-1")
    told.succeeded("y")
    told.event("ContextFailed", "map-1", Error={"Payload": {"ErrorType": "E", "ErrorMessage": "m"}})
    told.event("WaitStarted", "w", Duration=30)
    told.event("WaitCancelled", "w")
    run = opened(told, tmp_path)
    assert {step.name: step.position for step in run.facts.steps} == {"one": (1, 1, 1), "two": (1, 1, 2)}
    assert run.payload(7)["error"].message == "m"
    assert run.payload(8)["seconds"] == 30
    assert kinds(run)[-2:] == ["TimerStarted", "TimerCancelled"]


def test_callbacks_and_invoked_functions(told: Execution, tmp_path: Path) -> None:
    told.event("CallbackStarted", "c", name="approved", CallbackId="cb-1", Timeout=60)
    told.event("CallbackSucceeded", "c", Result={"Payload": '"yes"'})
    told.event("CallbackStarted", "d", name="paid")
    told.event("CallbackTimedOut", "d", Error={"Payload": {"ErrorType": "CallbackTimeout"}})
    told.event("ChainedInvokeStarted", "i", name="pay", FunctionName="payments", Input={"Payload": "[1]"},
               DurableExecutionArn=ARN)  # fmt: skip
    told.event("ChainedInvokeFailed", "i", Error={"Payload": {"ErrorMessage": "declined"}})
    run = opened(told, tmp_path)
    assert kinds(run)[1:] == [
        "SignalAwaited", "SignalConsumed", "SignalAwaited", "SignalTimedOut", "ChildStarted", "ChildFailed",
    ]  # fmt: skip
    assert (run.payload(3)["value"], run.payload(2)["callback_id"]) == ("yes", "cb-1")
    child = run.facts.children[0]
    assert (child.run_id, child.failed, child.label) == (ARN, True, "payments (3)")
    assert (run.payload(6)["args"], run.payload(7)["error"].type_name) == ([[1]], "InvokeFailed")


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("ExecutionFailed", "failed", "Declined"),
        ("ExecutionTimedOut", "failed", "Declined"),
        ("ExecutionStopped", "cancelled", "Declined"),
    ],
)
def test_how_an_execution_ends(told: Execution, tmp_path: Path, kind: str, status: str, error: str) -> None:
    told.event(kind, "exec-1", Error={"Payload": {"ErrorType": "shop.Declined", "ErrorMessage": "no"}})
    run = opened(told, tmp_path)
    assert (run.status, run.facts.error_type, run.facts.error) == (status, error, "no")


def test_events_that_are_not_in_the_file_may_be_acts(told: Execution, tmp_path: Path) -> None:
    told.invocation_ends()
    told.done()
    assert str(opened(told, tmp_path).verdict().row("rerun")).count("UNSAFE") == 0
    for more, says in (({"NextMarker": "x"}, "stopped before the end"), ({}, "events between 1 and 3")):
        told.events = [event for event in told.events if more or event["EventId"] != 2]
        run = opened(told, tmp_path, **more)
        rerun = run.verdict().row("rerun")
        assert rerun is not None
        assert rerun.safety is Safety.UNSAFE
        assert says in str(run.verdict())


def test_events_of_unknown_types_are_kept_and_may_be_acts(told: Execution, tmp_path: Path) -> None:
    told.event("TeleportStarted", "t")
    told.done()
    run = opened(told, tmp_path)
    assert kinds(run) == ["RunStarted", "NoteRecorded", "RunCompleted"]
    assert "unknown types: TeleportStarted" in str(run.verdict())


def test_a_result_whose_beginning_is_not_there_is_a_step(told: Execution, tmp_path: Path) -> None:
    told.succeeded("a", 1)
    run = opened(told, tmp_path)
    assert kinds(run) == ["RunStarted", "StepRecorded"]
    assert [step.state for step in run.facts.steps] == ["committed"]


# --- the shapes that histories come in ---------------------------------------------------------------------------


def test_every_way_to_save_a_history_reads_alike(told: Execution, tmp_path: Path) -> None:
    told.step("a", "charge")
    told.succeeded("a")
    told.done()
    events = told.events
    shapes = {
        "cli.json": json.dumps({"Events": events}, indent=4),
        "bare.json": json.dumps(events),
        "newest.json": json.dumps({"Events": events[::-1]}),
        "pages.json": json.dumps({"Events": events[:2], "NextMarker": "m"}) + json.dumps({"Events": events[2:]}),
        "twice.json": json.dumps(events + events[1:]),
        "wrapped.json": json.dumps({"history": {"Events": events}}),
    }
    for name, text in shapes.items():
        path = tmp_path / name
        path.write_text(text)
        run = wb.open(path).run()
        assert kinds(run) == ["RunStarted", "StepStarted", "StepCompleted", "RunCompleted"], name
        assert "stopped before" not in str(run.verdict()), name
    assert len(wb.open(tmp_path)) == len(shapes)


def test_several_executions_in_one_file(told: Execution, tmp_path: Path) -> None:
    other = json.loads(json.dumps(told.events))
    other[0]["Id"] = "exec-2"
    path = tmp_path / "two.json"
    path.write_text(json.dumps(told.events + other))
    assert [run.id for run in wb.open(path)] == ["exec-1", "exec-2"]


def test_payloads_that_were_left_out_stay_visible_or_come_from_the_runners_dump(
    told: Execution, tmp_path: Path
) -> None:
    told.step("a", "charge")
    told.event("StepSucceeded", "a", Result={"Truncated": True})
    run = opened(told, tmp_path)
    assert isinstance(run.payload(3)["result"], Record)
    assert "--include-execution-data" in run.payload(3)["result"]["why"]
    operation = {"Id": "a", "Type": "STEP", "StepDetails": {"Result": '{"t":"m","v":{"n":{"t":"d","v":"1.50"}}}'}}
    path = tmp_path / "dump.json"
    dump = {"DurableExecutionArn": ARN, "Operations": [operation], "StartInput": {"FunctionName": "shop"}}
    path.write_text(json.dumps({"one": {"execution": dump, "history": told.document()}}))
    run = wb.open(path).run()
    assert run.payload(3)["result"] == {"n": Decimal("1.50")}
    assert run.facts.workflow == "checkout"  # the ARN knows it better


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"t":"t","v":[1,{"t":"dt","v":"2026-11-24T10:00:00+00:00"}]}', (1, datetime(2026, 11, 24, 10, tzinfo=UTC))),
        ('{"t":"B","v":"aGk="}', b"hi"),
        ('{"t":"tuesday","v":1}', {"t": "tuesday", "v": 1}),
        ('{"t":[],"v":1}', {"t": [], "v": 1}),
    ],
)
def test_payloads_are_unwrapped(payload: str, value: object) -> None:
    assert value_of({"Payload": payload}) == value


@pytest.mark.parametrize(
    "payload", ["plain text", '{"t":"d","v":"x"}', '{"t":"u","v":7}', '{"t":"m","v":3}', "[" * 9999]
)
def test_payloads_that_cannot_be_read_stay_visible(payload: str) -> None:
    found = value_of({"Payload": payload})
    assert isinstance(found, Record)
    assert found["raw"] == payload


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        ({"Events": []}, EmptyLogError, "without events"),
        ({"Events": [{"type": "click"}]}, NotALogError, "no history of an AWS durable function"),
        ([1, 2], NotALogError, "no history of an AWS durable function"),
    ],
)
def test_other_json_is_no_history(tmp_path: Path, content: object, error: type[Exception], says: str) -> None:
    from workbench.engines import aws

    path = tmp_path / "other.json"
    path.write_text(json.dumps(content))
    assert not aws.sniff(path, path.read_bytes())
    with pytest.raises(error, match=says):
        aws.load(path)


def test_code_of_aws_is_not_replayed_yet(told: Execution, tmp_path: Path) -> None:
    run = opened(told, tmp_path)
    for refused in (run.replay, run.what_if, run.resume, run.rerun):
        with pytest.raises(UsageError, match="one of aws, and code of other engines cannot be replayed yet"):
            refused()
