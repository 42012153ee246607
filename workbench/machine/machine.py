"""The rules of replay, for the live driver and the stepping driver alike. Pure: no input, no output, no clock.

Rule 1. A call is identified by its position. At that position the log must hold the same verb, name and
        arguments, or the code has diverged.
Rule 2. Answers are delivered in log order, one at a time, and only when the code is idle: what the code does
        after an answer is then a function of the log alone.
Rule 3. The clock moves only when an event is consumed.
Rule 4. Divergence is decided by what the code asks, or by its being idle while the log goes on; never by time.
Rule 5. After the first edit that was delivered the branch has departed: the log then lends its answers to calls
        that are the same, and a call that it does not hold is a question (`NEW`), not a divergence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, StrEnum
from typing import NamedTuple

from workbench.machine.call import Call, Verb
from workbench.machine.divergence import Divergence, DivergenceReason
from workbench.machine.edit import Edit
from workbench.machine.record import RunRecord, Slot
from workbench.model import Position

__all__ = ["Answer", "AnswerSource", "Machine", "State"]


class State(Enum):
    """What the machine can say about a call that was just asked."""

    ANSWERED = "answered"
    """Log or edit hold an answer; it will be delivered in its turn."""
    OPEN = "open"
    """The log holds the intent and no answer."""
    NEW = "new"
    """The log holds nothing here: the frontier."""


class AnswerSource(StrEnum):
    """Where an answer came from."""

    RECORDED = "recorded"
    EDITED = "edited"
    SUPPLIED = "supplied"
    VIRTUAL = "virtual"
    """Made up by the rules beyond the log: a timer that fires, the clock, a draw."""
    LIVE = "live"


_RECORDED = AnswerSource.RECORDED


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
        edits: What to pretend.
        same: Whether recorded and asked arguments of a call are equal; gets the row of the recorded intent and
            the call. Comparing needs decoding, which is not this room's business.
    """

    def __init__(
        self,
        record: RunRecord,
        edits: Sequence[Edit] = (),
        same: Callable[[int, Call], bool] = lambda _row, _call: True,
    ) -> None:
        self.record = record
        self.departed = False
        self.now_ns = record.history.columns.time_ns[record.started] if record.started >= 0 else 0
        self._edits = edits
        self._same = same
        self._times = record.history.columns.time_ns
        self._waiting: dict[Position, tuple[Call, Slot | None, Edit | None]] = {}
        self._next = 0
        # A slot is known by the row that opened it: the hash of a number is cheaper than that of a position.
        self._unasked = {slot.opened for slot in record.slots.values()}
        self._seen: dict[str, int] = {}
        self._answered: set[int] = set()
        self.unused_edits: set[int] = set(range(len(edits)))

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
        edit = self._edit_for(call) if self._edits else None
        if slot is None and edit is None:
            return State.NEW
        self._waiting[call.position] = (call, slot, edit)
        if edit is not None or (slot is not None and (slot.type is not None or self._given_up(slot))):
            return State.ANSWERED
        return State.OPEN

    def take(self, call: Call) -> Answer:
        """The answer to a call on which all code blocks, so it must be the next one in the log.

        Raises:
            Divergence: The log goes on with another answer first.
        """
        waiting = self._waiting.pop(call.position)
        _, slot, edit = waiting
        if edit is None and slot is not None and not self.departed:
            order, at = self.record.order, self._next
            if at < len(order) and order[at] is slot and not slot.cancelled:
                self._next = at + 1  # code that makes one call after the other always passes here
                if self._times[slot.answer] > self.now_ns:  # noqa: PLR1730 - `max` is a call, on the way of every step
                    self.now_ns = self._times[slot.answer]
                return tuple.__new__(Answer, (call, slot.answer, None, _RECORDED))  # as `Answer(…)`, in half the time
            expected = self._expected()
            if expected is not slot:
                self._waiting[call.position] = waiting
                raise self._divergence(DivergenceReason.REORDERED, call, expected)
        return self._hand_out(*waiting)

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
        return bool(waiting and waiting[1] and waiting[1].cancelled)

    def _match(self, call: Call) -> Slot | None:
        slot = self.record.slots.get(call.position)
        if slot is None:
            if self.departed:
                return None
            expected = self._expected()
            if expected is None and self.record.ended < 0:
                return None
            raise self._divergence(DivergenceReason.INSERTED, call, expected)
        self._unasked.discard(slot.opened)
        if slot.verb is not call.verb or slot.name != call.name:
            reason = DivergenceReason.RENAMED
        elif not self._same(slot.opened, call):
            reason = DivergenceReason.ARGUMENTS
        else:
            return slot
        if self.departed:
            return None
        raise self._divergence(reason, call, slot)

    def _edit_for(self, call: Call) -> Edit | None:
        if call.verb is Verb.START_TIMER:
            return None
        occurrence = self._seen[call.name] = self._seen.get(call.name, 0) + 1
        found = None
        for number, edit in enumerate(self._edits):
            if edit.target.fits(call, occurrence):
                found = edit
                self.unused_edits.discard(number)
        return found

    # --- what the log answers -------------------------------------------------------------------------------

    def deliver(self) -> Answer | None:
        """The code is idle: the next answer in log order, or `None` when log and edits hold no more.

        Raises:
            Divergence: The next answer belongs to a call that the code did not make.
        """
        if self.departed:
            return self._earliest()
        pretended = self._edited_though_cancelled() if self._edits else None
        if pretended is not None:
            return self._hand_out(*self._waiting.pop(pretended))
        expected = self._expected()
        if expected is None:
            answer = self._earliest()
            if answer is None:
                self._check_none_left()
            return answer
        waiting = self._waiting.pop(expected.position, None)
        if waiting is None:
            raise self._divergence(DivergenceReason.REMOVED, None, expected)
        return self._hand_out(*waiting)

    def waiting(self) -> list[Call]:
        """Calls without an answer so far, in the order in which they were made."""
        return [call for call, _, _ in self._waiting.values()]

    def finish(self) -> None:
        """The code ended.

        Raises:
            Divergence: The log goes on.
        """
        if self.departed:
            return
        left = self._expected()
        if left is None and self._unasked:
            first = min(self._unasked)
            left = next(slot for slot in self.record.slots.values() if slot.opened == first)
        if left is not None:
            raise self._divergence(DivergenceReason.REMOVED, None, left)

    def _given_up(self, slot: Slot) -> bool:
        """The log says that the code stopped waiting for an answer to this call."""
        return slot.cancelled and not self.departed

    def _edited_though_cancelled(self) -> Position | None:
        """A call that the recorded code gave up on and an edit answers: its answer comes before that happens."""
        for position, (_, slot, edit) in self._waiting.items():
            if edit is not None and slot is not None and slot.cancelled:
                return position
        return None

    def _check_none_left(self) -> None:
        """Log and edits hold no more answers: by now the code must have stopped waiting where the log says so.

        Raises:
            Divergence: It still waits.
        """
        for _, slot, _ in self._waiting.values():
            if slot is not None and slot.cancelled:
                raise self._divergence(DivergenceReason.REMOVED, None, slot)

    def _expected(self) -> Slot | None:
        order, at = self.record.order, self._next
        while at < len(order) and (order[at].opened in self._answered or order[at].cancelled):
            at += 1
        self._next = at
        return order[at] if at < len(order) else None

    def _earliest(self) -> Answer | None:
        """The waiting call whose answer comes first: recorded ones by row, then those that only an edit answers."""
        beyond = len(self.record.history)
        ready = [
            (slot.answer if slot is not None and slot.type is not None else beyond, position)
            for position, (_, slot, edit) in self._waiting.items()
            if edit is not None
            or (slot is not None and slot.type is not None and (self.departed or not slot.cancelled))
        ]
        return self._hand_out(*self._waiting.pop(min(ready)[1])) if ready else None

    def _hand_out(self, call: Call, slot: Slot | None, edit: Edit | None) -> Answer:
        row = -1
        if slot is not None:
            self._answered.add(slot.opened)
            row = slot.answer
            if row >= 0 and self._times[row] > self.now_ns:
                self.now_ns = self._times[row]
        if edit is not None:
            self.departed = True
            return Answer(call, row, edit, AnswerSource.SUPPLIED if edit.supplied else AnswerSource.EDITED)
        return Answer(call, row, None, _RECORDED)

    def _divergence(self, reason: DivergenceReason, call: Call | None, slot: Slot | None) -> Divergence:
        return Divergence(reason, call, slot, self.record)
