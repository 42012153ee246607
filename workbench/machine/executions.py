"""Executions of a step, and which of them a word is about.

Code asks for a step at a position once; decisions to retry may execute it there several times. An execution is known
by the events of its intents, so whoever says later what became of it names such an event, and not the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.machine.call import Verb
from workbench.model import EventType, History, Position

if TYPE_CHECKING:
    from workbench.machine.record import RunRecord, Slot

__all__ = [
    "LATE",
    "Word",
    "execution_at",
    "executions_of",
    "in_doubt",
    "is_given",
    "is_said",
    "root_of",
    "slot_of_word",
    "withdraw_word",
    "words_to_take",
]

_RESOLVED = EventType.StepResolved
_UNDOS = frozenset({EventType.CompensationStarted, EventType.CompensationCompleted, EventType.CompensationFailed})
LATE = _UNDOS | {_RESOLVED}
"""What is said or done about an execution after it: words, and the events of its undo."""
_SAID_ONLY = frozenset({_RESOLVED, EventType.DecisionMade, EventType.RunRecovered})
"""Events after which the code has not gone on."""


class Word(NamedTuple):
    """What somebody said of an execution that the code is not given any more: that it happened.

    Attributes:
        row: Row of the word.
        execution: What it is about.
    """

    row: int
    execution: Slot


def executions_of(record: RunRecord) -> dict[Position, list[Slot]]:
    """Every execution of every step of a run, superseded ones included, each as a slot of its own, in order."""
    found: dict[Position, list[Slot]] = {}
    seen: set[int] = set()
    for slot in (*record.superseded, *record.slots.values()):
        if slot.verb is not Verb.CALL_STEP:
            continue
        execution = _begun_again(record.history, slot) if slot.opened in seen else slot
        seen.add(slot.opened)
        if execution is not None:
            found.setdefault(slot.position, []).append(execution)
    for executions in found.values():
        executions.sort(key=lambda execution: execution.opened)
    return found


def execution_at(executions: Sequence[Slot], row: int) -> Slot | None:
    """The one of them, all of one position, to which an event belongs; `None` for one before all of them."""
    return next((one for one in reversed(executions) if one.opened <= row), None)


def root_of(history: History, row: int) -> int:
    """The intent that a word or the end of an undo is about; an event that names none stands for itself."""
    while history.columns.type[row] in LATE:
        about = _about(history, row)
        if about is None:
            break
        row = about
    return row


def in_doubt(history: History, execution: Slot) -> bool:
    """Whether nothing proves how it ended, or that none of its earlier attempts acted as well.

    What people said of it since is not asked: they may correct themselves.
    """
    types, begun, doubt = history.columns.type, False, False
    for row in sorted({execution.opened, *execution.between, max(execution.answer, execution.opened)}):
        kind = types[row]
        if kind == EventType.StepStarted:
            begun, doubt = True, doubt or begun
        elif kind in {EventType.AttemptFailed, EventType.StepFailed}:
            begun, doubt = False, doubt or history.payload(row).get("definite") is not True
        elif kind == EventType.StepCancelled:
            begun, doubt = False, True
        elif kind == EventType.StepCompleted:
            begun = False
        elif kind == _RESOLVED:
            begun = doubt = False
    return begun or doubt


def is_said(history: History, execution: Slot) -> bool:
    """Whether what is known of how it ended is what somebody said, and no attempt began since: they may be wrong."""
    if execution.type is not None:
        return execution.type is _RESOLVED
    types = history.columns.type
    begun = max(
        (row for row in (execution.opened, *execution.between) if types[row] == EventType.StepStarted), default=-1
    )
    said = execution.resolved_undone
    return said > begun and types[said] == _RESOLVED


def withdraw_word(record: RunRecord, slot: Slot, row: int) -> None:
    """A word comes after another one that answers the call: it corrects that one, unless the code went on with it.

    Args:
        record: The run so far.
        slot: The call.
        row: Row of the later word.
    """
    if slot.type is not _RESOLVED:
        return
    types = record.history.columns.type
    for later in reversed(record.history.rows_of(record.run_id)):
        if later >= row:
            continue
        if later == slot.answer:
            break
        if types[later] not in _SAID_ONLY:
            return
    record.order.remove(slot)
    slot.passed(slot.answer)
    slot.answer, slot.type = -1, None


def slot_of_word(record: RunRecord, row: int) -> Slot | None:
    """The call that a word answers, or clears for another attempt; `None` for a word about what is superseded.

    A word about what is superseded holds for the world. The code is given it when it comes there again: that is a
    second event, whose cause is the word.
    """
    history = record.history
    slot, about = record.slots.get(history.position(row)), _about(history, row)
    if about is None:
        return slot
    if history.columns.type[about] == _RESOLVED:
        return slot if slot is not None else _taken_up(record, row)
    return slot if slot is not None and is_given(slot, about) else None


def is_given(slot: Slot, row: int) -> bool:
    """Whether an event belongs to the execution that the code is given, and not to one before it."""
    return slot.opened <= row and slot.reopened < row


def words_to_take(record: RunRecord) -> dict[Position, Word]:
    """What the code is given where it comes to a step again that has happened all the same, by position.

    Each word is given once, and only while the step is not undone: a decision to retry from what the code was given
    means to do it again.
    """
    words: dict[Position, Word] = {}
    if not record.superseded:
        return words
    history, executions = record.history, executions_of(record)
    # What came for a call that the code had given up was not handed to it.
    handed = {slot.answer for slot in (*record.superseded, *record.slots.values()) if not slot.cancelled}
    for row in history.rows_of(record.run_id):
        kind = history.columns.type[row]
        if kind not in LATE:
            continue
        position = history.position(row)
        execution = execution_at(executions.get(position, ()), root_of(history, row))
        known = words.get(position)
        if execution is None or (known is not None and known.execution.opened > execution.opened):
            continue
        if (
            kind == _RESOLVED
            and history.payload(row).get("happened")
            and row not in handed
            and not _is_taking(history, row)
        ):
            words[position] = Word(row, execution)
        elif known is not None and known.execution.opened == execution.opened:
            del words[position]
    return words


def _is_taking(history: History, row: int) -> bool:
    about = _about(history, row)
    return about is not None and history.columns.type[about] == _RESOLVED


def _about(history: History, row: int) -> int | None:
    """Row of an event's cause; a damaged log could name any, and only earlier ones can be meant."""
    cause = history.columns.cause[row]
    about = history.row_of_seq(cause) if cause else None
    return about if about is not None and about < row else None


def _taken_up(record: RunRecord, row: int) -> Slot | None:
    """A superseded execution counts again: the code was given that it happened."""
    root, position = root_of(record.history, row), record.history.position(row)
    found = [slot for slot in record.superseded if slot.position == position and slot.opened <= root]
    if not found:
        return None
    last = max(found, key=lambda slot: slot.opened)
    slot = replace(last, answer=-1, type=None, between=(), cancelled=False, resolved_undone=-1, reopened=row, taken=row)
    record.slots[position] = slot
    return slot


def _begun_again(history: History, slot: Slot) -> Slot | None:
    """The part of a reopened call that came after the decision; `None` when it has not begun again."""
    types = history.columns.type
    again = [row for row in slot.between if row > slot.reopened and types[row] == EventType.StepStarted]
    if not again:
        return None
    between = [row for row in slot.between if row > again[0]]
    undone = slot.resolved_undone if slot.resolved_undone > again[0] else -1
    return replace(slot, opened=again[0], between=between, resolved_undone=undone)
