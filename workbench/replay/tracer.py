"""Collects the stops of one replay, in the order in which code and log go together."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from workbench.machine import Answer, AnswerSource, Call, RunRecord, Verb
from workbench.model import NOWHERE, EventType, Position
from workbench.program import CURRENT_SCOPE, NOT_KNOWN, Invocation, Place
from workbench.replay.frames import FrameReader, Where
from workbench.replay.note import NO_NOTE, Note
from workbench.replay.stop import Frame
from workbench.replay.stops import Stops

__all__ = ["Tracer"]

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
_NOWHERE: Where = ((), ())
_NAMES = {int(kind): kind.name for kind in EventType}
_ASKED_NAMES = {verb: kind.name for verb, kind in _ASKED.items()}


class Tracer:
    """Collects stops.

    Args:
        record: The run that is replayed.
        frames: Reads the stack.
    """

    def __init__(self, record: RunRecord, frames: FrameReader) -> None:
        self.stops = Stops(record.history)
        self._record = record
        self._frames = frames
        self._where: dict[Position, Where] = {}
        self._kinds = record.history.columns.type
        self._quiet = deque(_quiet_rows(record))

    def began(self, place: Place, arguments: dict[str, str]) -> None:
        """The workflow function is entered."""
        row = self._record.started
        if row >= 0:
            self.stops.add(
                row, EventType.RunStarted.name, NOWHERE, "", "", ((Frame(place, arguments),), tuple(arguments)), NO_NOTE
            )

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
        self.stops.add(row, _ASKED_NAMES[verb], position, name, "", where, note)

    def drew(self, call: Call, row: int, source: AnswerSource, note: str) -> None:
        """The code reads the clock or draws, and has its answer at once."""
        where = self._frames.read(call.position[:-1], NOT_KNOWN, above=3)
        if row >= 0:
            self._quiet_before(row)
        self.stops.add(row, _ASKED_NAMES[call.verb], call.position, call.name, source, where, Note(None, note))

    def checked(self, row: int, patch_id: str) -> None:
        """The code asks which path of a change the run takes, and the log says it."""
        self._quiet_before(row)
        scope = CURRENT_SCOPE.get()
        where = self._frames.read(scope.path if scope is not None else (), NOT_KNOWN, above=3)
        self.stops.add(row, EventType.PatchChecked.name, NOWHERE, patch_id, AnswerSource.RECORDED, where, NO_NOTE)

    def answered(self, answer: Answer, note: Note = NO_NOTE, *, failed: bool = False) -> None:
        """An answer is handed to the code."""
        call, row, edit, source = answer
        if edit is not None:
            row = -1
        if row >= 0:
            if self._quiet:
                self._quiet_before(row)
            event = _NAMES[self._kinds[row]]
        else:
            event = (EventType.StepFailed if failed else _ANSWERED[call.verb]).name
        stack, _ = self._where.pop(call.position, _NOWHERE)  # the code stood still since it asked: nothing changed
        self.stops.add(row, event, call.position, call.name, source, (stack, ()), note)

    def ended(self, *, failed: bool, note: str, recorded: bool) -> None:
        """The workflow returned or raised."""
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
        where: Where = ((self.stops[-1].stack[-1],), ()) if self.stops and self.stops[-1].stack else _NOWHERE
        self.stops.add(row, event.name, NOWHERE, "", "", where, Note(None, note))

    def halted(self) -> None:
        """The replay stopped before the end: what the log still says of the run comes last."""
        self._quiet_before(len(self._record.history))

    def _quiet_before(self, row: int) -> None:
        while self._quiet and self._quiet[0] < row:
            quiet = self._quiet.popleft()
            event = self._record.history.event(quiet)
            waiting = next(reversed(self._where.values()), _NOWHERE)  # where the code stood while it happened
            stack, _ = self._where.get(event.position, waiting)
            self.stops.add(
                quiet, event.type.name, event.position, event.name, AnswerSource.RECORDED, (stack, ()), NO_NOTE
            )


def _quiet_rows(record: RunRecord) -> Sequence[int]:
    """Rows that no call asks for and no answer delivers: recoveries, arrivals, attempts in between."""
    rows = [*record.ambient]
    for slot in record.slots.values():
        if slot.between:
            rows += slot.between
    return sorted(rows)
