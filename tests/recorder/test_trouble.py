"""What goes wrong around a run: the disk, secrets, forks, interrupts, sources that are no files."""

from __future__ import annotations

import asyncio
import errno
import importlib
import linecache
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from workbench._errors import DivergenceError, InDoubtError, LogDegradedError, NeedsSecretError
from workbench.journal import OpenMode, disk, open_log
from workbench.program import outside_loops
from workbench.recorder import Recorder

ran: list[str] = []
HEAD, BODY = "eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIiwiZXhwIjoxOTAwMDAwMDAwfQ"
TOKEN = f"{HEAD}.{BODY}.dBjftJeZ4CVPmB92K27uhbUJU1p1rwW1gFW"
PIN = str(4_700 + 11)
"""In pieces: a log holds the source of its steps, this file."""


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()


@wb.step(kind="read")
def look(name: str) -> str:
    ran.append(name)
    return name


@wb.step(kind="write")
def pay(name: str) -> str:
    ran.append(name)
    return name


# --- the disk -----------------------------------------------------------------------------------------------------


def failing(work: Callable[..., Any], allowed: int) -> Callable[..., Any]:
    left = [allowed]

    def refused(*args: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            return work(*args)
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        return work(*args)

    return refused


def pays() -> list[str]:
    seen = [look("a")]
    for name in ("b", "c"):
        try:
            seen.append(pay(name))
        except Exception as error:
            raise AssertionError("the disk's refusal is not the workflow's to catch") from error
    return seen


def halted_by_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch, call: str, allowed: int) -> bool:
    """Run until the disk refuses after `allowed` calls; whether it did."""
    ran.clear()
    halted = False
    with suppress(LogDegradedError), Recorder(path) as recorder, monkeypatch.context() as patch:
        patch.setattr(disk, call, failing(getattr(disk, call), allowed))
        try:
            recorder.run(pays, id="r")
        except LogDegradedError:
            halted = True
    return halted


def test_a_refused_write_halts_the_workflow_and_the_run_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halted = 0
    for allowed in range(12):
        path = tmp_path / f"{allowed}.wlog"
        halted += halted_by_the_disk(path, monkeypatch, "write", allowed)
        with Recorder(path) as recorder:
            while True:
                try:
                    assert recorder.run(pays, id="r") == ["a", "b", "c"]
                    break
                except InDoubtError as error:
                    happened = {"2": "b", "3": "c"}[error.position]
                    assert happened in ran
                    recorder.resolve("r", error.position, happened=True, result=happened)
        assert max(ran.count("b"), ran.count("c")) <= 1
    assert halted >= 8


def test_a_refused_sync_halts_the_workflow_before_the_body_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = []
    for allowed in range(4):
        halted = halted_by_the_disk(tmp_path / f"{allowed}.wlog", monkeypatch, "datasync", allowed)
        outcomes.append((halted, list(ran)))
    assert outcomes == [(True, []), (True, ["a"]), (True, ["a", "b"]), (True, ["a", "b", "c"])]


def test_halted_code_gets_no_more_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def code() -> str:
        try:
            pay("a")
        finally:
            try:
                look("cleanup")
            except BaseException:  # noqa: BLE001 - the worst a workflow can do
                ran.append("swallowed")
        return "went on"

    with Recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(look.function, "first", id="other")
        monkeypatch.setattr(disk, "write", failing(disk.write, 0))
        with pytest.raises(LogDegradedError):
            recorder.run(code, id="r")
        monkeypatch.undo()
    assert "cleanup" not in ran


# --- code that changed --------------------------------------------------------------------------------------------


def test_changed_code_stops_a_resume_and_leaves_the_run_as_it_was(tmp_path: Path) -> None:
    def old() -> None:
        look("a")
        raise KeyboardInterrupt

    def renamed() -> None:
        pay("a")

    def removed() -> str:
        return "nothing asked"

    def raising() -> None:
        raise ValueError("before the step")

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        with pytest.raises(KeyboardInterrupt):
            recorder.run(old, id="r")
        for code in (renamed, removed, raising):
            with pytest.raises(DivergenceError):
                recorder.run(code, id="r")
    assert ran == ["a"]


