"""Why, what is dangerous, and where values came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from workbench._errors import ActedDuringReplayError, CodeNotFoundError, PayloadError, ReplayError
from workbench.analysis.hazards import Finding
from workbench.debugger.answer import Answer, ms_of, shown, word
from workbench.debugger.branches import REPLAY_SECONDS
from workbench.debugger.session import Code, Session
from workbench.debugger.wire import deciding
from workbench.debugger.wire.questions import HazardsQuestion, ProvenanceQuestion, WhyQuestion
from workbench.recording import Run
from workbench.replay.deadline import OverdueError, within

__all__ = ["hazards", "provenance", "why", "with_code"]

T = TypeVar("T")

_NAME: Final = 400
_LINKS: Final = 2_000
_FINDINGS: Final = 500
_CLAUSES: Final = 500
_SEQS: Final = 1_000


def with_code(session: Session, run: Run, ask: Callable[[Code | None], T]) -> tuple[T, bool]:
    """Ask with the code at hand, and where that is not to be had or does not replay, by the log alone.

    Args:
        session: What may be done.
        run: The run.
        ask: Asks with the workflow, or without.

    Returns:
        The answer, and whether the code took part.
    """
    code = session.code_or_none(run)
    if code is not None:
        try:
            return within(REPLAY_SECONDS, lambda: ask(code)), True
        except (ActedDuringReplayError, CodeNotFoundError, OverdueError, PayloadError, ReplayError):
            pass  # what the log alone says is still true, and the answer says that no code took part
    return ask(None), False


def why(session: Session, question: WhyQuestion) -> Answer:
    """Why the run ended as it did, or where it stands, in sentences with their events."""
    run = session.run(question["run_id"])
    told, _ = with_code(session, run, run.why)
    clauses: list[deciding.Clause] = [
        {
            "role": word(one.role), "text": shown(one.says), "step": shown(one.step, _NAME, lines=False),
            "seqs": list(one.seqs[:_SEQS]), "time_ms": ms_of(one.time_ns), "run_id": one.run_id,
        }
        for one in told.clauses[:_CLAUSES]
    ]  # fmt: skip
    body: deciding.WhyAnswer = {"run_id": run.id, "clauses": clauses, "text": shown(told.text(), 20_000)}
    return Answer(body)


def hazards(session: Session, question: HazardsQuestion) -> Answer:
    """Failure modes found in the run, the worst first."""
    run = session.run(question["run_id"])
    found, coded = with_code(session, run, run.hazards)
    body: deciding.HazardsAnswer = {
        "run_id": run.id,
        "findings": [_finding(one) for one in found[:_FINDINGS]],
        "total": len(found),
        "with_code": coded,
    }
    return Answer(body)


def _finding(found: Finding) -> deciding.Finding:
    hazard, evidence = found.hazard, found.evidence
    return {
        "id": found.id, "hazard": hazard.id, "title": shown(hazard.title, _NAME, lines=False),
        "severity": word(found.severity), "sight": word(hazard.sight), "seqs": list(evidence.seqs[:_SEQS]),
        "evidence": shown(evidence.text), "explanation": shown(hazard.explanation), "fix": shown(hazard.fix),
        "false_alarm_if": shown(hazard.false_alarm_if), "confidence": float(evidence.confidence),
        "steps": [shown(step, _NAME, lines=False) for step in evidence.steps[:_SEQS]],
        "at": shown(evidence.at, _NAME, lines=False),
    }  # fmt: skip


def provenance(session: Session, question: ProvenanceQuestion) -> Answer:
    """Which later call used which earlier result."""
    run, seq = session.run(question["run_id"]), question.get("seq")
    key = f"provenance:{run.id}"
    if key not in session.known:
        session.known[key] = with_code(session, run, run.provenance)[0].frame
    frame = session.known[key]
    if seq is not None:
        frame = frame[(frame["from_seq"] == seq) | (frame["to_seq"] == seq)]
    body: deciding.ProvenanceAnswer = {
        "run_id": run.id,
        "links": [_link(row) for row in frame.head(_LINKS).to_dict("records")],
        "more": len(frame) > _LINKS,
    }
    return Answer(body)


def _link(row: dict[Any, Any]) -> deciding.Link:
    return {
        "from_seq": int(row["from_seq"]), "from_step": shown(row["from_step"], _NAME, lines=False),
        "from_path": shown(row["from_path"], _NAME, lines=False), "to_seq": int(row["to_seq"]),
        "to_step": shown(row["to_step"], _NAME, lines=False), "to_path": shown(row["to_path"], _NAME, lines=False),
        "value": shown(row["value"], _NAME), "confidence": float(row["confidence"]), "exact": bool(row["exact"]),
    }  # fmt: skip
