"""Failure modes of durable execution: found in what was recorded, explained, with what to do about them."""

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Finding, Hazard, Severity, Sight

__all__ = ["Case", "Evidence", "Finding", "Hazard", "Severity", "Sight"]
