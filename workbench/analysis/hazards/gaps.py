"""Stretches of a run in which nothing happened: planned ones (a sleep, a slow step), and gaps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING, Final, NamedTuple

from workbench.analysis.hazards.wording import NS, ns_in
from workbench.model import ENDINGS, EventType, Unsaid

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["LONG_NS", "Gap", "gaps_of", "pauses_of"]

LONG_NS: Final = 300 * NS
"""Shorter gaps than five minutes are a deployment."""
_TIMES_MEDIAN: Final = 10
_LONGEST_SECONDS: Final = 1e10
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
        self._open: dict[tuple[int, ...], int] = {}
        self._due: dict[tuple[int, ...], int] = {}

    def add(self, row: int) -> None:
        history = self._case.history
        kind = EventType(history.columns.type[row])
        change = _OPENS.get(kind)
        if change is None:
            return
        position = history.position(row)
        if kind is EventType.TimerStarted:
            self._due[position] = self._planned(row)
        if change >= 0:
            self._open[position] = row
        else:
            self._open.pop(position, None)
            self._due.pop(position, None)

    def _planned(self, row: int) -> int:
        body = self._case.body(row)
        due, seconds = ns_in(body.get("due_ns")), body.get("seconds")
        if due is not None:
            return due
        if not isinstance(seconds, (int, float)) or not 0 <= seconds < _LONGEST_SECONDS:
            return 0
        return self._case.time_ns(row) + int(seconds * NS)

    @property
    def anything(self) -> bool:
        return bool(self._open)

    @property
    def due_ns(self) -> int:
        """Until when it would have slept anyway; 0 for not at all."""
        return max(self._due.values(), default=0)
