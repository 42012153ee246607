"""Many runs at a glance: one row per run, and how many share a reason."""

from workbench.analysis.triage.frame import reasons_frame, triage_frame
from workbench.analysis.triage.outlook import Outlook, Outlooks, failing_step, outlook_of
from workbench.analysis.triage.triage import TriageRow, triage_rows
from workbench.analysis.triage.troubles import Attention

__all__ = [
    "Attention",
    "Outlook",
    "Outlooks",
    "TriageRow",
    "failing_step",
    "outlook_of",
    "reasons_frame",
    "triage_frame",
    "triage_rows",
]
