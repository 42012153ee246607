"""Replay never acts: no body is called, and ordinary side effects of workflow code are stopped."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.replay.flows import ran, recorded, replayed, slow, stock
from workbench._errors import ActedDuringReplayError
from workbench.replay import tripwire

ACTS: dict[str, Callable[[Path], Any]] = {
    "socket": lambda _: socket.create_connection(("127.0.0.1", 9), timeout=0.1),
    "a name": lambda _: socket.getaddrinfo("localhost", 9),
    "urllib": lambda _: urllib.request.urlopen("http://127.0.0.1:9", timeout=0.1),
    "subprocess": lambda _: subprocess.run(["true"], check=False),
    "os.system": lambda _: os.system("true"),  # noqa: S605 - must not run
    "fork": lambda _: os.fork() or os._exit(0),
    "open to write": lambda path: (path / "new").open("w"),
    "open to append": lambda path: (path / "old").open("a"),
    "os.open": lambda path: os.open(path / "new", os.O_CREAT | os.O_RDWR),
    "sqlite3": lambda path: sqlite3.connect(path / "db"),
    "remove": lambda path: (path / "old").unlink(),
    "rename": lambda path: (path / "old").rename(path / "new"),
    "mkdir": lambda path: (path / "folder").mkdir(),
    "rmtree": lambda path: shutil.rmtree(path / "tree"),
    "temporary file": lambda _: tempfile.mkstemp(),
    "chmod": lambda path: (path / "old").chmod(0o777),
    "environment": lambda _: os.environ.update({"WORKBENCH_TEST": "1"}),
    "kill": lambda _: os.kill(os.getpid(), 0),
    "library": lambda _: ctypes.CDLL("libm.so.6"),
}

if sys.version_info >= (3, 12):  # before, CPython tells no audit hook of a new thread
    ACTS["thread"] = lambda _: threading.Thread(target=print).start()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "old").write_text("old")
    (tmp_path / "tree").mkdir()
    return tmp_path


def contents(place: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.stat().st_mode) for path in place.rglob("*"))


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("swallows", [Exception, BaseException])
def test_workflow_code_that_acts_is_stopped(place: Path, name: str, swallows: type[BaseException]) -> None:
    live = [True]

    def code() -> str:
        stock("a")
        if not live:
            with contextlib.suppress(swallows):
                ACTS[name](place)
        return "went on"

    _, history = recorded(place / "a.wlog", code)
    live.clear()
    before = contents(place)
    with pytest.raises(ActedDuringReplayError) as caught:
        replayed(code, history)
    assert caught.value.event
    assert contents(place) == before
    assert "WORKBENCH_TEST" not in os.environ


def test_a_branch_that_acts_is_stopped_even_if_nobody_awaits_it(place: Path) -> None:
    live = [True]

    async def acts() -> None:
        if not live:
            (place / "new").write_text("x")

    async def code() -> str:
        tasks = [asyncio.create_task(acts())]
        await slow("a")
        return f"went on beside {len(tasks)}"

    _, history = recorded(place / "a.wlog", code)
    live.clear()
    with pytest.raises(ActedDuringReplayError):
        replayed(code, history)
    assert not (place / "new").exists()


def test_reading_is_allowed(place: Path) -> None:
    def code() -> str:
        return (place / "old").read_text() + str(stock("a"))

    result, history = recorded(place / "a.wlog", code)
    assert replayed(code, history).outcome.word == "completed"
    assert result == "old3"


def test_without_isolation_only_the_structure_holds(place: Path) -> None:
    live = [True]

    def code() -> int:
        if not live:
            (place / "new").write_text("x")
        return stock("a")

    _, history = recorded(place / "a.wlog", code)
    live.clear()
    trace = replayed(code, history, isolation="none")
    assert (trace.isolation, trace.outcome.word, (place / "new").exists()) == ("none", "completed", True)


def test_the_tripwire_is_off_again_afterwards(place: Path) -> None:
    with pytest.raises(ActedDuringReplayError), tripwire():
        (place / "new").write_text("x")
    (place / "new").write_text("x")
    assert sys.dont_write_bytecode is False or sys.flags.dont_write_bytecode


def test_another_thread_may_act_meanwhile(place: Path) -> None:
    start, done = threading.Event(), threading.Event()

    def write() -> None:
        start.wait(10)
        (place / "new").write_text("x")
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    with tripwire():
        start.set()
        assert done.wait(10)
    thread.join()


def test_a_replay_calls_no_body(place: Path) -> None:
    def code() -> list[int]:
        return [stock(name) for name in "abc"]

    _, history = recorded(place / "a.wlog", code)
    ran.clear()
    replayed(code, history)
    assert not ran


def test_replays_that_overlap_leave_no_switch_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    one, other = tripwire(), tripwire()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert sys.dont_write_bytecode, "the other one still goes on"
    other.__exit__(None, None, None)
    assert not sys.dont_write_bytecode
