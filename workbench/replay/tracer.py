"""Collects the stops of one replay, in the order in which code and log go together."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from workbench.machine import Answer, AnswerSource, Call, RunRecord, Verb
from workbench.model import NOWHERE, EventType, Position
from workbench.program import CURRENT_SCOPE, NOT_KNOWN, Invocation, Place
from workbench.replay.frames import FrameReader, Where
from workbench.replay.note import Note
from workbench.replay.stop import Frame, Stop

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
        self.stops: list[Stop] = []
        self._record = record
        self._frames = frames
        self._where: dict[Position, Where] = {}
        self._seqs = record.history.columns.seq
        self._kinds = record.history.columns.type
        self._quiet = deque(_quiet_rows(record))

    def began(self, place: Place, arguments: dict[str, str]) -> None:
        """The workflow function is entered."""
        row = self._record.started
        if row >= 0:
            self._add(row, EventType.RunStarted.name, NOWHERE, "", "", ((Frame(place, arguments),), tuple(arguments)))

    def asked(self, call: Call, *, recorded: bool, note: Note = "") -> None:
        """The code makes a call."""
        verb, position, name, _, request = call
        place = request.place if isinstance(request, Invocation) else NOT_KNOWN
        where = self._where[position] = self._frames.read(position[:-1], place, above=4)
        slot = self._record.slots.get(position) if recorded else None
        row = slot.opened if slot is not None else -1
        if row >= 0 and self._quiet:
            self._quiet_before(row)
        self._add(row, _ASKED_NAMES[verb], position, name, "", where, note)

    def drew(self, call: Call, row: int, source: AnswerSource, note: str) -> None:
        """The code reads the clock or draws, and has its answer at once."""
        where = self._frames.read(call.position[:-1], NOT_KNOWN, above=3)
        if row >= 0:
            self._quiet_before(row)
        self._add(row, _ASKED_NAMES[call.verb], call.position, call.name, source, where, note)

    def checked(self, row: int, patch_id: str) -> None:
        """The code asks which path of a change the run takes, and the log says it."""
        self._quiet_before(row)
        scope = CURRENT_SCOPE.get()
        where = self._frames.read(scope.path if scope is not None else (), NOT_KNOWN, above=3)
        self._add(row, EventType.PatchChecked.name, NOWHERE, patch_id, AnswerSource.RECORDED, where)

    def answered(self, answer: Answer, note: Note = "", *, failed: bool = False) -> None:
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
        self._add(row, event, call.position, call.name, source, (stack, ()), note)

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
        self._add(row, event.name, NOWHERE, "", "", where, note)

    def halted(self) -> None:
        """The replay stopped before the end: what the log still says of the run comes last."""
        self._quiet_before(len(self._record.history))

    def _quiet_before(self, row: int) -> None:
        while self._quiet and self._quiet[0] < row:
            quiet = self._quiet.popleft()
            event = self._record.history.event(quiet)
            stack, _ = self._where.get(event.position, _NOWHERE)
            self._add(quiet, event.type.name, event.position, event.name, AnswerSource.RECORDED, (stack, ()))

    def _add(  # noqa: PLR0913, PLR0917 - the facts of a stop, by position because every stop passes here
        self, row: int, event: str, position: Position, name: str, source: str, where: Where, note: Note = ""
    ) -> None:
        stops = self.stops
        seq = self._seqs[row] if row >= 0 else 0
        stops.append(Stop(len(stops), seq, event, position, name, source, where[0], where[1], note))


def _quiet_rows(record: RunRecord) -> Sequence[int]:
    """Rows that no call asks for and no answer delivers: recoveries, arrivals, attempts in between."""
    rows = [*record.ambient]
    for slot in record.slots.values():
        if slot.between:
            rows += slot.between
    return sorted(rows)
