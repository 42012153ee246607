"""Looks for one hazard in a story."""

from __future__ import annotations

from typing import Any

from tests.story import NS, Story
from workbench.analysis.hazards import Case, Evidence, Finding, Severity, findings_of, registered

__all__ = ["case_of", "evidence", "look", "seen"]


def case_of(story: Story, run_id: str = "order-42", *, after_seconds: float = 60, **known: Any) -> Case:
    """A run of a story, looked at some time after its last event."""
    return Case(story.history(), run_id, story.now_ns + int(after_seconds * NS), **known)


def look(case: Case, hazard: str) -> list[Finding]:
    """What one detector finds; it must not fail."""
    wanted = [one for one in registered() if one.id == hazard]
    assert wanted, hazard
    found = findings_of(case, wanted)
    assert all(finding.hazard.id == hazard for finding in found), found
    return list(found)


def seen(case: Case, hazard: str) -> list[tuple[Severity, tuple[int, ...]]]:
    """Severity and events of each finding."""
    return [(finding.severity, finding.evidence.seqs) for finding in look(case, hazard)]


def evidence(case: Case, hazard: str) -> Evidence:
    """The only finding."""
    (finding,) = look(case, hazard)
    return finding.evidence