def test_a_step_in_doubt_that_new_code_forgets_is_a_divergence(tmp_path: Path) -> None:
    @wb.step(kind="write")
    def die() -> None:
        raise KeyboardInterrupt

    def old() -> None:
        look("a")
        die()

    def new() -> str:
        return look("a")

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        with pytest.raises(KeyboardInterrupt):
            recorder.run(old, id="r")
        with pytest.raises(DivergenceError):
            recorder.run(new, id="r")


def test_old_runs_keep_the_old_path_of_a_patch(tmp_path: Path) -> None:
    stop = [KeyboardInterrupt()]

    def old() -> str:
        look("a")
        if stop:
            raise stop.pop()
        return look("b")

    def early() -> str:
        if wb.patched("check"):
            look("new")
        return old()

    def late() -> str:
        look("a")
        if wb.patched("check"):
            look("new")
        return look("b")

    for code, expected in ((early, ["b"]), (late, ["new", "b"])):
        path = tmp_path / f"{code.__name__}.wlog"
        stop[:] = [KeyboardInterrupt()]
        with FakeClock().recorder(path) as recorder:
            with pytest.raises(KeyboardInterrupt):
                recorder.run(old, id="r")
            ran.clear()
            assert recorder.run(code, id="r") == "b"
            assert ran == expected


# --- secrets ------------------------------------------------------------------------------------------------------


@wb.step(kind="read", sensitive=("pin",))
def log_in() -> dict[str, str]:
    ran.append("log in")
    return {"access_token": TOKEN, "pin": PIN}


def use_secrets() -> str:
    session = log_in()
    if "died" not in ran:
        ran.append("died")
        raise KeyboardInterrupt
    assert session["pin"] == PIN
    return look("used") + session["access_token"][:3]


def died_with_secrets(path: Path) -> None:
    with FakeClock().recorder(path) as recorder, pytest.raises(KeyboardInterrupt):
        recorder.run(use_secrets, id="r")
    assert TOKEN.encode() not in path.read_bytes()
    assert PIN.encode() not in path.read_bytes()


def test_a_secret_result_is_sealed_and_a_resume_opens_it(tmp_path: Path) -> None:
    died_with_secrets(tmp_path / "a.wlog")
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(use_secrets, id="r") == "usedeyJ"
    assert ran.count("log in") == 1


def test_without_cryptography_a_resume_stops_at_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    died_with_secrets(tmp_path / "a.wlog")
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        for _ in range(2):
            with pytest.raises(NeedsSecretError):
                recorder.run(use_secrets, id="r")
    assert ran.count("log in") == 1


def test_redaction_can_be_switched_off(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog", redact=False) as recorder, pytest.raises(KeyboardInterrupt):
        recorder.run(use_secrets, id="r")
    assert TOKEN.encode() in (tmp_path / "a.wlog").read_bytes()


# --- processes, threads, cells --------------------------------------------------------------------------------------


def test_a_fork_in_a_step_does_not_harm_the_log(tmp_path: Path) -> None:
    @wb.step(kind="write")
    def fork() -> int:
        child = os.fork()
        if child == 0:
            os._exit(7)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def code() -> list[Any]:
        return [look("a"), fork(), look("b")]

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == ["a", 7, "b"]
    log = open_log(tmp_path / "a.wlog", OpenMode.STRICT)
    assert (len(log.history), log.report.closed) == (8, True)


def test_an_interrupted_cell_halts_the_workflow_in_its_thread(tmp_path: Path) -> None:
    stop = [True]
    main = threading.main_thread().ident or 0

    async def code() -> str:
        await wb.signal("never")
        return "unreachable"

    class Interrupting(FakeClock):
        def next_of(self, inbox: Any, seconds: float | None) -> Any:
            if stop:
                stop.pop()
                signal.pthread_kill(main, signal.SIGINT)
                return inbox.get(timeout=20)
            return super().next_of(inbox, seconds)

    async def cell() -> None:
        with Interrupting().recorder(tmp_path / "a.wlog") as recorder:
            recorder.run(code, id="r")

    loop = asyncio.new_event_loop()  # as a kernel does; asyncio.run() makes the first Ctrl-C a cancellation
    with pytest.raises(KeyboardInterrupt):
        loop.run_until_complete(cell())
    loop.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "workbench-workflow"]
    history = open_log(tmp_path / "a.wlog").history
    assert history.event(history.rows_of("r")[-1]).type.name == "SignalAwaited"


