"""The report of one run: read here, drawn in `workbench.views.report`, and written when it holds no secret."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from workbench.analysis import RunFacts, Verdict, read_facts, spans_of, verdict_of
from workbench.analysis.bodies import Bodies, code_of
from workbench.analysis.hazards import Finding
from workbench.analysis.ledger import at_stake
from workbench.engines import Loaded
from workbench.journal.codec.standins import bounded_repr
from workbench.journal.redaction import SecretScan
from workbench.model import EventType, History, instant, position_text
from workbench.recorder.clock import SYSTEM_CLOCK
from workbench.recording.decision_record import DecisionRecord
from workbench.recording.exports import whole_file
from workbench.recording.exports.plain import json_text
from workbench.recording.exports.telling import name_of_type
from workbench.recording.listings import listings_of, sources_of
from workbench.views import Recovery
from workbench.views.report import EventLine, Incident, Why, report_html, shown_texts

__all__ = ["incident_of", "write_report"]

_MOST_EVENTS = 1000
_UNSHOWN = frozenset({"at", "source"})
_DETAIL_CHARS = 1000


def write_report(  # noqa: PLR0913 - what a report tells, each by its name
    log: Loaded,
    run_id: str,
    path: Path | str,
    *,
    why: Why | None = None,
    findings: Sequence[Finding] | None = None,
    verdict: Verdict | None = None,
    allow: Collection[str] = (),
    overwrite: bool = False,
) -> Path:
    """Write the report of a run: one HTML file that is safe to open and to share.

    Args:
        log: The log that holds the run.
        run_id: The run.
        path: The file; readable by its owner only (mode 0600).
        why: The causal chain of its failure.
        findings: Hazards found in it; `None` where nobody looked.
        verdict: What may be done; judged now by default.
        allow: Fingerprints or kinds of what looks like a secret and may be shared.
        overwrite: Whether a file of this name may be replaced.

    Returns:
        Where it was written.

    Raises:
        SecretFoundError: It would hold secrets; nothing was written.
        UsageError: The name is taken.
        LogError: The operating system refuses to write.
    """
    incident = incident_of(log, run_id, why=why, findings=findings, verdict=verdict)
    document = report_html(incident)
    target, scan = Path(path), SecretScan(allow)
    _look_through(scan, log.history, incident)
    for part, is_code, text in shown_texts(document):
        (scan.excerpt if is_code else scan.text)(text, f"part {part!r}" if part else "the headline")
    scan.refuse(f"the report {path}")
    with whole_file(target, overwrite=overwrite) as file:
        file.write(document.encode("utf-8", "replace"))
    return target


def incident_of(
    log: Loaded,
    run_id: str,
    *,
    why: Why | None = None,
    findings: Sequence[Finding] | None = None,
    verdict: Verdict | None = None,
) -> Incident:
    """Everything that a report tells of a run.

    Args:
        log: The log that holds it.
        run_id: The run.
        why: The causal chain of its failure.
        findings: Hazards found in it; `None` where nobody looked.
        verdict: What may be done; judged now by default.
    """
    history, facts = log.history, read_facts(log.history, run_id, log.report)
    rows = history.rows_of(run_id)
    bodies = Bodies(history)
    shown = [*rows[: _MOST_EVENTS // 2], *rows[max(_MOST_EVENTS // 2, len(rows) - _MOST_EVENTS // 2) :]]
    return Incident(
        facts=facts,
        verdict=verdict or verdict_of(history, run_id, log.report),
        spans=spans_of(history, run_id, log.report),
        made=instant(SYSTEM_CLOCK.now_ns()),
        engine=history.engine,
        origin=log.path.name,
        recoveries=list(_recoveries(history, rows)),
        events=[_event(history, row, bodies(row)) for row in shown],
        events_left_out=len(rows) - len(shown),
        listings=listings_of(history, facts),
        traceback=_traceback(history, rows, bodies),
        why=why,
        findings=findings,
        decisions=DecisionRecord.of(facts, history).rows,
        at_stake=list(_money(facts, bodies)),
        warnings=[line for line in str(log.report).splitlines() if log.report.gaps] if log.report is not None else [],
    )


def _look_through(scan: SecretScan, history: History, incident: Incident) -> None:
    """What the report shows parts of, as a whole: where a text was cut, half a secret would not be known as one."""
    bodies = Bodies(history)
    for line in incident.events:
        row = history.row_of_seq(line.seq)
        scan.text(json_text(bodies(row)) if row is not None else "", f"event {line.seq}")
    for source in sources_of(history, incident.facts):
        scan.source(source.text, source.file)


def _recoveries(history: History, rows: Sequence[int]) -> Iterator[Recovery]:
    columns = history.columns
    for before, row in pairwise(rows):
        if columns.type[row] == EventType.RunRecovered:
            yield Recovery(instant(columns.time_ns[before]), instant(columns.time_ns[row]))


def _event(history: History, row: int, body: Mapping[str, Any]) -> EventLine:
    columns = history.columns
    told = (
        f"{name}={bounded_repr(value)}" for name, value in body.items() if name not in _UNSHOWN and not _is_empty(value)
    )
    return EventLine(
        seq=columns.seq[row], time=instant(columns.time_ns[row]), event=name_of_type(columns.type[row]),
        position=position_text(history.position(row)), name=history.declaration(row).name,
        attempt=columns.attempt[row], error_type=history.tags[columns.tag[row]],
        detail=", ".join(told)[:_DETAIL_CHARS], code=code_of(body.get("at")),
    )  # fmt: skip


def _is_empty(value: Any) -> bool:
    return value is None or (type(value) in (str, list, dict, tuple) and not value)


def _traceback(history: History, rows: Sequence[int], bodies: Bodies) -> str:
    """Of the error that ended the run, as it was recorded."""
    failed = [row for row in rows if history.columns.type[row] == EventType.RunFailed]
    error = bodies(failed[-1]).get("error") if failed else None
    return str(getattr(error, "traceback", "") or "")


def _money(facts: RunFacts, bodies: Bodies) -> Iterator[str]:
    stake = at_stake(facts, bodies)
    if stake.amount is not None:
        yield f"{stake.amount} {stake.currency or 'of an unknown currency'} is charged, or may be, and not back."
