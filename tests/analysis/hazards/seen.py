"""What one detector sees in a story."""

from __future__ import annotations

from typing import Any

from tests.story import NS, Story
from workbench.analysis.hazards import ALSO_FLAGGED, HAZARDS, Case, Evidence, Hazard
from workbench.journal import Report

__all__ = ["BY_ID", "seen"]

BY_ID: dict[str, Hazard] = {hazard.id: hazard for hazard in (*HAZARDS, *ALSO_FLAGGED)}


def seen(
    hazard: str,
    story: Story,
    run_id: str = "r",
    *,
    after_seconds: float = 3600,
    report: Report | None = None,
    **known: Any,
) -> list[Evidence]:
    """Everything that the detector of a hazard yields for a run; an error of the detector is not caught.

    Args:
        hazard: Id of one of the catalogue.
        story: The log.
        run_id: The run.
        after_seconds: How long after the last event somebody looks.
        report: How the log was found.
        known: Further fields of its `Case`: the code at hand, siblings.
    """
    now_ns = story.now_ns + int(after_seconds * NS)
    return list(BY_ID[hazard].detect(Case(story.history(), run_id, now_ns, report, **known)))
