"""The three tidy frames of a recording. Payloads are not in them: ask the history for one by its number.

Every frame takes several histories (a recording of many logs) and keeps its columns and dtypes when it is empty.
Missing text is `""` in columns of str and NA in categories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.cells import (
    category,
    category_of_codes,
    counts,
    instants,
    seconds_between,
    text,
    texts_of_arrow,
    view_of,
)
from workbench.analysis.facts import RunFacts, RunStatus, read_facts
from workbench.analysis.steps import frame_of_steps
from workbench.journal import Report
from workbench.journal.index import position_texts
from workbench.model import EventType, History, uncollected

__all__ = ["events_frame", "frame_of_run_columns", "frame_of_runs", "frames_of_facts", "runs_frame", "steps_frame"]

_NAME_OF = {int(type_): str(type_.name) for type_ in EventType}
_EVENT_NAMES = [_NAME_OF.get(number, "") for number in range(256)]


def events_frame(histories: Sequence[History]) -> pd.DataFrame:
    """One row per event, in log order, one log after the other. No Python object per event is made.

    Columns:
        run_id: category.
        seq: int64, number of the event in its log, from 1.
        time: datetime64[ns, UTC], wall clock of the recording process.
        event: category, for example `StepCompleted`; NA for a type that a newer version wrote.
        position: str, for example `"3.1"`; `""` for events of the whole run.
        name: category, name of step, timer, signal, child or workflow; NA where there is none.
        attempt: Int64, from 1; <NA> where attempts do not apply or the engine does not say.
        error_type: category, class name of the error; NA for all but failures.
        log: category, where the history was read from.
    """
    columns = [history.columns for history in histories]
    names = [[declaration.name for declaration in history.names] for history in histories]
    return pd.DataFrame(
        {
            "run_id": category_of_codes([(view_of(h.columns.run, "u4"), h.runs) for h in histories]),
            "seq": _joined([view_of(one.seq, "u8").astype(np.int64) for one in columns]),
            "time": instants(_joined([view_of(one.time_ns, "i8") for one in columns])),
            "event": category_of_codes([(view_of(one.type, "u1"), _EVENT_NAMES) for one in columns]),
            "position": texts_of_arrow([position_texts(one) for one in columns]),
            "name": category_of_codes(
                [(view_of(one.name, "u4"), table) for one, table in zip(columns, names, strict=True)]
            ),
            "attempt": counts(_joined([view_of(one.attempt, "u2") for one in columns])),
            "error_type": category_of_codes([(view_of(h.columns.tag, "u4"), h.tags) for h in histories]),
            "log": category_of_codes([(np.zeros(len(h), np.uint8), [h.origin]) for h in histories]),
        },
        copy=False,
    )


def steps_frame(histories: Sequence[History], reports: Sequence[Report | None] | None = None) -> pd.DataFrame:
    """One row per step: by log, by run in order of its first event, by the beginning of the step.

    Columns:
        run_id: category.
        position: str, for example `"3.1"`.
        name: category.
        kind: category, `pure read idempotent keyed compensatable write`.
        kind_assumed: bool, nobody declared the kind.
        state: category. Of steps that act: `not_started in_doubt committed failed compensated
            compensation_in_doubt compensation_failed`. Of steps that only look: `committed` with a result, `failed`
            with an error of any sort, `in_doubt` without an outcome.
        attempts: Int64; <NA> where the engine does not say.
        started: datetime64[ns, UTC], beginning of the first attempt; where the engine only writes that a step was
            scheduled, that.
        ended: datetime64[ns, UTC], arrival of the outcome; NaT while there is none.
        duration_seconds: float64, seconds between the two by the wall clock.
        key: str, idempotency key; `""` for none.
        error_type: category, class of the last error that no success followed.
        error: str, its message.
        code: str, where the call stands, for example `"flows.py:43"`.
        assumed: str, what was guessed about this row.
        log: category, where the history was read from.

    Args:
        histories: The logs.
        reports: How each was found, where known.
    """
    return frame_of_steps((step, history.origin) for history, run in _runs(histories, reports) for step in run.steps)


def frames_of_facts(
    histories: Sequence[History], reports: Sequence[Report | None] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both `runs_frame` and `steps_frame`, reading every run once."""
    with uncollected():
        pairs = list(_runs(histories, reports))
        steps = frame_of_steps((step, history.origin) for history, run in pairs for step in run.steps)
        return frame_of_runs(pairs), steps


def runs_frame(histories: Sequence[History], reports: Sequence[Report | None] | None = None) -> pd.DataFrame:
    """One row per run, by log and first event.

    Columns:
        run_id: category.
        workflow: category, name of its code; NA when the beginning is not in the log.
        status: category, `running completed failed interrupted cancelled compensated unknown`. An open run is
            `running` only when a live process writes its log, else `interrupted`.
        business_key: str; `""` for none.
        engine: category, the system that wrote the history.
        source: category, where the history was read from.
        started: datetime64[ns, UTC]; NaT when the beginning is not in the log.
        ended: datetime64[ns, UTC]; NaT while it is open.
        duration_seconds: float64, seconds from beginning to end by the wall clock.
        recoveries: int64, how often it went on in a new process.
        steps: int64, number of its steps.
        events: int64, number of its events.
        error_type: category, class of the error that ended it.
        error: str, its message.

    Args:
        histories: The logs.
        reports: How each was found, where known.
    """
    return frame_of_runs(list(_runs(histories, reports)))


def frame_of_runs(pairs: Sequence[tuple[History, RunFacts]]) -> pd.DataFrame:
    """Runs as `runs_frame` documents them, for callers who have read the facts already."""
    facts = [run for _, run in pairs]
    return frame_of_run_columns(
        {
            "run_id": [run.run_id for run in facts],
            "workflow": [run.workflow for run in facts],
            "status": [run.status for run in facts],
            "business_key": [run.business_key for run in facts],
            "engine": [history.engine for history, _ in pairs],
            "source": [history.origin for history, _ in pairs],
            "started": [run.started_ns for run in facts],
            "ended": [run.ended_ns for run in facts],
            "recoveries": [run.recoveries for run in facts],
            "steps": [len(run.steps) for run in facts],
            "events": [run.events for run in facts],
            "error_type": [run.error_type for run in facts],
            "error": [run.error for run in facts],
        }
    )


def frame_of_run_columns(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Runs as `runs_frame` documents them.

    Args:
        columns: Plain values by name of the column; instants in nanoseconds since the epoch, -1 for none.
    """
    began, ended = columns["started"], columns["ended"]
    return pd.DataFrame(
        {
            "run_id": category(columns["run_id"]),
            "workflow": category(columns["workflow"]),
            "status": category(columns["status"], [str(status) for status in RunStatus]),
            "business_key": text(columns["business_key"]),
            "engine": category(columns["engine"]),
            "source": category(columns["source"]),
            "started": instants(began),
            "ended": instants(ended),
            "duration_seconds": seconds_between(began, ended),
            "recoveries": np.array(columns["recoveries"], dtype=np.int64),
            "steps": np.array(columns["steps"], dtype=np.int64),
            "events": np.array(columns["events"], dtype=np.int64),
            "error_type": category(columns["error_type"]),
            "error": text(columns["error"]),
        }
    )


def _runs(histories: Sequence[History], reports: Sequence[Report | None] | None) -> Iterator[tuple[History, RunFacts]]:
    for history, report in zip(histories, reports or [None] * len(histories), strict=True):
        for run_id in history.run_ids:
            yield history, read_facts(history, run_id, report)


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
