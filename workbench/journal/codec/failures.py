"""An exception as facts: type, arguments, message, attributes, bounded traceback text, causes, notes."""

from __future__ import annotations

import contextlib
import threading
import traceback
from collections.abc import Generator
from typing import Any, Final

from workbench.journal.codec.codes import MAX_CAUSES, MAX_TRACEBACK_CHARS
from workbench.journal.codec.standins import RecordedError

_OS_ATTRIBUTES: Final = ("errno", "strerror", "filename", "filename2")
"""Kept by C code outside `__dict__`, and what a handler of an OSError usually looks at."""


_active = threading.local()


@contextlib.contextmanager
def writing(error: BaseException) -> Generator[bool]:
    """Whether this exception may be written: `False` inside itself.

    Arguments and causes can refer to each other in loops; without this, every turn would multiply by the chain.
    """
    active: set[int] = _active.__dict__.setdefault("ids", set())
    if id(error) in active:
        yield False
        return
    mine = {id(link) for link in _chain(error)} - active
    active |= mine
    try:
        yield True
    finally:
        active -= mine


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and len(found) <= MAX_CAUSES:
        found.append(link)
        link = link.__cause__ or link.__context__
    return found


def from_exception(error: BaseException, *, causes: int = MAX_CAUSES) -> RecordedError:
    """The stand-in of an exception; arguments and attributes are still live values.

    Args:
        error: The exception. It is not changed.
        causes: How many links of cause and context are followed; chains can be loops.
    """
    follow = causes > 0
    cause = error.__cause__
    context = error.__context__ if cause is None and not error.__suppress_context__ else None
    kind = type(error)
    return RecordedError(
        module=kind.__module__,
        type_name=kind.__qualname__,
        args=tuple(error.args),
        message=_message(error),
        attributes=_attributes(error),
        traceback=_traceback(error),
        cause=from_exception(cause, causes=causes - 1) if cause is not None and follow else None,
        notes=tuple(str(note)[:MAX_TRACEBACK_CHARS] for note in getattr(error, "__notes__", ())),
        context=from_exception(context, causes=causes - 1) if context is not None and follow else None,
    )


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as failure:  # noqa: BLE001 - the program's own __str__ may fail in any way; the text says so
        return f"<str() failed with {type(failure).__name__}>"
    return text[:MAX_TRACEBACK_CHARS]


def _attributes(error: BaseException) -> dict[str, Any]:
    found = {name: part for name, part in vars(error).items() if not name.startswith("_")}
    if isinstance(error, OSError):
        found.update({name: part for name in _OS_ATTRIBUTES if (part := getattr(error, name, None)) is not None})
    return found


def _traceback(error: BaseException) -> str:
    """Own frames only: causes carry theirs. The end is kept, where the error is."""
    if error.__traceback__ is None:
        return ""
    text = "".join(traceback.format_tb(error.__traceback__, limit=-50))
    return text if len(text) <= MAX_TRACEBACK_CHARS else "…" + text[1 - MAX_TRACEBACK_CHARS :]
