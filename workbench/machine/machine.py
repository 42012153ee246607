"""The rules of replay, for the live driver and the stepping driver alike. Pure: no input, no output, no clock.

Rule 1. A call is identified by its position. At that position the log must hold the same verb, name and
        arguments, or the code has diverged.
Rule 2. Answers are delivered in log order, one at a time, and only when the code is idle: what the code does
        after an answer is then a function of the log alone.
Rule 3. The clock moves only when an event is consumed.
Rule 4. Divergence is decided by what the code asks, or by its being idle while the log goes on; never by time.

What holds once something is pretended (rules 5 and 6) stands in `branching`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import NamedTuple

from workbench.machine.call import Call
from workbench.machine.divergence import Divergence, DivergenceReason
from workbench.machine.edit import CallEdit, Edit
from workbench.machine.record import RunRecord, Slot
from workbench.model import EventType, Position

__all__ = ["Answer", "AnswerSource", "Machine", "State", "Waiting"]


class State(Enum):
    """What the machine can say about a call that was just asked."""

    ANSWERED = "answered"
    """Log or edit hold an answer; it will be delivered in its turn."""
    OPEN = "open"
    """The log holds the intent and no answer."""
    NEW = "new"
    """The log holds nothing here: the frontier."""


class Waiting(NamedTuple):
    """A call that was made and is not answered yet.

    Attributes:
        call: The call.
        slot: What the log holds at its position; `None` for nothing.
        edit: What is pretended of it; `None` for nothing.
        asked_ns: When it was made, by the clock of consumed events.
        shift_ns: How much later than recorded that was.
    """

    call: Call
    slot: Slot | None
    edit: CallEdit | None
    asked_ns: int
    shift_ns: int


class AnswerSource(StrEnum):
    """Where an answer came from."""

    RECORDED = "recorded"
    EDITED = "edited"
    SUPPLIED = "supplied"
    VIRTUAL = "virtual"
    """Made up by the rules beyond the log: a timer that fires, the clock, a draw."""
    LIVE = "live"


_RECORDED = AnswerSource.RECORDED
_COMPLETED = EventType.StepCompleted


class Answer(NamedTuple):
    """An answer to hand to the code.

    Attributes:
        call: The call that it answers.
        row: Row of the recorded event; -1 when it is not from the log.
        edit: The edit that it comes from, if any.
        source: Where it came from.
    """

    call: Call
    row: int
    edit: Edit | None
    source: AnswerSource


class Machine:
    """Matches what the code asks with what the record holds.

    Args:
        record: The run so far; an empty record for a new run.
        same: Whether recorded and asked arguments of a call are equal; gets the row of the recorded intent and
            the call. Comparing needs decoding, which is not this room's business.
    """

    plain = True
    """Nothing is pretended."""
    departed = False
    """The code no longer does what the recorded code did, because something is pretended."""

    def __init__(self, record: RunRecord, same: Callable[[int, Call], bool] = lambda _row, _call: True) -> None:
        self.record = record
        self._slots, self._order = record.slots, record.order
        self.now_ns = record.history.columns.time_ns[record.started] if record.started >= 0 else 0
        self._same = same
        self._times = record.history.columns.time_ns
        self._waiting: dict[Position, Waiting] = {}
        self._next = 0
        # A slot is known by the row that opened it: the hash of a number is cheaper than that of a position.
        self._unasked = {slot.opened for slot in record.slots.values()}
        self._answered: set[int] = set()

    # --- what the code asks ---------------------------------------------------------------------------------

    @property
    def exhausted(self) -> bool:
        """Everything that the log holds of this run has been asked and delivered."""
        return not self._unasked and self._expected() is None

    def ask(self, call: Call) -> State:
        """The code makes a call.

        Raises:
            Divergence: The log holds something else here.
        """
        slot = self._match(call)
        if slot is None:
            return State.NEW
        self._waiting[call.position] = tuple.__new__(Waiting, (call, slot, None, self.now_ns, 0))
        return State.ANSWERED if slot.type is not None or slot.cancelled else State.OPEN

    def take(self, call: Call) -> Answer:
        """The answer to a call on which all code blocks, so it must be the next one in the log.

        Raises:
            Divergence: The log goes on with another answer first.
        """
        waiting = self._waiting.pop(call.position)
        slot = waiting[1]
        order, at = self.record.order, self._next
        if slot is not None and at < len(order) and order[at] is slot and not slot.cancelled:
            self._next = at + 1  # code that makes one call after the other always passes here
            if self._times[slot.answer] > self.now_ns:  # noqa: PLR1730 - `max` is a call, on the way of every step
                self.now_ns = self._times[slot.answer]
            return tuple.__new__(Answer, (call, slot.answer, None, _RECORDED))  # as `Answer(…)`, in half the time
        expected = self._expected()
        if slot is not None and expected is not slot:
            self._waiting[call.position] = waiting
            raise self._divergence(DivergenceReason.REORDERED, call, expected)
        return self._hand_out(waiting)

    def step_in_line(self, call: Call) -> Slot | None:
        """`ask` and `take` in one, for code that blocks on a step whose result is the next answer in the log.

        Nearly every step of a replay is of that kind, so this is the way that is kept short. Whatever else the call
        may be gets `None`, nothing has changed then, and `ask` says what it is. For a machine that is `plain`.
        """
        slot = self._slots.get(call[1])
        if slot is None or slot.type is not _COMPLETED or slot.name != call[2] or slot.verb is not call[0]:
            return None
        order, at = self._order, self._next
        if at >= len(order) or order[at] is not slot or slot.between or not self._same(slot.opened, call):
            return None
        self._next = at + 1
        self._unasked.discard(slot.opened)
        if self._times[slot.answer] > self.now_ns:  # noqa: PLR1730 - `max` is a call
            self.now_ns = self._times[slot.answer]
        return slot

    def instant(self, call: Call) -> Answer | None:
        """The recorded value of a call that is answered at once, or `None` at the frontier."""
        slot = self._match(call)
        if slot is None:
            return None
        self._answered.add(slot.opened)
        self.now_ns = max(self.now_ns, self._times[slot.answer])
        return Answer(call, slot.answer, None, AnswerSource.RECORDED)

    def patch_row(self, patch_id: str) -> int | None:
        """Row of the recorded check of this patch; `None` when the run never asked."""
        return self.record.patches.get(patch_id)

    @property
    def takes_new_path(self) -> bool:
        """Whether a patch that the run never asked about is taken: only where the code is past what the log holds."""
        return self.departed or (self.exhausted and self.record.ended < 0)

    def cancel(self, call: Call) -> bool:
        """The code no longer waits for this call; True when the log says so too."""
        waiting = self._waiting.pop(call.position, None)
        return bool(waiting and waiting.slot and waiting.slot.cancelled)

    def _match(self, call: Call) -> Slot | None:
        slot = self.record.slots.get(call.position)
        if slot is None:
            expected = self._expected()
            if self._may_go_on(expected):
                return None
            return self._differs(DivergenceReason.INSERTED, call, expected)
        self._unasked.discard(slot.opened)
        if slot.verb is not call.verb or slot.name != call.name:
            return self._differs(DivergenceReason.RENAMED, call, slot)
        if not self._same(slot.opened, call):
            return self._differs(DivergenceReason.ARGUMENTS, call, slot)
        return slot

    def _may_go_on(self, expected: Slot | None) -> bool:
        """Whether a call that the log does not hold is simply the next one.

        It is where the log ends, unless the code itself had ended there; and where all that follows was said by people
        after the code had stopped: a crash between the calls of a gather may be followed by somebody's word.
        """
        if expected is None:
            return self.record.ended < 0 or self.record.ended_by != ""
        if expected.type is not EventType.StepResolved:
            return False
        said = self._order[self._next :]
        last = max(slot.opened for slot in self._slots.values())
        return last < expected.answer and all(slot.type is EventType.StepResolved for slot in said)

    def _differs(self, reason: DivergenceReason, call: Call, slot: Slot | None) -> Slot | None:
        """The call is not the recorded one. Nothing is pretended here, so the code has diverged."""
        raise self._divergence(reason, call, slot)

    # --- what the log answers -------------------------------------------------------------------------------

    def deliver(self) -> Answer | None:
        """The code is idle: the next answer in log order, or `None` when the log holds no more.

        Raises:
            Divergence: The next answer belongs to a call that the code did not make.
        """
        expected = self._expected()
        if expected is None:
            self._check_none_left()
            return None
        waiting = self._waiting.pop(expected.position, None)
        if waiting is None:
            raise self._divergence(DivergenceReason.REMOVED, None, expected)
        return self._hand_out(waiting)

    def waiting(self) -> list[Call]:
        """Calls without an answer so far, in the order in which they were made."""
        return [waiting.call for waiting in self._waiting.values()]

    def finish(self) -> None:
        """The code ended.

        Raises:
            Divergence: The log goes on.
        """
        left = self._expected()
        if left is None and self._unasked:
            first = min(self._unasked)
            left = next(slot for slot in self.record.slots.values() if slot.opened == first)
        if left is not None:
            raise self._divergence(DivergenceReason.REMOVED, None, left)

    def _check_none_left(self) -> None:
        """The log holds no more answers: by now the code must have stopped waiting where the log says so.

        Raises:
            Divergence: It still waits.
        """
        for waiting in self._waiting.values():
            if waiting.slot is not None and waiting.slot.cancelled:
                raise self._divergence(DivergenceReason.REMOVED, None, waiting.slot)

    def _expected(self) -> Slot | None:
        order, at = self.record.order, self._next
        while at < len(order) and (order[at].opened in self._answered or order[at].cancelled):
            at += 1
        self._next = at
        return order[at] if at < len(order) else None

    def _hand_out(self, waiting: Waiting) -> Answer:
        slot = waiting.slot
        row = -1
        if slot is not None:
            self._answered.add(slot.opened)
            row = slot.answer
            if row >= 0 and self._times[row] > self.now_ns:
                self.now_ns = self._times[row]
        return Answer(waiting.call, row, None, _RECORDED)

    def _divergence(self, reason: DivergenceReason, call: Call | None, slot: Slot | None) -> Divergence:
        return Divergence(reason, call, slot, self.record)
