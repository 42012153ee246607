"""What a person looks at: figures, text for terminals and notebooks. Computes nothing; acts on nothing."""

from workbench.views.comparison import Pair, comparison_figure
from workbench.views.duration import duration_text
from workbench.views.markup import html_text
from workbench.views.palette import CHANGE_LOOKS, LOOKS, OUTCOME_LOOKS, SAFETY_LOOKS, Look
from workbench.views.provenance import provenance_figure
from workbench.views.sweep import sweep_figure
from workbench.views.terminal import terminal_timeline
from workbench.views.timeline import Recovery, timeline

__all__ = [
    "CHANGE_LOOKS",
    "LOOKS",
    "OUTCOME_LOOKS",
    "SAFETY_LOOKS",
    "Look",
    "Pair",
    "Recovery",
    "comparison_figure",
    "duration_text",
    "html_text",
    "provenance_figure",
    "sweep_figure",
    "terminal_timeline",
    "timeline",
]
