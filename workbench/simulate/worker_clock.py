"""The clock of a worker's machine: it goes as the world's does, and shows another time."""

from __future__ import annotations

import queue
import uuid
from typing import Any

from workbench.simulate.virtual_clock import VirtualClock

__all__ = ["WorkerClock"]


class WorkerClock:
    """A clock that is wrong by some seconds.

    Args:
        clock: The world's.
        skew_seconds: How far it is ahead.
    """

    def __init__(self, clock: VirtualClock, skew_seconds: float = 0.0) -> None:
        self._clock = clock
        self._skew_ns = int(skew_seconds * 1_000_000_000)

    def now_ns(self) -> int:
        """What it shows."""
        return self._clock.now_ns() + self._skew_ns

    def mono_ns(self) -> int:
        """Monotonic time, which has no skew."""
        return self._clock.mono_ns()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._clock.sleep(seconds)

    def next_of(self, inbox: queue.SimpleQueue[Any], seconds: float | None) -> Any:
        """The next message, or `None` when the time passed."""
        return self._clock.next_of(inbox, seconds)

    def random(self) -> float:
        """A random number in [0, 1)."""
        return self._clock.random()

    def uuid4(self) -> uuid.UUID:
        """A random UUID."""
        return self._clock.uuid4()
