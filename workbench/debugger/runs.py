"""The recording and its runs: what is here, how each run stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

import numpy as np

from workbench import __version__
from workbench._errors import PayloadError
from workbench.analysis.bodies import Bodies
from workbench.analysis.bodies import assumed_of as assumed_by_reader
from workbench.debugger.answer import Answer, ms_of, packed, shown, word
from workbench.debugger.headlines import Headline, headlines_of
from workbench.debugger.session import Session, loaded_of
from workbench.debugger.wire import roster
from workbench.debugger.wire.questions import HelloQuestion, RunQuestion, RunsQuestion
from workbench.debugger.wire.words import LogState, Status
from workbench.engines import Loaded, replays
from workbench.journal import GapReason
from workbench.model import EventType
from workbench.recording import Run
from workbench.recording.logs import LazyLogs

__all__ = ["hello", "logs_of", "run", "run_headline", "runs"]

_LOGS: Final = 50
_KIN: Final = 50
_NAME: Final = 400
_ERROR: Final = 300


def hello(session: Session, question: HelloQuestion) -> Answer:
    """What this recording is, and what may be done here."""
    del question
    recording = session.recording
    body: roster.HelloAnswer = {
        "version": __version__,
        "logs": logs_of(session),
        "log_count": len(recording.logs),
        "run_count": len(recording),
        "event_count": event_count(session),
        "run_id": session.run_id,
        "may": {"replay": session.may_run_code, "act": session.may_act},
        "isolation": "hook",
    }
    return Answer(body)


def logs_of(session: Session) -> list[roster.Log]:
    """The first logs, and in what state they were found; of logs that are opened one by one only the first."""
    logs = session.recording.logs
    shown_ones: Sequence[Loaded] = [logs[0]] if isinstance(logs, LazyLogs) and len(logs) else logs[:_LOGS]
    return [_log(log) for log in shown_ones]


def event_count(session: Session) -> int:
    """How many events, as far as is known without opening every log."""
    logs = session.recording.logs
    if isinstance(logs, LazyLogs):
        return int(session.recording.runs["events"].sum())
    return sum(len(log.history) for log in logs)


def _log(log: Loaded) -> roster.Log:
    report = log.report
    state: LogState = "whole"
    if report is None:
        state = "unvouched"
    elif report.rotten:
        state = "rotten"
    elif any(gap.reason is GapReason.TORN for gap in report.gaps):
        state = "torn"
    means = {
        "torn": "what was being written then is missing, and was acknowledged to nobody: a step may have begun",
        "rotten": "events are missing: verdicts take what is missing for possible",
    }.get(state, "")
    return {
        "origin": shown(log.history.origin, _NAME, lines=False),
        "engine": log.history.engine,
        "state": state,
        "sentence": shown(f"{report}; {means}") if means else "",
        "live": report is not None and report.writer_alive,
    }


# --- all runs ------------------------------------------------------------------------------------------------


def runs(session: Session, question: RunsQuestion) -> Answer:
    """Every run of the recording."""
    del question
    if "runs" not in session.known:
        session.known["runs"] = _runs(session)
    answer: Answer = session.known["runs"]
    return answer


def _runs(session: Session) -> Answer:
    logs = session.recording.logs
    if isinstance(logs, LazyLogs):
        heads, origins = _of_catalogue(session)
    else:
        told = [(head, log.history.origin) for log in logs for head in headlines_of(log)]
        heads, origins = [head for head, _ in told], [origin for _, origin in told]
    workflow, error_type, origin = _Table(), _Table([""]), _Table()
    statuses = list(get_args(Status))
    number = {status: at for at, status in enumerate(statuses)}
    buffers = packed("runs", {
        "started_ms": _instants([head.started_ns for head in heads]),
        "ended_ms": _instants([head.ended_ns for head in heads]),
        "recoveries": [head.recoveries for head in heads],
        "steps": [head.steps for head in heads],
        "events": [head.events for head in heads],
        "workflow": [workflow.number(head.workflow) for head in heads],
        "status": [number[head.status] for head in heads],
        "error_type": [error_type.number(head.error_type) for head in heads],
        "origin": [origin.number(each) for each in origins],
    })  # fmt: skip
    body: roster.RunsAnswer = {
        "columns": buffers.columns,
        "run_ids": [head.run_id for head in heads],
        "business_keys": [shown(head.business_key, _NAME, lines=False) for head in heads],
        "errors": [shown(head.error, _ERROR) if head.error else "" for head in heads],
        "workflows": workflow.texts, "statuses": statuses, "error_types": error_type.texts, "origins": origin.texts,
    }  # fmt: skip
    return Answer(body, buffers.buffers)


def _of_catalogue(session: Session) -> tuple[list[Headline], list[str]]:
    """Of many files, their catalogue knows all this."""
    frame = session.recording.runs
    texts = {name: frame[name].astype("object").fillna("").tolist() for name in _TEXTS}
    instants = {name: _ns(frame[name]) for name in ("started", "ended")}
    counts = {name: frame[name].tolist() for name in ("recoveries", "steps", "events")}
    columns = [
        texts["run_id"], texts["workflow"], texts["status"], texts["business_key"], instants["started"],
        instants["ended"], counts["recoveries"], counts["steps"], counts["events"], texts["error_type"], texts["error"],
    ]  # fmt: skip
    return [Headline(*row) for row in zip(*columns, strict=True)], texts["source"]


_TEXTS = ("run_id", "workflow", "status", "business_key", "error_type", "error", "source")


def _ns(column: Any) -> list[int]:
    numbers = column.astype("int64").where(column.notna(), -1)
    return [int(number) for number in numbers]


def _instants(times_ns: list[int]) -> np.ndarray[Any, Any]:
    times = np.array(times_ns, np.int64)
    return np.where(times < 0, np.nan, times / 1e6)


class _Table:
    """Texts by number, each once."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._numbers = {text: number for number, text in enumerate(texts)}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def texts(self) -> list[str]:
        return [shown(text, _NAME, lines=False) for text in self._numbers]


