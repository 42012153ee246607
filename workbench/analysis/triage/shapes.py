"""Runs of one shape: the same events in the same order, whoever ran them and whenever.

A run's shape is everything that the columns say about it except its id and its times: of each event the type, name,
error class, attempt, position and which of the run's own events it answers. Runs of one shape differ in payloads and
times only, so whatever reads neither is found out once per shape. A fleet of a hundred thousand runs has a few
hundred shapes. Classes are told apart by their bytes, not by a hash: nobody can forge one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.analysis.cells import view_of
from workbench.model import Columns, History

__all__ = ["Shapes", "shapes_of"]

_EVENT = np.dtype(
    [("type", "u1"), ("attempt", "u2"), ("depth", "u4"), ("name", "u4"), ("tag", "u4"), ("answers", "i4")]
)
_OUTSIDE = -1
"""Stands for a cause that is not one of the run's own events, or none."""


@dataclass(frozen=True)
class Shapes:
    """The runs of a history by shape.

    Attributes:
        run_ids: The runs, in order of their first event.
        classes: Number of each one's shape.
        examples: For each shape, the number of the first run that has it.
        rows: Row numbers of all events, run by run, in log order within each.
        begins: Where each run's rows begin in `rows`, and at the end their number.
    """

    run_ids: Sequence[str]
    classes: Any
    examples: Sequence[int]
    rows: Any
    begins: Any

    def rows_of(self, number: int) -> Any:
        """Row numbers of one run, in log order."""
        return self.rows[self.begins[number] : self.begins[number + 1]]


def shapes_of(history: History) -> Shapes:
    """Put the runs of a history into classes; no payload is read, and it is done once."""
    if "shapes" not in history.kept:
        history.kept["shapes"] = _found(history)
    known: Shapes = history.kept["shapes"]
    return known


def _found(history: History) -> Shapes:
    columns = history.columns
    runs = view_of(columns.run, "u4")
    if not len(runs):
        return Shapes([], np.empty(0, np.int64), [], np.empty(0, np.int64), np.zeros(1, np.int64))
    grouped = np.argsort(runs, kind="stable")
    sizes = np.bincount(runs)
    first_row = grouped[np.concatenate([[0], np.cumsum(sizes)[:-1]])[sizes > 0]]
    numbers = np.flatnonzero(sizes)[np.argsort(first_row, kind="stable")]  # run numbers in order of their first event
    place = np.zeros(len(sizes), np.int64)
    place[numbers] = np.arange(len(numbers))
    rows = grouped if (np.diff(numbers) > 0).all() else np.argsort(place[runs], kind="stable")
    begins = np.concatenate([[0], np.cumsum(sizes[numbers])])
    keys = _keys(columns, rows, begins)
    known: dict[tuple[bytes, bytes], int] = {}
    classes = np.fromiter((known.setdefault(key, len(known)) for key in keys), np.int64, len(keys))
    _, examples = np.unique(classes, return_index=True)
    run_ids: list[str] = [str(history.runs[int(number)]) for number in numbers]
    return Shapes(run_ids, classes, examples.tolist(), rows, begins)


def _keys(columns: Columns, rows: Any, begins: Any) -> list[tuple[bytes, bytes]]:
    """The shape of each run as bytes: its events, and their positions one after the other."""
    events = np.zeros(len(rows), _EVENT)
    for field, column, code in (
        ("type", columns.type, "u1"), ("attempt", columns.attempt, "u2"),
        ("name", columns.name, "u4"), ("tag", columns.tag, "u4"),
    ):  # fmt: skip
        events[field] = view_of(column, code)[rows]
    ends = view_of(columns.path_end, "u8").astype(np.int64)
    depths = np.diff(ends, prepend=0)[rows]
    events["depth"] = depths
    events["answers"] = _answers(columns, rows, begins)
    paths, path_begins = _paths(view_of(columns.path, "u4"), ends[rows] - depths, depths)
    raw, size = events.tobytes(), _EVENT.itemsize
    raw_paths, cuts = paths.tobytes(), path_begins[begins] * paths.itemsize
    pieces, path_pieces = (begins * size).tolist(), cuts.tolist()
    return [
        (raw[pieces[at] : pieces[at + 1]], raw_paths[path_pieces[at] : path_pieces[at + 1]])
        for at in range(len(pieces) - 1)
    ]


def _answers(columns: Columns, rows: Any, begins: Any) -> Any:
    """Which of its run's events each event answers, counted from the run's first."""
    seqs, causes = view_of(columns.seq, "u8"), view_of(columns.cause, "u8")[rows]
    found = np.minimum(np.searchsorted(seqs, causes), len(seqs) - 1)
    place = np.empty(len(rows), np.int64)
    place[rows] = np.arange(len(rows))
    starts = np.repeat(begins[:-1], np.diff(begins))
    ends = np.repeat(begins[1:], np.diff(begins))
    there = place[found]
    own = (causes > 0) & (seqs[found] == causes) & (there >= starts) & (there < ends)
    return np.where(own, there - starts, _OUTSIDE)


def _paths(path: Any, begins: Any, depths: Any) -> tuple[Any, Any]:
    """Positions of the events in this order, one after the other, and where each begins."""
    ends = np.concatenate([[0], np.cumsum(depths)])
    within = np.arange(ends[-1]) - np.repeat(ends[:-1], depths)
    return path[np.repeat(begins, depths) + within], ends
