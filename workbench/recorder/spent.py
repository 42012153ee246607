"""Keys under which something was undone: whoever uses one again gets the old answer, and nothing is done.

A service that knows a key answers with the old success, also when that was refunded since. So what is done anew gets
another key, made of the old one and of the event that says that it was undone: the same on every attempt and after a
crash, and another one after the next undo. It goes by the key, not by the place in the program, which code may move.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.machine import RunRecord, root_of
from workbench.model import EventType, Position

__all__ = ["first_key", "renewed", "spent_keys"]

_AGAIN = "/again-"


def spent_keys(record: RunRecord, reveal: Callable[[Any], Any]) -> dict[str, int]:
    """Keys of undone executions of one run, without what made them new, each with the number of the last undo.

    Args:
        record: The run.
        reveal: Opens sealed secrets.
    """
    history, types = record.history, record.history.columns.type
    begun: dict[Position, int] = {}
    spent: dict[str, int] = {}
    for row in history.rows_of(record.run_id):
        if types[row] == EventType.StepStarted:
            begun[history.position(row)] = row
        elif types[row] == EventType.CompensationCompleted:
            said = root_of(history, row)  # who undid it by hand names the execution, a recorder undoes the last one
            intent = said if types[said] == EventType.StepStarted else begun.get(history.position(row), -1)
            key = str(reveal(history.payload(intent).get("key", ""))) if intent >= 0 else ""
            if key:
                spent[first_key(key)] = history.columns.seq[row]
    return spent


def first_key(key: str) -> str:
    """A key as the code makes it, without what made it new."""
    return key.rpartition(_AGAIN)[0] or key


def renewed(key: str, spent: dict[str, int]) -> str:
    """The key under which something is done: its own, or a new one where its own is spent."""
    base = first_key(key)
    return f"{base}{_AGAIN}{spent[base]}" if base in spent else key
