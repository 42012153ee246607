"""What a person looks at: figures, text for terminals and notebooks. Computes nothing; acts on nothing."""

from workbench.views.comparison import Pair, comparison_figure
from workbench.views.duration import duration_text
from workbench.views.durations import durations_figure
from workbench.views.fleet import fleet_figure
from workbench.views.hazards import hazards_figure
from workbench.views.markup import html_text
from workbench.views.palette import (
    ATTEMPT_LOOKS,
    BEAT_LOOKS,
    CHANGE_LOOKS,
    LOOKS,
    OUTCOME_LOOKS,
    SAFETY_LOOKS,
    SEVERITY_LOOKS,
    STATUS_LOOKS,
    Look,
)
from workbench.views.provenance import provenance_figure
from workbench.views.retries import retries_figure
from workbench.views.sweep import sweep_figure
from workbench.views.terminal import terminal_timeline
from workbench.views.timeline import Recovery, timeline
from workbench.views.verdicts import Alike, Cell, verdicts_figure

__all__ = [
    "ATTEMPT_LOOKS",
    "BEAT_LOOKS",
    "CHANGE_LOOKS",
    "LOOKS",
    "OUTCOME_LOOKS",
    "SAFETY_LOOKS",
    "SEVERITY_LOOKS",
    "STATUS_LOOKS",
    "Alike",
    "Cell",
    "Look",
    "Pair",
    "Recovery",
    "comparison_figure",
    "duration_text",
    "durations_figure",
    "fleet_figure",
    "hazards_figure",
    "html_text",
    "provenance_figure",
    "retries_figure",
    "sweep_figure",
    "terminal_timeline",
    "timeline",
    "verdicts_figure",
]
