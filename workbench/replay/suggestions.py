"""What an answer at the frontier could be: the type the code expects, and what the recording gave elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from workbench._errors import PayloadError
from workbench.journal.codec import restore, same
from workbench.machine import Call, RunRecord, Verb
from workbench.model import EventType, History
from workbench.program import annotation_of

__all__ = ["expected_type", "suggestions"]

_MOST = 3


def expected_type(call: Call) -> str:
    """The return annotation behind a call, as text; `""` for none."""
    annotation = annotation_of(call)
    return "" if annotation is Any else inspect.formatannotation(annotation)


def suggestions(record: RunRecord, call: Call, others: Sequence[History] = ()) -> tuple[Any, ...]:
    """Up to three different results of this step: this run's first, then the newest of other runs, log by log."""
    if call.verb is Verb.AWAIT_SIGNAL:
        return tuple(_signals(record, call.name)[:_MOST])
    own = [slot.answer for slot in record.slots.values() if slot.name == call.name and slot.answer >= 0]
    found: list[Any] = []
    plain: list[Any] = []
    for result in chain(
        _results(record.history, call, own), *(_results(other, call) for other in (record.history, *others))
    ):
        if not any(same(result, one) for one in plain):
            plain.append(result)
            try:
                found.append(restore(result, annotation_of(call)))
            except PayloadError:
                continue  # a result that does not fit the type is no suggestion
        if len(found) == _MOST:
            break
    return tuple(found)


def _results(history: History, call: Call, rows: Sequence[int] | None = None) -> Iterator[Any]:
    """What the step returned elsewhere: in these rows, or in all, the newest first."""
    numbers = {number for number, declaration in enumerate(history.names) if declaration.name == call.name}
    names, kinds = history.columns.name, history.columns.type
    for row in rows if rows is not None else reversed(range(len(history) if numbers else 0)):
        if kinds[row] != EventType.StepCompleted or names[row] not in numbers:
            continue
        try:
            body = history.payload(row)
        except PayloadError:
            continue  # one that cannot be read is none either
        if "unrecorded" not in body:
            yield body.get("result")


def _signals(record: RunRecord, name: str) -> list[Any]:
    history = record.history
    return [
        restore(history.payload(row).get("value"), Any)
        for row in record.ambient
        if history.columns.type[row] == EventType.SignalReceived and history.declaration(row).name == name
    ]
