"""Keys under which something was undone: whoever uses one again gets the old answer, and nothing is done.

A service that knows a key answers with the old success, also when that was refunded since. So what is done anew gets
another key, made of the old one and of the event that says that it was undone: the same on every attempt and after a
crash, and another one after the next undo. It goes by the key, not by the place in the program, which code may move.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from workbench.machine import RunRecord, root_of
from workbench.model import EventType, Position

__all__ = ["first_key", "renewed", "spent_keys"]

_MADE_NEW = re.compile(r"/again-\d+\Z")


def spent_keys(record: RunRecord, reveal: Callable[[Any], Any]) -> dict[tuple[str, str], int]:
    """Keys of undone executions of one run, without what made them new, each with the number of the last undo.

    By the name of the step and the key: two services may both be called with the number of the order.

    Args:
        record: The run.
        reveal: Opens sealed secrets.
    """
    history, types = record.history, record.history.columns.type
    begun: dict[Position, int] = {}
    spent: dict[tuple[str, str], int] = {}
    for row in history.rows_of(record.run_id):
        if types[row] == EventType.StepStarted:
            begun[history.position(row)] = row
        elif types[row] == EventType.CompensationCompleted or (
            types[row] == EventType.CompensationFailed and "by" in history.payload(row)
        ):
            said = root_of(history, row)  # of old logs, the last one at its place
            intent = said if types[said] == EventType.StepStarted else begun.get(history.position(row), -1)
            key = str(reveal(history.payload(intent).get("key", ""))) if intent >= 0 else ""
            if types[row] == EventType.CompensationFailed:  # somebody says that it is not undone after all
                spent.pop((history.declaration(intent).name, first_key(key)), None)
            elif key:
                spent[history.declaration(intent).name, first_key(key)] = history.columns.seq[row]
    return spent


def first_key(key: str) -> str:
    """A key as the code makes it, without what made it new."""
    return _MADE_NEW.sub("", key)


def renewed(step: str, key: str, spent: Mapping[tuple[str, str], int]) -> str:
    """The key under which a step is done: its own, or a new one where its own is spent."""
    base = first_key(key)
    undone = spent.get((step, base))
    return key if undone is None else f"{base}/again-{undone}"
