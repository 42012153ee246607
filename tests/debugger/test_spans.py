"""Spans as columns: the same as `spans_of` says, for stories of every kind and for real histories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import workbench as wb
from tests.debugger.asking import Asked, ask
from tests.debugger.test_events import desk_of
from tests.recording.deciding_shop import shop
from tests.story import RunStory, Story
from workbench.analysis import Span, spans_of
from workbench.debugger.answer import shown
from workbench.debugger.desk import Desk
from workbench.debugger.wire.words import State
from workbench.engines import load, suffixes
from workbench.model import EventType, History, ns_of
from workbench.recording import Recording

REAL = Path(__file__).parent.parent.parent.parent / "shared" / "data"
STATES = get_args(State)


def said(spans: Asked) -> list[tuple[Any, ...]]:
    """Spans of an answer, comparable."""
    columns = {name: numbers.tolist() for name, numbers in spans.columns.items()}
    rows = zip(*(columns[name] for name in (
        "start_ms", "end_ms", "lane", "state", "open", "attempt", "note"
    )), strict=True)  # fmt: skip
    return sorted(
        (round(start, 3), round(end, 3), spans["lanes"][lane], STATES[state], bool(is_open), attempt,
         spans["notes"][note])
        for start, end, lane, state, is_open, attempt, note in rows
    )  # fmt: skip


def expected(found: list[Span]) -> list[tuple[Any, ...]]:
    return sorted(
        (round(ns_of(one.started) / 1e6, 3), round(ns_of(one.ended) / 1e6, 3), one.name, one.state, one.open,
         one.attempt, shown(one.note, 400))
        for one in found
    )  # fmt: skip


def check(desk: Desk, history: History, run_id: str, report: Any = None) -> None:
    spans = ask(desk, "spans", run_id=run_id)
    wanted = expected(spans_of(history, run_id, report))
    assert [row[2:] for row in said(spans)] == [row[2:] for row in wanted]
    for mine, theirs in zip(said(spans), wanted, strict=True):
        assert mine[:2] == pytest.approx(theirs[:2], abs=0.002)
    check_ends(spans, history)


def check_ends(spans: Asked, history: History) -> None:
    """The events at the ends of a span are of its call, and of its moments."""
    columns = {name: numbers.tolist() for name, numbers in spans.columns.items()}
    for number, begin in enumerate(columns["seq_begin"]):
        row = history.row_of_seq(int(begin))
        assert row is not None, "every span knows the event at which it begins"
        end = history.row_of_seq(int(columns["seq_end"][number])) if columns["seq_end"][number] else None
        assert (end is None) == bool(columns["open"][number])
        if end is not None:
            assert end >= row
            assert history.position(end) == history.position(row)
            assert history.columns.time_ns[end] / 1e6 == pytest.approx(columns["end_ms"][number], abs=0.002)


# --- stories ---------------------------------------------------------------------------------------------------


def plain(run: RunStory) -> None:
    run.step("plain").started().completed(1)


def retried(run: RunStory) -> None:
    run.step("retried").attempt_failed("TimeoutError", "no answer").started().completed()


def failed(run: RunStory) -> None:
    run.step("failed", kind="write").failed("Declined", definite=True)


def doubtful(run: RunStory) -> None:
    run.step("doubtful", kind="write").failed("TimeoutError", definite=False)


def died(run: RunStory) -> None:
    run.step("died", kind="write").started().died()
    run.recovered(after_seconds=60)


def begun_again(run: RunStory) -> None:
    step = run.step("begun again", kind="keyed", key="k").started().died()
    run.recovered(after_seconds=60)
    step.started().completed()


def undone(run: RunStory) -> None:
    run.step("undone", kind="compensatable").started().completed()
    run.compensation("undone").started().completed()


def half_undone(run: RunStory) -> None:
    run.step("half undone", kind="compensatable").started().completed()
    run.compensation("half undone").started()


def resolved(run: RunStory) -> None:
    run.step("resolved", kind="write").started().died().resolved(happened=True, result=1)


def slept(run: RunStory) -> None:
    run.timer(30).fired()


def sleeps(run: RunStory) -> None:
    run.timer(3600)


def told(run: RunStory) -> None:
    run.signal("approved", 1)


def child(run: RunStory) -> None:
    run.child("ship", "ship-1").completed(1)


def drew(run: RunStory) -> None:
    run.drew(EventType.ClockRead, 1).drew(EventType.RandomDrawn, 0.5)


def cancelled(run: RunStory) -> None:
    run.step("cancelled", kind="write").started().cancelled()


ACTS: list[Callable[[RunStory], None]] = [
    plain, retried, failed, doubtful, died, begun_again, undone, half_undone, resolved, slept, sleeps, told, child,
    drew, cancelled,
]  # fmt: skip


@example([sleeps, plain], "")
@example([died, plain, plain], "failed")
@given(st.lists(st.sampled_from(ACTS), max_size=8), st.sampled_from(["", "completed", "failed"]))
def test_any_story_is_drawn_as_spans_of_reads_it(acts: list[Callable[[RunStory], None]], end: str) -> None:
    story = Story()
    run = story.run("r")
    for act in acts:
        act(run)
    if end == "completed":
        run.completed()
    elif end:
        run.failed("Boom", "it broke")
    check(desk_of(story), story.history(), "r")


def test_another_run_of_the_log_is_not_drawn() -> None:
    story = Story()
    one, other = story.run("one"), story.run("other")
    first = one.step("a").started()
    other.step("b").started().completed()
    first.completed()
    for run_id in ("one", "other"):
        check(desk_of(story), story.history(), run_id)
    assert ask(desk_of(story), "spans", run_id="one")["lanes"] == ["a"]


def test_what_a_decision_supersedes_went_well_once() -> None:
    story = Story()
    run = story.run("r")
    plain(run)
    step = run.step("charge", kind="keyed", key="k").started().completed("ch-1")
    run.failed("Boom")
    run.event(EventType.DecisionMade, action="retry_from", from_step="charge (2)", cut=step.intent)
    check(desk_of(story), story.history(), "r")
    assert "superseded by a retry" in ask(desk_of(story), "spans", run_id="r")["notes"]


@pytest.mark.parametrize("answer", [EventType.TimerFired, EventType.ChildCompleted, EventType.SignalTimedOut])
def test_an_answer_of_another_sort_is_not_taken_for_a_result(answer: EventType) -> None:
    """No writer of ours makes such a log; a forged one may hold it."""
    story = Story()
    run = story.run("r")
    step = run.step("charge", kind="write").started()
    run.event(answer, step.declaration, step.position, (0, "", step.intent))
    check(desk_of(story), story.history(), "r")


def test_a_decision_to_retry_supersedes(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("full"))
    run.retry_from("mail", sold.sell, accept=["mail (3)"] if run.verdict(sold.sell).best is None else [])
    loaded = load(sold.log)
    check(Desk(wb.open(sold.log)), loaded.history, "order-42", loaded.report)
    notes = ask(Desk(wb.open(sold.log)), "spans", run_id="order-42")["notes"]
    assert any("superseded" in note for note in notes)


@pytest.mark.parametrize("engine", ["temporal", "dbos"])
def test_real_histories(engine: str) -> None:
    folder = REAL / engine
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in suffixes()][:8] if folder.is_dir() else []
    if not files:
        pytest.skip(f"no recordings of {engine} that can be read are in the shared folder")
    checked = 0
    for path in files:
        try:
            loaded = load(path)
        except wb.WorkbenchError:
            continue
        for run_id in loaded.history.run_ids[:5]:
            check_drawn(loaded.history, run_id, path)
            checked += 1
    if not checked:
        pytest.skip(f"no file of {engine} is a recording")


def check_drawn(history: History, run_id: str, path: Path) -> None:
    spans = ask(Desk(Recording([load(path)])), "spans", run_id=run_id)
    wanted = expected(spans_of(history, run_id))
    assert [row[2:] for row in said(spans)] == [row[2:] for row in wanted]


# --- what else is drawn ----------------------------------------------------------------------------------------


def test_recoveries_and_silences_are_told_in_words() -> None:
    story = Story()
    run = story.run("r")
    for _ in range(5):
        plain(run)
    run.step("died", kind="write").started().died()
    run.recovered(after_seconds=2820)
    story.clock_set(-600)
    plain(run)
    spans = ask(desk_of(story), "spans", run_id="r")
    (broken,) = spans["breaks"]
    assert broken["text"] == "recovered after 47.0 min"
    assert broken["to_ms"] - broken["from_ms"] == pytest.approx(2821_000)
    assert [gap["text"] for gap in spans["gaps"]] == ["47.0 min", "the clock went back by 10.0 min"]


def test_an_empty_run_has_no_spans() -> None:
    story = Story()
    story.run("r")
    assert ask(desk_of(story), "spans", run_id="r").columns["start_ms"].tolist() == []


def test_a_branch_is_drawn_on_its_own_clock(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    sold.run()
    desk = Desk(wb.open(sold.log), code=sold.sell)
    late = [{"edit": "delays", "step": "charge", "seconds": 3600.0}]
    told = {"edit": "returns", "step": "hold", "value": {"json": '"kept"'}}
    parent = ask(desk, "replay", run_id="order-42", edits=late)
    branch = ask(desk, "replay", run_id="order-42", edits=[told], parent=parent["branch"])
    spans = ask(desk, "spans", run_id="order-42", branch=branch["branch"])
    states = {spans["lanes"][lane]: STATES[state] for lane, state in
              zip(spans.columns["lane"].tolist(), spans.columns["state"].tolist(), strict=True)}  # fmt: skip
    assert states["hold"] == "edited"
    took = spans.columns["end_ms"] - spans.columns["start_ms"]
    assert took.max() == pytest.approx(3_600_000, rel=0.01)
    assert spans["branch"] == branch["branch"]
