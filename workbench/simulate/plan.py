"""Plans of lives: where the worker dies, how long nobody is there, what else goes wrong, and who goes on how.

The points are found, not guessed: one life without a crash is played first, and each event of its log and each request
of its services is a place to die.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.journal import open_log
from workbench.model import EventType, History, Position, position_text
from workbench.simulate.crash import CrashPoint, Moment, RequestMoment, When
from workbench.simulate.faults import FaultPlan
from workbench.simulate.traffic import Asked, Told

__all__ = ["NO_FAULTS", "Place", "Plan", "places_of_log", "places_of_requests"]

_POINTS: dict[EventType, tuple[tuple[CrashPoint, When], ...]] = {
    EventType.StepStarted: (
        (CrashPoint.BEFORE_INTENT, When.BEFORE),
        (CrashPoint.IN_INTENT, When.TORN),
        (CrashPoint.BEFORE_CALL, When.AFTER),
    ),
    EventType.StepCompleted: (
        (CrashPoint.AFTER_EFFECT, When.BEFORE),
        (CrashPoint.IN_RESULT, When.TORN),
        (CrashPoint.AFTER_RESULT, When.AFTER),
    ),
    EventType.StepFailed: ((CrashPoint.AFTER_RESULT, When.AFTER),),
    EventType.AttemptFailed: ((CrashPoint.BETWEEN_ATTEMPTS, When.AFTER),),
    EventType.TimerStarted: ((CrashPoint.WAITING, When.AFTER),),
    EventType.SignalAwaited: ((CrashPoint.WAITING, When.AFTER),),
    EventType.CompensationStarted: ((CrashPoint.BEFORE_UNDO, When.AFTER),),
    EventType.CompensationCompleted: ((CrashPoint.AFTER_UNDO, When.BEFORE),),
    EventType.RunCompleted: ((CrashPoint.AFTER_END, When.AFTER),),
    EventType.RunFailed: ((CrashPoint.AFTER_END, When.AFTER),),
}
_IN_REQUEST = ((CrashPoint.IN_CALL, "sent"), (CrashPoint.REPLY_LOST, "done"))
NO_FAULTS = FaultPlan()
END = RequestMoment(0, "end")
"""The code has come to its end, and its worker dies before anybody hears of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker may die.

    Attributes:
        step: Label of the step, or of the request of a script; `""` for none.
        point: Which moment of it.
        moment: The same for the machine; `None` for nowhere.
    """

    step: str = ""
    point: CrashPoint = CrashPoint.NOWHERE
    moment: Moment | RequestMoment | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One life.

    Attributes:
        place: Where the worker dies.
        downtime_seconds: How long it takes until somebody goes on.
        policy: How they go on.
        faults: What else goes wrong.
        seed: Of the world.
    """

    place: Place = Place()
    downtime_seconds: float = 0.0
    policy: str = ""
    faults: FaultPlan = NO_FAULTS
    seed: int = 0

    @property
    def cost(self) -> tuple[int, bool, float]:
        """Smaller plans are easier to explain."""
        return len(self.faults.rules), self.place.moment is not None, self.downtime_seconds

    def arguments(self) -> str:
        """How `sweep_crashes` is called to live this life again."""
        faults = f"faults=[{json.dumps(self.faults.to_json())}], " if self.faults.rules else ""
        faults = faults.replace(": true", ": True")
        where = f"points=[{str(self.place.point)!r}], steps=[{self.place.step!r}], "
        return f"{where}downtime=[{self.downtime_seconds:.15g}], {faults}policies=[{self.policy!r}], seed={self.seed}"


def places_of_log(path: Path, asked: Sequence[Asked]) -> list[Place]:
    """Every place to die in a life that left this log and these requests.

    Args:
        path: The log.
        asked: The requests; of each execution of a step the last one that changed something is a place of its own: a
            step fetches its token first, and acts then.
    """
    history = open_log(path).history
    columns = history.columns
    acting = {one.execution: one for one in asked if one.acted and one.told is not Told.NOBODY}
    found: list[Place] = []
    labels: dict[tuple[int, Position], str] = {}
    for row in range(len(columns.type)):
        event = EventType(columns.type[row])
        label = labels.setdefault((columns.run[row], history.position(row)), _label(history, row))
        for point, when in _POINTS.get(event, ()):
            moment = Moment(frozenset({event}), history.position(row), columns.attempt[row], when, columns.run[row])
            found.append(Place(label, point, moment))
        if event is EventType.StepStarted and (request := acting.get(columns.seq[row])) is not None:
            found += [Place(label, point, RequestMoment(request.number, at)) for point, at in _IN_REQUEST]
    return found


def places_of_requests(asked: Iterable[Asked]) -> Iterator[Place]:
    """Places to die in code that records nothing: around each request, and at the end.

    Args:
        asked: The requests of a life without a crash.
    """
    number = 0
    for one in asked:
        if one.told is Told.NOBODY:
            continue
        number += 1
        label = f"{one.method} /{one.path.split('/')[1]} ({number})"
        yield Place(label, CrashPoint.BEFORE_CALL, RequestMoment(one.number, "before"))
        if one.acted:
            yield from (Place(label, point, RequestMoment(one.number, at)) for point, at in _IN_REQUEST)
    yield Place("", CrashPoint.AFTER_END, END)


def _label(history: History, row: int) -> str:
    position = history.position(row)
    name = history.declaration(row).name if position else ""
    word = name or EventType(history.columns.type[row]).name.removesuffix("Started").removesuffix("Awaited").lower()
    return f"{word} ({position_text(position)})" if position else ""
