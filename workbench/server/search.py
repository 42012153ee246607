"""Looks for recordings below a folder, for a bounded time."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from workbench.engines import suffixes

__all__ = ["Candidate", "Search"]

_MOST_ENTRIES: Final = 50_000
_DEEPEST: Final = 8
_SKIPPED: Final = frozenset({"__pycache__", "node_modules", "site-packages"})
"""Folders of programs: many files, and nobody records there."""


class Candidate(NamedTuple):
    """A file that is called as a recording would be.

    Attributes:
        file: Where it lies.
        path: The same, relative to the root of the server, with `/`.
        size: Bytes.
        modified_ns: When it was last written, ns since the epoch.
    """

    file: Path
    path: str
    size: int
    modified_ns: int


class Search:
    """One search.

    Args:
        folder: Where it begins.
        path: The same, as the server calls it.
        hidden: Whether names that begin with a dot count.
        goes_on: Asked again and again whether there is time left.

    Attributes:
        whole: Everything was looked at: no limit was reached, and every folder could be read.
    """

    def __init__(self, folder: Path, path: str, *, hidden: bool, goes_on: Callable[[], bool]) -> None:
        self.whole = True
        self._waiting = deque([(folder, path, 0)])
        self._hidden = hidden
        self._goes_on = goes_on
        self._left = _MOST_ENTRIES

    def newest_first(self) -> list[Candidate]:
        """What was found. Links to folders are not followed."""
        endings = suffixes()
        found: list[Candidate] = []
        while self._waiting:
            folder, path, depth = self._waiting.popleft()
            for entry in self._entries(folder):
                inside = f"{path}/{entry.name}" if path else entry.name
                if entry.is_dir(follow_symlinks=False):
                    self._enter(Path(entry), inside, depth + 1)
                elif entry.name.endswith(endings):
                    found.extend(_candidate(entry, inside))
        return sorted(found, key=lambda one: (-one.modified_ns, one.path))

    def _entries(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if self._left <= 0 or not self._goes_on():
                        self.whole = False
                        return
                    self._left -= 1
                    if self._hidden or not entry.name.startswith("."):
                        yield entry
        except OSError:
            self.whole = False  # it may not be read, or is gone: then nobody knows what it holds

    def _enter(self, folder: Path, path: str, depth: int) -> None:
        if depth > _DEEPEST:
            self.whole = False
        elif folder.name not in _SKIPPED:
            self._waiting.append((folder, path, depth))


def _candidate(entry: os.DirEntry[str], path: str) -> Iterator[Candidate]:
    try:
        status = entry.stat()
    except OSError:
        return  # a link to nothing, or gone meanwhile
    if stat.S_ISREG(status.st_mode):
        yield Candidate(Path(entry), path, status.st_size, status.st_mtime_ns)