# --- one run -------------------------------------------------------------------------------------------------


def run(session: Session, question: RunQuestion) -> Answer:
    """The headline of one run."""
    return Answer(run_headline(session, session.run(question["run_id"])))


def run_headline(session: Session, run: Run) -> roster.RunAnswer:
    """The headline of one run."""
    loaded, table = loaded_of(run), session.columns(run)
    head = headlines_of(loaded, run.id)[0]
    began = np.flatnonzero(table.types == EventType.RunStarted)
    start = Bodies(run.history)(int(table.rows[began[0]])) if len(began) else {}
    return {
        "run_id": run.id,
        "workflow": shown(head.workflow, _NAME, lines=False),
        "status": word(head.status),
        "business_key": shown(head.business_key, _NAME, lines=False),
        "started_ms": ms_of(head.started_ns) if head.started_ns >= 0 else None,
        "ended_ms": ms_of(head.ended_ns) if head.ended_ns >= 0 else None,
        "error_type": shown(head.error_type, _NAME, lines=False),
        "error": shown(head.error),
        "recoveries": head.recoveries,
        "steps": head.steps,
        "events": head.events,
        "first_seq": int(table.seqs[0]) if len(table) else 0,
        "last_seq": int(table.seqs[-1]) if len(table) else 0,
        "lanes": [{**lane, "name": shown(lane["name"], _NAME, lines=False)} for lane in table.names.lanes],
        "engine": run.history.engine,
        "origin": shown(run.history.origin, _NAME, lines=False),
        "code": shown(start.get("workflow") or "", _NAME, lines=False),
        "replays": replays(run.history.engine),
        "kin": _kin(run, start, table.types),
        "assumed": [shown(text) for text in assumed_by_reader(start)],
    }


def _kin(run: Run, start: Any, types: Any) -> list[roster.Child]:
    """Runs that started it, that it started, and in which it went on."""
    history = run.history
    found: list[tuple[str, str]] = [(str(start.get("parent") or ""), "parent")]
    found.append((str(start.get("again_of") or ""), "run again"))
    rows = history.rows_of(run.id)
    for kind, field, why, last in _KINDS_OF_KIN:
        numbers = np.flatnonzero(types == kind)[last].tolist()
        found += [(str(_body(history, rows[number]).get(field) or ""), why) for number in numbers]
    kin: list[roster.Child] = [{"run_id": run_id, "why": why} for run_id, why in found if run_id]
    return kin[:_KIN]


_KINDS_OF_KIN = (
    (EventType.ChildStarted, "id", "child", slice(_KIN)),
    (EventType.DecisionMade, "new_run", "continued as", slice(-1, None)),
)


def _body(history: Any, row: int) -> Any:
    try:
        body = history.payload(row)
    except PayloadError:
        return {}
    return body if isinstance(body, dict) else {}
