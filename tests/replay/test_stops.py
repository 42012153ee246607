"""What a stop shows: the line, the locals, what changed, where the answer came from; and the cursor."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.replay.flows import gathering_async, recorded, replayed, sequence, slow, stock
from workbench._errors import RunNotFoundError, UsageError
from workbench.journal import open_log
from workbench.recorder import Recorder
from workbench.replay import Completed, Trace, frames, replay


def line_of(code: Any, text: str) -> int:
    lines, first = inspect.getsourcelines(code)
    return first + next(number for number, line in enumerate(lines) if text in line)


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    _, history = recorded(tmp_path / "a.wlog", sequence, "7")
    return replayed(sequence, history)


def test_each_stop_knows_its_line(trace: Trace) -> None:
    asked = {stop.name or stop.event: stop for stop in trace.steps if stop.event in {"StepStarted", "ClockRead"}}
    for name, text in {"stock": "stock(", "ClockRead": "wb.now()", "charge": "charge(", "reserve": "reserve("}.items():
        assert (asked[name].file, asked[name].line) == (
            __file__.replace("test_stops", "flows"),
            line_of(sequence.function, text),
        )
        assert asked[name].function == "sequence"


def test_locals_and_what_changed(trace: Trace) -> None:
    started = [stop for stop in trace.steps if stop.event == "StepStarted"]
    assert started[0].locals == {"order": "'7'"}
    assert started[1].changed == ("began",)
    assert started[1].locals["left"] == "3"
    assert started[2].changed == ("paid",)
    assert started[2].locals["paid"] == "Charge(id='ch_7', amount=Decimal('9.90'))"
    completed = [stop for stop in trace.steps if stop.event == "StepCompleted"]
    assert [stop.changed for stop in completed] == [(), (), ()]
    assert completed[1].note == "Charge(id='ch_7', amount=Decimal('9.90'))"


def test_stops_say_where_their_answer_came_from(trace: Trace) -> None:
    assert {stop.source for stop in trace.steps if stop.event == "StepCompleted"} == {"recorded"}
    assert {stop.source for stop in trace.steps if stop.event == "StepStarted"} == {""}


def test_the_stack_holds_user_frames_only(tmp_path: Path) -> None:
    def inner(sku: str) -> int:
        return stock(sku)

    def outer() -> int:
        sku = "sku-1"
        return inner(sku)

    _, history = recorded(tmp_path / "a.wlog", outer)
    stop = replayed(outer, history).steps[1]
    assert [frame.place.function for frame in stop.stack] == ["inner", "outer"]
    assert stop.stack[1].locals["sku"] == "'sku-1'"


def test_a_step_that_a_task_runs_directly_stands_where_it_was_written(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", gathering_async)
    lines = {stop.line for stop in replayed(gathering_async, history).steps if stop.event == "StepStarted"}
    assert lines == {line_of(gathering_async, "asyncio.gather")}


def test_branches_of_one_function_keep_their_locals_apart(tmp_path: Path) -> None:
    async def code() -> list[str]:
        import asyncio

        async def branch(name: str) -> str:
            first = await slow(name)
            return first + await slow(f"{name}2")

        return list(await asyncio.gather(branch("a"), branch("b")))

    _, history = recorded(tmp_path / "a.wlog", code)
    second = [stop for stop in replayed(code, history).steps if stop.note.endswith("2')") and "Started" in stop.event]
    assert sorted((stop.locals["name"], stop.locals["first"], stop.changed) for stop in second) == [
        ("'a'", "'A'", ("first",)), ("'b'", "'B'", ("first",)),
    ]  # fmt: skip


def test_without_locals_stops_are_the_same_but_for_them(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", sequence, "7")
    bare = replayed(sequence, history, with_locals=False)
    full = replayed(sequence, history)
    assert [(stop.seq, stop.line) for stop in bare.steps] == [(stop.seq, stop.line) for stop in full.steps]
    assert all(not stop.locals for stop in bare.steps[1:])


# --- the cursor ---------------------------------------------------------------------------------------------------


def test_the_cursor_steps_both_ways_and_stays_inside(trace: Trace) -> None:
    last = len(trace) - 1
    assert trace.stop.index == 0
    assert trace.back().index == 0
    assert trace.step(3).index == 3
    assert trace.back(2).index == 1
    assert trace.step(10_000).index == last
    assert trace.step().index == last
    assert trace.goto(-1).index == last
    assert trace.goto(0) is trace.steps[0]


@pytest.mark.parametrize("index", [-10_000, 10_000])
def test_a_stop_that_does_not_exist_is_refused(trace: Trace, index: int) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        trace.goto(index)


def test_an_empty_trace_has_no_stop() -> None:
    with pytest.raises(UsageError, match="no stops"):
        _ = Trace("r", [], Completed(1)).stop


def test_a_trace_says_what_it_is(trace: Trace) -> None:
    assert str(trace).startswith(f"trace of r: {len(trace)} stops, completed with 'ch_7")
    assert str(trace.steps[1]).startswith("#1 StepStarted stock at 1 · flows.py:")


# --- which run ----------------------------------------------------------------------------------------------------


def test_the_run_must_be_in_the_history(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", sequence, "7")
    with pytest.raises(RunNotFoundError):
        replay(sequence, history, run_id="nobody")
    with pytest.raises(UsageError, match="isolation"):
        replay(sequence, history, isolation="prison")


def test_of_several_runs_one_must_be_named(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(sequence, "1", id="a")
        recorder.run(sequence, "2", id="b")
    history = open_log(tmp_path / "a.wlog").history
    with pytest.raises(UsageError, match="2 runs"):
        replay(sequence, history)
    assert replay(sequence, history, run_id="b").outcome.word == "completed"


def test_replay_leaves_the_log_alone(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", sequence, "7")
    path = tmp_path / "a.wlog"
    before = path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.rglob("*"))
    replayed(sequence, history)
    replayed(sequence, open_log(path).history)
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.rglob("*"))) == before


def test_a_patch_is_a_stop(tmp_path: Path) -> None:
    def code() -> int:
        return stock("a") if wb.patched("p") else 0

    _, history = recorded(tmp_path / "a.wlog", code)
    assert [stop.event for stop in replayed(code, history).steps][1] == "PatchChecked"


def test_a_workflow_of_an_installed_package_is_user_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "site-packages"
    (installed / "shopflows").mkdir(parents=True)
    (installed / "shopflows" / "__init__.py").write_text(
        "import workbench as wb\n@wb.step(kind='read')\ndef price(n): return n\n"
        "@wb.workflow\ndef flow(n):\n    total = price(n)\n    return price(total + 1)\n"
    )
    monkeypatch.setattr(frames, "_LIBRARY", (*frames._LIBRARY, str(installed)))
    monkeypatch.syspath_prepend(str(installed))
    flow = importlib.import_module("shopflows").flow
    with Recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(flow, 1, id="r")
    second = replay(flow, open_log(tmp_path / "a.wlog").history).steps[3]
    assert (second.function, second.line) == ("flow", 7)
    assert dict(second.locals) == {"n": "1", "total": "1"}
