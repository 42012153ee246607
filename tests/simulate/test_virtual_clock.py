"""Virtual time: nobody waits for it, and it passes for all at once."""

from __future__ import annotations

import queue
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from workbench.simulate.virtual_clock import EndlessWaitError, VirtualClock
from workbench.simulate.worker_clock import WorkerClock

NS = 1_000_000_000


def test_those_who_sleep_at_once_wake_in_the_order_in_which_they_are_due() -> None:
    clock, woke = VirtualClock(0), list[tuple[float, int]]()
    began = time.monotonic()
    ready, go = queue.SimpleQueue[None](), Event()

    def body(seconds: float) -> None:
        ready.put(None)
        go.wait(10)
        clock.sleep(seconds)
        woke.append((seconds, clock.ns // NS))

    with ThreadPoolExecutor() as pool:
        start = clock.counted(pool.submit)
        done = [start(body, seconds) for seconds in (7200, 60, 3600)]
        for _ in done:
            ready.get(timeout=10)
        go.set()
        clock.sleep(10_000)  # this thread waits as well, so time may pass
        assert [future.result(10) for future in done] == [None] * 3
    assert woke == [(60, 60), (3600, 3600), (7200, 7200)]
    assert clock.ns == 10_000 * NS
    assert time.monotonic() - began < 10


def test_a_message_comes_before_the_end_of_a_wait_when_it_is_sent_before() -> None:
    clock, inbox = VirtualClock(0), queue.SimpleQueue[str]()

    def body(seconds: float) -> None:
        clock.sleep(seconds)
        inbox.put(f"after {seconds:g}")

    with ThreadPoolExecutor() as pool:
        start = clock.counted(pool.submit)
        start(body, 5)
        assert clock.next_of(inbox, 3) is None
        assert clock.ns == 3 * NS
        assert clock.next_of(inbox, 100) == "after 5"
        assert clock.ns == 5 * NS


def test_who_waits_for_nothing_is_told_so() -> None:
    with pytest.raises(EndlessWaitError):
        VirtualClock(0).next_of(queue.SimpleQueue[None](), None)


def test_time_outlives_who_kept_it(tmp_path: Path) -> None:
    VirtualClock(5 * NS, path=tmp_path / "clock").sleep(3600)
    assert VirtualClock(0, path=tmp_path / "clock").ns == 3605 * NS


def test_a_wrong_clock_shows_another_time_and_goes_as_fast() -> None:
    clock = VirtualClock(0)
    wrong = WorkerClock(clock, skew_seconds=-120)
    before = wrong.now_ns()
    wrong.sleep(60)
    assert before < 0
    assert 60 * NS < wrong.now_ns() - before < 61 * NS
    assert clock.ns > 60 * NS
