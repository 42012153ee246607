"""The machine of a branch: what holds where something is pretended, and beyond the end of the log.

Rule 5. Up to the first edit that takes effect the branch is the recorded run. From there on it has departed: the log
        lends its answers to calls that are the same, and a call that it does not hold is a question (`NEW`), not a
        divergence.
Rule 6. In a departed branch time passes as it was recorded, moved by what the edits moved: an answer comes as long
        after the last one as it did then. A timer that the log does not hold fires after its seconds, and a signal
        arrives at its own time whatever the code does. Beyond the log nothing but timers goes on by itself, and a
        signal that arrived and was not taken is taken. An answer that may have come first is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from workbench.machine.call import Call, Verb
from workbench.machine.divergence import DivergenceReason
from workbench.machine.edit import CallEdit, Delays, Drops, Edit, Raises, Returns
from workbench.machine.machine import Answer, AnswerSource, Machine, State, Waiting
from workbench.machine.pretence import Arrival, Pretence
from workbench.machine.record import RunRecord, Slot
from workbench.model import EventType

__all__ = ["BranchingMachine"]

_NS = 1_000_000_000
_GO_ON = frozenset({Verb.START_TIMER, Verb.AWAIT_SIGNAL})
"""What the log may not have answered yet and needs nobody: a timer fires, and a signal may have arrived."""


class _Coming(NamedTuple):
    """An answer that will come to a waiting call.

    Attributes:
        at_ns: When.
        order: Decides between answers of one moment: recorded ones by row, then the others.
        answer: The answer.
        arrival: The signal that it consumes.
    """

    at_ns: int
    order: int
    answer: Answer
    arrival: Arrival | None = None


class BranchingMachine(Machine):
    """Answers from record and edits.

    Args:
        record: The run.
        edits: What is pretended.
        same: See `Machine`.
    """

    def __init__(
        self,
        record: RunRecord,
        edits: Sequence[Edit] = (),
        same: Callable[[int, Call], bool] = lambda _row, _call: True,
    ) -> None:
        super().__init__(record, same)
        self._pretence = Pretence(edits, record)
        self.plain = not edits
        """Nothing is pretended: the rules of `Machine` are all there is, up to the end of the log."""
        self.departed = self._pretence.departs_at_once
        self._answer_rows = [] if self.plain else sorted(slot.answer for slot in record.slots.values())
        self.drawn_shift_ns = 0
        """How much later than recorded the clock was read last."""

    @property
    def unused_edits(self) -> set[int]:
        """Numbers of the edits that nothing met."""
        return self._pretence.unused

    # --- what the code asks ---------------------------------------------------------------------------------

    def ask(self, call: Call) -> State:
        """The code makes a call.

        Raises:
            Divergence: The log holds something else here, and the branch has not departed.
        """
        if self.plain and call.verb not in _GO_ON:
            state = super().ask(call)
            if state is State.NEW:  # it waits all the same, and no timer may go before its answer
                self._waiting[call.position] = Waiting(call, None, None, self.now_ns, 0)
            return state
        slot = self._match(call)
        edit = self._pretence.of(call)
        waiting = self._waiting[call.position] = Waiting(call, slot, edit, self.now_ns, self._shift_of(slot))
        if self._coming(waiting) is not None or (slot is not None and slot.cancelled and not self.departed):
            return State.ANSWERED
        return State.NEW if slot is None else State.OPEN

    def take(self, call: Call) -> Answer:
        """The answer to a call on which all code blocks.

        Raises:
            Divergence: The log goes on with another answer first.
        """
        waiting = self._waiting[call.position]
        if not self.departed:
            if not self.plain and self._is_pretended(waiting):
                self.departed = True
            elif waiting.slot is not None and waiting.slot.type is not None:
                return self._noted(super().take(call))
        return self._hand(waiting)

    def instant(self, call: Call) -> Answer | None:
        """The value of a call that is answered at once, or `None` at the frontier."""
        if self.plain:
            return super().instant(call)
        slot = self._match(call)
        shift = self.drawn_shift_ns = self._shift_of(slot)
        row = -1
        if slot is not None:
            self._answered.add(slot.opened)
            row = slot.answer
            self.now_ns = max(self.now_ns, self._times[row] + shift)
        edit = self._pretence.of(call) or (
            self._pretence.clock_at(self.now_ns) if call.verb is Verb.READ_CLOCK else None
        )
        if edit is not None:
            self.departed = True
            return Answer(call, row, edit, AnswerSource.EDITED)
        if slot is None:
            return None
        moved = shift != 0 and call.verb is Verb.READ_CLOCK
        return Answer(call, row, None, AnswerSource.VIRTUAL if moved else AnswerSource.RECORDED)

    def unanswered(self) -> list[Call]:
        """Calls that nothing will answer, in the order in which they were made; last those whose answer is dropped."""
        silent = [waiting for waiting in self._waiting.values() if self._coming(waiting) is None]
        return [waiting.call for waiting in sorted(silent, key=lambda one: isinstance(one.edit, Drops))]

    def is_dropped(self, call: Call) -> bool:
        """Whether an edit says that this call is never answered."""
        waiting = self._waiting.get(call.position)
        return waiting is not None and isinstance(waiting.edit, Drops)

    def _differs(self, reason: DivergenceReason, call: Call, slot: Slot | None) -> Slot | None:
        return None if self.departed else super()._differs(reason, call, slot)

    def _shift_of(self, slot: Slot | None) -> int:
        """How much later than recorded a call is made: counted from the answer after which it was made then."""
        if not self.departed or slot is None:
            return 0
        before = bisect_left(self._answer_rows, slot.opened)
        row = self._answer_rows[before - 1] if before else -1
        return self.now_ns - self._times[max(row, self.record.started)]

    # --- what log and edits answer --------------------------------------------------------------------------

    def deliver(self) -> Answer | None:
        """The code is idle: the next answer, or `None` when neither log nor edits hold one.

        Raises:
            Divergence: The next answer belongs to a call that the code did not make.
        """
        if not self.departed:
            if self.plain or not self._edit_comes_next():
                answer = super().deliver()
                return self._noted(answer) if answer is not None else self._earliest()
            self.departed = True
        return self._earliest()

    def finish(self) -> None:
        """The code ended.

        Raises:
            Divergence: The log goes on, and the branch has not departed.
        """
        if not self.departed:
            super().finish()

    def _edit_comes_next(self) -> bool:
        """Whether something pretended happens before the next recorded answer."""
        expected = self._expected()
        for waiting in self._waiting.values():
            given_up = waiting.slot is not None and waiting.slot.cancelled
            mine = expected is None or given_up or waiting.slot is expected
            if waiting.edit is not None and mine:
                return True
            if waiting.call.verb is Verb.AWAIT_SIGNAL:
                coming = self._signal(waiting)
                sent = (
                    coming.arrival is not None and self._pretence.sent(coming.arrival) if coming is not None else None
                )
                if coming is not None and sent and (mine or coming.at_ns < self._times[_row_of(expected)]):
                    return True
        return False

    def _is_pretended(self, waiting: Waiting) -> bool:
        if waiting.edit is not None:
            return True
        coming = self._signal(waiting) if waiting.call.verb is Verb.AWAIT_SIGNAL else None
        return coming is not None and coming.answer.edit is not None

    def _earliest(self) -> Answer | None:
        found = [(coming, waiting) for waiting in self._waiting.values() if (coming := self._coming(waiting))]
        if not found:
            return None
        coming, waiting = min(found, key=lambda one: (one[0].at_ns, one[0].order, one[1].call.position))
        if any(self._may_come_before(coming, other) for other in self._waiting.values()):
            return None
        return self._hand(waiting)

    def _may_come_before(self, coming: _Coming, waiting: Waiting) -> bool:
        """A call waits for an answer that nobody gave: it is not known that another comes first.

        Of a call that the recorded code gave up the log says that it was silent until then, and no longer.
        """
        slot = waiting.slot
        if isinstance(waiting.edit, Drops) or self._coming(waiting) is not None:
            return False
        if slot is None or not slot.cancelled or waiting.call.verb is Verb.AWAIT_SIGNAL:
            return coming.answer.source is AnswerSource.VIRTUAL
        return coming.at_ns > self._times[max(slot.between)] + waiting.shift_ns

    def _hand(self, waiting: Waiting) -> Answer:
        coming = self._coming(waiting)
        assert coming is not None  # noqa: S101 - only asked for when `ask` or `_earliest` saw it coming
        del self._waiting[waiting.call.position]
        self.now_ns = max(self.now_ns, coming.at_ns)
        if waiting.slot is not None:
            self._answered.add(waiting.slot.opened)
        if coming.arrival is not None:
            self._pretence.consume(coming.arrival)
        return coming.answer

    def _noted(self, answer: Answer) -> Answer:
        """A recorded answer of a branch that has not departed; what it consumed is gone from the inbox."""
        if answer.call.verb is Verb.AWAIT_SIGNAL:
            history = self.record.history
            arrived = history.row_of_seq(history.columns.cause[answer.row])
            if arrived is not None:
                self._pretence.consume_recorded(arrived)
        return answer

    # --- when -----------------------------------------------------------------------------------------------

    def _coming(self, waiting: Waiting) -> _Coming | None:
        """The answer that comes to a call if nothing else happens; `None` for never."""
        call, slot, edit = waiting.call, waiting.slot, waiting.edit
        if isinstance(edit, Returns | Raises):
            at_ns = self._recorded_ns(waiting) if slot is not None and slot.answer >= 0 else waiting.asked_ns
            source = AnswerSource.SUPPLIED if edit.supplied else AnswerSource.EDITED
            return self._at(at_ns, Answer(call, slot.answer if slot is not None else -1, edit, source))
        held = slot is not None and slot.type is not None
        if call.verb is Verb.AWAIT_SIGNAL and (self.departed or edit is not None or not held):
            return self._signal(waiting)
        if isinstance(edit, Drops):
            return None
        late = _late_ns(edit)
        if slot is not None and held and (self.departed or not slot.cancelled):
            source = AnswerSource.EDITED if edit is not None else AnswerSource.RECORDED
            return self._at(self._recorded_ns(waiting) + late, Answer(call, slot.answer, edit, source))
        if call.verb is Verb.START_TIMER and (self.departed or slot is None or not slot.cancelled):
            due_ns = waiting.asked_ns + int(call.arguments["seconds"] * _NS)
            return self._at(due_ns + late, Answer(call, -1, None, AnswerSource.VIRTUAL))
        return None

    def _signal(self, waiting: Waiting) -> _Coming | None:
        """What comes to a wait for a signal: the first arrival, or the end of its patience."""
        call, slot, edit = waiting.call, waiting.slot, waiting.edit
        timeout = (call.arguments or {}).get("timeout_seconds")
        ends_ns = None if timeout is None else waiting.asked_ns + int(timeout * _NS)
        arrival = None if isinstance(edit, Drops) else self._pretence.next_arrival(call.name)
        if arrival is not None:
            at_ns = max(waiting.asked_ns, arrival.at_ns) + _late_ns(edit)
            if ends_ns is None or at_ns <= ends_ns:
                return self._at(at_ns, self._consumption(waiting, arrival), arrival)
        if slot is not None and slot.type is EventType.SignalTimedOut:
            return self._at(self._recorded_ns(waiting), Answer(call, slot.answer, None, AnswerSource.RECORDED))
        given_up = self.departed and slot is not None and slot.cancelled
        if ends_ns is not None and (edit is not None or arrival is not None or given_up):
            return self._at(ends_ns, Answer(call, -1, None, AnswerSource.VIRTUAL))
        return None

    def _consumption(self, waiting: Waiting, arrival: Arrival) -> Answer:
        sent, slot, row = self._pretence.sent(arrival), waiting.slot, arrival.row
        columns = self.record.history.columns
        consumed = slot.answer if slot is not None and slot.type is EventType.SignalConsumed else -1
        if min(row, consumed) >= 0 and columns.cause[consumed] == columns.seq[row]:
            row = consumed  # as it was recorded
        edit = sent or waiting.edit
        return Answer(waiting.call, row, edit, AnswerSource.RECORDED if edit is None else AnswerSource.EDITED)

    def _recorded_ns(self, waiting: Waiting) -> int:
        assert waiting.slot is not None  # noqa: S101 - the callers have looked
        return max(waiting.asked_ns, self._times[waiting.slot.answer] + waiting.shift_ns)

    def _at(self, at_ns: int, answer: Answer, arrival: Arrival | None = None) -> _Coming:
        row = answer.row if arrival is None else arrival.row  # of two that wait for a signal the first one gets it
        order = row if row >= 0 else len(self.record.history)
        return _Coming(at_ns, order, answer, arrival)


def _late_ns(edit: CallEdit | None) -> int:
    return int(edit.seconds * _NS) if isinstance(edit, Delays) else 0


def _row_of(slot: Slot | None) -> int:
    return slot.answer if slot is not None else -1
