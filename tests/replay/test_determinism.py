"""The same log gives the same trace, every time; the classic bugs of replay, by name."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.clock import FakeClock
from tests.replay.flows import SHAPES, chance, never, recorded, replayed, reserve, slow, stock
from workbench.journal import open_log
from workbench.model import EventType
from workbench.replay import Completed, Diverged, Needs, replay


@pytest.mark.parametrize("name", SHAPES)
def test_one_log_replays_the_same_ten_times(tmp_path: Path, name: str) -> None:
    chance.seed(1)
    code, args = SHAPES[name]
    result, history = recorded(tmp_path / "a.wlog", code, *args)
    first = replayed(code, history)
    assert first.outcome == Completed(result), str(first)
    for _ in range(9):
        again = replayed(code, history)
        assert again.steps == first.steps
        assert [stop.note for stop in again.steps] == [stop.note for stop in first.steps]
        assert again.outcome == first.outcome


@pytest.mark.parametrize("name", SHAPES)
def test_stops_come_in_log_order_and_leave_out_nothing(tmp_path: Path, name: str) -> None:
    for seed in range(5):
        chance.seed(seed)
        code, args = SHAPES[name]
        result, history = recorded(tmp_path / f"{seed}.wlog", code, *args)
        trace = replayed(code, history)
        assert trace.outcome == Completed(result), str(trace)
        rows = history.rows_of("r")
        assert [stop.seq for stop in trace.steps] == [history.columns.seq[row] for row in rows]
        assert [stop.event for stop in trace.steps] == [history.event(row).type.name for row in rows]


# --- classic bugs -------------------------------------------------------------------------------------------------


def test_results_of_parallel_calls_do_not_swap(tmp_path: Path) -> None:
    """Same function, same arguments, answered in the other order: each caller keeps its own."""
    second_is_in = threading.Event()
    begun: list[int] = []

    @wb.step(kind="read")
    async def turn() -> int:
        begun.append(len(begun))
        mine = begun[-1]
        if mine == 0:
            await asyncio.to_thread(second_is_in.wait, 10)
        return mine

    async def branch() -> int:
        mine = await turn()
        second_is_in.set()
        return mine

    async def code() -> list[int]:
        return list(await asyncio.gather(branch(), branch()))

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == [0, 1]
    trace = replay(code, open_log(tmp_path / "a.wlog").history)
    assert [stop.position for stop in trace.steps if stop.event == "StepCompleted"] == [(2, 1), (1, 1)]
    assert trace.outcome == Completed([0, 1])


def test_the_clock_is_not_advanced_by_an_event_that_was_seen_but_not_consumed(tmp_path: Path) -> None:
    async def code() -> list[float]:
        loop, times = asyncio.get_running_loop(), []
        for _ in range(3):
            await asyncio.gather(slow("a"), wb.sleep(10))
            times.append(loop.time())
        return times

    result, history = recorded(tmp_path / "a.wlog", code)
    assert replayed(code, history).outcome == Completed(result)


def test_divergence_is_decided_by_idleness_not_by_a_timer(tmp_path: Path) -> None:
    async def old() -> str:
        return await slow("a")

    async def new() -> str:
        await asyncio.Event().wait()  # nobody sets it: idle at once, and no second passes until that is known
        return ""

    _, history = recorded(tmp_path / "a.wlog", old)
    outcome = replayed(new, history).outcome
    assert isinstance(outcome, Diverged)
    assert outcome.divergence.reason == "removed"


def test_code_that_waits_for_nothing_beyond_the_log_needs_help(tmp_path: Path) -> None:
    async def code() -> None:
        await asyncio.Event().wait()

    clock = FakeClock()
    with clock.recorder(tmp_path / "a.wlog") as recorder, pytest.raises(AssertionError, match="never comes"):
        recorder.run(code, id="r")
    outcome = replayed(code, open_log(tmp_path / "a.wlog").history).outcome
    assert isinstance(outcome, Needs)
    assert "nobody sets" in outcome.why


def test_an_orphan_event_does_not_hang(tmp_path: Path) -> None:
    result, history = recorded(tmp_path / "a.wlog", SHAPES["gather of tasks"][0])
    rows = [row for row in range(len(history)) if history.columns.type[row] == EventType.StepStarted]
    broken = replace(history.columns, type=history.columns.type[:])
    broken.type[rows[1]] = EventType.DecisionMade  # its question is gone, its answer an orphan
    outcome = replayed(SHAPES["gather of tasks"][0], replace(history, columns=broken)).outcome
    assert isinstance(outcome, (Diverged, Needs))
    assert result


def test_a_race_of_all_signals_against_a_timer(tmp_path: Path) -> None:
    async def code() -> str:
        every = asyncio.gather(wb.signal("a"), wb.signal("b"))
        timer = asyncio.ensure_future(wb.sleep(60))
        done, _ = await asyncio.wait([every, timer], return_when=asyncio.FIRST_COMPLETED)
        return "all" if every in done else "late"

    for second in (50, 59.999999, 60, 60.000001, 70):
        clock = FakeClock()
        path = tmp_path / f"{second}.wlog"
        with clock.recorder(path) as recorder:
            clock.at(1, lambda: recorder.signal("r", "a"))
            clock.at(second, lambda: recorder.signal("r", "b"))
            result = recorder.run(code, id="r")
        assert replayed(code, open_log(path).history).outcome == Completed(result)


# --- any small program --------------------------------------------------------------------------------------------

PROGRAMS = st.recursive(
    st.sampled_from(["slow", "plain", "sleep", "random", "never", "fail", "now", "uuid", "patched"]),
    lambda inner: st.one_of(
        st.tuples(st.just("then"), st.lists(inner, max_size=3)),
        st.tuples(st.just("gather"), st.lists(inner, max_size=3)),
        st.tuples(st.just("task"), inner, inner),
        st.tuples(st.just("choose"), inner, inner),
        st.tuples(st.just("timeout"), inner),
        st.tuples(st.just("child"), inner),
    ),
    max_leaves=8,
)
"""Small, so that a failure is read at a glance: leaves are calls, inner nodes are control flow."""


async def _leaf(word: str) -> Any:  # noqa: PLR0911 - one answer per word
    match word:
        case "slow":
            return await slow("s")
        case "plain":
            return stock("p")
        case "sleep":
            return await asyncio.sleep(1)
        case "random":
            return wb.random()
        case "never":
            try:
                return await asyncio.wait_for(never(), 7)
            except TimeoutError:
                return "late"
        case "fail":
            try:
                return (await wb.gather(reserve.defer("none")))[0]
            except Exception as error:  # noqa: BLE001 - as much as a workflow may catch
                return repr(error)
        case "patched":
            return wb.patched("p")
        case _:
            return str(wb.now() if word == "now" else wb.uuid4())


async def interpret(program: Any) -> Any:  # noqa: PLR0911 - one answer per word
    """A workflow whose code is its argument."""
    if isinstance(program, str):
        return await _leaf(program)
    match program[0]:
        case "then":
            return [await interpret(part) for part in program[1]]
        case "gather":
            return await asyncio.gather(*(interpret(part) for part in program[1]))
        case "task":
            task = asyncio.create_task(interpret(program[1]))
            return [await interpret(program[2]), await task]
        case "choose":
            return await interpret(program[1] if wb.random() < 0.5 else program[2])
        case "timeout":
            try:
                async with asyncio.timeout(3):
                    return await interpret(program[1])
            except TimeoutError:
                return "out of time"
        case _:
            return await wb.child(interpret, program[1])


@settings(deadline=None)
@given(program=PROGRAMS, seed=st.integers(0, 99))
def test_any_small_program_replays_exactly(tmp_path_factory: pytest.TempPathFactory, program: Any, seed: int) -> None:
    chance.seed(seed)
    path = tmp_path_factory.mktemp("program") / "a.wlog"
    result, history = recorded(path, interpret, program)
    trace = replayed(interpret, history)
    assert trace.outcome == Completed(result), str(trace)
    assert [stop.seq for stop in trace.steps] == [history.columns.seq[row] for row in history.rows_of("r")]
