"""Hazards and money of a run, as far as a triage looks for them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import numpy as np

from workbench.analysis.bodies import Bodies
from workbench.analysis.cells import view_of
from workbench.analysis.facts import RunFacts
from workbench.analysis.hazards import Case, Hazard, findings_of, registered
from workbench.analysis.ledger import Stake, at_stake
from workbench.analysis.triage.shapes import Shapes
from workbench.journal import Report
from workbench.model import History

__all__ = ["Attention", "Troubles", "even_runs"]

_BY_SHAPE: Final = frozenset({"clock-skew", "two-writers", "early-retry"})
"""Hazards that runs of one shape share, as long as one process wrote each of them and its clock went forward."""

_BY_SMOOTH_SHAPE: Final = _BY_SHAPE | {
    "in-doubt", "half-done-saga", "failed-compensation", "retry-storm", "crash-loop", "lost-signal", "orphan",
}  # fmt: skip
"""Those that they share when all effects came at the first try: what else these look at is not there then."""


class Attention(StrEnum):
    """Which hazards a triage looks for."""

    QUICK = "quick"
    """Those that the columns of the log alone can show, in all runs. The default: it costs microseconds per run."""
    TROUBLED = "troubled"
    """These, and all others in runs that are in trouble: milliseconds for each of them."""
    ALL = "all"
    """All in all runs."""
    NONE = "none"


class Troubles:
    """Looks for hazards and money in the runs of one history.

    Args:
        history: The log.
        report: How it was found.
        shapes: Its runs by shape.
        now_ns: The moment of acting, nanoseconds since the epoch.
        attention: Which hazards to look for.
    """

    def __init__(
        self, history: History, report: Report | None, shapes: Shapes, now_ns: int, attention: Attention
    ) -> None:
        self._history = history
        self._report = report
        self._shapes = shapes
        self._now_ns = now_ns
        self._attention = attention
        self._bodies = Bodies(history)
        quick = [hazard for hazard in registered() if hazard.columns_only]
        self._quick = {shared: [one for one in quick if one.id in shared] for shared in (_BY_SMOOTH_SHAPE, _BY_SHAPE)}
        self._rest = [one for one in quick if one.id in _BY_SMOOTH_SHAPE - _BY_SHAPE]
        self._others = [one for one in quick if one.id not in _BY_SMOOTH_SHAPE]
        self._even = even_runs(history, shapes)
        self._known: dict[int, tuple[str, ...]] = {}

    def of(self, number: int, *, smooth: bool, case: Case | None = None) -> tuple[str, ...]:
        """Ids of the hazards that are found in a run.

        Args:
            number: Number of the run.
            smooth: Whether it completed and all its effects came at the first try.
            case: The run, where somebody has read its facts, if only up to times, keys and texts.
        """
        if self._attention is Attention.NONE:
            return ()
        if self._attention is Attention.ALL or (not smooth and self._attention is Attention.TROUBLED):
            return self._found(number, None)
        found = self._shared(number, smooth=smooth)
        if found is None:
            found = self._found(number, self._quick[_BY_SMOOTH_SHAPE], case)
        elif not smooth:
            found += self._found(number, self._rest, case)
        return found + self._found(number, self._others) if self._others else found

    def _shared(self, number: int, *, smooth: bool) -> tuple[str, ...] | None:
        """What all runs of its shape have; `None` where that cannot be said."""
        if not self._even[number]:
            return None
        shape = int(self._shapes.classes[number])
        if shape not in self._known:
            self._known[shape] = self._found(number, self._quick[_BY_SMOOTH_SHAPE if smooth else _BY_SHAPE])
        return self._known[shape]

    def stake(self, facts: RunFacts) -> Stake:
        """Money that hangs on a run."""
        return at_stake(facts, self._bodies)

    def _found(self, number: int, hazards: Sequence[Hazard] | None, case: Case | None = None) -> tuple[str, ...]:
        looked = case or Case(self._history, self._shapes.run_ids[number], self._now_ns, self._report)
        return tuple(dict.fromkeys(finding.hazard.id for finding in findings_of(looked, hazards)))


def even_runs(history: History, shapes: Shapes) -> Any:
    """For each run, whether one process wrote it and the clock on the wall never went back."""
    if not len(shapes.rows) or history.engine != "native":
        return np.zeros(len(shapes.run_ids), np.bool_)
    columns, begins = history.columns, shapes.begins
    times = view_of(columns.time_ns, "i8")[shapes.rows]
    back = np.concatenate([[False], times[1:] < times[:-1]])
    back[begins[:-1]] = False  # from one run to the next
    even = ~np.logical_or.reduceat(back, begins[:-1])
    seqs = view_of(columns.seq, "u8")[shapes.rows]
    firsts = np.array([process.first_seq for process in history.processes], np.uint64)
    writers = [np.searchsorted(firsts, seqs[at], side="right") for at in (begins[:-1], begins[1:] - 1)]
    return even & (writers[0] == writers[1])
