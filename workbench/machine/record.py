"""One run's part of a history, arranged by position: what was asked where, and when the answer came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbench._errors import PayloadError
from workbench.machine.again import do_again
from workbench.machine.call import ASKS, INSTANT, Verb
from workbench.machine.executions import slot_of_word, withdraw_word
from workbench.model import ANSWERS, ENDINGS, EventType, History, Position

__all__ = ["RunRecord", "Slot", "read_run"]

_CLOSINGS = frozenset(
    {EventType.StepCancelled, EventType.TimerCancelled, EventType.SignalCancelled, EventType.ChildCancelled}
)
_AMBIENT = frozenset(
    {EventType.RunRecovered, EventType.SignalReceived, EventType.DecisionMade, EventType.UpdateReceived}
)
_DECISIONS = frozenset({"compensation", "rerun"})
_STARTED, _COMPLETED = int(EventType.StepStarted), int(EventType.StepCompleted)
_PLAIN = frozenset({_STARTED, _COMPLETED})
_CALL_STEP = Verb.CALL_STEP
_BEGINNINGS = frozenset({EventType.StepStarted, EventType.AttemptBegan})


@dataclass(slots=True)
class Slot:
    """What the log holds at one position.

    Attributes:
        verb: What was asked.
        position: Where.
        name: Step, signal or child name.
        opened: Row of the first intent, or of the value for calls that are answered at once.
        answer: Row of the event that answered it; -1 while there is none.
        type: Type of that event; `None` while there is none.
        between: Rows of failed attempts, later intents and resolutions, in log order.
        cancelled: The workflow stopped waiting.
        resolved_undone: Row at which a person or probe said "it did not happen"; -1 for never.
        reopened: Row of the decision that took its answer back: what came before belongs to an earlier execution of
            it; -1 for none.
        taken: Row at which the code was given what somebody had said of a superseded execution; -1 for never.
    """

    verb: Verb
    position: Position
    name: str
    opened: int
    answer: int = -1
    type: EventType | None = None
    between: Sequence[int] = ()
    cancelled: bool = False
    resolved_undone: int = -1
    reopened: int = -1
    taken: int = -1

    @property
    def asked(self) -> int:
        """Row at which the code, as it is given now, asked for it."""
        return max(self.opened, self.taken)

    def passed(self, row: int) -> None:
        """An event in between; most slots have none, and then no list either."""
        if isinstance(self.between, list):
            self.between.append(row)
        else:
            self.between = [row]

    def attempts(self, history: History) -> int:
        """Number of the last attempt that began."""
        last = max((row for row in self.between if history.columns.type[row] in _BEGINNINGS), default=-1)
        return history.columns.attempt[last if last >= 0 else self.opened]

    def in_doubt(self, history: History) -> bool:
        """An attempt began, and nothing proves that it did nothing: not even that a later one certainly failed."""
        if self.type is not None:
            return False
        types, begun, doubt = history.columns.type, False, False
        for row in sorted([self.opened, *self.between]):
            if row <= self.resolved_undone:
                continue
            if types[row] == EventType.StepStarted:
                begun, doubt = True, doubt or begun
            elif types[row] == EventType.AttemptFailed:
                begun, doubt = False, doubt or history.payload(row).get("definite") is not True
            elif types[row] in _CLOSINGS:
                begun = doubt = False  # the code stopped waiting, which `cancelled` says
        return begun or doubt


@dataclass(slots=True)
class RunRecord:
    """One run, arranged for matching.

    Attributes:
        history: Where the rows are.
        run_id: The run.
        slots: By position.
        order: Slots in the order in which their answers were logged.
        started: Row of `RunStarted`; -1 when it is missing.
        ended: Row of the event that ended the run; -1 while it is open.
        ambient: Rows that concern no position: recoveries, arrived signals, decisions.
        patches: Row of `PatchChecked` by patch id.
        consumed: Sequence numbers of the signals that were consumed.
        superseded: What somebody decided to do again, in the order of the decisions: calls and answers that happened
            and that the code is not given any more (see `workbench.machine.again`).
        unread: Numbers of decisions that cannot be read: what they supersede is not known.
    """

    history: History
    run_id: str
    slots: dict[Position, Slot] = field(default_factory=dict)
    order: list[Slot] = field(default_factory=list)
    started: int = -1
    ended: int = -1
    ambient: list[int] = field(default_factory=list)
    patches: dict[str, int] = field(default_factory=dict)
    consumed: set[int] = field(default_factory=set)
    superseded: list[Slot] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)

    @property
    def ended_by(self) -> str:
        """The decision that ended the run from outside, `compensation` or `rerun`; `""` for none.

        Its code might have gone on: that it asks for more than the log holds is no divergence.
        """
        if self.ended < 0 or self.history.columns.type[self.ended] != EventType.RunCancelled:
            return ""
        try:
            body = self.history.payload(self.ended)
        except PayloadError:
            return ""  # who ended it is not known, so it counts as the code
        said = body.get("by") if isinstance(body, dict) else ""
        return said if said in _DECISIONS else ""


def read_run(history: History, run_id: str) -> RunRecord:
    """Arrange the events of one run by position; an unknown run gives an empty record."""
    record = RunRecord(history, run_id)
    columns, labels = history.columns, [declaration.name for declaration in history.names]
    kinds, paths, ends, names = columns.type, columns.path, columns.path_end, columns.name
    slots, order = record.slots, record.order
    for row in history.rows_of(run_id):
        number = kinds[row]
        if number in _PLAIN:  # what `_READERS` would do, unrolled: nearly all events of a long run pass here
            begin, end = ends[row - 1] if row else 0, ends[row]
            position = (paths[begin],) if end - begin == 1 else tuple(paths[begin:end])
            slot = slots.get(position)
            if slot is None:
                if number == _STARTED and names[row] < len(labels):
                    slots[position] = Slot(_CALL_STEP, position, labels[names[row]], row)
                    continue
            elif number == _COMPLETED and slot.type is None:
                slot.answer, slot.type = row, EventType.StepCompleted
                order.append(slot)
                continue
        if number in _READERS:
            _READERS[number](record, row)
        elif number in _OTHERS:
            _add(record, row, _OTHERS[number])
    return record


def _add(record: RunRecord, row: int, kind: EventType) -> None:
    if kind is EventType.RunStarted:
        record.started = row
    elif kind in ENDINGS:
        record.ended = row
    elif kind is EventType.PatchChecked:
        record.patches[record.history.declaration(row).name] = row
    elif kind in _AMBIENT:
        record.ambient.append(row)
        if kind is EventType.DecisionMade:
            do_again(record, row)


def _position(history: History, row: int) -> Position:
    columns = history.columns
    ends = columns.path_end
    begin = ends[row - 1] if row else 0
    return (columns.path[begin],) if ends[row] - begin == 1 else history.position(row)


def _asking(kind: EventType) -> Callable[[RunRecord, int], None]:
    verb = ASKS[kind]
    instant = verb in INSTANT

    def ask(record: RunRecord, row: int) -> None:
        history = record.history
        position = _position(history, row)
        slot = record.slots.get(position)
        if slot is not None:
            slot.passed(row)
            return
        slot = record.slots[position] = Slot(verb, position, history.declaration(row).name, row)
        if instant:
            slot.answer, slot.type = row, kind

    return ask


def _began(record: RunRecord, row: int) -> None:
    """Other engines: an attempt of a step that was asked for before."""
    slot = record.slots.get(_position(record.history, row))
    if slot is not None:
        slot.passed(row)


def _recorded(record: RunRecord, row: int) -> None:
    """Other engines: a step whose outcome is all that was written."""
    history = record.history
    position = _position(history, row)
    kind = EventType.StepFailed if history.tags[history.columns.tag[row]] else EventType.StepCompleted
    slot = Slot(Verb.CALL_STEP, position, history.declaration(row).name, row, answer=row, type=kind)
    if record.slots.setdefault(position, slot) is slot:
        record.order.append(slot)


def _resolved(record: RunRecord, row: int) -> None:
    slot = slot_of_word(record, row)
    if slot is not None:
        withdraw_word(record, slot, row)
        _close(record, slot, row, EventType.StepResolved)


def _closing(kind: EventType) -> Callable[[RunRecord, int], None]:
    plain = kind in ANSWERS and kind is not EventType.SignalConsumed

    def close(record: RunRecord, row: int) -> None:
        slot = record.slots.get(_position(record.history, row))
        if slot is None:
            return
        if not plain:
            _close(record, slot, row, kind)
        elif slot.type is None:
            slot.answer, slot.type = row, kind
            record.order.append(slot)

    return close


def _close(record: RunRecord, slot: Slot, row: int, kind: EventType) -> None:
    if kind in _CLOSINGS:
        slot.cancelled = True
        slot.passed(row)
    elif kind is EventType.AttemptFailed:
        slot.passed(row)
    elif kind is EventType.StepResolved and not record.history.payload(row).get("happened"):
        slot.resolved_undone = row
        slot.passed(row)
    elif slot.type is None:
        slot.answer, slot.type = row, kind
        record.order.append(slot)
        if kind is EventType.SignalConsumed:
            record.consumed.add(record.history.columns.cause[row])


_READERS: dict[int, Callable[[RunRecord, int], None]] = (
    {int(kind): _asking(kind) for kind in ASKS}
    | {int(kind): _closing(kind) for kind in (*ANSWERS, *_CLOSINGS, EventType.AttemptFailed)}
    | {int(EventType.StepResolved): _resolved}
    | {int(EventType.AttemptBegan): _began, int(EventType.StepRecorded): _recorded}
)
"""What concerns a position, by number of the event type."""

_OTHERS = {int(kind): kind for kind in (EventType.RunStarted, EventType.PatchChecked, *ENDINGS, *_AMBIENT)}
"""What concerns the run."""
