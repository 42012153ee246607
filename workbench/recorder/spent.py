"""Keys under which something was undone: whoever uses one again gets the old answer, and nothing is done.

A service that knows a key answers with the old success, also when that was refunded since. So what is done anew gets
another key, made of the old one and of the event that says that it was undone: the same on every attempt and after a
crash, and another one after the next undo. It goes by the key, not by the place in the program, which code may move.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.machine import RunRecord
from workbench.model import EventType, Position

__all__ = ["renewed", "spent_keys"]

_AGAIN = "/again-"


def spent_keys(record: RunRecord, reveal: Callable[[Any], Any]) -> dict[str, int]:
    """Keys of undone executions of one run, without what made them new, each with the number of the last undo.

    Args:
        record: The run.
        reveal: Opens sealed secrets.
    """
    history, types = record.history, record.history.columns.type
    keys: dict[Position, str] = {}
    spent: dict[str, int] = {}
    if not record.superseded:
        return spent  # nothing is done anew
    for row in history.rows_of(record.run_id):
        if types[row] == EventType.StepStarted:
            keys[history.position(row)] = str(reveal(history.payload(row).get("key", "")))
        elif types[row] == EventType.CompensationCompleted:
            key = keys.get(history.position(row), "")
            if key:
                spent[key.rpartition(_AGAIN)[0] or key] = history.columns.seq[row]
    return spent


def renewed(key: str, spent: dict[str, int]) -> str:
    """The key under which something is done: its own, or a new one where its own is spent."""
    base = key.rpartition(_AGAIN)[0] or key
    return f"{base}{_AGAIN}{spent[base]}" if base in spent else key
