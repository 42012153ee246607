"""What a replay begins with: the part of the log that counts, and the arguments; edits may change both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench._errors import RunNotFoundError, UsageError
from workbench.journal.codec import decode, encode
from workbench.machine import Crashes, Edit, Input, RunRecord, read_run
from workbench.model import History
from workbench.program import Workflow, recorded_arguments

__all__ = ["Beginning", "arguments_of", "record_of"]

_RECORD = "record of the last replay"

Beginning = tuple[tuple[Any, ...], dict[str, Any]]
"""Positional and keyword arguments of the workflow."""


def record_of(history: History, run_id: str | None, edits: Sequence[Edit]) -> RunRecord:
    """The run as the log holds it, or would hold it if the process had died where an edit says so.

    Raises:
        RunNotFoundError: The history does not hold the run, or not its beginning.
        UsageError: `run_id` is needed.
    """
    if run_id is None:
        if len(history.run_ids) != 1:
            raise UsageError(f"this history holds {len(history.run_ids)} runs", hint="say which one: run_id='…'")
        run_id = history.run_ids[0]
    crashes = [edit.seq for edit in edits if isinstance(edit, Crashes)]
    record = read_run(history.until(min(crashes)), run_id) if crashes else _kept(history, run_id)
    if record.started < 0:
        raise RunNotFoundError(f"the history does not hold the beginning of run {run_id!r}", run_id=run_id)
    return record


def _kept(history: History, run_id: str) -> RunRecord:
    """The run that was replayed last is replayed again and again: by what-ifs, watches, evaluations, sweeps."""
    record: RunRecord | None = history.kept.get(_RECORD)
    if record is None or record.run_id != run_id:
        record = history.kept[_RECORD] = read_run(history, run_id)
    return record


def arguments_of(workflow: Workflow[..., Any], record: RunRecord, edits: Sequence[Edit]) -> Beginning:
    """The arguments of the run, or those that an edit gives it, typed by the workflow's annotations."""
    pretended = [edit for edit in edits if isinstance(edit, Input)]
    if not pretended:
        return recorded_arguments(workflow, record.history.payload(record.started))
    last = pretended[-1]
    return recorded_arguments(workflow, decode(encode({"args": list(last.args), "kwargs": dict(last.kwargs)})))
