"""The recordings below a folder, each with how its runs stand: what a person sees before opening any of them."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Final

from workbench._errors import LogNotFoundError, WorkbenchError
from workbench.debugger.wire.workspace import WorkspaceAnswer, WorkspaceRow
from workbench.engines import known, native
from workbench.journal import writer_lives
from workbench.server.place import Place, Root, Stamp
from workbench.server.rows import read, unread, unreadable
from workbench.server.search import Candidate, Search

__all__ = ["Workspace"]

_MOST: Final = 500
_LARGEST: Final = 8 << 20
"""Bytes: larger files are listed and not opened. One of this size takes about half a second."""
_SEARCH_SECONDS: Final = 3.0
_OPENING_SECONDS: Final = 5.0
_KEPT: Final = 2_000
_HOLDS_SECONDS: Final = 600.0
"""How long a row holds of a file that does not change: keys age, and with them what is SAFE."""


class Workspace:
    """The recordings of a server.

    Args:
        root: The folder that is served.
        now: A clock of seconds that only goes forward.

    Attributes:
        turn: Held while a list is made: two at once would open the same files twice.
    """

    def __init__(self, root: Root, now: Callable[[], float] = time.monotonic) -> None:
        self.turn = asyncio.Lock()
        self._root = root
        self._now = now
        self._rows: OrderedDict[tuple[str, Stamp], tuple[float, WorkspaceRow]] = OrderedDict()

    def answer(self, path: Any) -> WorkspaceAnswer:
        """The recordings below a folder. What there was no time to open is opened at the next question.

        Args:
            path: The folder as the server calls it; `""` for the root.

        Raises:
            UsageError: The path is no path, or that of a file.
            LogNotFoundError: There is no such folder, or none that is served.
            WorkbenchError: It cannot be looked at.
        """
        until = self._now() + _SEARCH_SECONDS
        folder, hidden = self._root.folder(path), self._root.allow_hidden
        search = Search(folder, path, hidden=hidden, goes_on=lambda: self._now() < until)
        candidates = search.newest_first()
        ends = self._now() + _OPENING_SECONDS
        found = list(self._recordings(candidates, ends))
        whole = search.whole and self._now() < ends
        rows = [self._row(one, may_open=self._now() < ends) for one in found[:_MOST]]
        return {"folder": path, "left_off": len(found[_MOST:]) if whole else -1, "recordings": rows}

    def _recordings(self, candidates: list[Candidate], ends: float) -> Iterator[Place | WorkspaceRow]:
        """Where recordings lie; at once why one cannot be read, if it cannot."""
        for candidate in candidates:
            if self._now() >= ends:
                return
            try:
                place = self._root.file(candidate.path)
            except LogNotFoundError:
                continue  # it leads out of the root, or is gone
            except WorkbenchError as error:
                yield unreadable(candidate, error)
            else:
                if known(place.file):
                    yield place

    def _row(self, one: Place | WorkspaceRow, *, may_open: bool) -> WorkspaceRow:
        if not isinstance(one, Place):
            return one
        key = (one.path, one.stamp)
        if key in self._rows and self._holds(one, *self._rows[key]):
            self._rows.move_to_end(key)
            return self._rows[key][1]
        if one.size > _LARGEST or not may_open:
            return unread(one)
        row = read(self._root, one)
        self._rows[key] = (self._now(), row)
        while len(self._rows) > _KEPT:
            self._rows.popitem(last=False)
        return row

    def _holds(self, place: Place, made: float, row: WorkspaceRow) -> bool:
        """Whether a row still says how its runs stand: a process that dies does not change the file."""
        is_open = place.file.suffix in native.SUFFIXES and (row["running"] or row["interrupted"])
        alive = bool(row["running"])
        return self._now() - made < _HOLDS_SECONDS and not (is_open and writer_lives(place.file) != alive)
