"""Moving along a trace: run to, run back, breakpoints, search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.recording.looked_at import FILE, line_of, rounded, shopping, traced
from tests.replay.flows import recorded
from workbench._errors import UsageError
from workbench.recording import Trace
from workbench.replay import Breakpoint, Columns, Stop, holding


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    return traced(shopping, recorded(tmp_path / "a.wlog", shopping)[1])


def test_run_to_what_is_meant_and_back(trace: Trace) -> None:
    assert trace.run_to("StepCompleted").index == 2
    assert trace.run_to("stock").index == 3
    assert trace.run_to("rounded").index == 7
    assert trace.run_back(changed="total").index == 5
    assert trace.run_back(position="1").index == 2
    assert trace.run_back(line_of(shopping, "stock(sku)")).index == 1
    assert trace.run_to(f"{FILE}:{line_of(rounded, 'stock(')}").index == 7
    assert trace.run_back(lambda stop: stop.locals.get("sku") == "'b'").index == 4
    assert trace.goto(0).index == 0
    assert trace.run_to("StepStarted", condition="sku == 'c' and total > 3").index == 5
    trace.goto(-1)
    assert trace.run_back(step="stock", condition="total == 3").index == 4


def test_breakpoints_say_themselves_and_are_kept(trace: Trace) -> None:
    first = trace.break_at("StepStarted", function="rounded")
    assert str(first) == "StepStarted in rounded()"
    trace.break_at(condition="total == 6", step="stock")
    assert [str(each) for each in trace.breakpoints] == ["StepStarted in rounded()", "stop of stock where total == 6"]
    assert [trace.run_to().index, trace.run_to().index, trace.run_to().index] == [5, 6, 7]
    assert trace.run_back().index == 6
    assert str(Breakpoint(event="Line", file="a.py", line=3, changed="x", position="1.2", condition=bool)) == (
        "Line at a.py:3 at position 1.2 where x changed where bool"
    )


@pytest.mark.parametrize(
    ("what", "facts", "hint"),
    [
        ("stokc", {}, "did you mean 'stock'"), (None, {"step": "stokc"}, "did you mean 'stock'"),
        (None, {"event": "StepStartet"}, "did you mean 'StepStarted'"),
        (None, {"changed": "totl"}, "did you mean 'total'"),
        (None, {"function": "roundd"}, "did you mean 'rounded'"), ("nowhere.py:3", {}, "its stops are in"),
        (None, {"position": "1.1"}, "positions are: 1, 2, 3, 4"),
        (9999, {}, f"the nearest line with a stop is {FILE}:"),
        (None, {"condition": "nothing"}, "NameError: name 'nothing' is not defined"),
        (None, {"condition": "total ="}, "write one expression"),
    ],
)  # fmt: skip
def test_what_cannot_be_hit_names_the_nearest_thing(trace: Trace, what: Any, facts: dict[str, str], hint: str) -> None:
    trace.goto(3)
    with pytest.raises(UsageError) as refused:
        trace.run_to(what, **facts)
    assert hint in refused.value.hint
    assert trace.cursor == 3


def test_what_lies_behind_is_named_and_the_cursor_stays(trace: Trace) -> None:
    trace.goto(8)
    with pytest.raises(UsageError, match="after stop 8 there is no stop where price changed") as refused:
        trace.run_to(changed="price")
    assert refused.value.hint == "the nearest one is stop 3: .goto(3)"
    assert trace.cursor == 8
    with pytest.raises(UsageError, match="no breakpoint is set"):
        trace.run_to()


def test_a_line_without_an_event_is_hit_with_lines(trace: Trace) -> None:
    with pytest.raises(UsageError, match="has no stop at line") as refused:
        trace.run_to(line_of(shopping, "# add"))
    assert "lines=True" in refused.value.hint
    trace.goto(4)
    lined = trace.with_lines()
    assert (lined.stop.event, lined.stop.seq) == (trace.stop.event, trace.stop.seq)
    assert lined.run_to(line_of(shopping, "# add")).locals["sku"] == "'b'"
    assert lined.with_lines(on=False).stop == trace.stop


def test_find_by_name_by_fact_and_by_text(trace: Trace) -> None:
    assert trace.find("stock").indices == [1, 2, 3, 4, 5, 6, 7, 8]
    assert trace.find("StepCompleted", step="stock").indices == [2, 4, 6, 8]
    assert trace.find("'b'").indices == [3]  # its argument, and the variable that became so
    assert trace.find(condition="total >= 6", function="shopping").indices == [5, 6, 9]
    assert len(trace.find("no such text")) == 0
    found = trace.find("StepStarted")
    assert [stop.index for stop in found] == [1, 3, 5, 7]
    assert found[0] == trace.steps[1]
    assert found[1:] == [trace.steps[3], trace.steps[5], trace.steps[7]]
    assert "#1 StepStarted stock" in repr(found)


@pytest.mark.parametrize("text", ["stock('b')", "3", "total", "StepC", f"{FILE}:", "9", "rounded", "no such"])
def test_a_search_misses_no_stop_that_shows_the_text(trace: Trace, text: str) -> None:
    def shows(stop: Stop) -> bool:
        words = [stop.event, stop.name, stop.function, f"{FILE}:{stop.line}", stop.note, *stop.changed]
        return any(text in word for word in [*words, *(stop.locals[name] for name in stop.changed)])

    assert holding(Columns(trace.steps), text) == [stop.index for stop in trace.steps if shows(stop)]
    assert not text.isdigit() or [*trace.find(text)] == [stop for stop in trace.steps if shows(stop)]
