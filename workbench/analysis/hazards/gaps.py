"""Stretches of a run in which nothing happened: planned ones (a sleep, a slow step), and gaps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING, Final, NamedTuple

from workbench.analysis.hazards.wording import NS, ns_in
from workbench.model import ENDINGS, EventType, Position, Unsaid

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["LONG_NS", "Gap", "gaps_of", "pauses_of"]

LONG_NS: Final = 300 * NS
"""Shorter gaps than five minutes are a deployment."""
_TIMES_MEDIAN: Final = 10
_LONGEST_SECONDS: Final = 1e10
_FOR_EVER_NS: Final = 1 << 63
_OUTSIDE: Final = frozenset(
    {
        EventType.SignalReceived, EventType.UpdateReceived, EventType.CancelRequested, EventType.DecisionMade,
        EventType.NoteRecorded, EventType.StepResolved, EventType.CompensationStarted, *ENDINGS,
    }
)  # fmt: skip
"""What comes from outside, or at the end: that it came late says nothing about the run."""
_OPENS: Final = {
    EventType.StepStarted: 1, EventType.TimerStarted: 1, EventType.SignalAwaited: 1, EventType.ChildStarted: 1,
    EventType.CompensationStarted: 1, EventType.AttemptFailed: 0,
    EventType.StepCompleted: -1, EventType.StepFailed: -1, EventType.StepCancelled: -1,
    EventType.TimerFired: -1, EventType.TimerCancelled: -1, EventType.SignalConsumed: -1,
    EventType.SignalTimedOut: -1, EventType.SignalCancelled: -1, EventType.ChildCompleted: -1,
    EventType.ChildFailed: -1, EventType.ChildCancelled: -1, EventType.CompensationCompleted: -1,
    EventType.CompensationFailed: -1,
}  # fmt: skip


class Gap(NamedTuple):
    """A stretch of a run in which nothing happened, and nothing was planned to.

    Attributes:
        before: Row of the last event before it.
        after: Row of the first event after it.
        lost_ns: How much of it was not waited for on purpose, nanoseconds.
        resumed: The run went on in a new process at its end.
    """

    before: int
    after: int
    lost_ns: int
    resumed: bool


def _threshold_ns(case: Case) -> int:
    """From which length on a gap is one, for this run: ten times its usual pace, five minutes at least."""
    times, types = case.history.columns.time_ns, case.history.columns.type
    usual = [
        times[after] - times[before] for before, after in pairwise(case.rows) if types[after] != EventType.RunRecovered
    ]
    return max(_TIMES_MEDIAN * median_low(usual), LONG_NS) if usual else LONG_NS


def pauses_of(case: Case) -> list[int]:
    """Rows before which a run stood still for longer than is usual for it, whatever it waited for."""
    times = case.history.columns.time_ns
    if times[case.rows[-1]] - times[case.rows[0]] <= LONG_NS:
        return []
    longest = _threshold_ns(case)
    return [
        after for before, after in pairwise(case.rows) if times[after] - times[before] > longest and times[before] > 0
    ]


def gaps_of(case: Case) -> Iterator[Gap]:
    """The gaps of a run, in log order."""
    times = case.history.columns.time_ns
    if times[case.rows[-1]] - times[case.rows[0]] <= LONG_NS:
        return
    longest = _threshold_ns(case)
    types = case.history.columns.type
    seen = _Waits(case)
    for before, after in pairwise(case.rows):
        seen.add(before)
        resumed = types[after] == EventType.RunRecovered
        lost = times[after] - times[before]
        if lost <= longest or times[before] <= 0:
            continue
        if resumed:
            lost = times[after] - max(times[before], seen.due_ns)
        elif seen.anything or types[after] in _OUTSIDE or Unsaid.BEGINNINGS in case.history.unsaid:
            continue
        if lost > longest:
            yield Gap(before, after, lost, resumed)


class _Waits:
    """What a run waits for, event by event."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._open: dict[Position, int] = {}
        self._arrived: dict[int, int] = {}

    def add(self, row: int) -> None:
        history = self._case.history
        kind = EventType(history.columns.type[row])
        if kind is EventType.SignalReceived:
            self._arrived[history.columns.seq[row]] = row
        change = _OPENS.get(kind)
        if change is None:
            return
        if change >= 0:
            self._open[history.position(row)] = row
        else:
            self._open.pop(history.position(row), None)
        if kind is EventType.SignalConsumed:
            self._arrived.pop(history.columns.cause[row], None)

    @property
    def anything(self) -> bool:
        return bool(self._open)

    @property
    def due_ns(self) -> int:
        """Until when all of it would have waited anyway; 0 where something was at work."""
        return min(map(self._planned, self._open.values()), default=0)

    def _planned(self, row: int) -> int:
        """Until when what began in this row waits on purpose; 0 for what does not wait."""
        kind = self._case.history.columns.type[row]
        if kind == EventType.SignalAwaited:
            return min(self._after(row, "timeout_seconds", _FOR_EVER_NS), self._arrival_ns(row))
        if kind == EventType.AttemptFailed:
            return self._after(row, "retry_in_seconds", 0)
        if kind != EventType.TimerStarted:
            return 0
        due = ns_in(self._case.body(row).get("due_ns"))
        return self._after(row, "seconds", 0) if due is None else due

    def _after(self, row: int, name: str, unsaid: int) -> int:
        """The moment so many seconds after an event that says how many."""
        seconds = self._case.body(row).get(name)
        if not isinstance(seconds, (int, float)) or not 0 <= seconds < _LONGEST_SECONDS:
            return unsaid
        return self._case.time_ns(row) + int(seconds * NS)

    def _arrival_ns(self, row: int) -> int:
        """When the signal came that is awaited."""
        name = self._case.history.declaration(row).name
        came = [one for one in self._arrived.values() if self._case.history.declaration(one).name == name]
        return max(self._case.time_ns(row), self._case.time_ns(came[0])) if came else _FOR_EVER_NS
