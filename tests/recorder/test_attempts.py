"""Attempts: retries as events, what is never retried, timeouts, and when the intent reaches the disk."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.crashes import events_of
from workbench._errors import StepTimeoutError
from workbench.journal import disk, open_log
from workbench.machine import Retry
from workbench.model import EventType, Kind
from workbench.recorder import Recorder, is_definite

UNDO = str.upper


class DeclinedError(Exception):
    """A refusal."""


def attempts(path: Path, kind: str, error: Exception, **declared: Any) -> tuple[list[str], FakeClock]:
    """Run one step that always fails with `error`; what happened."""

    @wb.step(kind=kind, name="pay", undo=UNDO, key=lambda: "k", definite_errors=(DeclinedError,), **declared)
    def pay() -> None:
        raise error

    def code() -> None:
        pay()

    clock = FakeClock()
    with clock.recorder(path) as recorder, pytest.raises(type(error)):
        recorder.run(code, id="r")
    return [event.split()[0] for event in events_of(path, "r")[1:-1]], clock


THREE = Retry(max_attempts=3, first_delay_seconds=2, backoff=3, jitter=0)
RETRIED = ["StepStarted", "AttemptFailed", "StepStarted", "AttemptFailed", "StepStarted", "StepFailed"]


@pytest.mark.parametrize("kind", ["pure", "read", "idempotent", "keyed"])
def test_an_indefinite_failure_of_a_step_that_repeats_is_retried(tmp_path: Path, kind: str) -> None:
    events, clock = attempts(tmp_path / "a.wlog", kind, ConnectionResetError(), retry=THREE)
    assert events == RETRIED
    assert clock.slept == [2, 6]


@pytest.mark.parametrize("kind", ["write", "compensatable"])
def test_an_indefinite_failure_of_a_step_that_must_not_repeat_is_never_retried(tmp_path: Path, kind: str) -> None:
    events, clock = attempts(tmp_path / "a.wlog", kind, ConnectionResetError(), retry=THREE)
    assert (events, clock.slept) == (["StepStarted", "StepFailed"], [])
    history = open_log(tmp_path / "a.wlog").history
    assert history.payload(history.rows_of("r")[2])["definite"] is False


@pytest.mark.parametrize("kind", ["write", "compensatable"])
def test_a_definite_failure_is_retried_whatever_the_kind(tmp_path: Path, kind: str) -> None:
    events, _ = attempts(tmp_path / "a.wlog", kind, DeclinedError(), retry=THREE)
    assert events == RETRIED
    history = open_log(tmp_path / "a.wlog").history
    assert history.payload(history.rows_of("r")[2])["definite"] is True


def test_an_error_that_no_retry_mends_is_not_retried(tmp_path: Path) -> None:
    events, _ = attempts(tmp_path / "a.wlog", "read", DeclinedError(), retry=Retry(never_on=(DeclinedError,)))
    assert events == ["StepStarted", "StepFailed"]


def test_jitter_comes_from_the_clock_that_was_injected(tmp_path: Path) -> None:
    _, clock = attempts(tmp_path / "a.wlog", "read", OSError(), retry=Retry(max_attempts=2, first_delay_seconds=8))
    assert 0 < clock.slept[0] < 8
    _, again = attempts(tmp_path / "b.wlog", "read", OSError(), retry=Retry(max_attempts=2, first_delay_seconds=8))
    assert clock.slept == again.slept


def test_the_key_is_the_same_on_every_attempt(tmp_path: Path) -> None:
    keys: list[str] = []

    @wb.step(kind="keyed", key=lambda order: f"pay/{order}", retry=THREE)
    def pay(order: str) -> None:
        keys.append(wb.current_key())
        raise OSError(order)

    def code() -> None:
        pay("7")

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder, pytest.raises(OSError, match="7"):
        recorder.run(code, id="r")
    assert keys == ["pay/7"] * 3


def test_attempts_of_a_gathered_step_go_on_beside_the_others(tmp_path: Path) -> None:
    left = [OSError("one")]

    @wb.step(kind="read", retry=THREE)
    def flaky() -> str:
        if left:
            raise left.pop()
        return "ok"

    @wb.step(kind="read")
    def steady() -> str:
        return "steady"

    def code() -> list[str]:
        return list(wb.gather(flaky.defer(), steady.defer()))

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == ["ok", "steady"]
    assert events_of(tmp_path / "a.wlog", "r")[-2] == "StepCompleted flaky at 1"


@pytest.mark.parametrize(
    ("error", "definite"),
    [
        (ConnectionRefusedError(111, "refused"), True),
        (ConnectionResetError(104, "reset"), False),
        (TimeoutError(), False),
        (type("ConnectTimeout", (Exception,), {})(), True),
        (type("IntegrityError", (Exception,), {})(), True),
        (type("HTTPError", (Exception,), {"response": type("R", (), {"status_code": 422})})(), True),
        (type("HTTPError", (Exception,), {"response": type("R", (), {"status_code": 409})})(), False),
        (type("HTTPError", (Exception,), {"response": type("R", (), {"status_code": 503})})(), False),
        (type("Own", (Exception,), {"definite": True})(), True),
        (asyncio.CancelledError(), False),
        (ValueError(), False),
    ],
)
def test_a_failure_is_definite_only_where_nothing_can_have_happened(error: BaseException, definite: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_definite(error) is definite


# --- timeouts -----------------------------------------------------------------------------------------------------


@pytest.fixture
def door() -> Iterator[threading.Event]:
    """Bodies that hang wait here, and end with the test."""
    event = threading.Event()
    yield event
    event.set()


def test_a_timeout_is_indefinite_however_the_step_is_called(tmp_path: Path, door: threading.Event) -> None:
    @wb.step(kind="write", timeout_seconds=0.001)
    def hang() -> None:
        door.wait()

    @wb.step(kind="write", timeout_seconds=0.001)
    async def hang_async() -> None:
        await asyncio.Event().wait()

    def code() -> list[str]:
        seen = []
        for call in (hang, hang_async, lambda: wb.gather(hang.defer()), lambda: wb.gather(hang_async.defer())):
            try:
                call()
            except StepTimeoutError:
                seen.append("unknown")
        return seen

    with Recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == ["unknown"] * 4
    history = open_log(tmp_path / "a.wlog").history
    failed = [row for row in history.rows_of("r") if history.columns.type[row] == EventType.StepFailed]
    assert [history.payload(row)["definite"] for row in failed] == [False] * 4


def test_a_bodys_own_timeout_is_its_own_error(tmp_path: Path) -> None:
    @wb.step(kind="read", timeout_seconds=60)
    def own() -> None:
        raise TimeoutError("mine")

    @wb.step(kind="read", timeout_seconds=60)
    async def own_async() -> None:
        raise TimeoutError("mine")

    def code() -> list[str]:
        seen = []
        for call in (own, own_async):
            try:
                call()
            except StepTimeoutError:
                seen.append("the recorder's")
            except TimeoutError as error:
                seen.append(str(error))
        return seen

    with Recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == ["mine", "mine"]


# --- the intent ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
def test_the_intent_is_on_disk_before_a_step_that_must_not_repeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    story: list[str] = []
    sync = disk.datasync
    here = threading.current_thread()

    def synced(fd: int) -> None:
        if threading.current_thread() is here:
            story.append("sync")
        sync(fd)

    @wb.step(kind=kind, name="pay", undo=UNDO, key=lambda: "k")
    def pay() -> None:
        story.append("body")

    def code() -> None:
        story.clear()
        pay()
        story.append("end")

    monkeypatch.setattr(disk, "datasync", synced)
    with Recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(code, id="r")
    durable = kind in {Kind.WRITE, Kind.COMPENSATABLE, Kind.KEYED}
    assert story[: story.index("end")] == (["sync", "body"] if durable else ["body"])


def test_the_real_system_call_is_fdatasync() -> None:
    assert disk.datasync is getattr(os, "fdatasync", disk.datasync)


def run_once(path: Path, code: Callable[..., Any]) -> Any:
    with FakeClock().recorder(path) as recorder:
        return recorder.run(code, id="r")
