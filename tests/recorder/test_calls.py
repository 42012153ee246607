"""Each call of a workflow, live and again from its log."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.crashes import events_of
from workbench._errors import (
    LogBusyError,
    RunBusyError,
    RunNotFoundError,
    UnrecordableError,
    UsageError,
)
from workbench.journal import open_log
from workbench.recorder import Recorder

LOG = "a.wlog"
ran: list[str] = []


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@wb.step(kind="read")
def look(name: str) -> str:
    ran.append(name)
    return name.upper()


@wb.step(kind="read")
async def look_async(name: str) -> str:
    ran.append(name)
    await asyncio.sleep(0)
    return name.upper()


class OutOfStockError(Exception):
    def __init__(self, sku: str) -> None:
        self.sku = sku
        super().__init__(sku)


@wb.step(kind="write", definite_errors=(OutOfStockError,))
def refuse(sku: str) -> None:
    ran.append(f"refuse {sku}")
    raise OutOfStockError(sku) from KeyError(sku)


def twice(clock: FakeClock, path: Path, code: Callable[..., Any], *args: Any) -> Any:
    """Run, then ask again for the recorded outcome: the same, and nothing ran."""
    with clock.recorder(path) as recorder:
        first = recorder.run(code, *args, id="r")
        seen = list(ran)
        assert recorder.run(code, *args, id="r") == first
    with clock.recorder(path) as recorder:
        assert recorder.run(code, *args, id="r") == first
    assert ran == seen
    return first


def test_now_random_and_uuid4_are_recorded_once(tmp_path: Path, clock: FakeClock) -> None:
    def draws() -> tuple[datetime, float, uuid.UUID]:
        return wb.now(), wb.random(), wb.uuid4()

    now, number, name = twice(clock, tmp_path / LOG, draws)
    assert (now.tzinfo, 0 <= number < 1, name.version) == (UTC, True, 4)
    assert events_of(tmp_path / LOG, "r") == [
        "RunStarted draws", "ClockRead at 1", "RandomDrawn at 2", "UuidDrawn at 3", "RunCompleted draws",
    ]  # fmt: skip


def test_sleep_waits_as_long_as_it_says(tmp_path: Path, clock: FakeClock) -> None:
    def nap() -> float:
        before = wb.now()
        wb.sleep(3600)
        return (wb.now() - before).total_seconds()

    assert twice(clock, tmp_path / LOG, nap) >= 3600
    assert sum(clock.slept) == pytest.approx(3600, abs=1)


def test_gather_runs_steps_side_by_side_and_keeps_the_order_of_the_calls(tmp_path: Path, clock: FakeClock) -> None:
    def together() -> list[str]:
        return list(wb.gather(look.defer("a"), look_async.defer("b"), look.defer("c")))

    assert twice(clock, tmp_path / LOG, together) == ["A", "B", "C"]


def test_gather_waits_for_all_and_raises_the_first_failure(tmp_path: Path, clock: FakeClock) -> None:
    def together() -> str:
        try:
            wb.gather(look.defer("a"), refuse.defer("sku"), look.defer("c"))
        except OutOfStockError as error:
            return error.sku
        return ""

    assert twice(clock, tmp_path / LOG, together) == "sku"
    assert sorted(ran) == ["a", "c", "refuse sku"]


def test_gather_takes_deferred_calls_only(tmp_path: Path, clock: FakeClock) -> None:
    def together() -> Any:
        return wb.gather(look("a"))

    with clock.recorder(tmp_path / LOG) as recorder, pytest.raises(UsageError, match="deferred step calls"):
        recorder.run(together, id="r")


def test_a_child_is_a_run_of_its_own(tmp_path: Path, clock: FakeClock) -> None:
    def part(name: str) -> str:
        return look(name)

    def whole() -> str:
        return str(wb.child(part, "x")) + str(wb.child(part, "y", id="named"))

    assert twice(clock, tmp_path / LOG, whole) == "XY"
    assert open_log(tmp_path / LOG).history.run_ids == ["r", "r/1", "named"]


def test_a_childs_failure_is_the_parents_to_catch(tmp_path: Path, clock: FakeClock) -> None:
    def part() -> None:
        refuse("sku")

    def whole() -> str:
        try:
            wb.child(part)
        except OutOfStockError as error:
            return f"caught {error.sku} from {type(error.__cause__).__name__}"
        return ""

    assert twice(clock, tmp_path / LOG, whole) == "caught sku from KeyError"


def test_a_new_run_takes_the_new_path_of_a_patch(tmp_path: Path, clock: FakeClock) -> None:
    def code() -> str:
        return look("new") if wb.patched("p") and wb.patched("p") else look("old")

    assert twice(clock, tmp_path / LOG, code) == "NEW"
    assert events_of(tmp_path / LOG, "r").count("PatchChecked p") == 1


def test_an_async_step_can_be_called_by_a_def_workflow(tmp_path: Path, clock: FakeClock) -> None:
    def code() -> Any:
        return look_async("a")

    assert twice(clock, tmp_path / LOG, code) == "A"


def test_two_steps_of_one_name_keep_their_own_declarations(tmp_path: Path, clock: FakeClock) -> None:
    @wb.step(kind="read", name="same")
    def reads() -> int:
        return 1

    @wb.step(kind="write", name="same")
    def writes() -> int:
        return 2

    def code() -> int:
        return reads() + writes() + reads()

    assert twice(clock, tmp_path / LOG, code) == 4
    history = open_log(tmp_path / LOG).history
    kinds = [history.declaration(row).kind for row in history.rows_of("r") if history.event(row).name == "same"]
    assert kinds == ["read", "read", "write", "write", "read", "read"]


# --- the same run again -----------------------------------------------------------------------------------------


def test_a_failed_run_raises_its_recorded_error_again(tmp_path: Path, clock: FakeClock) -> None:
    def code() -> None:
        refuse("sku")

    with clock.recorder(tmp_path / LOG) as recorder:
        for _ in range(2):
            with pytest.raises(OutOfStockError) as caught:
                recorder.run(code, id="r")
            assert caught.value.sku == "sku"
            assert isinstance(caught.value.__cause__, KeyError)
    assert ran == ["refuse sku"]


def test_other_arguments_are_refused(tmp_path: Path, clock: FakeClock) -> None:
    with clock.recorder(tmp_path / LOG) as recorder:
        recorder.run(look.function, "a", id="r")
        with pytest.raises(UsageError, match="other arguments"):
            recorder.run(look.function, "b", id="r")


def test_a_run_without_an_id_gets_one(tmp_path: Path, clock: FakeClock) -> None:
    def code() -> int:
        return 1

    with clock.recorder(tmp_path / LOG) as recorder:
        recorder.run(code)
        recorder.run(code)
    assert len(open_log(tmp_path / LOG).history.run_ids) == 2


def test_a_run_that_is_executing_is_busy(tmp_path: Path, clock: FakeClock) -> None:
    with clock.recorder(tmp_path / LOG) as recorder:

        @wb.step(kind="read")
        def again() -> None:
            with pytest.raises(RunBusyError):
                recorder.run(code, id="r")
            with pytest.raises(RunBusyError):
                recorder.resolve("r", "1", happened=True)

        def code() -> None:
            again()

        recorder.run(code, id="r")


def test_a_second_recorder_on_a_log_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    with clock.recorder(tmp_path / LOG), pytest.raises(LogBusyError):
        Recorder(tmp_path / LOG)


def test_resuming_an_unknown_run_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    with clock.recorder(tmp_path / LOG) as recorder:
        with pytest.raises(RunNotFoundError):
            recorder.resume("nobody", look.function)
        with pytest.raises(RunNotFoundError):
            recorder.signal("nobody", "s")
        with pytest.raises(RunNotFoundError):
            recorder.resolve("nobody", "1", happened=True)


# --- what cannot be recorded ------------------------------------------------------------------------------------


def test_an_unrecordable_argument_fails_before_anything_runs(tmp_path: Path, clock: FakeClock) -> None:
    def code() -> str:
        for bad in (object(), open):
            with pytest.raises(UnrecordableError):
                look(bad)  # type: ignore[arg-type]  # the point
        with pytest.raises(UnrecordableError):
            wb.gather(look.defer("first"), look.defer(object()))  # type: ignore[arg-type]  # the point
        return look("good")

    assert twice(clock, tmp_path / LOG, code) == "GOOD"
    assert ran == ["good"]
    assert events_of(tmp_path / LOG, "r")[1:3] == ["StepStarted look at 5", "StepCompleted look at 5"]


def test_an_unrecordable_result_is_said_and_the_effect_done_once(tmp_path: Path, clock: FakeClock) -> None:
    @wb.step(kind="write")
    def make() -> object:
        ran.append("make")
        return object()

    def code() -> str:
        try:
            make()
        except UnrecordableError:
            return "handled"
        return ""

    assert twice(clock, tmp_path / LOG, code) == "handled"
    assert ran == ["make"]
    history = open_log(tmp_path / LOG).history
    assert "unrecorded" in history.payload(history.rows_of("r")[2])


def test_an_unrecordable_workflow_argument_begins_no_run(tmp_path: Path, clock: FakeClock) -> None:
    with clock.recorder(tmp_path / LOG) as recorder:
        with pytest.raises(UnrecordableError):
            recorder.run(look.function, object(), id="r")
        assert recorder.run(look.function, "a", id="r") == "A"


# --- outside a workflow -----------------------------------------------------------------------------------------


def test_outside_a_workflow_everything_is_plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    @wb.step(kind="keyed", key=lambda order: f"charge/{order}")
    def charge(order: str) -> str:
        assert wb.current_key() == f"charge/{order}"
        return wb.current_key()

    @wb.workflow
    def code(order: str) -> str:
        return str(charge(order))

    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    wb.sleep(3)
    assert slept == [3]
    assert (code("7"), look("a"), wb.patched("p")) == ("charge/7", "A", True)
    assert wb.gather(look.defer("b"), look.defer("c")) == ["B", "C"]
    assert wb.child(code, "8") == "charge/8"
    assert abs((wb.now() - datetime.now(UTC)).total_seconds()) < 60
    assert wb.uuid4() != wb.uuid4()
    assert 0 <= wb.random() < 1
    with pytest.raises(UsageError, match="outside a workflow"):
        wb.signal("s")
    with pytest.raises(UsageError, match="no idempotency key"):
        wb.current_key()


def test_outside_a_workflow_async_code_awaits() -> None:
    async def code() -> list[str]:
        await wb.sleep(0)
        return list(await wb.gather(look_async("a"), look.defer("b")))

    assert asyncio.run(code()) == ["A", "B"]


def test_inside_a_step_a_step_is_its_function(tmp_path: Path, clock: FakeClock) -> None:
    @wb.step(kind="read")
    def outer() -> str:
        return look("inner")

    def code() -> str:
        return outer()

    assert twice(clock, tmp_path / LOG, code) == "INNER"
    assert len(events_of(tmp_path / LOG, "r")) == 4


def test_a_contradicting_declaration_is_refused() -> None:
    with pytest.raises(UsageError, match="no undo"):
        wb.step(kind="compensatable")(look.function)
    with pytest.raises(UsageError, match="no key"):
        wb.step(kind="keyed")(look.function)
    named: Any = "refund"
    with pytest.raises(UsageError, match="undo of step look is 'refund', and no function"):
        wb.step(kind="compensatable", undo=named)(look.function)
