"""Live tailing: what was opened is looked at again and again; a file that did not change is not read."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from workbench._errors import LogError, LogNotFoundError, UsageError
from workbench.engines import Loaded
from workbench.journal import OpenMode, writer_lives
from workbench.recording.logs import load_place
from workbench.recording.remote import RemoteFile
from workbench.recording.sources import Place, Where, places_of

__all__ = ["Opened", "Stamp", "Tail", "follow", "stamp_of"]

T = TypeVar("T")

Stamp = tuple[int, int]
"""Size in bytes and time of change in nanoseconds."""


class Opened(NamedTuple):
    """What a recording was opened with.

    Attributes:
        where: Files, patterns, folders or URLs.
        mode: How to meet damage.
    """

    where: Where
    mode: OpenMode | str = OpenMode.PREFIX


class _State(NamedTuple):
    """How a log was found.

    Attributes:
        path: The file; a new version of one elsewhere is a new file here.
        stamp: Its size and time of change; `None` where it is not there.
        alive: A process was writing it.
    """

    path: Path
    stamp: Stamp | None
    alive: bool


class Tail:
    """Logs that other processes write.

    Args:
        opened: What is looked for.
        logs: What was read so far.
    """

    def __init__(self, opened: Opened, logs: Sequence[Loaded] = ()) -> None:
        self.opened = opened
        self._logs: dict[str, Loaded] = {}
        self._seen: dict[str, _State] = {}
        for log in logs:
            self._take(log.url or str(log.path), log, _as_read(log))

    @property
    def logs(self) -> list[Loaded]:
        """Everything as it was last read."""
        return list(self._logs.values())

    def places(self) -> list[Place]:
        """Where the logs are now; nowhere where all are gone."""
        try:
            return places_of(self.opened.where)
        except LogNotFoundError:
            return []

    def changed(self, places: Sequence[Place]) -> list[Place]:
        """Those that are new, or not as they were at the last look: other bytes, or their writer is gone.

        One that is not there any more stays as it was.
        """
        states = {place: self._state(place) for place in places}
        return [place for place, now in states.items() if now.stamp is not None and now != self._seen.get(str(place))]

    def read(self, places: Sequence[Place]) -> bool:
        """Read these logs again; whether any could be. One that is caught in the middle of a change waits."""
        read = False
        for place in places:
            before = self._state(place)
            try:
                log = load_place(place, self.opened.mode)
            except LogError:
                continue
            self._take(str(place), log, before._replace(alive=_is_alive(log)))
            read = True
        return read

    def noted(self, places: Sequence[Place]) -> None:
        """Somebody else reads these logs now."""
        self._seen |= {str(place): self._state(place) for place in places}

    def forget(self, places: Sequence[Place]) -> None:
        """They could not be read: they are news at the next look, too."""
        for place in places:
            self._seen.pop(str(place), None)

    def _take(self, name: str, log: Loaded, state: _State) -> None:
        self._logs[name], self._seen[name] = log, state

    def _state(self, place: Place) -> _State:
        path = place.path if isinstance(place, RemoteFile) else place
        stamp = (place.size, 0) if isinstance(place, RemoteFile) else stamp_of(path)
        known = self._seen.get(str(place))
        return _State(path, stamp, known is not None and known.alive and writer_lives(path))


def follow(first: T, look: Callable[[], T | None], poll_seconds: float, wait: Callable[[float], None]) -> Iterator[T]:
    """What there is, then what each look finds, until somebody interrupts the wait.

    Args:
        first: What there is, if the first look finds nothing new.
        look: Gives what is new; `None` for nothing.
        poll_seconds: Pause between two looks.
        wait: Waits that long.

    Raises:
        UsageError: There is no such pause.
    """
    if not (poll_seconds > 0 and math.isfinite(poll_seconds)):
        raise UsageError(f"nobody can look every {poll_seconds} seconds", hint="follow(poll_seconds=2)")
    return _followed(first, look, poll_seconds, wait)


def _followed(
    first: T, look: Callable[[], T | None], poll_seconds: float, wait: Callable[[float], None]
) -> Iterator[T]:
    found = look()
    yield first if found is None else found
    try:
        while True:
            wait(poll_seconds)
            found = look()
            if found is not None:
                yield found
    except KeyboardInterrupt:
        return  # the way to end it, in a terminal (Ctrl-C) as in a notebook (interrupt the kernel)


def _as_read(log: Loaded) -> _State:
    """How a log was when it was read: where its report does not tell the size, it may have changed since."""
    if log.url:
        size = log.path.stat().st_size if log.path.exists() else -1  # what a server said is no file
        return _State(log.path, (size, 0), alive=False)
    stamp = stamp_of(log.path)
    unchanged = stamp is not None and log.report is not None and log.report.size == stamp[0]
    return _State(log.path, stamp if unchanged else None, _is_alive(log))


def _is_alive(log: Loaded) -> bool:
    return log.report is not None and log.report.writer_alive


def stamp_of(path: Path) -> Stamp | None:
    """Size and time of change of a file, of a database with its `-wal`; `None` where it is not there any more."""
    status = _status(path)
    beside = _status(f"{path}-wal")
    if status is None or beside is None:
        return status
    return status[0] + beside[0], max(status[1], beside[1])


def _status(path: Path | str) -> Stamp | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - called for each log, several times a second
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
