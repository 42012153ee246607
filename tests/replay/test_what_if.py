"""Edits, frontiers, divergence, and time beyond the log."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.replay.flows import (
    Charge,
    OutOfStockError,
    charge,
    failing,
    gathering,
    nested,
    never,
    recorded,
    replayed,
    reserve,
    sequence,
    slow,
    stock,
    timing,
)
from workbench._errors import UndecodableError
from workbench.journal import open_log
from workbench.machine import DivergenceReason
from workbench.model import History
from workbench.replay import Completed, Diverged, Edit, Failed, Needs, Raises, Returns, Target, Trace


@pytest.fixture
def history(tmp_path: Path) -> History:
    return recorded(tmp_path / "a.wlog", sequence, "7")[1]


def value(trace: Trace) -> Any:
    assert isinstance(trace.outcome, Completed), str(trace)
    return trace.outcome.value


# --- edits --------------------------------------------------------------------------------------------------------


def test_an_edited_result_goes_through_the_code(history: History) -> None:
    trace = replayed(sequence, history, [Returns(Target("charge"), Charge("ch_9", Decimal(1)))])
    assert value(trace) == "ch_9 kept sku-1 3 2026"
    edited = [stop for stop in trace.steps if stop.source == "edited"]
    assert [(stop.name, stop.seq) for stop in edited] == [("charge", 0)]


def test_an_edited_result_is_typed_as_the_step_says(history: History) -> None:
    assert value(replayed(sequence, history, [Returns(Target("charge"), {"id": "x", "amount": Decimal(1)})]))[0] == "x"


def test_an_edit_that_does_not_fit_the_type_is_refused(history: History) -> None:
    with pytest.raises(UndecodableError):
        replayed(sequence, history, [Returns(Target("charge"), {"id": "x"})])


def test_an_edited_error_is_raised_and_leaves_no_trace_in_the_edit(history: History) -> None:
    error = OutOfStockError("gone")
    traces = [replayed(sequence, history, [Raises(Target("reserve"), error)]) for _ in range(3)]
    for trace in traces:
        assert isinstance(trace.outcome, Failed)
        assert trace.outcome.error is error
    assert [stop.event for stop in traces[-1].steps][-2:] == ["StepFailed", "RunFailed"]


def test_edits_by_occurrence_and_position(tmp_path: Path) -> None:
    def code() -> list[int]:
        return [stock(name) for name in "abc"]

    _, history = recorded(tmp_path / "b.wlog", code)
    assert value(replayed(code, history, [Returns(Target("stock", occurrence=2), 8)])) == [3, 8, 3]
    assert value(replayed(code, history, [Returns(Target(position=(3,)), 9)])) == [3, 3, 9]
    assert value(replayed(code, history, [Returns(Target("stock"), 1)])) == [1, 1, 1]


def test_edits_that_meet_nothing_are_reported(history: History) -> None:
    unused = Returns(Target("no such step"), 1)
    trace = replayed(sequence, history, [unused, Returns(Target("stock"), 3)])
    assert trace.unused == (unused,)


def test_a_step_that_timed_out_may_answer_in_a_what_if(tmp_path: Path) -> None:
    async def code() -> str:
        try:
            return await asyncio.wait_for(answer(), 5)
        except TimeoutError:
            return "late"

    @wb.step(kind="read", name="never answers")
    async def answer() -> str:
        await never.function()
        return ""

    result, history = recorded(tmp_path / "b.wlog", code)
    assert result == "late"
    assert value(replayed(code, history, [Returns(Target("never answers"), "in time")])) == "in time"


def test_an_edit_inside_a_gather_keeps_the_others(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "b.wlog", gathering)
    assert value(replayed(gathering, history, [Returns(Target("reserve"), "mine")]))[:3] == [3, "mine", "C"]
    _, history = recorded(tmp_path / "c.wlog", nested)
    edited = value(replayed(nested, history, [Returns(Target("slow", occurrence=2), "mine")]))
    assert edited == [[["A1", "mine"], ["B1", "B2"]], "END"]


# --- the frontier -------------------------------------------------------------------------------------------------


def cut(tmp_path: Path, code: Any, *args: Any) -> History:
    """The history of a run that died inside its `die`."""
    with FakeClock().recorder(tmp_path / "cut.wlog") as recorder, pytest.raises(KeyboardInterrupt):
        recorder.run(code, *args, id="r")
    return open_log(tmp_path / "cut.wlog").history


@wb.step(kind="write")
def die(order: str) -> Charge:
    raise KeyboardInterrupt(order)


def dying(order: str) -> str:
    if stock("a") > 2:
        paid = die(order)
        wb.sleep(60)
        return f"{paid.id} {charge(order, paid.amount).id} {reserve('x')} {wb.now().year}"
    return ""


def test_an_unfinished_run_needs_an_answer_and_says_which(tmp_path: Path) -> None:
    needs = replayed(dying, cut(tmp_path, dying, "7")).outcome
    assert isinstance(needs, Needs)
    assert (needs.name, needs.position, needs.expects) == (
        "die",
        (2,),
        "tests.replay.test_what_if.Charge",
    ) or needs.expects
    assert "in doubt" in needs.why
    assert "die('7')" in str(needs)


def test_answers_are_supplied_one_after_another_until_it_completes(tmp_path: Path) -> None:
    history = cut(tmp_path, dying, "7")
    edits: list[Edit] = []
    asked = []
    while True:
        trace = replayed(dying, history, edits)
        if not isinstance(trace.outcome, Needs):
            break
        asked.append(trace.outcome.name)
        given = {"die": Charge("one", Decimal(1)), "charge": Charge("two", Decimal(2)), "reserve": "kept"}
        edits.append(Returns(Target(position=trace.outcome.position), given[trace.outcome.name], supplied=True))
    assert asked == ["die", "charge", "reserve"]
    assert value(trace) == "one two kept 2026"
    assert [stop.source for stop in trace.steps if stop.source in {"supplied", "virtual"}] == [
        "supplied", "virtual", "supplied", "supplied", "virtual",
    ]  # fmt: skip


def test_several_calls_wait_at_one_frontier(tmp_path: Path) -> None:
    def code() -> Any:
        return wb.gather(stock.defer("a"), die.defer("b"), reserve.defer("c"))

    async def code_async() -> Any:
        return await asyncio.gather(never(), wb.signal("s"), wb.sleep(5))

    history = cut(tmp_path, code)
    needs = replayed(code, history).outcome
    assert isinstance(needs, Needs)
    assert "die" in {needs.name, *(call.name for call in needs.others)}
    clock = FakeClock()
    with clock.recorder(tmp_path / "b.wlog") as recorder, pytest.raises(AssertionError):
        recorder.run(code_async, id="r")
    needs = replayed(code_async, open_log(tmp_path / "b.wlog").history).outcome
    assert isinstance(needs, Needs)
    assert [needs.name, *(call.name for call in needs.others)] == ["s", "never"]


def test_suggestions_come_from_the_recording(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(sequence, "7", id="other")
        with pytest.raises(KeyboardInterrupt):
            recorder.run(before_charge, id="r")
    needs = replayed(after_charge, open_log(tmp_path / "a.wlog").history).outcome
    assert isinstance(needs, Needs)
    assert needs.suggestions == (Charge("ch_7", Decimal("9.90")),)


def before_charge() -> None:
    stock("a")
    raise KeyboardInterrupt


def after_charge() -> Any:
    stock("a")
    return charge("8", Decimal(1))


def test_beyond_the_log_timers_fire_in_virtual_time_and_draws_repeat(tmp_path: Path) -> None:
    async def code() -> Any:
        await stock_async()
        seen: list[str] = []

        async def nap(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append(name)

        before = wb.now()
        await asyncio.gather(nap("slow", 3600), nap("fast", 60))
        return seen, (wb.now() - before).total_seconds(), wb.random(), wb.uuid4()

    async def stock_async() -> None:
        stock("a")

    async def died() -> None:
        await stock_async()
        raise KeyboardInterrupt

    history = cut(tmp_path, died)
    first = value(replayed(code, history))
    assert first[:2] == (["fast", "slow"], 3600)
    assert value(replayed(code, history)) == first


# --- divergence ---------------------------------------------------------------------------------------------------


def original() -> str:
    left = stock("a")
    paid = charge("7", Decimal(1))
    return f"{paid.id} {left} {reserve('x')}"


def inserted_first() -> str:
    reserve("new")
    return original()


def inserted_last() -> str:
    return original() + reserve("new")


def removed_first() -> str:
    paid = charge("7", Decimal(1))
    return f"{paid.id} {reserve('x')}"


def removed_last() -> str:
    return f"{stock('a')} {charge('7', Decimal(1)).id}"


def reordered() -> str:
    paid = charge("7", Decimal(1))
    return f"{paid.id} {stock('a')} {reserve('x')}"


def other_argument() -> str:
    return f"{stock('a')} {charge('7', Decimal(2)).id} {reserve('x')}"


def fails_early() -> str:
    stock("a")
    raise ValueError


@pytest.mark.parametrize(
    ("code", "reason", "position"),
    [
        (inserted_first, DivergenceReason.RENAMED, "1"),
        (inserted_last, DivergenceReason.INSERTED, "4"),
        (removed_first, DivergenceReason.RENAMED, "1"),
        (removed_last, DivergenceReason.REMOVED, "3"),
        (reordered, DivergenceReason.RENAMED, "1"),
        (other_argument, DivergenceReason.ARGUMENTS, "2"),
        (fails_early, DivergenceReason.REMOVED, "2"),
    ],
)
def test_changed_code_diverges_where_it_differs(
    tmp_path: Path, code: Any, reason: DivergenceReason, position: str
) -> None:
    _, history = recorded(tmp_path / "b.wlog", original)
    trace = replayed(code, history)
    assert isinstance(trace.outcome, Diverged), str(trace)
    divergence = trace.outcome.divergence
    assert (divergence.reason, divergence.position) == (reason, position)
    assert divergence.hint
    assert "diverged at" in str(trace)


def test_side_by_side_calls_in_another_order_diverge(tmp_path: Path) -> None:
    async def old() -> Any:
        return await asyncio.gather(slow("a"), slow("b"))

    async def new() -> Any:
        return await asyncio.gather(slow("b"), slow("a"))

    _, history = recorded(tmp_path / "b.wlog", old)
    outcome = replayed(new, history).outcome
    assert isinstance(outcome, Diverged)
    assert outcome.divergence.reason is DivergenceReason.ARGUMENTS


def test_a_changed_rest_of_a_failed_run_is_no_divergence(tmp_path: Path) -> None:
    def fails() -> None:
        stock("a")
        raise ValueError("bug")

    def fixed() -> int:
        return stock("a")

    with FakeClock().recorder(tmp_path / "b.wlog") as recorder, pytest.raises(ValueError, match="bug"):
        recorder.run(fails, id="r")
    history = open_log(tmp_path / "b.wlog").history
    trace = replayed(fixed, history)
    assert (value(trace), trace.steps[-1].event, trace.steps[-1].seq) == (3, "RunCompleted", 0)
    failed = replayed(fails, history)
    assert (failed.outcome.word, failed.steps[-1].event) == ("failed", "RunFailed")
    assert failed.steps[-1].seq > 0


def test_a_result_that_no_longer_fits_its_type_stops_the_replay(history: History) -> None:
    @wb.step(kind="read", name="stock")
    def changed(sku: str) -> Charge:
        raise AssertionError(sku)

    def code(order: str) -> str:
        try:
            changed(f"sku-{order[:0]}1")
        except Exception:  # noqa: BLE001 - as much as a workflow may swallow
            return "swallowed"
        return ""

    with pytest.raises(UndecodableError):
        replayed(code, history)


def test_recorded_failures_and_timeouts_are_raised_as_they_were(tmp_path: Path) -> None:
    assert value(replayed(failing, recorded(tmp_path / "b.wlog", failing)[1])) == "caught none"
    assert value(replayed(timing, recorded(tmp_path / "c.wlog", timing)[1])) == ["late", "late", "X"]


# --- secrets ------------------------------------------------------------------------------------------------------


def test_a_redacted_value_that_decides_needs_an_answer(tmp_path: Path) -> None:
    @wb.step(kind="read", sensitive=("pin",))
    def log_in() -> dict[str, str]:
        return {"pin": str(4_700 + 11)}

    def code() -> str:
        session = log_in()
        return reserve("a") if session["pin"].startswith("47") else "other"

    def passes() -> str:
        session = log_in()
        return reserve(session["pin"])

    _, history = recorded(tmp_path / "b.wlog", code)
    assert isinstance(replayed(code, history).outcome, Needs)
    _, history = recorded(tmp_path / "c.wlog", passes)
    assert replayed(passes, history).outcome.word == "completed"
