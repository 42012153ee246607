"""The one port through which real time, chance and ids come in; tests inject another."""

from __future__ import annotations

import queue
import random
import threading
import time
import uuid
from typing import Any, Protocol

__all__ = ["SYSTEM_CLOCK", "Clock", "Stamp", "SystemClock"]


class Clock(Protocol):
    """What the live driver asks of the outside world besides steps."""

    def now_ns(self) -> int:
        """Wall clock, nanoseconds since the Unix epoch."""
        ...

    def mono_ns(self) -> int:
        """Monotonic clock, nanoseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def next_of(self, inbox: queue.SimpleQueue[Any], seconds: float | None) -> Any:
        """The next message, or `None` when `seconds` passed without one; `None` waits for ever."""
        ...

    def random(self) -> float:
        """A random number in [0, 1)."""
        ...

    def uuid4(self) -> uuid.UUID:
        """A random UUID."""
        ...


class SystemClock:
    """The real thing."""

    now_ns = staticmethod(time.time_ns)
    mono_ns = staticmethod(time.monotonic_ns)
    random = staticmethod(random.random)
    uuid4 = staticmethod(uuid.uuid4)

    @staticmethod
    def sleep(seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    @staticmethod
    def next_of(inbox: queue.SimpleQueue[Any], seconds: float | None) -> Any:
        """The next message, or `None` when the time passed."""
        try:
            return inbox.get(timeout=seconds)
        except queue.Empty:
            return None


SYSTEM_CLOCK: Clock = SystemClock()


class Stamp(threading.local):
    """The wall clock as the journal reads it, which remembers what it said last in this thread.

    A workflow's clock is moved by events only, so it must show the very instant that stands in the log.

    Args:
        clock: Where time comes from.
    """

    def __init__(self, clock: Clock) -> None:
        self._read_ns = clock.now_ns
        self.last_ns = 0

    def now_ns(self) -> int:
        """The time of the event that is being written."""
        self.last_ns = now_ns = self._read_ns()
        return now_ns
