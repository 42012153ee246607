"""What a stop says of a call or an answer, written when somebody reads it: most stops are stepped over.

A note that waits holds only what cannot change and is small, or the row of the log that says it: a trace keeps
no graph of the user's objects alive, and never shows what the code did to a value later.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Final

from workbench._errors import PayloadError
from workbench.journal.codec import restore
from workbench.machine import Answer, Call, Verb
from workbench.model import EventType, History
from workbench.program import Given, annotation_of
from workbench.replay.outcome import call_text, invocation_text
from workbench.replay.safe_repr import safe_repr

__all__ = ["Note", "note_of_answer", "note_of_call", "text_of"]

Note = str | tuple[Callable[..., str], *tuple[Any, ...]]
"""Text, or a function and its arguments that give it."""

_SCALARS: Final = frozenset({
    type(None), bool, int, float, complex, dt.date, dt.timedelta, dt.datetime, decimal.Decimal, uuid.UUID,
})  # fmt: skip
_TEXTS: Final = frozenset({str, bytes})
_LEAVES: Final = _SCALARS | _TEXTS
_LONGEST: Final = 200
"""Longer text is written at once: a note must not keep it alive."""
_DEEPEST: Final = 8
_RESULTS: Final = frozenset({EventType.StepCompleted, EventType.ChildCompleted})
"""Events whose payload holds the answer under `result`."""


def text_of(note: Note) -> str:
    """The note in words."""
    return note if isinstance(note, str) else note[0](*note[1:])


def note_of_call(call: Call) -> Note:
    """What is asked; see `call_text`."""
    if call.verb is not Verb.CALL_STEP:
        return call_text(call)
    args, kwargs = call.arguments["args"], call.arguments["kwargs"]
    if not _unchanging(args) or (kwargs and not _unchanging(kwargs.values())):
        return call_text(call)
    return (invocation_text, call.name, args, kwargs) if kwargs else (invocation_text, call.name, args)


def note_of_answer(history: History, answer: Answer, given: Given) -> Note:
    """What is answered, as bounded text."""
    value = given.value
    if given.error is not None:
        return safe_repr(given.error)
    if type(value) in _LEAVES:
        return safe_repr(value)
    if answer.edit is None and answer.row >= 0 and history.columns.type[answer.row] in _RESULTS and _plain(value, 0):
        return _recorded_text, history, answer.row, annotation_of(answer.call)
    return safe_repr(value)


def _unchanging(values: Iterable[Any]) -> bool:
    for value in values:
        kind = type(value)
        if kind not in _SCALARS and (kind not in _TEXTS or len(value) > _LONGEST):
            return False
    return True


def _plain(value: Any, depth: int) -> bool:
    """Whether reading the value from the log once more runs no code of the user's and gives the same text."""
    kind = type(value)
    if kind is dict:
        if not _LEAVES.issuperset(map(type, value)):
            return False
        parts = value.values()
    elif kind is list or kind is tuple:
        parts = value
    else:
        return kind in _LEAVES
    if _LEAVES.issuperset(map(type, parts)):
        return True
    return depth < _DEEPEST and all(_plain(part, depth + 1) for part in parts)


def _recorded_text(history: History, row: int, annotation: Any) -> str:
    try:
        return safe_repr(restore(history.payload(row).get("result"), annotation))
    except PayloadError as error:  # the file was changed since: the trace is still worth reading
        return f"<{type(error).__name__}>"
