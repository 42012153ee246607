"""The events of one run as columns: rows, names, lanes and positions, without a Python object per event."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from workbench.analysis.cells import view_of
from workbench.debugger.answer import word
from workbench.debugger.wire.roster import Lane
from workbench.debugger.wire.words import LaneSort
from workbench.model import UNNAMED, EventType, History

__all__ = ["TIMER", "Names", "Positions", "RunColumns", "positions_of"]

Array = np.ndarray[Any, Any]

TIMER = "timer"
"""Lane of what waits without a name."""

_SORTS: dict[EventType, LaneSort] = {
    EventType.StepStarted: "step", EventType.AttemptFailed: "step", EventType.StepCompleted: "step",
    EventType.StepFailed: "step", EventType.StepCancelled: "step", EventType.StepResolved: "step",
    EventType.AttemptBegan: "step", EventType.StepRecorded: "step",
    EventType.TimerStarted: "timer", EventType.TimerFired: "timer", EventType.TimerCancelled: "timer",
    EventType.SignalAwaited: "signal", EventType.SignalConsumed: "signal", EventType.SignalTimedOut: "signal",
    EventType.SignalCancelled: "signal", EventType.SignalReceived: "signal",
    EventType.ChildStarted: "child", EventType.ChildCompleted: "child", EventType.ChildFailed: "child",
    EventType.ChildCancelled: "child", EventType.ChildBegan: "child",
    EventType.CompensationStarted: "undo", EventType.CompensationCompleted: "undo",
    EventType.CompensationFailed: "undo",
}  # fmt: skip
"""Events that belong to a lane, and what the lane is then of."""

_HAS_LANE = np.zeros(256, dtype=bool)
_HAS_LANE[[int(type_) for type_ in _SORTS]] = True


class Names(NamedTuple):
    """Names of the events of a run.

    Attributes:
        texts: Lanes in order of first appearance, then other names.
        lanes: The lanes.
        of: For each event the number of its name; -1 for none.
    """

    texts: list[str]
    lanes: list[Lane]
    of: Array


class Positions(NamedTuple):
    """Distinct positions.

    Attributes:
        of: For each event the number of its position.
        path: All distinct positions, one after the other.
        end: Where each of them ends.
    """

    of: Array
    path: Array
    end: Array

    @property
    def lengths(self) -> Array:
        """Numbers in each position; 0 for the whole run."""
        return np.diff(self.end, prepend=0)


class RunColumns:
    """One run of a history.

    Args:
        history: Where it is.
        run_id: The run.
    """

    def __init__(self, history: History, run_id: str) -> None:
        self.history = history
        self.run_id = run_id

    @cached_property
    def rows(self) -> Array:
        """Rows of its events, in log order."""
        numbers = [number for number, known in enumerate(self.history.runs) if known == self.run_id]
        column = view_of(self.history.columns.run, "u4")
        if len(numbers) == 1 and len(column) and (column[0] == column).all():
            return np.arange(len(column)) if column[0] == numbers[0] else np.empty(0, np.int64)
        return np.flatnonzero(np.isin(column, numbers)) if len(numbers) != 1 else np.flatnonzero(column == numbers[0])

    def __len__(self) -> int:
        """Number of events."""
        return len(self.rows)

    @cached_property
    def types(self) -> Array:
        """Numbers of their types."""
        return view_of(self.history.columns.type, "u1")[self.rows]

    @cached_property
    def seqs(self) -> Array:
        """Their numbers in the log."""
        return view_of(self.history.columns.seq, "u8")[self.rows]

    @cached_property
    def times(self) -> Array:
        """When, nanoseconds since the epoch."""
        return view_of(self.history.columns.time_ns, "i8")[self.rows]

    @cached_property
    def attempts(self) -> Array:
        """Attempts; 0 where they do not apply."""
        return view_of(self.history.columns.attempt, "u2")[self.rows]

    @cached_property
    def tags(self) -> tuple[list[str], Array]:
        """Error classes, the first being `""`, and the number of that of each event."""
        numbers = view_of(self.history.columns.tag, "u4")[self.rows]
        known, of = np.unique(np.concatenate([np.zeros(1, "u4"), numbers]), return_inverse=True)
        table = self.history.tags
        codes: list[int] = known.tolist()
        return [str(table[code]) if code < len(table) else "" for code in codes], of[1:]

    @cached_property
    def positions(self) -> Positions:
        """Their positions."""
        return positions_of(self.history, self.rows)

    @cached_property
    def names(self) -> Names:
        """Their names, lanes first."""
        numbers = view_of(self.history.columns.name, "u4")[self.rows].astype(np.int64)
        in_lane = _HAS_LANE[self.types]
        lanes: dict[str, Lane] = {}
        code: dict[tuple[bool, int], str] = {}
        for lane, mask in ((True, in_lane), (False, ~in_lane)):
            places = np.flatnonzero(mask)
            known, first = np.unique(numbers[mask], return_index=True)
            for number, at in sorted(
                zip(known.tolist(), places[first].tolist(), strict=True), key=lambda pair: pair[1]
            ):
                declaration = self.history.names[number] if number < len(self.history.names) else UNNAMED
                name = declaration.name or (TIMER if lane else "")
                code[lane, number] = name
                if lane and name not in lanes:
                    lanes[name] = _lane(name, declaration, EventType(int(self.types[at])))
        texts = list(dict.fromkeys([*lanes, *(name for name in code.values() if name)]))
        number_of = {text: number for number, text in enumerate(texts)} | {"": -1}
        of = np.full(len(numbers), -1, np.int64)
        for lane, mask in ((True, in_lane), (False, ~in_lane)):
            mine = {number: number_of[name] for (is_lane, number), name in code.items() if is_lane is lane}
            of[mask] = _looked_up(mine, numbers[mask])
        return Names(texts, list(lanes.values()), of)


def _lane(name: str, declaration: Any, first: EventType) -> Lane:
    sort = _SORTS[first]
    is_step = sort == "step"
    return {
        "name": name, "sort": sort, "kind": word(declaration.kind), "assumed": is_step and declaration.kind_assumed,
        "acts": is_step and declaration.kind.acts, "undo": declaration.undo, "probe": declaration.probe,
    }  # fmt: skip


def _looked_up(table: dict[int, int], numbers: Array) -> Array:
    if not table:
        return np.empty(0, np.int64)
    keys = np.array(sorted(table), np.int64)
    return np.array([table[key] for key in keys.tolist()], np.int64)[np.searchsorted(keys, numbers)]


def positions_of(history: History, rows: Array, apart: Array | None = None) -> Positions:
    """Distinct positions of events, told apart number by number: no Python object is made for any.

    Args:
        history: Where the events are.
        rows: Their rows.
        apart: Numbers of what keeps equal positions apart, one per event: their runs.
    """
    ends, path = view_of(history.columns.path_end, "u8"), view_of(history.columns.path, "u4")
    end = ends[rows].astype(np.int64)
    begin = np.where(rows > 0, ends[np.maximum(rows, 1) - 1], 0).astype(np.int64) if len(rows) else end
    length = end - begin
    known = np.zeros(len(rows), np.int64) if apart is None else apart.astype(np.int64)
    count = int(known.max(initial=-1)) + 1
    inside, depth = np.flatnonzero(length > 0), 0
    while len(inside):
        keys = (known[inside].astype(np.uint64) << np.uint64(32)) | path[begin[inside] + depth]
        different, number = np.unique(keys, return_inverse=True)
        known[inside] = number + count
        count += len(different)
        depth += 1
        inside = inside[length[inside] > depth]
    _, first, of = np.unique(known, return_index=True, return_inverse=True)
    return Positions(of, _gathered(path, begin[first], length[first]), np.cumsum(length[first]))


def _gathered(path: Array, begin: Array, length: Array) -> Array:
    """Stretches of `path`, one after the other."""
    starts = np.cumsum(length) - length
    return path[np.repeat(begin - starts, length) + np.arange(int(length.sum()))]
