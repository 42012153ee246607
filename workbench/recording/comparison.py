"""`wb.diff`: two runs, branches or traces, aligned."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.analysis import Item, align, diff_runs
from workbench.recording.branch import Branch
from workbench.recording.run import Run
from workbench.recording.trace import Trace

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["diff"]

Comparable = Run | Branch | Trace


def diff(left: Comparable, right: Comparable) -> pd.DataFrame:
    """What differs between two runs, branches or traces.

    Args:
        left: The one that things are compared with, usually the recorded run.
        right: The other.

    Returns:
        Aligned rows, see `workbench.analysis.align`. Two runs are compared by their logs; as soon as a branch
        or trace takes part, by their stops.
    """
    if isinstance(left, Run) and isinstance(right, Run):
        return diff_runs((left.history, left.id), (right.history, right.id))
    code = next((side.code for side in (left, right) if isinstance(side, Branch)), None)
    return align(_items(left, code), _items(right, code))


def _items(side: Comparable, code: Callable[..., Any] | None) -> list[Item]:
    if isinstance(side, Run):
        side = side.replay(code)
    trace = side.trace if isinstance(side, Branch) else side
    items: dict[tuple[int, ...], Item] = {}
    for stop in trace.steps:
        if stop.position:
            known = items.get(stop.position)
            if known is None:
                items[stop.position] = Item(stop.position, stop.event, stop.name, stop.note)
            else:
                items[stop.position] = known._replace(outcome=stop.note)
    return list(items.values())
