"""Recorded source texts, and where in them each call was made."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from workbench._errors import PayloadError
from workbench.debugger.answer import Answer, packed, shown
from workbench.debugger.run_columns import RunColumns
from workbench.debugger.session import Session
from workbench.debugger.wire.questions import SourceQuestion
from workbench.debugger.wire.seeing import SourceAnswer, SourceFile
from workbench.model import EventType, History, Source
from workbench.recording import Trace
from workbench.replay import SourceTexts

__all__ = ["source"]

_EVENTS: Final = 100_000
_NAME: Final = 400
_MOST_CHARACTERS: Final = 4_000_000
_MOST_FILES: Final = 1_000
_PLACE = 3

_SAY_WHERE = [
    int(kind)
    for kind in (
        EventType.StepStarted, EventType.TimerStarted, EventType.SignalAwaited, EventType.ChildStarted,
        EventType.ClockRead, EventType.RandomDrawn, EventType.UuidDrawn, EventType.PatchChecked,
    )
]  # fmt: skip
"""Events that hold the place of the call in the code."""


def source(session: Session, question: SourceQuestion) -> Answer:
    """Source texts of a run, and the line of each of its calls.

    Only what was recorded is shown, and what a branch ran: nothing is read from a path that a log names.
    """
    run = session.run(question["run_id"])
    table, places = session.columns(run), _Places(run.history)
    start = max(0, question.get("start", 0))
    count = min(max(0, question.get("count", _EVENTS)), _EVENTS)
    rows = _rows_of_calls(table, start, count)
    lines = [places.of(row) for row in rows]
    known = [(row, place) for row, place in zip(rows, lines, strict=True) if place is not None]
    seqs = run.history.columns.seq
    buffers = packed("source", {
        "seq": np.array([seqs[row] for row, _ in known], np.float64),
        "file": np.array([place[0] for _, place in known], np.int64),
        "line": np.array([place[1] for _, place in known], np.int64),
        "function": np.array([place[2] for _, place in known], np.int64),
    })  # fmt: skip
    branch = question.get("branch", "")
    trace = session.branch(branch).trace if branch else None
    body: SourceAnswer = {
        "columns": buffers.columns,
        "run_id": run.id,
        "files": _files(run.history, list(places.files), question.get("file"), trace),
        "functions": [shown(name, _NAME, lines=False) for name in places.functions],
        "start": start,
        "total": len(table),
    }
    return Answer(body, buffers.buffers)


def _rows_of_calls(table: RunColumns, start: int, count: int) -> list[int]:
    part = slice(start, start + count)
    rows: list[int] = table.rows[part][np.isin(table.types[part], _SAY_WHERE)].tolist()
    return rows


class _Places:
    """Reads the place of a call, and numbers files and functions."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.files: dict[str, int] = {one.file: number for number, one in enumerate(_latest(history).values())}
        self.functions: dict[str, int] = {}

    def of(self, row: int) -> tuple[int, int, int] | None:
        """Numbers of file, line and function; `None` where the engine does not say."""
        try:
            body = self._history.payload(row)
        except PayloadError:
            return None
        at = body.get("at") if isinstance(body, dict) else None
        if not isinstance(at, list | tuple) or len(at) < _PLACE or type(at[1]) is not int or not at[0]:
            return None
        if len(self.files) >= _MOST_FILES and str(at[0]) not in self.files:
            return None
        file = self.files.setdefault(str(at[0]), len(self.files))
        function = self.functions.setdefault(str(at[2])[:_NAME], min(len(self.functions), 65_535))
        return file, max(0, at[1]), function


def _latest(history: History) -> dict[str, Source]:
    """Of several texts of one file, the one that was recorded last."""
    return {one.file: one for one in history.sources.values()}


def _files(history: History, names: list[str], only: str | None, trace: Trace | None) -> list[SourceFile]:
    """The files of the places that were read, in their order, then others that a branch ran."""
    recorded = _latest(history)
    ran = {places[0].file for places in set(trace._columns.places) if places} if trace is not None else set()  # noqa: SLF001 - columns of a trace, of which only the search is public
    left, found = _MOST_CHARACTERS, []
    for name in dict.fromkeys([*names, *sorted(ran)]):
        known = recorded.get(name)
        wanted = only is None or name == only
        texts = trace.source(name) if trace is not None and name in ran and wanted else None
        text = known.text if known is not None and wanted and len(known.text) <= left else None
        left -= len(text or "")
        found.append(_file(name, known, text, texts))
    return found


def _file(name: str, known: Source | None, recorded: str | None, ran: SourceTexts | None) -> SourceFile:
    other: Any = ran.present if ran is not None and ran.present != recorded else None
    return {
        "file": name,
        "short": shown(name.rpartition("/")[2].rpartition("\\")[2], _NAME, lines=False),
        "module": shown(known.module if known is not None else "", _NAME, lines=False),
        "recorded": _text(recorded),
        "ran": _text(other),
        "diff": shown(ran.diff, _MOST_CHARACTERS) if ran is not None and other is not None else "",
    }


def _text(text: str | None) -> str | None:
    return None if text is None else shown(text, _MOST_CHARACTERS)
