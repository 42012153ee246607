"""The hazards that read what a token says of itself fire on a file without the token as they do on one with it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import NS, FakeClock
from tests.crashes import crashes
from tests.journal.redaction.test_canaries import CORE
from workbench.analysis.hazards import Case, Finding, findings_of
from workbench.recording import open_recording
from workbench.recording.reporting import write_report
from workbench.views.report import shown_texts

BEGAN = 1_790_000_000
TWO_DAYS = 2 * 86_400
TOKEN_HAZARDS = {1, 2, 8}
"""Expired credential (reads `exp`), time gap (reads terms), idempotency window (here of a key made of the token)."""


def _segment(facts: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(facts).encode()).decode().rstrip("=")


TOKEN = ".".join([_segment({"alg": "HS256"}), _segment({"sub": CORE, "exp": BEGAN + 900}), CORE])


@wb.step(kind="read")
def log_in() -> dict[str, Any]:
    return {"access_token": TOKEN, "token_type": "Bearer"}


@wb.step(kind="read")
def hold() -> dict[str, Any]:
    return {"lock_token": f"lock-{CORE}", "expires_in": 600}


@wb.step(kind="keyed", key=lambda token, _lock: f"charge/{token}")
def charge(token: str, _lock: str) -> str:
    if outage:
        raise ConnectionError("nobody answers")
    return f"charged with {len(token)} characters"


outage: list[bool] = []


@wb.workflow
def checkout() -> str:
    session, lock = log_in(), hold()
    return charge(session["access_token"], lock["lock_token"])


def taken_up_late(folder: Path, *, redact: bool) -> Path:
    """Killed during the charge, taken up again two days later, when nobody answered."""
    outage.clear()
    whole = folder / "whole.wlog"
    with wb.Recorder(whole, clock=FakeClock(now_ns=BEGAN * NS), redact=redact) as recorder:
        recorder.run(checkout, id="order-42")
    path = next(crash.path for crash in crashes(whole, "order-42") if doubts(crash.path) == ["charge"])
    outage.append(True)
    later = FakeClock(now_ns=(BEGAN + TWO_DAYS) * NS)
    with wb.Recorder(path, clock=later, redact=redact) as recorder, pytest.raises(ConnectionError):
        recorder.resume("order-42", checkout)
    return path


def doubts(path: Path) -> list[str]:
    runs = [run for run in open_recording(path) if run.id == "order-42"]
    return [step.name for run in runs for step in run.facts.steps if step.state == "in_doubt"]


def findings(path: Path) -> list[Finding]:
    log = open_recording(path).logs[0]
    case = Case(log.history, "order-42", (BEGAN + TWO_DAYS + 60) * NS, log.report)
    return [finding for finding in findings_of(case) if finding.hazard.number in TOKEN_HAZARDS]


def test_the_three_token_hazards_fire_without_the_token(tmp_path: Path) -> None:
    """Expiry by the derived `exp`, use by the fingerprint, and the age of a key that is made of the token."""
    paths = {redact: tmp_path / str(redact) for redact in (True, False)}
    found: dict[bool, list[Finding]] = {}
    for redact, folder in paths.items():
        folder.mkdir()
        log = taken_up_late(folder, redact=redact)
        assert (CORE.encode() in log.read_bytes()) is not redact
        found[redact] = findings(log)

    assert {finding.hazard.number for finding in found[True]} == TOKEN_HAZARDS
    told = {
        # Numbers of events are not compared: notes of the background sync, which come by the clock, are counted too.
        redact: [(one.hazard.id, len(one.evidence.seqs), one.severity, one.evidence.steps) for one in findings_]
        for redact, findings_ in found.items()
    }
    assert told[True] == told[False]


def test_their_report_can_be_shared(tmp_path: Path) -> None:
    path = taken_up_late(tmp_path, redact=True)
    log = open_recording(path).logs[0]
    report = write_report(log, "order-42", tmp_path / "report.html", findings=findings(path))
    text = "\n".join(part.text for part in shown_texts(report.read_text()))
    assert CORE not in text
    assert "Expired credential in a cached result" in text
    assert "charge (3)" in text
