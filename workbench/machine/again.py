"""What a decision to retry from a step does to a run: the log goes on, and what came after the cut is superseded.

A log is only ever appended to. `DecisionMade` with a `cut` says: from now on the code is handed what was recorded
before the event of that number, and nothing after it. What was recorded after it has happened all the same: the
record keeps it apart, for the truth about the world.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench._errors import PayloadError
from workbench.model import EventType

if TYPE_CHECKING:
    from workbench.machine.record import RunRecord, Slot

__all__ = ["do_again"]

_CANCELLED = frozenset(
    {EventType.StepCancelled, EventType.TimerCancelled, EventType.SignalCancelled, EventType.ChildCancelled}
)


def do_again(record: RunRecord, row: int) -> None:
    """Take back what the decision in this row supersedes; a decision without a cut takes nothing back."""
    seq = _cut_of(record, row)
    if not seq:
        return
    cut = _first_row_from(record, seq)
    for slot in list(record.slots.values()):
        if slot.asked >= cut:
            _take_back_signal(record, slot)
            record.superseded.append(record.slots.pop(slot.position))
        elif slot.answer >= cut or any(passed >= cut for passed in slot.between):
            _reopen(record, slot, cut, row)
    # In place: whoever reads the run on has hold of these.
    record.order[:] = [slot for slot in record.order if slot.asked < cut and slot.type is not None]
    record.patches = {name: known for name, known in record.patches.items() if known < cut}
    record.ended = -1


def _cut_of(record: RunRecord, row: int) -> int:
    """Number of the first superseded event; 0 for none. A decision that cannot be read is remembered, not passed by."""
    own = record.history.columns.seq[row]
    try:
        body = record.history.payload(row)
    except PayloadError:
        body = None
    seq = body.get("cut", 0) if isinstance(body, dict) else None
    if type(seq) is int and 0 <= seq < own:
        return seq
    record.unread.append(own)
    return 0


def _first_row_from(record: RunRecord, seq: int) -> int:
    numbers = record.history.columns.seq
    return next((row for row in record.history.rows_of(record.run_id) if numbers[row] >= seq), len(numbers))


def _reopen(record: RunRecord, slot: Slot, cut: int, decided: int) -> None:
    """A call from before the cut whose answer came after it: it is made again, and is not in doubt for that."""
    record.superseded.append(replace(slot))
    types = record.history.columns.type
    if slot.answer >= cut:
        _take_back_signal(record, slot)
        slot.answer, slot.type = -1, None
    slot.between = [passed for passed in slot.between if passed < cut]
    slot.cancelled = any(types[passed] in _CANCELLED for passed in slot.between)
    slot.resolved_undone = slot.reopened = decided


def _take_back_signal(record: RunRecord, slot: Slot) -> None:
    """A signal that was consumed after the cut waits to be consumed again."""
    if slot.type is EventType.SignalConsumed:
        record.consumed.discard(record.history.columns.cause[slot.answer])
