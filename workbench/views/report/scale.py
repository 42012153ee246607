"""Time to pixels, with long silences cut short: what happened in minutes shows beside a gap of days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from workbench.analysis import Span
from workbench.views.timeline import Recovery

__all__ = ["Break", "Scale"]

_BREAK_SHARE = 0.07
_LONG = 0.2
"""A silence longer than this share of everything else is cut."""


class Break(NamedTuple):
    """A silence that is drawn shorter than it was.

    Attributes:
        left: Where it begins, 0 to 1.
        right: Where it ends, 0 to 1.
        seconds: How long it was.
    """

    left: float
    right: float
    seconds: float


class Scale:
    """The axis of one run.

    Args:
        spans: What is drawn.
        recoveries: Where the run went on in a new process.

    Attributes:
        first: Where it begins.
        last: Where it ends.
        breaks: Silences that were cut.
    """

    def __init__(self, spans: Sequence[Span], recoveries: Sequence[Recovery]) -> None:
        moments = {span.started for span in spans} | {span.ended for span in spans}
        moments |= {time for recovery in recoveries for time in (recovery.went_silent, recovery.time)}
        self._moments = sorted(moments)
        self.first, self.last = self._moments[0], self._moments[-1]
        lengths = [(after - before).total_seconds() for before, after in pairwise(self._moments)]
        silent = [not _is_busy(before, after, spans) for before, after in pairwise(self._moments)]
        cut = _cut(lengths, silent)
        drawn = _drawn(lengths, cut)
        self._places = [0.0]
        for share in drawn:
            self._places.append(self._places[-1] + share)
        self.breaks = [
            Break(self._places[number], self._places[number + 1], lengths[number])
            for number, is_cut in enumerate(cut)
            if is_cut
        ]

    def place(self, time: datetime) -> float:
        """Where a moment lies, 0 to 1."""
        number = min(bisect_right(self._moments, time), len(self._moments) - 1)
        before, after = self._moments[max(number - 1, 0)], self._moments[number]
        left, right = self._places[max(number - 1, 0)], self._places[number]
        whole = (after - before).total_seconds()
        share = min(max((time - before).total_seconds() / whole, 0.0), 1.0) if whole else 0.0
        return left + (right - left) * share


def _is_busy(before: datetime, after: datetime, spans: Sequence[Span]) -> bool:
    """Whether something with an end on record was going on; of an open span nobody knows how long it really took."""
    return any(span.started <= before and span.ended >= after and not span.open for span in spans)


def _cut(lengths: Sequence[float], silent: Sequence[bool]) -> list[bool]:
    """Which silences are cut: each that is long against everything else, the longest first."""
    cut = [False] * len(lengths)
    left = sum(lengths)
    for number in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if silent[number] and lengths[number] > _LONG * (left - lengths[number]):
            cut[number] = True
            left -= lengths[number]
    return cut


def _drawn(lengths: Sequence[float], cut: Sequence[bool]) -> list[float]:
    """Share of the width of each stretch."""
    room = min(_BREAK_SHARE, 0.5 / max(1, sum(cut)))
    kept = sum(length for length, is_cut in zip(lengths, cut, strict=True) if not is_cut)
    rest = 1 - room * sum(cut)
    return [
        room if is_cut else rest * length / kept if kept else 0.0 for length, is_cut in zip(lengths, cut, strict=True)
    ]
