"""Collects the stops of one replay, in the order in which code and log go together."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from types import FrameType
from typing import ClassVar, Final

from workbench.machine import Answer, AnswerSource, Call, RunRecord, Slot, Verb
from workbench.model import NOWHERE, EventType, Position
from workbench.program import CURRENT_SCOPE, NOT_KNOWN, Invocation, Place
from workbench.replay.frames import NOWHERE_AT_ALL, FrameReader, Where
from workbench.replay.locals import seen_of
from workbench.replay.note import NO_NOTE, Note
from workbench.replay.stops import Stops

__all__ = ["LINE", "Tracer"]

_ASKED = {
    Verb.CALL_STEP: EventType.StepStarted,
    Verb.START_TIMER: EventType.TimerStarted,
    Verb.AWAIT_SIGNAL: EventType.SignalAwaited,
    Verb.START_CHILD: EventType.ChildStarted,
    Verb.READ_CLOCK: EventType.ClockRead,
    Verb.DRAW_RANDOM: EventType.RandomDrawn,
    Verb.DRAW_UUID: EventType.UuidDrawn,
}
_ANSWERED = {
    Verb.CALL_STEP: EventType.StepCompleted,
    Verb.START_TIMER: EventType.TimerFired,
    Verb.AWAIT_SIGNAL: EventType.SignalConsumed,
    Verb.START_CHILD: EventType.ChildCompleted,
    Verb.READ_CLOCK: EventType.ClockRead,
    Verb.DRAW_RANDOM: EventType.RandomDrawn,
    Verb.DRAW_UUID: EventType.UuidDrawn,
}
LINE: Final = "Line"
"""The event of stops between the events of the log."""
_NAMES = {int(kind): kind.name for kind in EventType}
_STARTED, _COMPLETED = EventType.StepStarted.name, EventType.StepCompleted.name
_RECORDED = AnswerSource.RECORDED
_RECEIVED = EventType.SignalReceived.name
_ASKED_NAMES = {verb: kind.name for verb, kind in _ASKED.items()}


class Tracer:
    """Collects stops.

    Args:
        record: The run that is replayed.
        frames: Reads the stack.
    """

    steps_in_line: ClassVar[bool] = True
    """Question and answer of a step may come together: nobody looks in between."""

    def __init__(self, record: RunRecord, frames: FrameReader) -> None:
        self.stops = Stops(record.history)
        self._add = self.stops.add
        self._record = record
        self._frames = frames
        self._where: dict[Position, Where] = {}
        self._kinds = record.history.columns.type
        self._quiet = deque(_quiet_rows(record))

    def began(self, place: Place, arguments: dict[str, str]) -> None:
        """The workflow function is entered."""
        row = self._record.started
        if row >= 0:
            where: Where = ((place,), tuple(arguments), seen_of(arguments), ())
            self._add(row, EventType.RunStarted.name, NOWHERE, "", "", where, NO_NOTE)

    def asked(self, call: Call, row: int, note: Note) -> None:
        """The code makes a call.

        Args:
            call: The call.
            row: Row of the recorded one; -1 for none.
            note: The call in words.
        """
        verb, position, name, _, request = call
        place = request.place if isinstance(request, Invocation) else NOT_KNOWN
        where = self._where[position] = self._frames.read(position[:-1], place, above=5)
        if row >= 0 and self._quiet:
            self._quiet_before(row)
        self._add(row, _ASKED_NAMES[verb], position, name, "", where, note)

    def stepped(self, call: Call, slot: Slot, asked: Note, answered: Note) -> None:
        """A step and its recorded result, on which the code blocked: `asked` and `answered` in one."""
        _, position, name, _, _ = call
        where = self._frames.read(position[:-1], NOT_KNOWN, 5)
        opened, row = slot.opened, slot.answer
        if self._quiet and self._quiet[0] < row:
            self._quiet_before(opened)
            self._add(opened, _STARTED, position, name, "", where, asked)
            self._quiet_before(row)
            self._add(row, _COMPLETED, position, name, _RECORDED, (where[0], (), where[2], where[3]), answered)
        else:
            self.stops.add_step(opened, row, position, name, where, asked, answered)

    def drew(self, call: Call, row: int, source: AnswerSource, note: str) -> None:
        """The code reads the clock or draws, and has its answer at once."""
        where = self._frames.read(call.position[:-1], NOT_KNOWN, above=3)
        if row >= 0:
            self._quiet_before(row)
        self._add(row, _ASKED_NAMES[call.verb], call.position, call.name, source, where, Note(None, note))

    def checked(self, row: int, patch_id: str) -> None:
        """The code asks which path of a change the run takes, and the log says it."""
        self._quiet_before(row)
        scope = CURRENT_SCOPE.get()
        where = self._frames.read(scope.path if scope is not None else (), NOT_KNOWN, above=3)
        self._add(row, EventType.PatchChecked.name, NOWHERE, patch_id, AnswerSource.RECORDED, where, NO_NOTE)

    def answered(self, answer: Answer, now_ns: int, note: Note = NO_NOTE, *, failed: bool = False) -> None:
        """An answer is handed to the code.

        Args:
            answer: The answer.
            now_ns: The branch's clock: what the log holds of the time before has happened.
            note: The answer in words.
            failed: Whether it is an error.
        """
        call, row, edit, source = answer
        if edit is not None or row < 0:
            self._quiet_until(now_ns)
            row = -1
        if row >= 0:
            event = _NAMES[self._kinds[row]]
            if self._quiet:
                self._quiet_before(row + (event == _RECEIVED))
            if event == _RECEIVED:  # a signal that the log holds, taken where the log does not say so
                event, row = _ANSWERED[call.verb].name, -1
        elif source is AnswerSource.VIRTUAL and call.verb is Verb.AWAIT_SIGNAL:
            event = EventType.SignalTimedOut.name
        else:
            event = (EventType.StepFailed if failed else _ANSWERED[call.verb]).name
        places, _, seen, others = self._where.pop(call.position, NOWHERE_AT_ALL)
        where = (places, (), seen, others)  # the code stood still since it asked: nothing changed
        self._add(row, event, call.position, call.name, source, where, note)

    def line(self, frame: FrameType) -> None:
        """The code is about to run a line.

        Args:
            frame: Where.
        """
        scope = CURRENT_SCOPE.get()
        branch = scope.path if scope is not None else NOWHERE
        self._add(-1, LINE, branch, "", "", self._frames.read_line(branch, frame), NO_NOTE)

    def ended(self, frames: Sequence[tuple[FrameType, int]], *, failed: bool, note: str, recorded: bool) -> None:
        """The workflow returned or raised.

        Args:
            frames: User frames that ended and the line of each, innermost first.
            failed: Whether it raised.
            note: What it returned or raised.
            recorded: Whether the log may know of it.
        """
        if recorded:
            self._quiet_before(len(self._record.history))
        row = self._record.ended if recorded else -1
        event = EventType.RunFailed if failed else EventType.RunCompleted
        if row >= 0:
            held = EventType(self._record.history.columns.type[row])
            if failed and held is EventType.RunCancelled:
                event = held
            elif held is not event:
                row = -1  # this code ends otherwise than the recorded one did
        where = self._frames.read_end(frames) if frames else self.stops.outermost()
        self._add(row, event.name, NOWHERE, "", "", where, Note(None, note))

    def passed(self, row: int) -> None:
        """What the log holds before this row has happened."""
        self._quiet_before(row)

    def halted(self) -> None:
        """The replay stopped before the end: what the log still says of the run comes last."""
        self._quiet_before(len(self._record.history))

    def forget(self) -> None:
        """Let go of the user's frames: the replay is over."""
        self._frames.forget()

    def _quiet_before(self, row: int) -> None:
        while self._quiet and self._quiet[0] < row:
            self._add_quiet(self._quiet.popleft())

    def _quiet_until(self, now_ns: int) -> None:
        times = self._record.history.columns.time_ns
        while self._quiet and times[self._quiet[0]] <= now_ns:
            self._add_quiet(self._quiet.popleft())

    def _add_quiet(self, row: int) -> None:
        event = self._record.history.event(row)
        waiting = next(reversed(self._where.values()), NOWHERE_AT_ALL)  # where the code stood while it happened
        places, _, seen, others = self._where.get(event.position, waiting)
        where = (places, (), seen, others)
        self._add(row, event.type.name, event.position, event.name, AnswerSource.RECORDED, where, NO_NOTE)


def _quiet_rows(record: RunRecord) -> Sequence[int]:
    """Rows that no call asks for and no answer delivers: recoveries, arrivals, attempts in between."""
    rows = [*record.ambient]
    for slot in record.slots.values():
        if slot.between:
            rows += slot.between
    return sorted(rows)
