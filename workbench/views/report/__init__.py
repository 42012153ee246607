"""One run as one HTML file that is safe to open and to share: no script, nothing loaded, every text shown as text."""

from workbench.views.report.document import report_html
from workbench.views.report.incident import EventLine, Incident, Listing, SourceLine, Why
from workbench.views.report.picture import timeline_svg
from workbench.views.report.shown import Shown, shown_texts

__all__ = [
    "EventLine",
    "Incident",
    "Listing",
    "Shown",
    "SourceLine",
    "Why",
    "report_html",
    "shown_texts",
    "timeline_svg",
]
