"""A clock that nobody waits for: it moves when it is read, and jumps when all that runs has to wait."""

from __future__ import annotations

import asyncio
import itertools
import mmap
import queue
import random
import struct
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench._errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["EndlessWaitError", "VirtualClock"]

_NS = 1_000_000_000
_TICK_NS = 1_000_000
_PAUSE_SECONDS = 0.002
"""How often who waits for a message looks whether one has come; real time, and only while a body runs elsewhere."""
_STAMP = struct.Struct("<q")


class EndlessWaitError(WorkbenchError):
    """The code waits for something that never comes in this world."""


class VirtualClock:
    """Time, chance and ids of a simulation: the same seed gives the same ones.

    Who sleeps is woken at once, unless something else runs: then time stands still until that has to wait as well, and
    goes on to the first that is due. So timeouts, timers and slow answers meet as they would, and hours cost nothing.

    Args:
        now_ns: Where time begins, nanoseconds since the Unix epoch.
        seed: Decides random numbers and ids.
        path: File that keeps the time, so that it goes on where a killed worker left it; in memory by default.
    """

    def __init__(self, now_ns: int, seed: int = 0, *, path: Path | None = None) -> None:
        self._kept = _kept(path, now_ns)
        self._random = random.Random(seed)
        self._changed = threading.Condition()
        self._running = 1  # whoever made the clock
        self._sleepers: list[tuple[int, int]] = []
        self._order = itertools.count()

    @property
    def ns(self) -> int:
        """The time, without moving it."""
        return int(_STAMP.unpack_from(self._kept)[0])

    def now_ns(self) -> int:
        """The time; each reading is a millisecond later than the last."""
        with self._changed:
            self._reach(self.ns + _TICK_NS)
            return self.ns

    mono_ns = now_ns

    def sleep(self, seconds: float) -> None:
        """Wait until so much time has passed."""
        until_ns = self.ns + int(max(0.0, seconds) * _NS)
        if _in_a_loop():  # what else this thread runs could never wake us
            with self._changed:
                self._reach(until_ns)
            return
        with self._changed, self._waiting(until_ns):
            self._changed.wait_for(lambda: self._has_passed(until_ns))

    def next_of(self, inbox: queue.SimpleQueue[Any], seconds: float | None) -> Any:
        """The next message, or `None` when so much time has passed without one.

        Raises:
            EndlessWaitError: No message can come any more, and the wait has no end.
        """
        until_ns = None if seconds is None else self.ns + int(max(0.0, seconds) * _NS)
        with self._changed, self._waiting(until_ns):
            while inbox.empty():
                if until_ns is not None and self._has_passed(until_ns):
                    return None
                if not self._running and not self._sleepers:
                    raise EndlessWaitError("the workflow waits for a message that never comes in this world")
                self._changed.wait(_PAUSE_SECONDS)
            return inbox.get_nowait()

    def random(self) -> float:
        """A random number in [0, 1)."""
        return self._random.random()

    def uuid4(self) -> uuid.UUID:
        """A random UUID."""
        return uuid.UUID(int=self._random.getrandbits(128), version=4)

    def counted(self, start: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
        """The same function, whose future the clock knows to be at work until its callbacks have run.

        Args:
            start: Begins work in another thread.
        """
        if getattr(start, "counted", False):
            return start  # once is enough

        def begin(*args: Any) -> Future[Any]:
            with self._changed:
                self._running += 1
            seen: Future[Any] = Future()

            def ended(inner: Future[Any]) -> None:
                error = CancelledError() if inner.cancelled() else inner.exception()
                if error is not None:
                    seen.set_exception(error)
                else:
                    seen.set_result(inner.result())
                with self._changed:  # only now: who waits for it has been told
                    self._running -= 1
                    self._changed.notify_all()

            start(*args).add_done_callback(ended)
            return seen

        return begin

    # --- waiting --------------------------------------------------------------------------------------------

    @contextmanager
    def _waiting(self, until_ns: int | None) -> Generator[None]:
        """This thread has nothing to do before then; `None` for as long as nobody sends it anything."""
        mine = [] if until_ns is None else [(until_ns, next(self._order))]
        self._sleepers.extend(mine)
        self._running -= 1
        self._changed.notify_all()  # who sleeps may be the first that is due now
        try:
            yield
        finally:
            self._running += 1
            for one in mine:
                self._sleepers.remove(one)

    def _has_passed(self, until_ns: int) -> bool:
        """Whether it is that late; where nothing runs, the first that is due makes it so."""
        if self._running <= 0 and min(self._sleepers)[0] == until_ns:
            self._reach(until_ns)
        return self.ns >= until_ns

    def _reach(self, now_ns: int) -> None:
        _STAMP.pack_into(self._kept, 0, max(self.ns, now_ns))
        self._changed.notify_all()


def _kept(path: Path | None, now_ns: int) -> bytearray | mmap.mmap:
    """Eight bytes that hold the time; in a file they outlive who wrote them."""
    if path is None:
        return bytearray(_STAMP.pack(now_ns))
    if not path.exists():
        path.write_bytes(_STAMP.pack(now_ns))
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), _STAMP.size)


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
