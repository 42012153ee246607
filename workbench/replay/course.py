"""The course of a recorded run: what was asked and answered, row by row, to find where other code leaves it."""

from __future__ import annotations

from workbench.machine import RunRecord, Slot

__all__ = ["Course"]


class Course:
    """Follows code along the log and remembers where it first left it.

    Replay gives answers in log order and only when the code is idle, so code that fits asks for everything in the
    order of the log, too: the first row that does not come is the first difference.

    Args:
        record: The run.
    """

    def __init__(self, record: RunRecord) -> None:
        self._record = record
        self._intents = sorted(slot.opened for slot in record.slots.values())
        answers = {slot.answer for slot in record.slots.values() if slot.answer >= 0}
        self._rows = sorted({*self._intents, *answers})
        self._next = 0
        self._came: set[int] = set()
        self.left_at: int | None = None
        """Row that the log holds where the code left it: an intent or the end of the run; -1 for no more calls."""
        self.asked_before = 0
        """How many calls had been asked when the code left the log; the next one is what was asked instead."""

    @property
    def left(self) -> bool:
        """The code has left the log."""
        return self.left_at is not None

    def asked(self, slot: Slot | None, count: int) -> None:
        """The code made its `count`-th call (from 0), which is exactly `slot`, or none that the log holds here."""
        if not self.left:
            self._meet(slot.opened if slot is not None else -1, count)

    def answered(self, row: int, count: int) -> None:
        """An answer was handed out after `count` calls."""
        if not self.left:
            self._meet(row, count)

    def ended(self, count: int) -> None:
        """The code asks for nothing more, although it could."""
        if not self.left and any(row not in self._came for row in self._intents):
            self._leave(count)

    def misfits(self, row: int, count: int) -> None:
        """What the log holds for the event in this row does not fit the code's types."""
        if not self.left:
            self.left_at, self.asked_before = row, count

    def _meet(self, row: int, count: int) -> None:
        if self._next < len(self._rows) and self._rows[self._next] == row:
            self._came.add(row)
            self._next += 1
        elif row not in self._came and not self._is_over:
            self._leave(count)

    @property
    def _is_over(self) -> bool:
        """Everything that an open log holds has come: what the code asks now is new, and no difference."""
        return self._next == len(self._rows) and self._record.ended < 0

    def _leave(self, count: int) -> None:
        ahead = (row for row in self._intents if row not in self._came)
        self.left_at = next(ahead, self._record.ended)
        self.asked_before = count
