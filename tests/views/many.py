"""Frames of many runs, as large as a test wants them, and what no figure may let through."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from tests.story import BEGAN_NS
from workbench.analysis import frame_of_run_columns
from workbench.analysis.cells import category, text

EVIL = "<img src=x onerror=alert(1)><b>\u202e\x1b[31m"
STATUSES = ("completed", "failed", "interrupted", "running", "cancelled", "compensated", "unknown")
NS = 1_000_000_000


def many_runs(count: int, *, every_seconds: float = 10.0) -> pd.DataFrame:
    """Runs of all statuses in turn; the names are evil."""
    began = [int(BEGAN_NS + number * every_seconds * NS) for number in range(count)]
    statuses = [STATUSES[number % len(STATUSES)] for number in range(count)]
    ended = [
        -1 if status in {"interrupted", "running", "unknown"} else start + 5 * NS
        for start, status in zip(began, statuses, strict=True)
    ]
    return frame_of_run_columns({
        "run_id": [f"{EVIL}{number}" for number in range(count)], "workflow": ["sell"] * count, "status": statuses,
        "business_key": [""] * count, "engine": ["native"] * count, "source": ["a.wlog"] * count, "started": began,
        "ended": ended, "recoveries": [0] * count, "steps": [1] * count, "events": [4] * count,
        "error_type": ["Oh" if status == "failed" else "" for status in statuses], "error": [EVIL] * count,
    })  # fmt: skip


def many_steps(seconds: dict[str, list[float]], attempts: int = 1) -> pd.DataFrame:
    """Steps by name with how long each call took; NaN for no outcome."""
    rows = [(name, value) for name, values in seconds.items() for value in values]
    return pd.DataFrame({
        "run_id": category([f"{EVIL}{number}" for number in range(len(rows))]),
        "position": text(str(number) for number in range(len(rows))),
        "name": category([name for name, _ in rows]),
        "attempts": pd.array(np.full(len(rows), attempts), dtype="Int64"),
        "duration_seconds": np.array([value for _, value in rows], dtype=np.float64),
    })  # fmt: skip


def written(figure: Any) -> str:
    """Everything that a figure shows, once it was made sure that nothing of a log is more than text."""
    shown: str = figure.to_json()
    raw = shown.encode().decode("unicode_escape", errors="replace")
    assert "<img" not in shown
    assert "<img" not in raw
    assert not re.search("[\u202e\x1b]", raw.replace("\\u202e", "").replace("\\x1b", ""))
    return shown


def drawn(figure: Any) -> int:
    """How many bars, points and cells are in it."""
    return sum(np.size(trace.z) if trace.type == "heatmap" else len(trace.y) for trace in figure.data)
