"""What a stop says of a call or an answer: in words at once, or as what the words are made of later (see `Stops`)."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from workbench._errors import PayloadError
from workbench.journal.codec import annotation_of_return, restore
from workbench.machine import Answer, Call, Verb
from workbench.model import EventType, History, instant
from workbench.program import Given, Invocation, Step
from workbench.replay.outcome import call_text, invocation_text
from workbench.replay.safe_repr import safe_repr

__all__ = ["NO_NOTE", "Note", "drawn_text", "note_of_answer", "note_of_call", "note_of_recorded"]


class Note(NamedTuple):
    """What a stop says.

    Attributes:
        tell: Gives the words from history, row and name of the stop, and `told`; `None` when `told` is the text.
        told: What else it needs: small, and nothing that the code could change.
    """

    tell: Callable[[History, int, str, Any], str] | None
    told: Any


NO_NOTE: Final = Note(None, "")

_SCALARS: Final = frozenset({
    type(None), bool, int, float, complex, dt.date, dt.timedelta, dt.datetime, decimal.Decimal, uuid.UUID,
})  # fmt: skip
_TEXTS: Final = frozenset({str, bytes})
_LEAVES: Final = _SCALARS | _TEXTS
_LONGEST: Final = 200
"""Longer text is written at once: a note must not keep it alive."""
_DEEPEST: Final = 8
_new = tuple.__new__
_COMPLETED: Final = int(EventType.StepCompleted)
_CALL_STEP: Final = Verb.CALL_STEP


def note_of_call(call: Call) -> Note:
    """What is asked; see `call_text`."""
    if call[0] is not _CALL_STEP:
        return Note(None, call_text(call))
    arguments = call[3]
    args, kwargs = arguments["args"], arguments["kwargs"]
    if not _unchanging(args) or (kwargs and not _unchanging(kwargs.values())):
        return Note(None, call_text(call))
    return _new(
        Note, (_asked_with_names, (args, kwargs)) if kwargs else (_asked, args)
    )  # as `Note(…)`, in half the time


def note_of_recorded(call: Call, value: Any, error: BaseException | None, *, plain: bool = False) -> Note:
    """The recorded result of a step, as bounded text.

    Args:
        call: The call.
        value: Its result.
        error: What it raised instead.
        plain: The value is known to be of plain types only.
    """
    if error is not None:
        return Note(None, safe_repr(error))
    kind = type(value)
    if kind in _SCALARS or (kind in _TEXTS and len(value) <= _LONGEST):
        return _new(Note, (_shown, value))
    if kind not in _TEXTS and (plain or _plain(value, 0)):
        return _new(Note, (_answered, call[4].step))
    return Note(None, safe_repr(value))


def note_of_answer(history: History, answer: Answer, given: Given) -> Note:
    """What is answered, as bounded text."""
    call, row, edit, _ = answer
    if edit is None and row >= 0 and history.columns.type[row] == _COMPLETED and isinstance(call.request, Invocation):
        return note_of_recorded(call, *given)
    return Note(None, safe_repr(given.value if given.error is None else given.error))


def drawn_text(call: Call, value: Any) -> str:
    """What was read or drawn, as bounded text: a reading of the clock as the code sees it."""
    if call.verb is Verb.READ_CLOCK and type(value) is int:
        return str(instant(value))
    return safe_repr(value)


def _shown(_history: History, _row: int, _name: str, value: Any) -> str:
    return safe_repr(value)


def _asked(_history: History, _row: int, name: str, args: Iterable[Any]) -> str:
    return invocation_text(name, args)


def _asked_with_names(_history: History, _row: int, name: str, arguments: Any) -> str:
    return invocation_text(name, *arguments)


def _answered(history: History, row: int, _name: str, step: Step[..., Any]) -> str:
    try:
        return safe_repr(restore(history.payload(row).get("result"), annotation_of_return(step.function)))
    except PayloadError as error:  # the file was changed since: the trace is still worth reading
        return f"<{type(error).__name__}>"


def _unchanging(values: Iterable[Any]) -> bool:
    for value in values:
        if type(value) not in _SCALARS and (type(value) not in _TEXTS or len(value) > _LONGEST):
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
