"""Every edit: what it does to time, to answers, to the world; how edits go together. Rules 5 and 6 of the machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.replay.flows import (
    SHAPES,
    OutOfStockError,
    chance,
    never,
    recorded,
    replayed,
    reserve,
    sequence,
    slow,
    stock,
)
from workbench.journal import open_log
from workbench.machine import (
    Crashes,
    Delays,
    Drops,
    Edit,
    Input,
    Raises,
    Returns,
    ShiftsClock,
    Signals,
    Target,
)
from workbench.model import History
from workbench.replay import Completed, Needs, Trace

NS = 1_000_000_000


def value(trace: Trace) -> Any:
    assert isinstance(trace.outcome, Completed), str(trace)
    return trace.outcome.value


def run(code: Callable[..., Any], history: History, *edits: Edit) -> Trace:
    return replayed(code, history, edits)


def told(trace: Trace) -> list[tuple[str, str, str]]:
    return [(stop.event, stop.name, stop.source) for stop in trace.steps if stop.source]


def timed(path: Path, code: Callable[..., Any], signals: Sequence[tuple[float, str, Any]] = ()) -> tuple[Any, History]:
    """Record with signals that come so many seconds after the beginning."""
    clock = FakeClock()
    with clock.recorder(path) as recorder:
        for seconds, name, sent in signals:
            clock.at(seconds, partial(recorder.signal, "r", name, sent))
        result = recorder.run(code, id="r")
    return result, open_log(path).history


# --- delays -------------------------------------------------------------------------------------------------------


async def hurried() -> str:
    try:
        async with asyncio.timeout(30):
            return await slow("a")
    except TimeoutError:
        return "too late"


def test_an_answer_that_is_delayed_past_a_timeout_loses_against_it(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", hurried)
    assert value(run(hurried, history, Delays(Target("slow"), 29))) == "A"
    late = run(hurried, history, Delays(Target("slow"), 31))
    assert value(late) == "too late"
    assert told(late)[-1] == ("TimerFired", "", "virtual")


def test_a_delay_moves_the_clock_and_all_that_follows(tmp_path: Path) -> None:
    def code() -> list[float]:
        began = wb.now()
        stock("a")
        first = wb.now()
        wb.sleep(10)
        return [round((moment - began).total_seconds()) for moment in (first, wb.now())]

    _, history = recorded(tmp_path / "a.wlog", code)
    assert value(run(code, history)) == [0, 10]
    assert value(run(code, history, Delays(Target("stock"), 3600))) == [3600, 3610]


def test_a_delay_changes_who_comes_first(tmp_path: Path) -> None:
    async def code() -> list[str]:
        seen: list[str] = []

        async def branch(seconds: float, name: str) -> None:
            await wb.sleep(seconds)
            seen.append(await slow(name))

        await asyncio.gather(branch(1, "first"), branch(2, "second"))
        return seen

    _, history = recorded(tmp_path / "a.wlog", code)
    assert value(run(code, history)) == ["FIRST", "SECOND"]
    assert value(run(code, history, Delays(Target("slow", 1), 5))) == ["SECOND", "FIRST"]


# --- drops --------------------------------------------------------------------------------------------------------


def test_an_answer_that_never_comes_is_a_frontier_where_nothing_else_goes_on(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", sequence, "7")
    outcome = run(sequence, history, Drops(Target("charge"))).outcome
    assert isinstance(outcome, Needs)
    assert "never to come" in outcome.why


def test_an_answer_that_never_comes_lets_the_timeout_decide(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", hurried)
    assert value(run(hurried, history, Drops(Target("slow")))) == "too late"


# --- signals ------------------------------------------------------------------------------------------------------


def patient() -> list[Any]:
    return [wb.signal("go", timeout_seconds=60), stock("x"), wb.signal("go", timeout_seconds=60)]


def test_a_dropped_signal_times_out(tmp_path: Path) -> None:
    result, history = timed(tmp_path / "a.wlog", patient, [(5, "go", "one"), (6, "go", "two")])
    assert result == ["one", 3, "two"]
    trace = run(patient, history, Drops(Target("go", 1)))
    assert value(trace) == [None, 3, "one"], "the first wait ran out, the second took what had come"
    assert ("SignalTimedOut", "go", "virtual") in told(trace)


def test_a_signal_that_never_came_comes(tmp_path: Path) -> None:
    result, history = timed(tmp_path / "a.wlog", patient)
    assert result == [None, 3, None]
    began = history.columns.time_ns[0]
    trace = run(patient, history, Signals("go", "early", began + 20 * NS))
    assert value(trace) == ["early", 3, None]
    assert ("SignalConsumed", "go", "edited") in told(trace)
    assert value(run(patient, history, Signals("go", 1), Signals("go", 2))) == [1, 3, 2], "both were there before"
    assert value(run(patient, history, Signals("go", "late", began + 90 * NS))) == [None, 3, "late"]


def test_an_earlier_signal_pushes_the_recorded_one_back(tmp_path: Path) -> None:
    _, history = timed(tmp_path / "a.wlog", patient, [(10, "go", "recorded")])
    assert value(run(patient, history)) == ["recorded", 3, None]
    began = history.columns.time_ns[0]
    assert value(run(patient, history, Signals("go", "new", began + 5 * NS))) == ["new", 3, "recorded"]
    assert value(run(patient, history, Signals("go", "new", began + 15 * NS))) == ["recorded", 3, "new"]


def test_a_signal_against_a_timer_in_async_code(tmp_path: Path) -> None:
    async def code() -> str:
        waiting = asyncio.ensure_future(wb.signal("go"))
        timer = asyncio.ensure_future(wb.sleep(60))
        done, _ = await asyncio.wait([waiting, timer], return_when=asyncio.FIRST_COMPLETED)
        return str(await waiting) if waiting in done else "timer"

    result, history = timed(tmp_path / "a.wlog", code)
    assert result == "timer"
    began = history.columns.time_ns[0]
    assert value(run(code, history, Signals("go", "yes", began + 59 * NS))) == "yes"
    assert value(run(code, history, Signals("go", "yes", began + 61 * NS))) == "timer"
    result, history = timed(tmp_path / "b.wlog", code, [(30, "go", "in time")])
    assert result == "in time"
    assert value(run(code, history, Delays(Target("go"), 40))) == "timer"
    assert value(run(code, history, Drops(Target("go")))) == "timer"


def test_a_signal_that_nobody_took_is_an_unused_edit(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", sequence, "7")
    edit = Signals("go", 1)
    assert run(sequence, history, edit).unused == (edit,)


def test_an_edit_of_one_wait_leaves_the_other_as_it_was_until_its_turn(tmp_path: Path) -> None:
    async def code() -> list[Any]:
        first = asyncio.ensure_future(wb.signal("go", timeout_seconds=45))
        second = asyncio.ensure_future(wb.signal("go", timeout_seconds=45))
        return [await first, await second]

    result, history = timed(tmp_path / "a.wlog", code, [(30, "go", "sent")])
    assert result == ["sent", None]
    plain, branch = replayed(code, history), run(code, history, Returns(Target("go", 2), "pretended"))
    assert value(branch) == ["sent", "pretended"]
    consumed = next(stop.index for stop in plain.steps if stop.event == "SignalConsumed")
    assert branch.steps[: consumed + 1] == plain.steps[: consumed + 1]


# --- the clock ----------------------------------------------------------------------------------------------------


def test_a_clock_that_is_off_is_off_from_its_moment_on(tmp_path: Path) -> None:
    def code() -> list[Any]:
        first = wb.now()
        stock("a")
        return [first, wb.now()]

    result, history = recorded(tmp_path / "a.wlog", code)
    day = timedelta(days=1)
    assert value(run(code, history, ShiftsClock(86400))) == [result[0] + day, result[1] + day]
    middle = history.columns.time_ns[2]
    trace = run(code, history, ShiftsClock(-86400, middle))
    assert value(trace) == [result[0], result[1] - day]
    assert [stop.source for stop in trace.steps if stop.event == "ClockRead"] == ["recorded", "edited"]


def test_draws_and_readings_are_edited_by_position(tmp_path: Path) -> None:
    def code() -> list[Any]:
        return [wb.random(), wb.now(), wb.uuid4(), stock("x")]

    result, history = recorded(tmp_path / "a.wlog", code)
    edits = [Returns(Target(position=(1,)), 0.25), Returns(Target(position=(2,)), result[1] + timedelta(hours=1))]
    assert value(run(code, history, *edits)) == [0.25, result[1] + timedelta(hours=1), *result[2:]]


# --- crashes and input --------------------------------------------------------------------------------------------


def test_a_crash_cuts_the_log_and_leaves_the_step_in_doubt(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", sequence, "7")
    started = next(
        history.columns.seq[row] for row in history.rows_of("r") if history.declaration(row).name == "charge"
    )
    trace = run(sequence, history, Crashes(started))
    assert isinstance(trace.outcome, Needs)
    assert (trace.outcome.name, "in doubt" in trace.outcome.why) == ("charge", True)
    assert max(stop.seq for stop in trace.steps) == started
    twice = run(sequence, history, Crashes(started), Crashes(started + 1))
    assert twice.outcome == trace.outcome, "the first one kills"


def test_another_input_borrows_the_answers_of_the_same_calls(tmp_path: Path) -> None:
    def code(sku: str, again: str) -> list[Any]:
        return [stock(sku), reserve(again)]

    _, history = recorded(tmp_path / "a.wlog", code, "a", "b")
    trace = run(code, history, Input(("a", "c")))
    assert isinstance(trace.outcome, Needs)
    assert "reserve('c')" in trace.outcome.why
    assert [stop.source for stop in trace.steps if stop.name == "stock"] == ["", "recorded"]
    assert trace.steps[0].locals == {"sku": "'a'", "again": "'c'"}


@pytest.mark.parametrize("name", SHAPES)
def test_a_pretended_crash_is_a_log_that_really_ends_there(tmp_path: Path, name: str) -> None:
    chance.seed(5)
    code, args = SHAPES[name]
    _, history = recorded(tmp_path / "a.wlog", code, *args)
    for row in history.rows_of("r"):
        seq = history.columns.seq[row]
        pretended, real = run(code, history, Crashes(seq)), replayed(code, history.until(seq))
        assert str(pretended.outcome) == str(real.outcome), f"after event {seq}"
        assert pretended.steps == real.steps


# --- together -----------------------------------------------------------------------------------------------------


def test_edits_compose(tmp_path: Path) -> None:
    def code() -> list[Any]:
        began = wb.now()
        left = stock("a")
        try:
            reserve("sku")
        except OutOfStockError:
            return [left, "sold out", (wb.now() - began).total_seconds() > 3599]
        return [left]

    _, history = recorded(tmp_path / "a.wlog", code)
    edits: list[Edit] = [Returns(Target("stock"), 0), Raises(Target("reserve"), OutOfStockError("sku"))]
    outcome = run(code, history, *edits, Delays(Target("stock"), 1)).outcome
    assert outcome == Completed([3, "sold out", False]), "of two edits of one call the last counts"
    shifted = run(code, history, *edits, ShiftsClock(3600, history.columns.time_ns[3]))
    assert value(shifted) == [0, "sold out", True]


def test_without_a_timing_edit_a_branch_keeps_the_recorded_times(tmp_path: Path) -> None:
    def code() -> list[Any]:
        stock("a")
        first = wb.now()
        wb.sleep(60)
        return [first, wb.now()]

    result, history = recorded(tmp_path / "a.wlog", code)
    assert value(run(code, history, Returns(Target("stock"), 9))) == result


async def first_of_two() -> str:
    waiting = [asyncio.ensure_future(slow("winner")), asyncio.ensure_future(never())]
    done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return "winner" if waiting[0] in done else "loser"


def test_the_log_does_not_know_when_the_loser_of_a_race_would_have_come(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", first_of_two)
    late = Delays(Target("slow"), 5.0)
    needs = replayed(first_of_two, history, [late]).outcome
    assert isinstance(needs, Needs), "the winner comes later than the loser was waited for"
    assert needs.name == "never", "what has an answer is not asked for"
    assert replayed(first_of_two, history, [late, Drops(Target("never"))]).outcome == Completed("winner")
    supplied = Returns(Target("never"), None, supplied=True)
    assert replayed(first_of_two, history, [late, supplied]).outcome == Completed("loser")


async def gather_then_race() -> str:
    await asyncio.gather(asyncio.sleep(44), slow("a"))
    quick, timer = asyncio.ensure_future(slow("b")), asyncio.ensure_future(asyncio.sleep(19))
    done, _ = await asyncio.wait([quick, timer], return_when=asyncio.FIRST_COMPLETED)
    return "step" if quick in done else "timer"


def test_what_follows_is_as_late_as_it_was_asked_not_as_the_late_answer_was(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", gather_then_race)
    late = Delays(Target("slow", 1), 46.0)  # two seconds after the timer that everything waited for
    assert replayed(gather_then_race, history, [late]).outcome == Completed("step")


async def two_wait() -> list[Any]:
    with suppress(OSError):
        await slow("a")
    return list(await asyncio.gather(*(wb.signal("go", timeout_seconds=500) for _ in range(2))))


def test_of_two_that_wait_the_first_gets_the_signal(tmp_path: Path) -> None:
    result, history = recorded(tmp_path / "a.wlog", two_wait)
    assert result == [1, None]
    assert replayed(two_wait, history, [Raises(Target("slow"), OSError())]).outcome == Completed([1, None])
