"""Crash scenarios: an errand of four calls, one of them under test, and what goes wrong.

`scenarios()` lists all that are possible: every sort of step (six kinds, some with and without a probe or a harmless
undo), at every place, among two companies of other steps, at each of nine crash points, with and without a client
that gave up before, with and without an earlier recovery.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from tests.simulate.errand import STEPS
from tests.simulate.network import Fate
from workbench.machine import NO_RETRY
from workbench.model import EventType, Kind, Position
from workbench.simulate.crash import CrashPoint, Moment, When

__all__ = ["COMPANIES", "POINTS", "Scenario", "Timeout", "scenarios"]

COMPANIES = {"saga": ("charge", "charge", "charge"), "sale": ("look", "pay", "extend")}
"""The other steps: all of them can be undone, or all of them can be repeated."""
_FINAL = "post"
"""The call that is refused where a run shall fail for certain after all others."""
_OLD_DAYS = 3
"""Older than any key lives."""


class Timeout(StrEnum):
    """What became of the request after which the client gave up waiting."""

    NONE = "none"
    """The client did not give up."""
    DONE = "done"
    """The server did it."""
    NOT_DONE = "not_done"
    """The server did not."""
    LATE = "late"
    """The server did it after the retry; after the crash where there was none."""


_FATE = {Timeout.DONE: Fate.UNHEARD, Timeout.NOT_DONE: Fate.LOST, Timeout.LATE: Fate.LATE}
_EVENTS = {
    CrashPoint.IN_INTENT: ({EventType.StepStarted}, When.TORN),
    CrashPoint.BEFORE_CALL: ({EventType.StepStarted}, When.AFTER),
    CrashPoint.AFTER_EFFECT: ({EventType.StepCompleted}, When.BEFORE),
    CrashPoint.IN_RESULT: ({EventType.StepCompleted}, When.TORN),
    CrashPoint.AFTER_RESULT: ({EventType.StepCompleted, EventType.StepFailed}, When.AFTER),
    CrashPoint.BETWEEN_ATTEMPTS: ({EventType.AttemptFailed}, When.AFTER),
    CrashPoint.BEFORE_UNDO: ({EventType.CompensationStarted}, When.AFTER),
    CrashPoint.AFTER_UNDO: ({EventType.CompensationCompleted}, When.BEFORE),
    CrashPoint.AFTER_END: ({EventType.RunCompleted, EventType.RunFailed}, When.AFTER),
}
POINTS = tuple(_EVENTS)
"""Where the worker of an errand dies: at events of its log."""
_SAME_LOG = {
    CrashPoint.AFTER_EFFECT: CrashPoint.BEFORE_CALL,
    CrashPoint.IN_RESULT: CrashPoint.BEFORE_CALL,
    CrashPoint.AFTER_UNDO: CrashPoint.BEFORE_UNDO,
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One errand and its end.

    Attributes:
        sort: Name of the step under test, see `tests.simulate.errand.STEPS`.
        place: Its place among the calls, from 0.
        company: Name of the other steps.
        point: Where the worker dies.
        timeout: Whether the client gave up waiting for the step under test before, and what became of the request.
        careful: The client gives up for good, the code goes on, and the worker dies in the next call.
        refused: The last call is refused, and the run fails.
        recovered: The worker died once before, between two calls, and the run went on.
        days_ago: When it was.
    """

    sort: str
    place: int
    company: str
    point: CrashPoint
    timeout: Timeout = Timeout.NONE
    careful: bool = False
    refused: bool = False
    recovered: bool = False
    days_ago: int = 0

    @property
    def calls(self) -> list[str]:
        """Name of each step that is called."""
        others = COMPANIES[self.company]
        final = [_FINAL] if self.refused else []
        return [*others[: self.place], self.sort, *others[self.place :], *final]

    @property
    def tags(self) -> list[str]:
        """What each call is about."""
        return [f"o-{number}" for number in range(len(self.calls))]

    @property
    def kind(self) -> Kind:
        """Kind of the step under test."""
        return STEPS[self.sort].declaration.kind

    @property
    def title(self) -> str:
        """In words."""
        extras = [name for name in ("careful", "refused", "recovered") if getattr(self, name)]
        extras += [f"timeout {self.timeout}"] if self.timeout is not Timeout.NONE else []
        extras += [f"{self.days_ago} days ago"] if self.days_ago else []
        return " ".join([f"{self.sort} at {self.place} in {self.company}: {self.point}", *extras])

    @property
    def situation(self) -> Scenario:
        """The same for all scenarios that leave the same log: worlds that nobody can tell apart by it."""
        timeout = self.timeout if self.timeout is Timeout.NONE else Timeout.DONE
        return replace(self, point=_SAME_LOG.get(self.point, self.point), timeout=timeout)

    @property
    def moment(self) -> Moment:
        """Where the worker dies, in terms of its log."""
        events, when = _EVENTS[self.point]
        if self.point is CrashPoint.AFTER_END:
            return Moment(frozenset(events), when=when)
        if self.point.in_undo:
            return Moment(frozenset(events), self._position(0) if self._undoable(self.sort) else None, when=when)
        second = (
            self.timeout is not Timeout.NONE and not self._gives_up and self.point is not CrashPoint.BETWEEN_ATTEMPTS
        )
        return Moment(frozenset(events), self._position(int(self.careful)), 2 if second else 1, when)

    @property
    def earlier_moment(self) -> Moment:
        """Where it died before, of a run that was recovered."""
        if not self.place:
            return Moment(frozenset({EventType.RunStarted}))
        return Moment(frozenset({EventType.StepCompleted}), self._position(-1))

    @property
    def fates(self) -> dict[tuple[str, int], Fate]:
        """What becomes of which request."""
        tag, found = self.tags[self.place], dict[tuple[str, int], Fate]()
        if self.timeout is not Timeout.NONE:
            found = {(tag, number): _FATE[self.timeout] for number in ((1, 2) if self._gives_up else (1,))}
        elif self.point is CrashPoint.BETWEEN_ATTEMPTS:
            found = {(tag, 1): Fate.REFUSED}
        return found | ({(self.tags[-1], number): Fate.REFUSED for number in (1, 2)} if self.refused else {})

    @property
    def is_possible(self) -> bool:
        """Whether it can happen, and is not another one in other words."""
        return self._is_sensible and self._is_reached

    @property
    def _is_sensible(self) -> bool:
        """What goes wrong goes together."""
        in_time = self.timeout is Timeout.NONE
        at_the_end = self.point.in_undo or self.point is CrashPoint.AFTER_END
        return (
            (in_time or not self._silent)
            and not (in_time and self.careful)
            and (at_the_end and not self._fails if self.refused else True)
            and not (self.recovered and (self.careful or not in_time))
            and not (self.days_ago and (self.recovered or self.careful or self.kind is not Kind.KEYED))
        )

    @property
    def _is_reached(self) -> bool:
        """The worker comes to where it shall die."""
        if self.point is CrashPoint.AFTER_END:
            return True
        if self.point is CrashPoint.BETWEEN_ATTEMPTS:
            return not self._silent and not self._gives_up
        if self.point.in_undo:
            return (self._fails or self.refused) and self._undoes
        return self.point is CrashPoint.AFTER_RESULT if self._fails else self.place + self.careful < len(self.calls)

    @property
    def _undoes(self) -> bool:
        """There is something to undo. Who undoes blindly what may not be there has not asked the verdict."""
        blind = self._undoable(self.sort) and not STEPS[self.sort].declaration.undo_null_safe
        reached = self.calls[: self.place + 1] if self._fails else self.calls
        return any(map(self._undoable, reached)) and not (blind and self._gives_up)

    @property
    def _fails(self) -> bool:
        """The run ends with the step under test."""
        return self._gives_up and not self.careful

    @property
    def _silent(self) -> bool:
        return self.kind is Kind.PURE

    @property
    def _gives_up(self) -> bool:
        """No attempt of the step under test is answered."""
        again = STEPS[self.sort].retry is not NO_RETRY and (self.kind.repeats or self.kind is Kind.KEYED)
        return self.timeout is not Timeout.NONE and (self.careful or not again)

    def _position(self, offset: int) -> Position:
        return (self.place + offset + 1,)

    @staticmethod
    def _undoable(sort: str) -> bool:
        return STEPS[sort].undo is not None


def scenarios() -> Iterator[Scenario]:
    """All that are possible, those with the same log one after the other."""
    flags = list(product((False, True), repeat=3))
    for sort, company, days_ago in product(STEPS, COMPANIES, (0, _OLD_DAYS)):
        for place, (careful, refused, recovered) in product(range(len(COMPANIES[company]) + 1), flags):
            for point, timeout in product(_EVENTS, Timeout):
                found = Scenario(sort, place, company, point, timeout, careful, refused, recovered, days_ago)
                if found.is_possible:
                    yield found
