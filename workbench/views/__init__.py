"""What a person looks at: figures, text for terminals and notebooks. Computes nothing; acts on nothing."""

from workbench.views.duration import duration_text
from workbench.views.markup import html_text
from workbench.views.palette import LOOKS, SAFETY_LOOKS, Look
from workbench.views.terminal import terminal_timeline
from workbench.views.timeline import Recovery, timeline

__all__ = ["LOOKS", "SAFETY_LOOKS", "Look", "Recovery", "duration_text", "html_text", "terminal_timeline", "timeline"]
