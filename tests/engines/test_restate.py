"""Restate's journals become runs, steps and verdicts; what they do not show is said."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import workbench as wb
from tests.engines.restate_told import ANSWERS, Journal, payload
from workbench._errors import EmptyLogError, NotALogError, UsageError
from workbench.analysis import Safety
from workbench.journal.codec import Record
from workbench.recording import Run


@pytest.fixture
def journal() -> Journal:
    told = Journal()
    told.input()
    return told


def opened(told: Journal, folder: Path) -> Run:
    return wb.open(told.write(folder / "restate.json")).run()


def states(run: Run) -> dict[str, str]:
    return {step.name: str(step.state) for step in run.facts.steps}


def kinds(run: Run) -> list[str]:
    return list(run.events["event"])


# --- what a journal says -----------------------------------------------------------------------------------------


def test_a_run_its_step_and_its_result(journal: Journal, tmp_path: Path) -> None:
    journal.ran(journal.run("charge"), {"id": "ch_1"})
    journal.output("thanks")
    run = opened(journal, tmp_path)
    assert (run.id, run.status, run.facts.workflow) == ("inv_1", "completed", "Checkout/run")
    assert kinds(run) == ["RunStarted", "StepStarted", "StepCompleted", "RunCompleted"]
    assert run.payload(1)["args"] == ["order-42"]
    assert run.payload(3)["result"] == {"id": "ch_1"}
    assert run.payload(4)["result"] == "thanks"
    step = run.facts.steps[0]
    assert (step.name, step.kind, step.position, step.state, step.attempts) == ("charge", "write", (1,), "committed", 1)


def test_a_command_without_its_notification_is_in_doubt(journal: Journal, tmp_path: Path) -> None:
    journal.ran(journal.run("reserve"))
    journal.run("ship")
    run = opened(journal, tmp_path)
    assert states(run) == {"reserve": "committed", "ship": "in_doubt"}
    assert list(run.effects()["state"]) == ["committed", "in_doubt"]
    assert all(row.safety is not Safety.SAFE for row in run.verdict().rows)
    assert "begin a step without waiting" in str(run.verdict())


def test_failed_attempts_are_counted_and_keep_the_doubt(journal: Journal, tmp_path: Path) -> None:
    charge = journal.run("charge")
    for number in (1, 2):
        trace = f'Traceback\n  File "svc.py", line 11, in call\nConnectionError: 503 attempt {number}'
        journal.error(f"ConnectionError('503 attempt {number}')", command=1, error_stacktrace=trace)
    journal.ran(charge)
    journal.output()
    run = opened(journal, tmp_path)
    assert kinds(run)[1:-1] == [
        "StepStarted", "AttemptFailed", "StepStarted", "AttemptFailed", "StepStarted", "StepCompleted",
    ]  # fmt: skip
    step = run.facts.steps[0]
    assert (step.attempts, step.state, step.repeated) == (3, "committed", True)
    assert "svc.py" in run.payload(3)["error"].traceback
    assert run.events["error_type"].dropna().unique().tolist() == ["ConnectionError"]


def test_a_crash_while_a_step_ran_means_that_it_may_have_acted_twice(journal: Journal, tmp_path: Path) -> None:
    ship = journal.run("ship")
    journal.error("error when calling the service: stream closed because of a broken pipe")
    journal.ran(ship)
    journal.output()
    run = opened(journal, tmp_path)
    assert kinds(run)[1:] == ["StepStarted", "TurnFailed", "StepStarted", "StepCompleted", "RunCompleted"]
    step = run.facts.steps[0]
    assert (step.attempts, step.repeated) == (2, True)
    assert "inferred" in run.payload(4)["assumed"][0]


def test_an_error_of_another_step_stops_all_that_are_open(journal: Journal, tmp_path: Path) -> None:
    mail, charge = journal.run("mail"), journal.run("charge")
    journal.error("TypeError: no", command=2)
    journal.ran(mail)
    journal.ran(charge)
    journal.output()
    run = opened(journal, tmp_path)
    assert {step.name: (step.attempts, step.repeated) for step in run.facts.steps} == {
        "mail": (2, True),
        "charge": (2, True),
    }


def test_the_server_counts_more_attempts_than_it_keeps(journal: Journal, tmp_path: Path) -> None:
    journal.run("ship")
    journal.error("RuntimeError('down')", command=1)
    journal.invocation |= {
        "status": "backing-off", "retry_count": 13, "last_start_at": "2026-11-24T10:07:00Z",
        "last_failure": "[500 Internal] RuntimeError('down')", "last_failure_related_command_index": 1,
        "last_failure_related_command_type": "Run",
    }  # fmt: skip
    run = opened(journal, tmp_path)
    step = run.facts.steps[0]
    assert (step.attempts, step.state, step.error_type) == (13, "in_doubt", "RuntimeError")
    assert any("the server counts 13 attempts" in said for said in step.assumed)


def test_a_terminal_error_is_no_proof_that_nothing_happened(journal: Journal, tmp_path: Path) -> None:
    failure = {"Failure": {"code": 402, "message": "card declined"}}
    journal.answer("Run", journal.run("charge"), result=failure)
    journal.failed(402, "card declined")
    run = opened(journal, tmp_path)
    assert (run.status, run.facts.error_type, run.facts.error) == ("failed", "TerminalError", "card declined")
    assert states(run) == {"charge": "in_doubt"}
    assert run.payload(3)["error"].attributes == {"code": 402}


def test_calls_are_children_and_sends_are_writes(journal: Journal, tmp_path: Path) -> None:
    target = {"VirtualObject": {"name": "Account", "key": "cust1", "handler": "add"}}
    request = {"invocation_id": "inv_2", "invocation_target": target, "parameter": payload(5)}
    journal.command("Call", request=request, invocation_id_completion_id=11, result_completion_id=12)
    journal.answer("CallInvocationId", 11, invocation_id="inv_2")
    journal.answer("Call", 12, result={"Success": payload(7)})
    journal.command("OneWayCall", request=request | {"invocation_id": "inv_3"}, invocation_id_completion_id=13)
    kept = {"idempotency_key": "k", "completion_retention_duration": {"secs": 86_400, "nanos": 0}}
    journal.command("OneWayCall", request=request | kept, invocation_id_completion_id=14)
    journal.output()
    run = opened(journal, tmp_path)
    assert kinds(run)[1:] == [
        "ChildStarted", "ChildBegan", "ChildCompleted", "StepRecorded", "StepRecorded", "RunCompleted",
    ]  # fmt: skip
    assert (run.facts.children[0].run_id, run.payload(2)["args"], run.payload(4)["result"]) == ("inv_2", [5], 7)
    first, second = run.facts.steps
    assert (first.name, first.kind, first.state) == ("send Account/add", "write", "committed")
    assert (second.kind, second.key, second.declaration.key_lifetime_seconds) == ("keyed", "k", 86_400.0)


def test_state_is_read_and_set_and_what_builds_on_itself_is_no_repeatable_step(
    journal: Journal, tmp_path: Path
) -> None:
    journal.command("SetState", key="greeting", value=payload("hello"))
    journal.command("GetEagerState", key="total", result={"Success": payload(10)})
    journal.command("SetState", key="total", value=payload(15))
    journal.output()
    run = opened(journal, tmp_path)
    assert {step.name: str(step.kind) for step in run.facts.steps} == {
        "set state greeting": "idempotent", "look at state total": "read", "set state total": "write",
    }  # fmt: skip
    assert run.payload(2)["args"] == ["greeting", "hello"]
    assert run.payload(3)["result"] == 10
    rerun = run.verdict().row("rerun")
    assert rerun is not None
    assert rerun.safety is Safety.UNSAFE  # it would add 5 once more


def test_sleeps_promises_awakeables_and_a_cancelled_handler(journal: Journal, tmp_path: Path) -> None:
    wakes = 1_795_514_403_500  # two seconds after the command
    journal.answer("Sleep", journal.command("Sleep", wake_up_time=wakes))
    journal.answer("GetPromise", journal.command("GetPromise", key="decision"), result={"Success": payload("yes")})
    journal.entry("Notification", "Signal", {"id": {"Index": 17}, "result": {"Success": payload("hello")}})
    journal.entry("Notification", "Signal", {"id": {"Index": 1}, "result": "Void"})
    journal.failed(409, "cancelled")
    run = opened(journal, tmp_path)
    assert kinds(run)[1:] == [
        "TimerStarted", "TimerFired", "SignalAwaited", "SignalConsumed", "SignalReceived", "CancelRequested",
        "RunCancelled",
    ]  # fmt: skip
    assert run.payload(2)["seconds"] == pytest.approx(2.0)
    assert run.payload(5)["value"] == "yes"
    assert (run.payload(6)["value"], list(run.events["name"])[5]) == ("hello", "signal 17")
    assert run.status == "cancelled"


def test_an_invocation_that_was_killed_ends_though_its_journal_does_not(journal: Journal, tmp_path: Path) -> None:
    journal.run("ship")
    journal.invocation |= {
        "status": "completed", "completed_at": "2026-11-24T10:01:00Z", "completion_failure": "[409] killed",
    }  # fmt: skip
    run = opened(journal, tmp_path)
    assert (run.status, states(run), run.facts.error) == ("cancelled", {"ship": "in_doubt"}, "[409] killed")


def test_entries_that_are_not_in_the_file_may_be_acts(journal: Journal, tmp_path: Path) -> None:
    journal.ran(journal.run("charge"))
    journal.output()
    for change, says in ((1, "entries between 0 and 2"), (0, "entries before 1"), (3, "the server counts 4 entries")):
        told = json.loads(json.dumps(journal.document()))
        told["sys_invocation"]["rows"][0]["journal_size"] = 4
        del told["sys_journal"]["rows"][change]
        path = tmp_path / "cut.json"
        path.write_text(json.dumps(told))
        run = wb.open(path).run()
        assert says in str(run.verdict())
        assert {str(row.safety) for row in run.verdict().rows if str(row.action) == "rerun"} == {"UNSAFE"}


def test_entries_of_an_unknown_type_are_kept_and_may_be_acts(journal: Journal, tmp_path: Path) -> None:
    journal.command("Teleport")
    journal.entry("Notification", "Beam", {"completion_id": 99})
    journal.rows.append(journal.rows[0] | {"index": 3, "entry_type": "SideEffect"})
    journal.output()
    journal.rows[-1]["index"] = 4
    run = opened(journal, tmp_path)
    assert kinds(run) == ["RunStarted", "NoteRecorded", "NoteRecorded", "NoteRecorded", "RunCompleted"]
    assert "entries that are not known here: Command: Teleport, Notification: Beam" in str(run.verdict())


def test_a_restarted_run_says_whose_deeds_its_first_entries_are(journal: Journal, tmp_path: Path) -> None:
    journal.ran(journal.run("charge"))
    journal.invocation |= {"restarted_from": "inv_0", "created_at": "2026-11-24T11:00:00Z"}
    run = opened(journal, tmp_path)
    assert run.facts.business_key == "inv_0"
    assert "it was restarted from run inv_0" in str(run.verdict())


# --- the shapes that answers are saved in ------------------------------------------------------------------------


def test_every_way_to_save_answers_reads_alike(journal: Journal, tmp_path: Path) -> None:
    journal.ran(journal.run("charge"), 1)
    journal.output()
    rows, other = journal.rows, [journal.invocation]
    shapes = {
        "document.json": json.dumps(journal.document()),
        "appended.json": json.dumps({"rows": rows}) + "\n" + json.dumps({"rows": other}),
        "bare.json": json.dumps([*rows, *other]),
        "lines.json": "\n".join(map(json.dumps, [*rows[::-1], *other])),
        "named.json": json.dumps({"journal": rows, "invocation": other, "saved_by": "me"}),
        "twice.json": json.dumps([*rows, *rows, *other]),
    }
    for name, text in shapes.items():
        path = tmp_path / name
        path.write_text(text)
        assert kinds(wb.open(path).run()) == ["RunStarted", "StepStarted", "StepCompleted", "RunCompleted"], name
    assert len(wb.open(tmp_path)) == len(shapes)


def test_a_journal_alone_says_what_it_is_read_off(journal: Journal, tmp_path: Path) -> None:
    header = {"name": "x-restate-ingress-path", "value": "/Checkout/run/send"}
    journal.rows[0]["entry_json"] = json.dumps({"Command": {"Input": {"headers": [header], "payload": [], "name": ""}}})
    path = tmp_path / "journal.json"
    path.write_text(json.dumps({"rows": journal.rows}))
    run = wb.open(path).run()
    assert (run.facts.workflow, run.status, run.payload(1)["args"]) == ("Checkout/run", "running", [])
    assert "no row of sys_invocation" in str(run.verdict())


def test_ids_are_enough_where_payloads_were_not_asked_for(journal: Journal, tmp_path: Path) -> None:
    journal.answer("Run", journal.run("charge"))
    lite = {"Notification": {"ty": {"Completion": "Run"}, "id": {"CompletionId": 1}, "result": "Success"}}
    journal.rows[-1] |= {"entry_json": None, "entry_lite_json": json.dumps(lite)}
    assert states(opened(journal, tmp_path)) == {"charge": "committed"}


def test_a_payload_that_is_no_json_stays_visible(journal: Journal, tmp_path: Path) -> None:
    journal.answer("Run", journal.run("a"), result={"Success": [255, 254]})
    journal.answer("Run", journal.run("b"), result={"Success": ["x", 999]})
    run = opened(journal, tmp_path)
    assert isinstance(run.payload(3)["result"], Record)
    assert run.payload(3)["result"]["raw"] == b"\xff\xfe"
    assert run.payload(5)["result"]["why"] == "no list of bytes"


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        ({"rows": []}, EmptyLogError, "without rows"),
        ({"sys_invocation": {"rows": []}, "sys_journal": {"rows": []}}, EmptyLogError, "without rows"),
        ([{"id": "inv_1", "event_type": "TransientError", "event_json": "{}"}], NotALogError, "not their journals"),
        ([{"service_name": "Account", "key": "total"}], NotALogError, "no journal of Restate"),
    ],
)
def test_other_tables_are_no_journals(tmp_path: Path, content: object, error: type[Exception], says: str) -> None:
    from workbench.engines import restate

    path = tmp_path / "other.json"
    path.write_text(json.dumps(content))
    assert not restate.sniff(path, path.read_bytes())
    with pytest.raises(error, match=says):
        restate.load(path)


def test_code_of_restate_is_not_replayed_yet(journal: Journal, tmp_path: Path) -> None:
    run = opened(journal, tmp_path)
    for refused in (run.replay, run.what_if, run.resume, run.rerun):
        with pytest.raises(UsageError, match="one of restate, and code of other engines cannot be replayed yet"):
            refused()


# --- what a real server answered ---------------------------------------------------------------------------------


def test_answers_of_a_real_server() -> None:
    recording = wb.open(ANSWERS)
    assert Counter(recording.runs["status"]) == {"completed": 11, "running": 3, "failed": 2, "cancelled": 2}
    steps = [step for run in recording for step in run.facts.steps]
    assert max(step.attempts for step in steps if step.name == "call-gateway") == 3
    assert {str(step.kind) for step in steps if step.name == "send Account/add"} == {"keyed", "write"}
    assert not recording.events["event"].isna().any()


def test_every_row_of_a_real_server_is_an_event() -> None:
    recording = wb.open(ANSWERS)
    rows = _rows_of(ANSWERS.read_text())
    told = [row for row in rows if "entry_type" in row or "event_type" in row]
    inferred = [
        run.events["event"].iloc[place]
        for run in recording
        for place, seq in enumerate(run.events["seq"])
        if run.payload(int(seq)).get("event") == "(inferred)"
    ]
    # two retries of the flaky charge, the last attempt of the stuck step and its failure, the end of the killed one
    assert Counter(inferred) == {"StepStarted": 3, "AttemptFailed": 1, "RunCancelled": 1}
    assert len(recording.events) == len(told) + len(inferred)


def _rows_of(text: str) -> list[dict[str, object]]:
    decoder, rows = json.JSONDecoder(), list[dict[str, object]]()
    while text.strip():
        found, end = decoder.raw_decode(text)
        rows += found["rows"]
        text = text[end:].lstrip()
    return rows


def test_every_run_of_a_real_server_can_be_looked_at() -> None:
    for run in wb.open(ANSWERS):
        assert run.timeline().layout.title.text
        assert run.terminal_timeline()
        assert str(run.verdict())
        assert run.hazards() is not None
        assert "<table" in run._repr_html_()
        for seq in run.events["seq"]:
            assert repr(dict(run.payload(int(seq))))
