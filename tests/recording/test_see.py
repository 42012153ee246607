"""Looking at one replay in depth: watching, evaluating, the debugger, histories, branches, logpoints."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.recording.looked_at import FILE, line_of, racing, rounded, shopping, traced
from tests.replay.flows import chance, recorded, stock
from tests.replay.programs import PROGRAMS, interpret
from workbench._errors import UsageError
from workbench.recording import Trace
from workbench.replay import Stop, replay, safe_repr


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    return traced(shopping, recorded(tmp_path / "a.wlog", shopping)[1])


# --- watching -----------------------------------------------------------------------------------------------------


def test_watch_has_a_row_for_every_stop_and_marks_changes(trace: Trace) -> None:
    seen = trace.watch("total", "price * 2")
    assert list(seen.columns[:8]) == ["index", "seq", "event", "file", "line", "value", "changed", "error"]
    total = seen[seen["expression"] == "total"]
    assert list(total["index"]) == list(range(len(trace)))
    assert list(total.loc[total["changed"], ["index", "value"]].itertuples(index=False, name=None)) == [
        (1, "0"), (3, "3"), (5, "6"), (9, "9"),
    ]  # fmt: skip
    assert total["error"].iloc[0] == "NameError: name 'total' is not defined"
    assert list(seen.loc[seen["expression"] == "price * 2", "value"].dropna().unique()) == ["6"]


def test_watch_tells_branches_apart(tmp_path: Path) -> None:
    trace = traced(racing, recorded(tmp_path / "a.wlog", racing)[1])
    seen = trace.watch("first")
    assert sorted(seen.loc[seen["changed"], "value"]) == ["'A'", "'B'"]


def test_an_expression_that_changes_what_the_code_does_is_found_out(tmp_path: Path) -> None:
    def emptying() -> int:
        skus = ["a", "b", "c"]
        while skus:
            stock(skus.pop())
        return 0

    trace = traced(emptying, recorded(tmp_path / "a.wlog", emptying)[1])
    with pytest.raises(UsageError, match=r"looking at 'skus.pop\(\)' changed what the code did"):
        trace.watch("skus.pop()")
    assert trace.watch("len(skus)")["value"].dropna().tolist()[0] == "2"


@settings(deadline=None, max_examples=60)
@given(program=PROGRAMS, seed=st.integers(0, 99), lines=st.booleans())
def test_watching_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, program: Any, seed: int, *, lines: bool
) -> None:
    chance.seed(seed)
    history = recorded(tmp_path_factory.mktemp("watch") / "a.wlog", interpret, program)[1]
    trace = traced(interpret, history, lines=lines)
    notes = [stop.note for stop in trace.steps]
    seen = trace.watch("program", "wb.now()", "stock('x')", "asyncio.ensure_future(slow('y'))", "(program := 0)")
    again = traced(interpret, history, lines=lines)
    assert trace.steps == again.steps
    assert [stop.note for stop in again.steps] == notes
    looked_at = set(seen["index"])
    assert {stop.index for stop in trace.steps if stop.locals} <= looked_at
    assert looked_at <= {stop.index for stop in trace.steps if stop.stack}
    refused = seen[seen["expression"].isin(["wb.now()", "stock('x')"])]
    assert refused["error"].str.startswith("refused: ").all()


# --- one value, the debugger --------------------------------------------------------------------------------------


def test_eval_gives_the_real_value_of_any_frame(trace: Trace) -> None:
    trace.run_to("rounded")
    assert trace.eval("amount, whole") == (9, 0)
    assert trace.eval("[total, sku]", frame=1) == [9, "c"]
    assert trace.goto(-1).event == "RunCompleted"
    assert trace.eval("total") == 9
    with pytest.raises(UsageError, match="there is no frame 7 here"):
        trace.eval("total", frame=7)
    with pytest.raises(UsageError, match="refused: it calls stock"):
        trace.eval("stock('a')")


@settings(deadline=None, max_examples=25)
@given(program=PROGRAMS, seed=st.integers(0, 99), lines=st.booleans())
def test_eval_at_every_stop_is_what_the_stop_shows(
    tmp_path_factory: pytest.TempPathFactory, program: Any, seed: int, *, lines: bool
) -> None:
    chance.seed(seed)
    history = recorded(tmp_path_factory.mktemp("eval") / "a.wlog", interpret, program)[1]
    trace = traced(interpret, history, lines=lines)
    for stop in trace.steps:
        if stop.locals:
            trace.goto(stop.index)
            values = trace.eval(f"[{', '.join(stop.locals)}]")
            assert dict(zip(stop.locals, map(safe_repr, values), strict=True)) == stop.locals, str(stop)


def debugged(trace: Trace, *commands: str) -> str:
    before, shown = [*trace.steps], io.StringIO()
    trace.pdb(stdin=io.StringIO("\n".join(commands) + "\n"), stdout=shown)
    assert [*trace.steps] == before
    return shown.getvalue()


def test_the_debugger_walks_the_users_frames_and_comes_back(trace: Trace) -> None:
    trace.run_to("rounded")
    shown = debugged(trace, "p amount", "up", "p total, sku", "down", "p whole", "w", "q")
    assert f"{FILE}({line_of(rounded, 'stock(')})rounded()" in shown
    assert "(Pdb) 9\n" in shown
    assert "(9, 'c')" in shown
    assert "workbench/" not in shown.replace(__file__, "")
    assert trace.cursor == 7


@pytest.mark.parametrize("leave", ["q", "c", "exit", "continue", ""])
def test_every_way_out_of_the_debugger_leaves_the_trace_whole(trace: Trace, leave: str) -> None:
    trace.goto(3)
    debugged(trace, "p sku", *([leave] if leave else []))
    assert trace.step().index == 4


def test_the_debugger_reads_only(trace: Trace, tmp_path: Path) -> None:
    trace.goto(3)
    target = tmp_path / "written"
    shown = debugged(
        trace, "total = 77", "p total", "stock('x')", f"open({str(target)!r}, 'w')", "n", "s", "b 3", "import os", "q"
    )
    assert "refused: it calls stock('x')" in shown
    assert "ActedDuringReplayError" in shown
    assert shown.count("is looked at, not run") == 3
    assert not target.exists()
    assert trace.eval("total") == 3


def test_the_debugger_stands_in_a_suspended_coroutine(tmp_path: Path) -> None:
    trace = traced(racing, recorded(tmp_path / "a.wlog", racing)[1])
    trace.run_to("StepCompleted")
    assert f"{trace.stop.locals['name']}\n" in debugged(trace, "p name", "q")


def test_before_the_first_line_there_is_nothing_to_debug(trace: Trace) -> None:
    with pytest.raises(UsageError, match="no user code runs at stop 0"):
        debugged(trace, "q")


# --- variables, branches, logpoints -------------------------------------------------------------------------------


def test_the_history_of_a_variable(trace: Trace) -> None:
    total = trace.history_of("total")
    assert list(total[["index", "before", "after"]].itertuples(index=False, name=None)) == [
        (1, None, "0"), (3, "0", "3"), (5, "3", "6"), (7, "6", "9"),
    ]  # fmt: skip
    assert set(trace.history_of("whole", "rounded")["function"]) == {"rounded"}
    assert trace.history_of("whole", "rounded").equals(trace.history_of("whole"))
    finer = trace.with_lines().history_of("total")
    assert list(finer["after"]) == list(total["after"])
    with pytest.raises(UsageError) as refused:
        trace.history_of("totl")
    assert "did you mean 'total'" in refused.value.hint


def test_a_variable_that_goes_has_a_last_change(tmp_path: Path) -> None:
    def forgetting() -> int:
        word = "a"
        stock(word)
        del word
        return stock("b")

    history = traced(forgetting, recorded(tmp_path / "a.wlog", forgetting)[1]).history_of("word")
    assert list(history["after"].fillna("gone")) == ["'a'", "gone"]


def test_branches_stand_side_by_side(tmp_path: Path) -> None:
    trace = traced(racing, recorded(tmp_path / "a.wlog", racing)[1])
    stop = trace.run_to("StepCompleted")
    beside = trace.branches()
    frame: Any = beside.frame.set_index("branch")
    assert list(frame.index) == ["", "1", "2"]
    here, there = str(stop.position[0]), str(3 - stop.position[0])
    assert list(frame.index[frame["current"]]) == [here]
    assert frame.loc[there, "waits_for"] == f"slow({frame.loc[there, 'locals']['name']})"
    assert frame.loc["", "function"] == "racing"
    assert frame.loc["", "waits_for"] == ""
    assert "waits for other branches" in repr(beside)
    assert repr(beside).splitlines()[1].split() == ["workflow", *(["▶", "1", "2"] if here == "1" else ["1", "▶", "2"])]
    assert list(trace.branches(at=-1).frame["function"]) == ["racing"]


def test_side_by_side_html_is_escaped(tmp_path: Path) -> None:
    def code() -> int:
        evil = "<script>alert(1)</script>"
        return stock(evil)

    beside = traced(code, recorded(tmp_path / "a.wlog", code)[1]).branches(at=1)
    assert "<script" not in beside._repr_html_()
    assert "&lt;script" in beside._repr_html_()


def test_a_call_of_several_waits_for_all(tmp_path: Path) -> None:
    def code() -> list[Any]:
        return list(wb.gather(stock.defer("a"), stock.defer("b")))

    trace = traced(code, recorded(tmp_path / "a.wlog", code)[1])
    assert trace.branches(at=2).frame["waits_for"].item() == "stock('a'), stock('b')"
    assert trace.branches(at=3).frame["waits_for"].item() in {"stock('a')", "stock('b')"}


def test_logpoints_are_prints_added_to_the_past(trace: Trace) -> None:
    place = f"{FILE}:{line_of(shopping, '# add')}"
    said = trace.logpoint(place, "total={total!r} + {price}")
    assert list(said["text"]) == ["total=0 + 3", "total=3 + 3", "total=6 + 3"]
    assert list(said["after"]) == [2, 4, 6]
    assert trace.logpoint(line_of(rounded, "# round"), "amount").loc[0, "text"] == "9"
    wrong = trace.logpoint(place, "nothing")
    assert list(wrong["error"]) == ["NameError: name 'nothing' is not defined"] * 3
    assert wrong["text"].isna().all()


def test_a_logpoint_where_no_code_stands_names_the_nearest_line(trace: Trace) -> None:
    with pytest.raises(UsageError, match="no code stands at") as refused:
        trace.logpoint(line_of(shopping, "def shopping") - 1, "total")
    assert "nearest line with code is" in refused.value.hint
    with pytest.raises(UsageError, match=r"is not in 'other\.py'"):
        trace.logpoint("other.py:3", "total")


# --- a trace knows how it was made --------------------------------------------------------------------------------


def test_a_trace_replays_as_it_was_replayed(tmp_path: Path) -> None:
    path = tmp_path / "a.wlog"
    recorded(path, shopping)
    run = wb.open(path).run("r")
    branch = run.what_if(shopping).returns("stock", 40, occurrence=1)
    changed = branch.trace
    for trace in (run.replay(shopping), changed, run.replay(shopping, lines=True)):
        assert trace.again().steps == trace.steps
        assert trace.again().outcome == trace.outcome
    assert list(changed.history_of("price")["after"]) == ["40", "3"]
    assert changed.run_to(changed="price").index == 3
    assert changed.eval("price") == 40
    said = run.replay(shopping, logpoints={line_of(shopping, "# add"): "{price}"}).log
    assert list(said["text"]) == ["3", "3", "3"]


def test_a_trace_without_its_code_says_so(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", shopping)
    trace = Trace.of(replay(shopping, history, run_id="r"), history)
    assert trace.find("stock").indices == [1, 2, 3, 4, 5, 6, 7, 8]
    with pytest.raises(UsageError, match="does not know its code"):
        trace.eval("total")


def test_a_trace_says_what_can_be_done_next(trace: Trace) -> None:
    trace.goto(3)
    shown = repr(trace)
    for word in (".run_to(…)", ".watch(…)", ".eval(…)", "▶", "total = 3"):
        assert word in shown
    assert isinstance(trace.stop, Stop)


def test_looking_works_where_an_event_loop_runs(tmp_path: Path) -> None:
    """As in a notebook: a cell runs inside a loop."""
    flows = {code: recorded(tmp_path / f"{code.__name__}.wlog", code)[1] for code in (shopping, racing)}

    async def cell() -> list[Any]:
        found: list[Any] = []
        for code, history in flows.items():
            trace = traced(code, history)
            trace.run_to("StepCompleted")
            found += [trace.eval("1 + 1"), len(trace.branches()), trace.with_lines().stop.event]
            assert "(Pdb)" in debugged(trace, "q")
            assert asyncio.get_running_loop().is_running()
        return found

    assert asyncio.run(cell()) == [2, 1, "StepCompleted", 2, 3, "StepCompleted"]


def collecting() -> list[int]:
    seen: list[int] = []
    for sku in ("a", "b"):
        seen.append(stock(sku))  # noqa: PERF401 - a list that grows is the point
    return seen


def test_looking_must_not_change_what_the_workflow_returns(tmp_path: Path) -> None:
    trace = traced(collecting, recorded(tmp_path / "a.wlog", collecting)[1])
    with pytest.raises(UsageError, match="changed what the code did"):
        trace.watch("seen.append(1)")


def test_the_cursor_stays_within_the_trace(trace: Trace) -> None:
    trace.goto(2)
    assert trace.step(-5).index == 0
    assert trace.back(-1_000).index == len(trace) - 1
