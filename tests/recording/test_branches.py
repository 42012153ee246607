"""What a person pretends: aimed by name, occurrence, position or event; refused where it means nothing; kept."""

from __future__ import annotations

import hashlib
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.shop import DeclinedError, Receipt, approve, approved, buy, impatient
from workbench._errors import UndecodableError, UsageError
from workbench.recording import Branch, Run
from workbench.replay import Completed, Failed, Needs


@pytest.fixture
def run(tmp_path: Path) -> Run:
    clock = FakeClock()
    with clock.recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(buy, ["book", "pen"], id="one")
        recorder.run(buy, ["cd"], id="two")
    return wb.open(tmp_path / "a.wlog").run("one")


def seqs_of(run: Run) -> list[int]:
    """Numbers of its events: started, price asked and answered, price again, charge asked and answered, completed."""
    return [int(seq) for seq in run.events["seq"]]


# --- aiming -------------------------------------------------------------------------------------------------------


def test_a_call_is_meant_by_name_occurrence_position_or_event(run: Run) -> None:
    priced = seqs_of(run)[2]
    by = {
        "occurrence": run.what_if().returns("price", 7, occurrence=1),
        "position": run.what_if().returns("", 7, position="1"),
        "both": run.what_if().returns("price", 7, position=(1,)),
        "event": run.what_if().returns(priced, 7),
    }
    for how, branch in by.items():
        assert "the code asks for charge(10)" in str(branch.outcome), f"by {how}: 7 for the book, 3 for the pen"


