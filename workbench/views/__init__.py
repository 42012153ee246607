"""What a person looks at: figures, text for terminals and notebooks. Computes nothing; acts on nothing."""

from workbench.views.duration import duration_text
from workbench.views.markup import html_text
from workbench.views.palette import LOOKS, OUTCOME_LOOKS, SAFETY_LOOKS, Look
from workbench.views.sweep import sweep_figure
from workbench.views.terminal import terminal_timeline
from workbench.views.timeline import Recovery, timeline

__all__ = [
    "LOOKS",
    "OUTCOME_LOOKS",
    "SAFETY_LOOKS",
    "Look",
    "Recovery",
    "duration_text",
    "html_text",
    "sweep_figure",
    "terminal_timeline",
    "timeline",
]
