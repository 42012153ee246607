"""Replay acts in no thread: what replayed code hands to another one is refused, and other threads go on as ever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench._errors import ActedDuringReplayError

ACTED: list[str] = []
POOL = ThreadPoolExecutor(1)
POOL.submit(lambda: None).result()  # its thread is there before any replay


@wb.step(kind="write")
def act(what: str) -> None:
    ACTED.append(what)


@wb.workflow
def with_a_pool() -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(act, ["a", "b"]))


@wb.workflow
def with_a_pool_that_is_there() -> None:
    POOL.submit(act, "a").result()


@wb.workflow
def with_a_thread() -> None:
    thread = threading.Thread(target=act, args=("a",))
    thread.start()
    thread.join()


@wb.workflow
async def with_a_thread_from_a_task() -> None:
    async def branch() -> None:
        with_a_thread.function()

    await asyncio.gather(branch())


EVERY = [with_a_pool, with_a_pool_that_is_there, with_a_thread, with_a_thread_from_a_task]


@pytest.mark.parametrize("isolation", ["hook", "none"])
@pytest.mark.parametrize("code", EVERY, ids=lambda code: code.name)
def test_nothing_acts_in_another_thread(code: Callable[..., Any], isolation: str, tmp_path: Path) -> None:
    with wb.Recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(code, id="r")
    run = wb.open(tmp_path / "a.wlog").run()
    ACTED.clear()
    with pytest.raises(ActedDuringReplayError, match="another thread"):
        run.replay(code, isolation=isolation)
    with pytest.raises(ActedDuringReplayError, match="another thread"):
        run.verdict(code)
    assert ACTED == []


@wb.step(kind="read")
def look() -> str:
    return "seen"


@wb.workflow
def alone() -> str:
    SEEN.append(elsewhere())
    return look()


SEEN: list[Any] = []


def elsewhere() -> Any:
    """What another thread, which is none of the replay's, can do meanwhile."""
    ASKED.set()
    DONE.wait(10)
    return DONE.is_set()


ASKED, DONE = threading.Event(), threading.Event()


def test_other_threads_start_threads_as_ever(tmp_path: Path) -> None:
    DONE.set()
    with wb.Recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(alone, id="r")
    run = wb.open(tmp_path / "a.wlog").run()
    ASKED.clear()
    DONE.clear()

    def meanwhile() -> None:
        ASKED.wait(10)
        inner = threading.Thread(target=DONE.set)
        inner.start()
        inner.join()

    other = threading.Thread(target=meanwhile)
    other.start()
    run.replay(alone)
    other.join()
    assert SEEN[-1] is True


def test_afterwards_everything_is_as_it_was(tmp_path: Path) -> None:
    before = (threading.Thread.start, ThreadPoolExecutor.submit)
    with wb.Recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(with_a_thread, id="r")
    with pytest.raises(ActedDuringReplayError):
        wb.open(tmp_path / "a.wlog").run().replay(with_a_thread)
    assert (threading.Thread.start, ThreadPoolExecutor.submit) == before
