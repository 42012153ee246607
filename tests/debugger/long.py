"""Histories of very many events or runs, made of arrays in a moment."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np

from workbench.model import UNNAMED, Columns, Declaration, EventType, History

__all__ = ["long_history"]

_NAMES = 7


def long_history(events: int, runs: int) -> History:
    """Runs one after the other, each of plain steps between a beginning and an end.

    Args:
        events: How many in all; a multiple of the number of runs.
        runs: How many runs.
    """
    each = events // runs
    number = np.arange(events) % each
    types = np.where(number % 2 == 1, EventType.StepStarted, EventType.StepCompleted)
    types = np.where(number == 0, EventType.RunStarted, np.where(number == each - 1, EventType.RunCompleted, types))
    inside = (number > 0) & (number < each - 1)
    steps = (number - 1) // 2
    columns = Columns(
        seq=_array("Q", np.arange(events) + 1),
        time_ns=_array("q", 1_790_000_000_000_000_000 + np.arange(events) * 137_000),
        mono_ns=_array("q", np.arange(events)),
        type=_array("B", types),
        run=_array("I", np.arange(events) // each),
        name=_array("I", np.where(inside, 1 + steps % _NAMES, 0)),
        tag=_array("I", np.zeros(events)),
        attempt=_array("H", inside),
        cause=_array("Q", np.zeros(events)),
        path=_array("I", 1 + steps[inside]),
        path_end=_array("Q", np.cumsum(inside)),
    )
    names = [UNNAMED, *(Declaration(f"step-{n}") for n in range(_NAMES))]
    return History(columns, [f"run-{n}" for n in range(runs)], names, [""], lambda _row: {})


def _array(code: Any, numbers: Any) -> array[int]:
    made: array[int] = array(code)
    made.frombytes(np.asarray(numbers).astype(made.typecode).tobytes())
    return made
