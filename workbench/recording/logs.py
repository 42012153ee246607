"""The logs of a recording of many files: each is read when somebody wants it, and the last ones are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Final, overload

from workbench.engines import Loaded, load
from workbench.journal import OpenMode
from workbench.recording.remote import RemoteFile
from workbench.recording.sources import Place

__all__ = ["LazyLogs", "load_place"]

_KEPT: Final = 128
"""Opened logs that stay: a large one is a mapped file, of which a process may have about a thousand."""


class LazyLogs(Sequence[Loaded]):
    """Opened logs by number.

    Args:
        files: Where they are.
        mode: How to meet damage.
    """

    def __init__(self, files: Sequence[Place], mode: OpenMode | str = OpenMode.PREFIX) -> None:
        self.files = tuple(files)
        self.mode = OpenMode(mode)
        self._kept: OrderedDict[Place, Loaded] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Number of files."""
        return len(self.files)

    @overload
    def __getitem__(self, index: int) -> Loaded: ...
    @overload
    def __getitem__(self, index: slice) -> LazyLogs: ...
    def __getitem__(self, index: int | slice) -> Loaded | LazyLogs:
        """The log of this number, opened now unless it is among the last ones; a slice opens none."""
        if isinstance(index, slice):
            return LazyLogs(self.files[index], self.mode)
        return self._opened(self.files[index])

    def __iter__(self) -> Iterator[Loaded]:
        """All logs, one after the other."""
        return self.read(self.files)

    def read(self, files: Iterable[Place]) -> Iterator[Loaded]:
        """Some of them, opened one after the other."""
        return map(self._opened, files)

    def _opened(self, place: Place) -> Loaded:
        with self._lock:
            known = self._kept.get(place)
            if known is not None:
                self._kept.move_to_end(place)
                return known
        loaded = load_place(place, self.mode)
        with self._lock:
            self._kept[place] = loaded
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return loaded


def load_place(place: Place, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:
    """Open one recording, here or elsewhere.

    Args:
        place: Where it lies.
        mode: How to meet damage.
    """
    return place.load(mode) if isinstance(place, RemoteFile) else load(place, mode)
