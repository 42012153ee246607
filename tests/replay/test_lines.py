"""Stops at every line: where they are, where they are not, and that they change nothing at the events."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.replay.flows import SHAPES, chance, recorded, replayed, slow, stock
from tests.replay.programs import PROGRAMS, interpret
from workbench.replay import LINE, Completed, Cut, Stop, Trace


def marked(code: Any) -> dict[str, int]:
    """Lines of a function by the word in their `# at word` comment."""
    lines, first = inspect.getsourcelines(code)
    return {line.partition("# at ")[2].strip(): first + n for n, line in enumerate(lines) if "# at " in line}


def passed(trace: Trace, code: Any) -> list[str]:
    """Words of the marked lines in the order in which they ran."""
    words = {line: word for word, line in marked(code).items()}
    return [words[stop.line] for stop in trace.steps if stop.event == LINE and stop.line in words]


def events(trace: Trace) -> list[Stop]:
    return [replace(stop, index=0) for stop in trace.steps if stop.event != LINE]


def assert_same_events(plain: Trace, lined: Trace) -> None:
    assert events(lined) == events(plain)
    assert [stop.note for stop in events(lined)] == [stop.note for stop in events(plain)]
    assert lined.outcome == plain.outcome


# --- invariants ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHAPES)
def test_lines_leave_every_event_stop_as_it_is(tmp_path: Path, name: str) -> None:
    chance.seed(3)
    code, args = SHAPES[name]
    _, history = recorded(tmp_path / "a.wlog", code, *args)
    lined = replayed(code, history, lines=True)
    assert_same_events(replayed(code, history), lined)
    assert any(stop.event == LINE for stop in lined.steps)


@settings(deadline=None)
@given(program=PROGRAMS, seed=st.integers(0, 99))
def test_lines_leave_every_event_stop_of_any_small_program_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, program: Any, seed: int
) -> None:
    chance.seed(seed)
    _, history = recorded(tmp_path_factory.mktemp("program") / "a.wlog", interpret, program)
    assert_same_events(replayed(interpret, history), replayed(interpret, history, lines=True))


def test_another_tracer_is_restored(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", SHAPES["loop"][0])

    def tracer(*_: Any) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        replayed(SHAPES["loop"][0], history, lines=True)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)


# --- where they are -----------------------------------------------------------------------------------------------


def test_each_line_is_a_stop_before_it_runs(tmp_path: Path) -> None:
    def code() -> int:
        total = 0  # at zero
        for sku in ("a", "b"):
            total += stock(sku)  # at add
        return total  # at end

    _, history = recorded(tmp_path / "a.wlog", code)
    trace = replayed(code, history, lines=True)
    assert passed(trace, code) == ["zero", "add", "add", "end"]
    at = {stop.line: stop for stop in trace.steps if stop.event == LINE}
    assert at[marked(code)["zero"]].locals == {}
    assert at[marked(code)["add"]].locals == {"total": "3", "sku": "'b'"}
    assert at[marked(code)["end"]].locals == {"total": "6", "sku": "'b'"}
    assert at[marked(code)["end"]].seq == 0


def test_nested_functions_generators_and_comprehensions_are_followed(tmp_path: Path) -> None:
    def code() -> list[int]:
        def double(number: int) -> int:
            return 2 * number  # at nested

        def numbers() -> Iterator[int]:
            yield 1  # at yield
            yield stock("a")  # at again

        found = [
            double(n)  # at item
            for n in numbers()
        ]
        return found[:2]  # at end

    _, history = recorded(tmp_path / "a.wlog", code)
    trace = replayed(code, history, lines=True)
    words = passed(trace, code)
    assert [word for word in words if word != "item"] == ["yield", "nested", "again", "nested", "end"]
    assert words.count("item") >= 2
    stop = next(stop for stop in trace.steps if stop.line == marked(code)["nested"])
    assert [frame.place.function for frame in stop.stack] == ["double", "<listcomp>", "code"]


def test_tasks_side_by_side_are_followed_with_their_branch(tmp_path: Path) -> None:
    async def code() -> list[str]:
        async def one(name: str) -> str:
            first = await slow(name)  # at first
            return first + await slow(first)  # at second

        async def pages() -> AsyncIterator[str]:
            yield await slow("page")  # at page

        async for page in pages():
            assert page  # at loop
        return list(await asyncio.gather(one("a"), one("b")))  # at gather

    _, history = recorded(tmp_path / "a.wlog", code)
    trace = replayed(code, history, lines=True)
    branches = {stop.position for stop in trace.steps if stop.event == LINE and stop.line == marked(code)["second"]}
    assert len(branches) == 2
    assert () not in branches
    assert passed(trace, code)[:3] == ["page", "loop", "gather"]
    second = [stop for stop in trace.steps if stop.event == LINE and stop.line == marked(code)["second"]]
    assert sorted(stop.locals["first"] for stop in second) == ["'A'", "'B'"]
    assert all("first" in stop.changed for stop in second)


# --- where they are not -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parcel:
    """Checks itself when it is made: by the code, or by replay when it reads a result."""

    weight: int

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ValueError(self.weight)


@wb.step(kind="read")
def parcel(weight: int) -> Parcel:
    return Parcel(weight)


def test_reading_a_result_is_no_line_of_the_workflow(tmp_path: Path) -> None:
    def code() -> int:
        return parcel(3).weight

    def making() -> int:
        return Parcel(stock("a")).weight

    functions = {}
    for flow in (code, making):
        _, history = recorded(tmp_path / f"{flow.__name__}.wlog", flow)
        functions[flow.__name__] = {stop.function for stop in replayed(flow, history, lines=True).steps}
    assert functions == {"code": {"code"}, "making": {"making", "__post_init__"}}


def test_libraries_and_workbench_are_not_followed(tmp_path: Path) -> None:
    def code() -> str:
        import textwrap

        return textwrap.dedent(str(stock("a")))

    _, history = recorded(tmp_path / "a.wlog", code)
    assert {stop.file for stop in replayed(code, history, lines=True).steps} == {__file__}


def test_what_a_library_calls_of_the_users_is_followed(tmp_path: Path) -> None:
    def code() -> list[int]:
        import heapq

        def weigh(number: int) -> int:
            return -number  # at key

        return heapq.nsmallest(2, [1, stock("a")], key=weigh)

    _, history = recorded(tmp_path / "a.wlog", code)
    assert passed(replayed(code, history, lines=True), code) == ["key", "key"]


gone_wrong: list[int] = []


# --- bounds -------------------------------------------------------------------------------------------------------


def test_a_loop_that_calls_nothing_ends_the_trace_and_loses_nothing_before_it(tmp_path: Path) -> None:
    def code() -> int:
        count = stock("a")
        while gone_wrong:
            count += 1
        return count

    gone_wrong.clear()
    _, history = recorded(tmp_path / "a.wlog", code)
    whole = replayed(code, history, lines=True)
    gone_wrong.append(1)
    cut = replayed(code, history, lines=True, max_stops=500)
    assert isinstance(cut.outcome, Cut)
    assert "500 stops were made" in str(cut.outcome)
    assert f"{Path(__file__).name}:" in str(cut.outcome)
    assert len(cut) == 500
    assert cut.steps[:4] == whole.steps[:4]
    assert cut.steps[-1].locals["count"].isdigit()


def test_a_loop_in_a_task_ends_the_trace(tmp_path: Path) -> None:
    async def code() -> None:
        async def spin() -> None:
            while gone_wrong:
                pass

        await asyncio.gather(slow("a"), spin())

    gone_wrong.clear()
    _, history = recorded(tmp_path / "a.wlog", code)
    gone_wrong.append(1)
    assert isinstance(replayed(code, history, lines=True, max_stops=300).outcome, Cut)


def test_as_many_stops_as_allowed_are_no_cut(tmp_path: Path) -> None:
    result, history = recorded(tmp_path / "a.wlog", SHAPES["loop"][0])
    count = len(replayed(SHAPES["loop"][0], history, lines=True))
    again = replayed(SHAPES["loop"][0], history, lines=True, max_stops=count)
    assert again.outcome == Completed(result)
    assert len(again) == count
