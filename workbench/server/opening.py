"""Opens one file inside of the root: only as a recording, only up to a size, and only the file that was meant."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from workbench._errors import TooLargeError, WorkbenchError
from workbench.engines import Loaded, load
from workbench.server.place import Place, Root

__all__ = ["opened", "server_paths"]

_LARGEST: Final = 1 << 30
"""Bytes: what is read of a file takes about twice as much, and the server has other things to do."""


def opened(root: Root, place: Place) -> Loaded:
    """What a file holds. Nothing of it is imported or executed.

    Args:
        root: The folder that is served.
        place: The file.

    Raises:
        TooLargeError: It is too large for a server.
        LogNotFoundError: It went away, or something else was put in its place meanwhile.
        LogError: It is no recording, or cannot be read.
    """
    if place.size > _LARGEST:
        raise TooLargeError(
            f"{place.path!r} has {place.size:,} bytes; the server opens files up to {_LARGEST:,}",
            hint="open it in a notebook: wb.open(path)",
        )
    with server_paths(place):
        loaded = load(place.file)
    root.again(place)
    return loaded


@contextmanager
def server_paths(place: Place) -> Generator[None]:
    """Errors name the file as the server does, not by where it lies on the disk."""
    try:
        yield
    except WorkbenchError as error:
        error.message = error.message.replace(str(place.file), place.path)
        error.hint = error.hint.replace(str(place.file), place.path)
        raise
