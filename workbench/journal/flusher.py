"""The background sync: bounds what a power cut can take to the last 50 ms."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from workbench._errors import LogError

if TYPE_CHECKING:
    from workbench.journal.writer import LogWriter

__all__ = ["FLUSH_SECONDS", "Flusher"]

FLUSH_SECONDS = 0.05
"""Longest time an event that is not synced at once stays volatile."""


class Flusher:
    """Calls `writer.mark_synced` at most every `FLUSH_SECONDS`, and only while there is something to sync.

    The thread starts with the first event and holds its writer weakly, so that a forgotten writer can go.
    """

    def __init__(self, writer: LogWriter) -> None:
        self._writer = weakref.ref(writer)
        self._starting = threading.Lock()
        self._dirty = threading.Event()
        self.is_awake = self._dirty.is_set
        """Whether it knows already that there is something to sync; asked with every event."""
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """There is something to sync."""
        if not self._dirty.is_set():
            self._dirty.set()
            if self._thread is None:
                self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._work, name="workbench-flusher", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        with self._starting:
            self._stopped.set()
        self._dirty.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _work(self) -> None:
        while True:
            self._dirty.wait()
            if self._stopped.wait(FLUSH_SECONDS):
                return
            self._dirty.clear()
            if self._stopped.is_set():
                return  # `stop` came just before the clearing, which took its signal away
            writer = self._writer()
            if writer is None:
                return
            try:
                writer.mark_synced()
            except LogError:
                if writer.distrusted is not None:
                    writer.untold = True  # the next durable event, or closing, tells it
                    return
            del writer
