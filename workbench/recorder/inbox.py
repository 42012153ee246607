"""What reaches a running workflow from other threads: signals, finished bodies, due retries."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.recorder.clock import Clock

__all__ = ["Arrived", "Inbox"]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A signal that was logged and not consumed.

    Attributes:
        name: Name of the signal.
        seq: Its event.
        value: Its value.
    """

    name: str
    seq: int
    value: Any


class Inbox:
    """Messages for one run, taken by its own thread only."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Arrived | Callable[[], None] | None] = queue.SimpleQueue()
        self._signals: dict[str, deque[Arrived]] = {}
        self._known: set[int] = set()

    def put(self, message: Arrived | Callable[[], None] | None) -> None:
        """Send a message, from any thread: a signal, or work to do in the workflow's thread."""
        self._queue.put(message)

    def keep(self, arrived: Arrived) -> None:
        """A signal that waits to be consumed; one that the log and a sender both brought counts once."""
        if arrived.seq in self._known:
            return
        self._known.add(arrived.seq)
        self._signals.setdefault(arrived.name, deque()).append(arrived)

    def take_signal(self, name: str) -> Arrived | None:
        """The oldest unconsumed signal of this name."""
        self._drain()
        waiting = self._signals.get(name)
        return waiting.popleft() if waiting else None

    def wait(self, clock: Clock, seconds: float | None) -> Callable[[], None] | None:
        """Wait for a message; work is returned, a signal is kept."""
        message = clock.next_of(self._queue, seconds)
        if isinstance(message, Arrived):
            self.keep(message)
            return None
        work: Callable[[], None] | None = message
        return work

    def _drain(self) -> None:
        others = []
        while not self._queue.empty():
            message = self._queue.get()
            if isinstance(message, Arrived):
                self.keep(message)
            else:
                others.append(message)
        for message in others:
            self._queue.put(message)
