"""The facts a history is made of: immutable, past tense, the same for every engine.

The number of an event type is its byte in a `.wlog` file (journal/FORMAT.md): numbers are never reused and
never change their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.model.position import Position

__all__ = ["ANSWERS", "ENDINGS", "FOREIGN", "OPENINGS", "Event", "EventType", "instant", "ns_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EventType(IntEnum):
    """What happened."""

    RunStarted = 1
    RunRecovered = 2
    RunCompleted = 3
    RunFailed = 4
    RunCancelled = 5

    StepStarted = 10
    """The intent: on disk before the attempt begins, durably so for steps that must not repeat."""
    AttemptFailed = 11
    """One attempt failed and another will follow."""
    StepCompleted = 12
    StepFailed = 13
    StepCancelled = 14
    """The workflow stopped waiting; whether the step acted is not known."""
    StepResolved = 15
    """A person or a probe settled a step in doubt: it happened (with this result), or it did not."""

    TimerStarted = 20
    TimerFired = 21
    TimerCancelled = 22

    SignalReceived = 30
    SignalAwaited = 31
    SignalConsumed = 32
    SignalTimedOut = 33
    SignalCancelled = 34

    ChildStarted = 40
    ChildCompleted = 41
    ChildFailed = 42
    ChildCancelled = 43

    ClockRead = 50
    RandomDrawn = 51
    UuidDrawn = 52
    PatchChecked = 53

    CompensationStarted = 60
    CompensationCompleted = 61
    CompensationFailed = 62

    DecisionMade = 70

    # What only other engines write down; a `.wlog` holds none of these (`FOREIGN`), and nothing waits for them.
    AttemptBegan = 80
    """A worker took up a step that was asked for before; earlier attempts are known by its number only."""
    ChildBegan = 81
    """A child that was asked for before has begun."""
    StepRecorded = 82
    """A step known only by its outcome, written when it was over; an error class says that it failed."""
    ValueRecorded = 83
    """A value that the workflow computed once and keeps (side effects)."""
    UpdateReceived = 84
    """A request that wants an answer reached the run."""
    UpdateAnswered = 85
    """The request was answered, or refused."""
    CancelRequested = 86
    """Somebody asked the run, or the run asked a step, to stop."""
    NoteRecorded = 87
    """Something that no word here fits; the name is the engine's own."""
    TurnScheduled = 88
    """The engine wants a worker to go on with the workflow's code."""
    TurnStarted = 89
    TurnCompleted = 90
    TurnFailed = 91
    """The code raised, the worker was too late, or somebody reset the run here."""


FOREIGN: frozenset[EventType] = frozenset(kind for kind in EventType if kind >= EventType.AttemptBegan)
"""Events of other engines' histories: the native writer has no use for them, the native reader takes none."""

OPENINGS: dict[EventType, frozenset[EventType]] = {
    EventType.StepStarted: frozenset({EventType.StepCompleted, EventType.StepFailed, EventType.StepCancelled}),
    EventType.TimerStarted: frozenset({EventType.TimerFired, EventType.TimerCancelled}),
    EventType.SignalAwaited: frozenset({EventType.SignalConsumed, EventType.SignalTimedOut, EventType.SignalCancelled}),
    EventType.ChildStarted: frozenset({EventType.ChildCompleted, EventType.ChildFailed, EventType.ChildCancelled}),
}
"""Each event that opens a wait, with those that can close it at the same position."""

ANSWERS: frozenset[EventType] = frozenset(
    {
        EventType.StepCompleted,
        EventType.StepFailed,
        EventType.TimerFired,
        EventType.SignalConsumed,
        EventType.SignalTimedOut,
        EventType.ChildCompleted,
        EventType.ChildFailed,
    }
)
"""Events whose arrival lets waiting code go on; replay delivers them in log order."""

ENDINGS: frozenset[EventType] = frozenset({EventType.RunCompleted, EventType.RunFailed, EventType.RunCancelled})
"""Events that end a run."""


def instant(time_ns: int) -> datetime:
    """Nanoseconds since the Unix epoch as an aware UTC datetime (to the microsecond; exact, unlike float seconds)."""
    return _EPOCH + timedelta(microseconds=time_ns // 1000)


def ns_of(time: datetime) -> int:
    """The inverse of `instant`: an aware datetime as nanoseconds since the Unix epoch, exact to its microsecond."""
    return (time - _EPOCH) // timedelta(microseconds=1) * 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One immutable fact, without its payload (ask the history for that).

    Attributes:
        seq: Number in its log; 1, 2, 3 … without gaps in an undamaged file.
        time_ns: Wall clock of the recording process, nanoseconds since the Unix epoch.
        mono_ns: Monotonic clock of that process; comparable only within one boot.
        type: What happened.
        run_id: The run it belongs to.
        position: Where in the program; `()` for events of the whole run.
        name: Step, timer, signal or child name; `""` where there is none.
        attempt: 1-based attempt of a step; `0` where attempts do not apply or the engine does not say.
        error_type: Class name of the error; `""` for all but failures.
        cause: `seq` of the event that this one answers; `0` for none.
    """

    seq: int
    time_ns: int
    mono_ns: int
    type: EventType
    run_id: str
    position: Position
    name: str
    attempt: int
    error_type: str
    cause: int

    @property
    def time(self) -> datetime:
        """When, as an aware UTC datetime."""
        return instant(self.time_ns)
