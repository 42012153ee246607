"""Hazards of a run, as far as a triage looks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, Final

import numpy as np

from workbench.analysis.cells import view_of
from workbench.analysis.hazards import Case, Hazard, findings_of, registered
from workbench.analysis.triage.likeness import AlikeCase, Likeness
from workbench.analysis.triage.shapes import Shapes
from workbench.model import EventType, History

__all__ = ["Attention", "Troubles", "even_runs"]

_BY_SHAPE: Final = frozenset({"clock-skew", "two-writers", "early-retry"})
"""Hazards that runs of one shape share, as long as one process wrote each of them and its clock went forward."""

_BY_SHAPE_UNREAD: Final = frozenset({"in-doubt", "half-done-saga", "failed-compensation", "crash-loop", "lost-signal"})
"""Those that they share where the columns were enough: no payload was read to find them, or that they are not there."""

_UNTIMED_UNTIL: Final[dict[str, Callable[[Case], bool]]] = {
    "retry-storm": lambda case: all(len(step.attempts) < 2 for step in case.steps.values()),  # noqa: PLR2004 - tried once or never
    "orphan": lambda case: not case.has(EventType.ChildStarted),
}
"""When those that also depend on how much time passed between events do not."""

_BEHIND_NS: Final = 1_000_000_000
"""A wall clock that loses a second against the monotonic one may have been set back."""


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
    """Looks for hazards in the runs of one history.

    Args:
        likeness: The log, whose payloads are watched.
        shapes: Its runs by shape.
        now_ns: The moment of acting, nanoseconds since the epoch.
        attention: Which hazards to look for.
    """

    def __init__(self, likeness: Likeness, shapes: Shapes, now_ns: int, attention: Attention) -> None:
        history = likeness.history
        self._history = history
        self._report = likeness.report
        self._watch = likeness.watch
        self._shapes = shapes
        self._now_ns = now_ns
        self._attention = attention
        self._quick = [hazard for hazard in registered() if hazard.columns_only]
        self._even = even_runs(history, shapes).tolist()
        self._known: dict[int, tuple[tuple[str, ...], list[Hazard]]] = {}

    def of(self, number: int, shape: int, *, smooth: bool, alike: AlikeCase | None = None) -> tuple[str, ...]:
        """Ids of the hazards that are found in a run.

        Args:
            number: Number of the run.
            shape: Number of its shape.
            smooth: Whether it completed and all its effects came at the first try.
            alike: The run, where it is one of a pattern.
        """
        if self._attention is Attention.NONE:
            return ()
        if self._attention is Attention.ALL or (not smooth and self._attention is Attention.TROUBLED):
            return self._found(self._case(number), None)
        if not self._even[number]:
            return self._found(self._case(number), self._quick)
        if shape not in self._known:
            self._known[shape] = self._told_by_shape(number)
        told, rest = self._known[shape]
        if not rest:
            return told
        if alike is None or any(hazard.id not in _BY_SHAPE_UNREAD for hazard in rest):
            return told + self._found(self._case(number), rest)
        return told + self._told_by_pattern(number, alike, rest)

    def _told_by_pattern(self, number: int, alike: AlikeCase, rest: Sequence[Hazard]) -> tuple[str, ...]:
        """What runs of a pattern have, as far as only what they are told apart by was read to find it out."""
        known = alike.pattern.hazards
        if known is None:
            known, looks = self._watch(partial(self._found, self._case(number), rest))
            if alike.pattern.depends_on(looks):
                alike.pattern.hazards = known
        return known

    def _told_by_shape(self, number: int) -> tuple[tuple[str, ...], list[Hazard]]:
        """What all runs of a shape have, by its first one; and the hazards that have to be looked for in each."""
        told: tuple[str, ...] = ()
        rest = []
        for hazard in self._quick:
            found, looks = self._watch(partial(self._found, self._case(number), [hazard]))
            if hazard.id in _BY_SHAPE or (not looks and self._is_untimed(hazard, number)):
                told += found
            else:
                rest.append(hazard)
        return told, rest

    def _is_untimed(self, hazard: Hazard, number: int) -> bool:
        untimed = _UNTIMED_UNTIL.get(hazard.id)
        return hazard.id in _BY_SHAPE_UNREAD if untimed is None else untimed(self._case(number))

    def _case(self, number: int) -> Case:
        return Case(self._history, self._shapes.run_ids[number], self._now_ns, self._report)

    def _found(self, case: Case, hazards: Sequence[Hazard] | None) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.hazard.id for finding in findings_of(case, hazards)))


def even_runs(history: History, shapes: Shapes) -> Any:
    """For each run, whether one process wrote it and the clock on the wall never went back, nor fell behind."""
    if not len(shapes.rows) or history.engine != "native":
        return np.zeros(len(shapes.run_ids), np.bool_)
    columns, begins = history.columns, shapes.begins
    times = view_of(columns.time_ns, "i8")[shapes.rows]
    monos = view_of(columns.mono_ns, "i8")[shapes.rows]
    behind = np.diff(monos) - np.diff(times) > _BEHIND_NS
    back = np.concatenate([[False], (times[1:] < times[:-1]) | behind])
    back[begins[:-1]] = False  # from one run to the next
    even = ~np.logical_or.reduceat(back, begins[:-1])
    seqs = view_of(columns.seq, "u8")[shapes.rows]
    firsts = np.array([process.first_seq for process in history.processes], np.uint64)
    writers = [np.searchsorted(firsts, seqs[at], side="right") for at in (begins[:-1], begins[1:] - 1)]
    return even & (writers[0] == writers[1])
