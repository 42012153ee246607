"""Requests that wait until a test lets them go.

A crash test must know that a request *is* in the place where the crash shall find it, and only then kill. So the
list of what is held can be waited for, and nobody has to sleep and hope.
"""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass

__all__ = ["HeldRequest", "Holds"]


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """One request that waits.

    Attributes:
        id: Number by which it is released, from 1.
        kind: `hold_before` or `hold_reply`.
        service: The service that was asked.
        method: HTTP method.
        path: Path without the query.
    """

    id: int
    kind: str
    service: str
    method: str
    path: str

    def to_json(self) -> dict[str, object]:
        """The request as the control route shows it."""
        return asdict(self)


class Holds:
    """All waiting requests of one shop."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[int, HeldRequest] = {}
        self._last_id = 0
        self._stopping = False

    def hold(self, kind: str, service: str, method: str, path: str) -> bool:
        """Wait until this request is released.

        Returns:
            Whether to go on; `False` when the shop stops instead.
        """
        with self._changed:
            self._last_id += 1
            mine = HeldRequest(self._last_id, kind, service, method, path)
            self._waiting[mine.id] = mine
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._stopping or mine.id not in self._waiting)
            return not self._stopping

    def held(self, *, at_least: int = 0, timeout_seconds: float = 0.0) -> list[HeldRequest]:
        """What is held now; waits until it is that many, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or len(self._waiting) >= at_least, timeout_seconds)
            return list(self._waiting.values())

    def release(self, hold_id: int | None = None) -> list[int]:
        """Let one request go, or all; gives the ids that were really waiting."""
        with self._changed:
            ids = [known for known in self._waiting if hold_id in (None, known)]
            for known in ids:
                del self._waiting[known]
            self._changed.notify_all()
            return ids

    def pause(self, delay_seconds: float) -> bool:
        """Wait so long; `False` when the shop stops meanwhile."""
        until = time.monotonic() + delay_seconds
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or time.monotonic() >= until, delay_seconds)
            return not self._stopping

    def stop(self) -> None:
        """Wake everybody; nobody goes on."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
