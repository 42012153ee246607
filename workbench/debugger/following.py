"""What another process has appended since: live tailing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench._errors import LogError
from workbench.debugger.answer import Answer
from workbench.debugger.events import events_from
from workbench.debugger.runs import event_count, logs_of, run_headline
from workbench.debugger.session import Session, Stamp, loaded_of
from workbench.debugger.wire.questions import FollowQuestion
from workbench.debugger.wire.seeing import FollowAnswer
from workbench.engines import Loaded, load
from workbench.recording.logs import LazyLogs
from workbench.recording.tailing import stamp_of

__all__ = ["follow", "stamp_of"]


def follow(session: Session, question: FollowQuestion) -> Answer:
    """New events of a run, and how much there is now. A file that did not change is not read."""
    run_id, since = question.get("run_id", ""), max(0, question["since_seq"])
    grew = _take_changes(session, run_id)
    body: FollowAnswer = {
        "columns": [], "grew": grew, "run_count": len(session.recording), "event_count": event_count(session),
        "events": None, "run": None, "logs": logs_of(session),
    }  # fmt: skip
    if not run_id:
        return Answer(body)
    run = session.run(run_id)
    table = session.columns(run)
    start = int(np.searchsorted(table.seqs, np.uint64(since), side="right"))
    if start == len(table) and not grew:
        return Answer(body)
    body["run"] = run_headline(session, run)
    if start == len(table):
        return Answer(body)
    events = events_from(table, start)
    body["events"], body["columns"] = events.body, events.body["columns"]
    return Answer(body, events.buffers)


def _take_changes(session: Session, run_id: str) -> bool:
    """Read again what has changed on disk; whether anything has."""
    newer: list[tuple[Loaded, Loaded]] = []
    for log in _watched(session, run_id):
        stamp = stamp_of(log.path)
        if stamp is None or not _changed(session, log, stamp):
            continue
        try:
            newer.append((log, load(log.path)))
        except LogError:
            del session.stamps[log.path]  # caught in the middle of a change: the next question finds it whole
    if newer:
        session.replace(newer)
    return bool(newer)


def _changed(session: Session, log: Loaded, stamp: Stamp) -> bool:
    """Whether a log is another than when it was last looked at; at the first look, than when it was opened."""
    known = session.stamps.get(log.path)
    session.stamps[log.path] = stamp
    if known is None:
        return log.report is not None and log.report.size != stamp[0]
    return known != stamp


def _watched(session: Session, run_id: str) -> Sequence[Loaded]:
    """All logs; of many that are opened one by one, that of the run. A copy of a file elsewhere does not change."""
    logs = session.recording.logs
    if isinstance(logs, LazyLogs):
        logs = [loaded_of(session.run(run_id))] if run_id else []
    return [log for log in logs if not log.url]
