"""`wb.gather` in a `def` workflow: bodies run in threads, answers are logged and delivered one by one."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.machine import Call
from workbench.recorder.doubt import Found
from workbench.recorder.step_run import StepRun

if TYPE_CHECKING:
    from workbench.recorder.live import LiveDriver

__all__ = ["wait_all"]


def wait_all(driver: LiveDriver, calls: Sequence[Call]) -> list[Any]:
    """Carry out step calls side by side.

    Returns:
        Results in the order of the calls.

    Raises:
        Exception: The first failure, in the order in which answers were logged, after all calls have ended.
    """
    return _Together(driver).run(calls)


class _Together:
    def __init__(self, driver: LiveDriver) -> None:
        self._driver = driver
        self._results: dict[Any, Any] = {}
        self._failures: list[BaseException] = []
        self._running = 0
        self._due: list[tuple[int, int, StepRun]] = []

    def run(self, calls: Sequence[Call]) -> list[Any]:
        driver = self._driver
        fresh = [call for call in calls if not driver.replays(call)]
        runs = [(call, driver.step_run(call)) for call in fresh]
        for call, run in runs:
            if isinstance(run, Found):
                self._results[call.position] = run.result
            else:
                self._attempt(run)
        self._deliver_recorded(len(calls) - len(fresh))
        while self._running or self._due:
            self._next()
        if self._failures:
            raise self._failures[0]
        return [self._results[call.position] for call in calls]

    def _deliver_recorded(self, count: int) -> None:
        for _ in range(count):
            answer = self._driver.next_recorded()
            if answer is None:
                break
            given = self._driver.given(answer)
            if given.error is not None:
                self._failures.append(given.error)
            else:
                self._results[answer.call.position] = given.value

    def _next(self) -> None:
        """One message, or one retry that is due: results are logged while others wait for their next attempt."""
        clock = self._driver.clock
        seconds = max(0.0, (self._due[0][0] - clock.now_ns()) / _NS) if self._due else None
        if seconds == 0.0:
            self._attempt(heapq.heappop(self._due)[2])
            return
        work = self._driver.inbox.wait(clock, seconds)
        if work is not None:
            work()

    def _attempt(self, run: StepRun) -> None:
        self._driver.guard(run.begin)
        self._running += 1
        future = self._driver.bodies.start(run.step, run.invocation.args, run.invocation.kwargs, run.key)
        future.add_done_callback(lambda done: self._driver.inbox.put(partial(self._ended, run, done)))

    def _ended(self, run: StepRun, future: Future[Any]) -> None:
        self._running -= 1
        error = future.exception()
        if error is None:
            try:
                self._results[run.call.position] = self._driver.guard(lambda: run.succeeded(future.result()))
            except Exception as refused:  # noqa: BLE001 - raised when all have ended
                self._failures.append(refused)
        elif isinstance(error, Exception):
            delay = self._driver.guard(lambda: run.failed(error))
            if delay is None:
                self._failures.append(error)
            else:
                due_ns = self._driver.clock.now_ns() + int(delay * _NS)
                heapq.heappush(self._due, (due_ns, next(_order), run))
        else:
            raise error


_NS = 1_000_000_000
_order = itertools.count()
