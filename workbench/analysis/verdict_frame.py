"""The options of a verdict as a DataFrame; apart, so that a verdict can be had without pandas."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.analysis.cells import html_of_sentences
from workbench.analysis.gates import Action
from workbench.analysis.options import Option
from workbench.analysis.safety import Safety

__all__ = ["frame_of_options", "html_of_options"]

_LISTS = ("reads_from_log", "executes_again", "already_done", "must_compensate", "in_doubt", "assumed")


def frame_of_options(rows: Sequence[Option]) -> pd.DataFrame:
    """One row per option, as `Verdict.options` documents."""
    actions, levels = [str(action) for action in Action], [str(level) for level in Safety]
    columns: dict[str, object] = {
        "action": pd.Categorical([str(row.action) for row in rows], categories=actions),
        "from_step": pd.array([row.from_step for row in rows], dtype="str"),
        "safety": pd.Categorical([str(row.safety) for row in rows], categories=levels, ordered=True),
        "because": pd.array([row.because for row in rows], dtype="str"),
    }
    for name in _LISTS:
        columns[name] = pd.Series([list(getattr(row, name)) for row in rows], dtype="object")
    columns["useful"] = pd.array([row.useful for row in rows], dtype="bool")
    return pd.DataFrame(columns)


def html_of_options(rows: Sequence[Option]) -> str:
    """The columns that decide, as a table; safety by sign and word."""
    marks = {Safety.SAFE: "✓", Safety.CHECK: "?", Safety.UNSAFE: "✗"}
    shown = frame_of_options(rows)[["action", "from_step", "safety", "because"]].astype("object")
    shown["safety"] = [f"{marks[row.safety]}\N{NO-BREAK SPACE}{row.safety}" for row in rows]
    return html_of_sentences(shown)
