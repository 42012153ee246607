"""Incidents for the report: one with everything in it, and one whose every text is a given one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tests.recording.exports.told import odd_story, told, told_story
from workbench.analysis import read_facts, spans_of, verdict_of
from workbench.analysis.hazards import Evidence, Finding, Hazard, Severity, Sight
from workbench.model import instant
from workbench.views import Recovery
from workbench.views.report import EventLine, Incident, Listing, SourceLine

__all__ = ["MADE", "Sentences", "full_incident", "odd_incident"]

MADE = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NOW_NS = 1_790_010_000_000_000_000


class Sentences:
    """A causal chain, given."""

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        return self._text


def _nothing(_case: object) -> Iterable[Evidence]:
    return ()


def hazard_of(text: str, number: int = 1) -> Hazard:
    return Hazard(text, number, text, Severity.DANGER, Sight.LOG, text, text, text, _nothing)


def full_incident() -> Incident:
    """A run that failed at `extend` after a recovery, with a step in doubt."""
    log = told(told_story())
    history, run_id = log.history, "order-42"
    expired = Hazard(
        "expired-credential", 1, "Expired credential in a cached result", Severity.DANGER, Sight.LOG,
        "Replay returns the token that was fetched before the gap.", "token = log_in(user)",
        "the token is renewed elsewhere.", _nothing,
    )  # fmt: skip
    seen = Evidence((5, 22), "extend used the token that log_in gave 47 min before.", ("extend (6)",), confidence=0.9)
    columns = history.columns
    return Incident(
        facts=read_facts(history, run_id, log.report),
        verdict=verdict_of(history, run_id, log.report, now_ns=NOW_NS),
        spans=spans_of(history, run_id, log.report),
        made=MADE,
        origin="shop.wlog",
        recoveries=[Recovery(instant(columns.time_ns[17]), instant(columns.time_ns[18]))],
        events=[
            EventLine(history.event(row).seq, history.event(row).time, history.event(row).type.name, "1", "log_in", 1)
            for row in history.rows_of(run_id)
        ],
        events_left_out=3,
        listings=[Listing("flows.py", [SourceLine(41, "    token = log_in(user)", "call", "log_in (1)"),
                                       SourceLine(46, "    extend(token)", "failed", "extend (6) failed")])],
        traceback="Traceback (most recent call last):\nRefused: 401",
        why=Sentences("extend failed because the token had expired.\nlog_in gave it 47 min before.\n  by event 5"),
        findings=[Finding(expired, run_id, seen)],
        decisions=[{"time_ns": NOW_NS, "action": "resolve", "by": "ada", "why": "saw it", "accepted": ["a", "b"]}],
        at_stake=["118.00 EUR is charged, or may be, and not back."],
        warnings=["torn: 100 bytes at offset 4,096"],
    )  # fmt: skip


def odd_incident(text: str) -> Incident:
    """Every text of it is `text`."""
    log = told(odd_story(text))
    history = log.history
    evidence = Evidence((1,), text, (text,), at=text)
    return Incident(
        facts=read_facts(history, "odd", log.report),
        verdict=verdict_of(history, "odd", log.report, now_ns=NOW_NS),
        spans=spans_of(history, "odd", log.report),
        made=MADE,
        engine=text,
        origin=text,
        events=[EventLine(1, MADE, text, text, text, 1, text, text, text)],
        listings=[Listing(text, [SourceLine(1, text, "call", text), SourceLine(9, text, "failed", text)])],
        traceback=text,
        why=Sentences(text),
        findings=[Finding(hazard_of(text), text, evidence)],
        decisions=[{text or "x": text or "y", "list": [text, text]}],
        at_stake=[text],
        warnings=[text],
    )
