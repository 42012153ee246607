"""What an answer at the frontier could be: the type the code expects, and what the recording gave elsewhere."""

from __future__ import annotations

import inspect
from typing import Any

from workbench._errors import PayloadError
from workbench.journal.codec import restore, same
from workbench.machine import Call, RunRecord, Verb
from workbench.model import EventType
from workbench.program import annotation_of

__all__ = ["expected_type", "suggestions"]

_MOST = 3


def expected_type(call: Call) -> str:
    """The return annotation behind a call, as text; `""` for none."""
    annotation = annotation_of(call)
    return "" if annotation is Any else inspect.formatannotation(annotation)


def suggestions(record: RunRecord, call: Call) -> tuple[Any, ...]:
    """Up to three different results of this step in the recording: this run first, then the newest of the others."""
    if call.verb is Verb.AWAIT_SIGNAL:
        return tuple(_signals(record, call.name)[:_MOST])
    history = record.history
    found: list[Any] = []
    plain: list[Any] = []
    own = [slot.answer for slot in record.slots.values() if slot.name == call.name]
    for row in [*own, *reversed(range(len(history)))]:
        if len(found) == _MOST:
            break
        if row < 0 or history.columns.type[row] != EventType.StepCompleted:
            continue
        if history.declaration(row).name != call.name:
            continue
        try:
            result = history.payload(row).get("result")
            if not any(same(result, other) for other in plain):
                plain.append(result)
                found.append(restore(result, annotation_of(call)))
        except PayloadError:
            continue  # a result that does not fit the type is no suggestion
    return tuple(found)


def _signals(record: RunRecord, name: str) -> list[Any]:
    history = record.history
    return [
        restore(history.payload(row).get("value"), Any)
        for row in record.ambient
        if history.columns.type[row] == EventType.SignalReceived and history.declaration(row).name == name
    ]
