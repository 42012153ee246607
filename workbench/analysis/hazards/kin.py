"""Runs of one order or customer: what one of them did, another may do again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from workbench.analysis.hazards.expiry import plain_text
from workbench.model import EventType, History

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["kin_of"]

_RUNS_BY_KEY: Final = "hazards: runs by business key"
_MOST_KIN: Final = 50


def kin_of(case: Case) -> Sequence[Case]:
    """Other runs of the same business key: those that were given, and those in the same log."""
    start = next(case.rows_of(EventType.RunStarted), -1)
    key = plain_text(case.body(start).get("business_key")) if start >= 0 else ""
    found = {(id(other.history), other.run_id): other for other in case.siblings}
    if key:
        for run_id in _runs_by_key(case.history, case.body).get(key, ())[:_MOST_KIN]:
            other = type(case)(case.history, run_id, case.now_ns, case.report)
            found.setdefault((id(case.history), run_id), other)
    found.pop((id(case.history), case.run_id), None)
    return list(found.values())


def _runs_by_key(history: History, body: Callable[[int], Mapping[str, Any]]) -> dict[str, list[str]]:
    """Ids of the runs of each business key of a log, worked out once for all its runs."""
    known: dict[str, list[str]] | None = history.kept.get(_RUNS_BY_KEY)
    if known is None:
        known = history.kept[_RUNS_BY_KEY] = {}
        started = int(EventType.RunStarted)
        for row, kind in enumerate(history.columns.type):
            if kind == started:
                said = body(row)
                key = plain_text(said.get("business_key"))
                if key:
                    known.setdefault(key, []).append(history.runs[history.columns.run[row]])
    return known
