"""How many runs stand and what may be done with them, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from workbench.analysis.triage import Attention, Outlooks, TriageRow, triage_rows
from workbench.debugger.answer import Answer, shown, word
from workbench.debugger.runs import runs
from workbench.debugger.session import Session, loaded_of
from workbench.debugger.wire import roster
from workbench.debugger.wire.questions import TriageQuestion
from workbench.engines import Loaded
from workbench.recorder import SYSTEM_CLOCK
from workbench.recording.logs import LazyLogs

__all__ = ["triage"]

_NAME: Final = 400
_MOST: Final = 20_000
_USUAL: Final = 2_000
_LONG_RUNS: Final = 50_000
"""Events per run: hazards of logs with longer ones are looked for run by run only, when somebody asks."""


def triage(session: Session, question: TriageQuestion) -> Answer:
    """How some of the runs stand, and what may be done with them."""
    asked = question.get("run_ids")
    run_ids = asked if asked is not None else _run_ids(session)
    start = max(0, question.get("start", 0))
    part = run_ids[start : start + min(max(0, question.get("count", _USUAL)), _MOST)]
    rows = _triaged(session, part)
    body: roster.TriageAnswer = {
        "rows": [_triage_row(rows[run_id]) for run_id in part if run_id in rows],
        "start": start,
        "total": len(run_ids),
    }
    return Answer(body)


def _run_ids(session: Session) -> list[str]:
    run_ids: list[str] = runs(session, {"ask": "runs"}).body["run_ids"]
    return run_ids


def _triaged(session: Session, run_ids: Sequence[str]) -> dict[str, TriageRow]:
    """Log by log; a log is put into classes once for all its runs, so all its runs are judged at once and kept."""
    wanted = set(run_ids)
    judged: dict[Path, dict[str, TriageRow]] = session.known.setdefault("triage", {})
    found: dict[str, TriageRow] = {}
    outlooks = Outlooks(SYSTEM_CLOCK.now_ns())
    for log in _logs_with(session, run_ids):
        if log.path not in judged and not wanted.isdisjoint(log.history.run_ids):
            rows = triage_rows(
                log.history, log.report, now_ns=outlooks.now_ns, hazards=_attention(log), outlooks=outlooks
            )
            judged[log.path] = {row.run_id: row for row in rows}
        mine = judged.get(log.path, {})
        found |= {run_id: mine[run_id] for run_id in run_ids if run_id in mine}
    return found


def _attention(log: Loaded) -> Attention:
    long = len(log.history) > _LONG_RUNS * max(1, len(log.history.run_ids))
    return Attention.NONE if long else Attention.QUICK


def _logs_with(session: Session, run_ids: Sequence[str]) -> Sequence[Loaded]:
    logs = session.recording.logs
    if not isinstance(logs, LazyLogs):
        return logs
    known = set(_run_ids(session))
    unique = {log.path: log for log in (loaded_of(session.run(run_id)) for run_id in run_ids if run_id in known)}
    return list(unique.values())


def _triage_row(row: TriageRow) -> roster.TriageRow:
    stake = row.at_stake if np.isfinite(row.at_stake) else 0.0
    return {
        "run_id": row.run_id, "status": word(row.status),
        "failing_step": shown(row.failing_step, _NAME, lines=False),
        "error_type": shown(row.error_type, _NAME, lines=False), "hazards": list(row.hazards), "best": row.best,
        "from_step": shown(row.from_step, _NAME, lines=False), "safety": word(row.safety),
        "because": shown(row.because),
        "at_stake": float(stake), "currency": shown(row.currency, _NAME, lines=False), "origin": row.origin,
    }  # fmt: skip
