"""The same log gives the same trace, every time; the classic bugs of replay, by name."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.clock import FakeClock
from tests.replay.flows import SHAPES, chance, charge, recorded, replayed, reserve, slow
from tests.replay.programs import PROGRAMS, interpret
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
# By name: the divergence bugs that Vercel Workflow had in 2026 (vercel/workflow #3139, #2206, #3439 and #1254, #1055,
# #3070, #4021), the best free list of tests for an engine that replays.


def test_results_of_parallel_calls_do_not_swap(tmp_path: Path) -> None:
    """#3139. Same function, same arguments, answered in the other order: each caller keeps its own."""
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
    """#2206."""

    async def code() -> list[float]:
        loop, times = asyncio.get_running_loop(), []
        for _ in range(3):
            await asyncio.gather(slow("a"), wb.sleep(10))
            times.append(loop.time())
        return times

    result, history = recorded(tmp_path / "a.wlog", code)
    assert replayed(code, history).outcome == Completed(result)


def test_divergence_is_decided_by_idleness_not_by_a_timer(tmp_path: Path) -> None:
    """#3439, #1254."""

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
    """#1055."""
    result, history = recorded(tmp_path / "a.wlog", SHAPES["gather of tasks"][0])
    rows = [row for row in range(len(history)) if history.columns.type[row] == EventType.StepStarted]
    broken = replace(history.columns, type=history.columns.type[:])
    broken.type[rows[1]] = EventType.DecisionMade  # its question is gone, its answer an orphan
    outcome = replayed(SHAPES["gather of tasks"][0], replace(history, columns=broken)).outcome
    assert isinstance(outcome, (Diverged, Needs))
    assert result


def test_the_message_names_what_was_expected_what_was_asked_and_who_holds_the_place(tmp_path: Path) -> None:
    """#4021."""

    async def old() -> str:
        return await slow("a") + await slow("b")

    async def new() -> str:
        return await slow("a") + reserve("b")

    _, history = recorded(tmp_path / "a.wlog", old)
    outcome = replayed(new, history).outcome
    assert isinstance(outcome, Diverged)
    held = next(
        history.columns.seq[row] for row in history.rows_of("r")
        if history.position(row) == (2,) and history.columns.type[row] == EventType.StepStarted
    )  # fmt: skip
    assert (
        f"diverged at 2: the log holds call step slow at 2 (event {held}), the code asked for call step reserve"
        in str(outcome)
    )


def test_a_race_of_all_signals_against_a_timer(tmp_path: Path) -> None:
    """#3070."""

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


@settings(deadline=None)
@given(program=PROGRAMS, seed=st.integers(0, 99))
def test_any_small_program_replays_exactly(tmp_path_factory: pytest.TempPathFactory, program: Any, seed: int) -> None:
    chance.seed(seed)
    path = tmp_path_factory.mktemp("program") / "a.wlog"
    result, history = recorded(path, interpret, program)
    trace = replayed(interpret, history)
    assert trace.outcome == Completed(result), str(trace)
    assert [stop.seq for stop in trace.steps] == [history.columns.seq[row] for row in history.rows_of("r")]


def test_an_argument_may_be_given_by_position_or_by_name(tmp_path: Path) -> None:
    def old() -> object:
        return charge("7", Decimal(1))

    def named() -> object:
        return charge(amount=Decimal(1), order="7")

    def other() -> object:
        return charge(amount=Decimal(2), order="7")

    result, history = recorded(tmp_path / "a.wlog", old)
    assert replayed(named, history).outcome == Completed(result)
    outcome = replayed(other, history).outcome
    assert isinstance(outcome, Diverged)
    assert outcome.divergence.reason == "arguments"


def test_code_that_asks_for_the_same_and_returns_something_else_says_so(tmp_path: Path) -> None:
    def old() -> object:
        return charge("7", Decimal(1))

    def new() -> object:
        return charge("7", Decimal(1)).id

    result, history = recorded(tmp_path / "a.wlog", old)
    assert str(replayed(old, history).outcome) == f"completed with {result!r}"
    outcome = replayed(new, history).outcome
    assert outcome == Completed("ch_7")
    assert str(outcome).startswith("completed with 'ch_7'; the recorded run returned ")
    assert "Charge" in str(outcome)