def test_an_interrupt_while_the_thread_is_starting_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    main, start = threading.main_thread().ident or 0, threading.Thread.start
    told = threading.Event()

    def interrupted_start(thread: threading.Thread) -> None:
        start(thread)
        if thread.name == "workbench-workflow":
            signal.pthread_kill(main, signal.SIGINT)
            told.wait(0.2)  # the signal is handled here, inside `start`, as it may be when the thread is quick

    async def cell() -> None:
        outside_loops(lambda: told.wait(20), told.set)

    monkeypatch.setattr(threading.Thread, "start", interrupted_start)
    loop = asyncio.new_event_loop()
    with pytest.raises(KeyboardInterrupt):
        loop.run_until_complete(cell())
    loop.close()
    assert told.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name == "workbench-workflow"]


def test_a_workflow_written_in_a_cell_records_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import workbench as wb\n\n@wb.workflow\ndef cell(x):\n    return x + 1\n"
    name = "<ipython-input-7-abc>"
    monkeypatch.setitem(linecache.cache, name, (len(text), None, text.splitlines(keepends=True), name))
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, name, "exec"), names)  # noqa: S102 - as a notebook does
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(names["cell"], 1, id="r") == 2
    history = open_log(tmp_path / "a.wlog").history
    digest = history.payload(history.rows_of("r")[0])["source"]
    assert (history.sources[digest].text, history.sources[digest].file) == (text, name)


def test_closing_a_recorder_leaves_no_loop_open(tmp_path: Path) -> None:
    @wb.step(kind="read")
    async def quick() -> int:
        return 1

    def code() -> int:
        return quick()  # type: ignore[return-value]  # a def workflow waits for it

    with Recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == 1
        loop = recorder._bodies._loop
    threads = [thread for thread in threading.enumerate() if thread.name == "workbench-steps"]
    for thread in threads:
        thread.join(10)
    assert loop is not None
    assert loop.is_closed()
    assert sys.getrefcount(loop) > 0


# --- signals in def workflows ---------------------------------------------------------------------------------------


def test_signals_before_while_and_after_waiting(tmp_path: Path) -> None:
    clock = FakeClock()

    @wb.step(kind="read")
    def send(value: str) -> None:
        recorder.signal("r", "s", value)

    def code() -> list[Any]:
        send("before")
        first = wb.signal("s")
        second = wb.signal("s", timeout_seconds=60)
        return [first, second, wb.signal("s", timeout_seconds=1)]

    with clock.recorder(tmp_path / "a.wlog") as recorder:
        clock.at(30, lambda: recorder.signal("r", "s", "while"))
        assert recorder.run(code, id="r") == ["before", "while", None]
        recorder.signal("r", "s", "after")
        assert recorder.run(code, id="r") == ["before", "while", None]


def test_a_signal_that_log_and_sender_both_bring_counts_once(tmp_path: Path) -> None:
    clock = FakeClock()
    stop = [KeyboardInterrupt()]

    def code() -> list[Any]:
        if stop:
            raise stop.pop()
        return [wb.signal("s"), wb.signal("s", timeout_seconds=1)]

    with clock.recorder(tmp_path / "a.wlog") as recorder:
        with pytest.raises(KeyboardInterrupt):
            recorder.run(code, id="r")
        read = recorder._past.record

        def late(run_id: str) -> Any:
            recorder.signal("r", "s", 1)  # between the claim of the run and the reading of its log
            return read(run_id)

        recorder._past.record = late  # type: ignore[method-assign]  # the race, made certain
        assert recorder.run(code, id="r") == [1, None]
