"""A clock that nobody waits for: it moves when it is read, and jumps when somebody sleeps."""

from __future__ import annotations

import random
import uuid

from workbench.recorder import SystemClock

__all__ = ["VirtualClock"]

_NS = 1_000_000_000
_TICK_NS = 1_000_000


class VirtualClock:
    """Time, chance and ids of a simulation: the same seed gives the same ones.

    Only waits for signals and for bodies in threads are real: somebody else has to be quick there.

    Args:
        now_ns: Where time begins, nanoseconds since the Unix epoch.
        seed: Decides random numbers and ids.
    """

    def __init__(self, now_ns: int, seed: int = 0) -> None:
        self._now_ns = now_ns
        self._random = random.Random(seed)

    def now_ns(self) -> int:
        """The time; each reading is a millisecond later than the last."""
        self._now_ns += _TICK_NS
        return self._now_ns

    mono_ns = now_ns
    next_of = staticmethod(SystemClock.next_of)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self._now_ns += int(seconds * _NS)

    def random(self) -> float:
        """A random number in [0, 1)."""
        return self._random.random()

    def uuid4(self) -> uuid.UUID:
        """A random UUID."""
        return uuid.UUID(int=self._random.getrandbits(128), version=4)
