"""A clock that only the test moves: no test waits for real time.

    clock = FakeClock()
    with clock.recorder(tmp_path / "a.wlog") as recorder:
        clock.at(5, lambda: recorder.signal("order-1", "approved", True))
        recorder.run(checkout, id="order-1")

Time stands still while step bodies run in threads (the clock then really waits for one of them), jumps to the next
thing that is planned or awaited otherwise, and a workflow that waits for nothing at all fails instead of hanging.
"""

from __future__ import annotations

import heapq
import itertools
import queue
import random
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

from workbench.recorder import Recorder

NS = 1_000_000_000
TICK_NS = 1_000
PATIENCE_SECONDS = 10.0
"""A body that takes longer than this hangs."""
PAUSE_SECONDS = 0.002


class FakeClock:
    """Time, chance and ids of a test; each reading of the wall clock is a microsecond later than the last.

    Args:
        seed: Decides random numbers and ids.
        now_ns: Where time begins.
    """

    def __init__(self, seed: int = 0, now_ns: int = 1_790_000_000 * NS) -> None:
        self._now_ns = now_ns
        self._mutex = threading.RLock()
        self._random = random.Random(seed)
        self._running = 0
        self._waiting: dict[int, tuple[queue.SimpleQueue[Any], int | None]] = {}
        self._plans: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.slept: list[float] = []

    def now_ns(self) -> int:
        with self._mutex:
            self._now_ns += TICK_NS
            return self._now_ns

    mono_ns = now_ns

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._advance(self._now_ns + int(seconds * NS))

    def next_of(self, inbox: queue.SimpleQueue[Any], seconds: float | None) -> Any:
        until_ns = None if seconds is None else self._now_ns + int(seconds * NS)
        me = threading.get_ident()
        with self._mutex:
            self._waiting[me] = inbox, until_ns
        try:
            for _ in range(int(PATIENCE_SECONDS / PAUSE_SECONDS)):
                try:
                    return inbox.get(timeout=PAUSE_SECONDS) if self._running else inbox.get_nowait()
                except queue.Empty:
                    if self._passes(until_ns):
                        return None
        finally:
            with self._mutex:
                del self._waiting[me]
        raise AssertionError("a step body hangs")

    def _passes(self, until_ns: int | None) -> bool:
        """Let time pass, once every workflow waits and no body runs; whether this workflow's wait is over."""
        with self._mutex:
            ends_here, work = self._next(until_ns)
        if work is None:
            return ends_here
        try:
            work()  # without the mutex: it may write to a log whose flusher asks for the time
        finally:
            with self._mutex:
                self._running -= 1
        return True

    def _next(self, until_ns: int | None) -> tuple[bool, Callable[[], None] | None]:
        """Whether this workflow's wait is over, or what was planned for now, which counts as running from here on."""
        if len(self._waiting) <= self._running or any(not inbox.empty() for inbox, _ in self._waiting.values()):
            return False, None
        first = min((end for _, end in self._waiting.values() if end is not None), default=None)
        if not self._plans and first is None:
            raise AssertionError("the workflow waits for something that never comes")
        if self._plans and (first is None or self._plans[0][0] <= first):
            due_ns, _, work = heapq.heappop(self._plans)
            self._advance(due_ns)
            self._running += 1
            return True, work
        if until_ns != first or first is None:
            return False, None
        self._advance(first + TICK_NS)
        return True, None

    def random(self) -> float:
        return self._random.random()

    def uuid4(self) -> uuid.UUID:
        return uuid.UUID(int=self._random.getrandbits(128), version=4)

    # --- for tests ------------------------------------------------------------------------------------------

    def at(self, seconds: float, work: Callable[[], None]) -> None:
        """Plan something `seconds` from now; it happens when the workflow waits that long."""
        heapq.heappush(self._plans, (self._now_ns + int(seconds * NS), next(self._order), work))

    def recorder(self, path: Path, **options: Any) -> Recorder:
        """A recorder on this clock."""
        recorder = Recorder(path, clock=self, **options)
        bodies = recorder._bodies
        bodies.start = self._counted(bodies.start)  # type: ignore[method-assign]  # the clock must know what runs
        bodies.alone = self._counted(bodies.alone)  # type: ignore[method-assign]  # as above
        return recorder

    def _counted(self, start: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
        def begin(*args: Any) -> Future[Any]:
            if getattr(args[0], "name", "").startswith("never"):
                return start(*args)  # a body that never ends is not waited for
            with self._mutex:
                self._running += 1
            seen: Future[Any] = Future()

            def ended(inner: Future[Any]) -> None:
                error = CancelledError() if inner.cancelled() else inner.exception()
                if error is not None:
                    seen.set_exception(error)
                else:
                    seen.set_result(inner.result())
                with self._mutex:  # only now: the answer is in the inbox
                    self._running -= 1

            start(*args).add_done_callback(ended)
            return seen

        return begin

    def _advance(self, now_ns: int) -> None:
        with self._mutex:
            self._now_ns = max(self._now_ns, now_ns)
