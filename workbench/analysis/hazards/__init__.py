"""Failure modes of durable execution: found in what was recorded, explained, with what to do about them."""

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.catalogue import ALSO_FLAGGED, HAZARDS
from workbench.analysis.hazards.findings import DETECTOR_FAILED, Findings, findings_frame, findings_of
from workbench.analysis.hazards.hazard import Evidence, Finding, Hazard, Severity, Sight
from workbench.analysis.hazards.registry import register, registered, unregister
from workbench.analysis.hazards.staleness import contested, stale_steps
from workbench.analysis.hazards.table import table_of

__all__ = [
    "ALSO_FLAGGED",
    "DETECTOR_FAILED",
    "HAZARDS",
    "Case",
    "Evidence",
    "Finding",
    "Findings",
    "Hazard",
    "Severity",
    "Sight",
    "contested",
    "findings_frame",
    "findings_of",
    "register",
    "registered",
    "stale_steps",
    "table_of",
    "unregister",
]
