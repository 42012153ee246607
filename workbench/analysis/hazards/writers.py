"""Which process wrote an event, and what only two of them, or two attempts at once, can have written."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from workbench.model import EventType

if TYPE_CHECKING:
    from workbench.analysis.hazards.attempts import StepRows
    from workbench.analysis.hazards.case import Case

__all__ = ["second_result", "writer_of", "writers_differ"]


def writer_of(case: Case, row: int) -> int:
    """Number of the process that wrote an event; 0 for one that is older than every known process."""
    return bisect_right(case.history.processes, case.seq(row), key=lambda process: process.first_seq)


def writers_differ(case: Case, *rows: int) -> bool:
    """Whether events may come from several processes: where nobody says who wrote, they may."""
    if not case.history.processes:
        return True
    return len({writer_of(case, row) for row in rows}) > 1


def second_result(case: Case, step: StepRows) -> tuple[int, ...] | None:
    """Rows of a second result without a beginning of its own, of the first one, and of what had begun by then."""
    types = case.history.columns.type
    results = [row for row in step.answers if types[row] == EventType.StepCompleted]
    for one, two in pairwise(results):
        begun = [attempt.row for attempt in step.attempts if attempt.row < two]
        if not any(one < row for row in begun):
            return two, one, *begun
    return None