@pytest.mark.parametrize(
    ("pretend", "words"),
    [
        (lambda b: b.returns("chrage", 1), ["no call named 'chrage'", "did you mean 'charge'?"]),
        (lambda b: b.returns("price", 1, occurrence=3), ["calls price 2 times", "occurrence=2 is the last one"]),
        (lambda b: b.returns("charge", 1, occurrence=2), ["calls charge once"]),
        (lambda b: b.returns("", 1, position="9"), ["no call at 9", "the nearest call is"]),
        (lambda b: b.returns("price", 1, position="3"), ["at 3 run 'one' calls charge"]),
        (lambda b: b.returns("", 1), ["must say which call"]),
        (lambda b: b.returns("", 1, position="0.x"), ["no position", "3.1.2"]),
        (lambda b: b.returns(999, 1), ["has no event 999", "the nearest one is event"]),
        (lambda b: b.raises("charge", "boom"), ["is no exception"]),
        (lambda b: b.delays("charge", -1), ["cannot be -1 s late"]),
        (lambda b: b.delays("charge", float("nan")), ["cannot be nan s late"]),
        (lambda b: b.shifts_clock(float("inf")), ["cannot be off by inf"]),
        (lambda b: b.signals("go"), ["nobody waits for a signal 'go'"]),
        (lambda b: b.crashes("price"), ["2 calls of price", "occurrence=1"]),
        (lambda b: b.crashes("charge", "never"), ["does not die 'never'"]),
        (lambda b: b.crashes(event=999), ["has no event 999"]),
        (lambda b: b.input(), ["do not fit buy", "'skus'"]),
        (lambda b: b.answer(1), ["needs no answer: completed"]),
        (lambda b: b.verdict(), ["nothing crashes"]),
        (lambda b: b.sweep("charge", []), ["needs values"]),
        (lambda b: b.save(" "), ["cannot be named"]),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_the_nearest_thing(run: Run, pretend: object, words: list[str]) -> None:
    assert callable(pretend)
    with pytest.raises(UsageError) as caught:
        pretend(run.what_if())
    for word in words:
        assert word in str(caught.value)


def test_an_event_of_no_call_names_the_nearest_call(run: Run) -> None:
    started, asked, *_ = seqs_of(run)
    with pytest.raises(UsageError, match=rf"event {started} \(RunStarted\) belongs to no call\n.*is event {asked}"):
        run.what_if().returns(started, 1)
    with pytest.raises(UsageError, match="has no event 1\n"):
        run.what_if().returns(1, 1)


def test_other_code_may_make_calls_that_the_log_does_not_know(run: Run) -> None:
    def patched(skus: list[str]) -> Receipt:
        receipt = buy.function(skus)
        return Receipt(receipt.charge, receipt.cents + approve(receipt.charge))

    branch = run.what_if(patched)
    with pytest.raises(UsageError, match="no call named 'approve'"):
        run.what_if().returns("approve", 1)
    branch = branch.returns("price", 3, occurrence=1)  # from here on the branch goes its own way
    branch = branch.answer("ch_6")
    assert branch.outcome.word == "needs"
    assert branch.returns("approve", 5).outcome == Completed(Receipt("ch_6", 11))


# --- the edits that touch the world -------------------------------------------------------------------------------


def test_a_crash_shows_what_a_recovery_would_find(run: Run) -> None:
    during = run.what_if().crashes("charge")
    assert isinstance(during.outcome, Needs)
    assert "in doubt" in during.outcome.why
    again = during.verdict().row("rerun")
    assert again is not None
    assert again.safety != "SAFE"
    before, after = run.what_if().crashes("charge", "before"), run.what_if().crashes("charge", "after")
    assert "no answer" in str(before.outcome)
    assert after.outcome == Completed(Receipt("ch_7", 7)), "the code ends without the log's last event"
    assert before.verdict().best == "resume"
    assert "no dry replay" not in str(before.verdict()), "the branch is the dry replay"


def test_signals_arrive_after_an_event_or_at_a_moment(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(impatient, id="one") == "gave up"
    run = wb.open(tmp_path / "a.wlog").run("one")
    awaited = int(run.events.loc[run.events["event"] == "SignalAwaited", "seq"].iloc[0])
    assert run.what_if().signals("approved", "yes", after=awaited).outcome == Completed("yes")
    began = run.events["time"].iloc[0].to_pydatetime(warn=False)
    assert run.what_if().signals("approved", "yes", at=began).outcome == Completed("yes")
    with pytest.raises(UsageError, match="one aware datetime"):
        run.what_if().signals("approved", at=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake
    with pytest.raises(UsageError, match="did you mean 'approved'"):
        run.what_if().signals("aproved")


# --- keeping ------------------------------------------------------------------------------------------------------


def test_branches_are_saved_beside_the_recording_and_found_again(run: Run) -> None:
    digest = hashlib.sha256(Path(run.history.origin).read_bytes()).hexdigest()
    declined = run.what_if().raises("charge", DeclinedError("no money")).save("declined")
    assert declined.name == "declined"
    declined.answer("ch_1").save("second card")
    again = wb.open(Path(run.history.origin)).run("one")
    assert list(again.branches) == ["declined", "second card"]
    for name, branch in (("declined", declined), ("second card", declined.answer("ch_1"))):
        found = again.branches[name]
        assert str(found.outcome) == str(branch.outcome)
        assert [stop.note for stop in found.trace.steps] == [stop.note for stop in branch.trace.steps]
    assert again.branches["second card"].parent is not None
    assert list(again.branches.frame["parent"]) == ["recorded", "declined"]
    tree = repr(again.branches).splitlines()
    assert tree[1].startswith("  └ declined: charge #1 raises")
    assert tree[2].startswith("    └ second card: ")
    assert hashlib.sha256(Path(run.history.origin).read_bytes()).hexdigest() == digest
    assert list(wb.open(Path(run.history.origin)).run("two").branches) == []


def test_every_edit_comes_back_from_the_file(run: Run) -> None:
    _, asked, priced, *_ = seqs_of(run)
    branch = (
        run.what_if().returns("price", 4, occurrence=1).raises("charge", DeclinedError("x")).delays("price", 2.5)
        .drops("price", occurrence=2).shifts_clock(-60, after=asked)
        .input(["book"]).crashes(event=priced)
    )  # fmt: skip
    branch.save("all of it")
    found = run.branches["all of it"]
    assert found.edits[0] == branch.edits[0]
    assert [type(edit) for edit in found.edits] == [type(edit) for edit in branch.edits]
    assert str(found.outcome) == str(branch.outcome)


def test_of_two_branches_of_one_name_the_later_counts(run: Run) -> None:
    run.what_if().returns("charge", "a").save("x")
    run.what_if().returns("charge", "b").save("x")
    assert str(run.branches["x"].outcome) == str(run.what_if().returns("charge", "b").outcome)
    with pytest.raises(UsageError, match="there is x"):
        run.branches["y"]


def test_a_line_that_was_cut_off_loses_nothing_else(run: Run) -> None:
    run.what_if().returns("charge", "a").save("x")
    beside = run.branches.path
    whole = beside.read_bytes()
    beside.write_bytes(whole + whole[:40])
    assert list(run.branches) == ["x"], "as after a crash in the middle of a write"
    run.what_if().returns("charge", "b").save("y")
    with pytest.raises(UndecodableError, match=r"branches:2 is no saved branch"):
        list(run.branches)
    lines = beside.read_bytes().split(b"\n")
    beside.write_bytes(b"\n".join([lines[0], *lines[2:]]))
    assert list(run.branches) == ["x", "y"]


@pytest.mark.parametrize("line", ["{}", "[]", "null", '{"edits": 3}', "[" * 5000, "\x00", '{"edits": [{"body": "!"}]}'])
def test_a_hostile_line_is_named(run: Run, line: str) -> None:
    run.branches.path.write_text(line + "\n")
    with pytest.raises(UndecodableError, match="is no saved branch"):
        list(run.branches)


# --- sweeps -------------------------------------------------------------------------------------------------------


def test_a_sweep_has_one_row_per_value(run: Run) -> None:
    sweep = run.what_if().sweep("charge", ["a", "b", DeclinedError("x")])
    assert list(sweep.frame["outcome"].astype(str)) == ["completed", "completed", "needs"]
    assert list(sweep.frame["result"])[:2] == ["Receipt(charge='a', cents=7)", "Receipt(charge='b', cents=7)"]
    assert list(sweep.frame["needs"]) == ["", "", "charge"]
    assert set(sweep.frame["departs_at"]) == {seqs_of(run)[5]}, "the intent of the charge is the last thing in common"
    assert isinstance(sweep[2], Branch)
    assert isinstance(sweep[2].outcome, Needs)
    assert "3 branches, 2 completed, 1 needs" in repr(sweep)
    assert "next:" in repr(sweep)


def test_a_grid_tries_every_combination_and_is_drawn(run: Run) -> None:
    grid: dict[str, list[Any]] = {"price": [1, 2, 50], "charge": ["ok", DeclinedError("<b>x</b>")]}
    sweep = run.what_if().sweep(grid)
    assert len(sweep) == 6
    assert list(sweep.frame.columns[:2]) == ["price", "charge"]
    figure = sweep.figure()
    assert sum(len(trace.x) for trace in figure.data) == 6
    assert "<b>x" not in figure.to_json(), "text from a value is text"
    assert "<b>x" not in sweep._repr_html_()
    single = run.what_if().sweep("charge", ["ok", DeclinedError("y")]).figure()
    assert {trace.name for trace in single.data} == {"completed", "needs an answer"}


def test_three_varied_steps_are_drawn_as_ribbons(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(approved, "book", id="one")
    sweep = wb.open(tmp_path / "a.wlog").run("one").what_if().sweep({"price": [1, 4], "charge": ["a"], "approve": [2]})
    assert [dimension.label for dimension in sweep.figure().data[0].dimensions] == [*sweep.steps, "outcome"]


def test_a_value_that_does_not_fit_is_a_row_and_not_the_end(run: Run) -> None:
    frame = run.what_if().sweep("price", [1, "no number", object()]).frame
    assert list(frame["outcome"].astype(str)) == ["needs", "failed", "unknown"]
    assert list(frame["error_type"]) == ["", "TypeError", "UnrecordableError"]


@wb.step(kind="read")
def outcome() -> int:
    return 1


def test_a_step_may_be_named_as_a_column_is(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(lambda: outcome(), id="one")  # noqa: PLW0108 - a workflow that is a step is none
    sweep = Branch(wb.open(tmp_path / "a.wlog").run("one").history, "one", lambda: outcome()).sweep("outcome", [1, 2])  # noqa: PLW0108 - as above
    assert list(sweep.frame.columns[:2]) == ["outcome answers", "outcome"]
    assert "2 completed" in repr(sweep)


def test_a_sweep_runs_in_threads_and_in_other_processes(run: Run) -> None:
    values = ["a", "b", DeclinedError("x"), "d"]
    here = run.what_if().sweep("charge", values).frame
    with ThreadPoolExecutor(2) as threads:
        assert (
            run.what_if()
            .sweep("charge", values, executor=threads)
            .frame.drop(columns="charge")
            .equals(here.drop(columns="charge"))
        )
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        there = run.what_if().sweep("charge", values, executor=processes).frame
    assert there.drop(columns="charge").equals(here.drop(columns="charge"))


def test_code_that_no_other_process_can_find_is_refused(run: Run) -> None:
    def local(skus: list[str]) -> Receipt:
        return buy.function(skus)

    processes = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    with processes, pytest.raises(UsageError, match="cannot import"):
        run.what_if(local).sweep("charge", ["a"], executor=processes)


def test_a_failing_branch_says_with_what(run: Run) -> None:
    frame = run.what_if().sweep({"charge": [DeclinedError("x")], "price": [60]}).frame
    assert set(frame["outcome"].astype(str)) <= {"failed", "needs"}
    outcome = run.what_if().raises("price", LookupError("gone"), occurrence=1).outcome
    assert isinstance(outcome, Failed)


# --- the frontier -------------------------------------------------------------------------------------------------


def test_runs_of_other_logs_suggest_answers(run: Run, tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "b.wlog") as recorder:
        recorder.run(approved, "book", id="three")
    branch = wb.open([tmp_path / "a.wlog", tmp_path / "b.wlog"]).run("three").what_if().crashes("charge")
    assert isinstance(branch.outcome, Needs)
    assert branch.outcome.suggestions == ("ch_2", "ch_7"), "the newest runs of the other log"
    assert branch.outcome.example == "text"
    assert run.id == "one"


# --- a picture ----------------------------------------------------------------------------------------------------


def test_a_branch_is_drawn_on_its_own_clock(run: Run) -> None:
    branch = run.what_if().delays("price", 3600, occurrence=1).returns("charge", "<b>ch</b>")
    figure = branch.timeline()
    drawn = {trace.name: list(trace.y) for trace in figure.data if trace.type == "bar"}
    assert drawn == {"completed": ["price"], "edited ✎": ["price", "charge"]}
    assert max(max(trace.x) for trace in figure.data if trace.type == "bar") >= 3_600_000, "an hour"
    assert "<b>ch" not in figure.to_json()
    text = branch.terminal_timeline(width=80)
    assert "price" in text
    assert "✎" in text
    died = run.what_if().crashes("charge")
    assert "in doubt" in died.terminal_timeline()
    assert [trace.name for trace in died.answer("x").timeline().data if trace.type == "bar"] == [
        "completed", "supplied ✎"
    ]  # fmt: skip
