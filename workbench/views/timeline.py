"""The timeline of one run: a lane per step, a bar per attempt, recoveries as labelled breaks.

Readable from five spans to five thousand: one trace per state (a few, whatever the size), lanes by name in order
of first appearance, every span marked so that one of a microsecond still shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench.analysis import Span
from workbench.views.duration import duration_text
from workbench.views.markup import html_text
from workbench.views.palette import LOOKS
from workbench.views.sheet import empty_sheet

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["Recovery", "timeline"]

_LANE_PIXELS = 34
_FEWEST_PIXELS, _MOST_PIXELS = 260, 1400
_LABEL_LIMIT = 40
_UNMARKED = frozenset({"committed", "waiting"})
"""What went as it should needs no mark; an open end gets one all the same."""
_OPEN_END = "triangle-right"
_MARKS_UP_TO = 2000
"""Beyond so many spans the marks would hide the bars."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The run went on in a new process.

    Attributes:
        went_silent: Time of the last event before.
        time: When it went on.
    """

    went_silent: datetime
    time: datetime


def timeline(title: str, spans: Sequence[Span], recoveries: Sequence[Recovery] = ()) -> go.Figure:
    """Draw a run.

    Args:
        title: Heading; shown as text.
        spans: What to draw, see `workbench.analysis.spans_of`.
        recoveries: Where the run went on in a new process.

    Returns:
        A plotly figure with wall-clock time on x (UTC) and a lane per step name on y.
    """
    import plotly.graph_objects as go

    if not spans:
        return empty_sheet(title, "The run has no steps yet: run.events shows what is on record")
    figure = go.Figure()
    lanes = list(dict.fromkeys(span.name for span in spans))
    for state in LOOKS:
        drawn = [span for span in spans if span.state == state]
        if drawn:
            figure.add_trace(_bars(go, drawn, state))
            marked = [span for span in drawn if span.open or state not in _UNMARKED]
            if marked and len(spans) <= _MARKS_UP_TO:
                figure.add_trace(_marks(go, marked, state))
    for recovery in recoveries:
        _break(figure, recovery)
    height = min(_MOST_PIXELS, max(_FEWEST_PIXELS, 140 + _LANE_PIXELS * len(lanes)))
    figure.update_layout(
        title={"text": html_text(title), "x": 0.01, "y": 0.98, "yanchor": "top"},
        barmode="overlay", bargap=0.35, height=height, template="plotly_white",
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.1, "yanchor": "bottom"},
        margin={"l": 10, "r": 20, "t": 90 if recoveries else 70, "b": 10},
        hoverlabel={"align": "left"},
    )  # fmt: skip
    figure.update_xaxes(type="date", title={"text": "UTC", "standoff": 8}, automargin=True)
    figure.update_yaxes(
        categoryorder="array", categoryarray=lanes, autorange="reversed", automargin=True,
        tickvals=lanes, ticktext=[html_text(lane, limit=_LABEL_LIMIT) for lane in lanes],
    )  # fmt: skip
    return figure


def _bars(go: Any, spans: Sequence[Span], state: str) -> Any:
    look = LOOKS[state]
    return go.Bar(
        name=look.label, legendgroup=state, orientation="h",
        y=[span.name for span in spans], base=[span.started for span in spans],
        x=[_milliseconds(span) for span in spans],
        marker={
            "color": look.colour,
            "pattern": {"shape": look.pattern, "fgcolor": "#ffffff", "size": 6},
            "line": {"color": look.colour, "width": 1},
        },
        hovertext=[_hover(span) for span in spans], hoverinfo="text",
    )  # fmt: skip


def _marks(go: Any, spans: Sequence[Span], state: str) -> Any:
    look = LOOKS[state]
    return go.Scatter(
        name=look.label, legendgroup=state, showlegend=False, mode="markers",
        x=[span.ended for span in spans], y=[span.name for span in spans],
        marker={
            "symbol": [_OPEN_END if span.open else look.symbol for span in spans],
            "color": look.colour,
            "size": 9,
            "line": {"color": look.colour, "width": 1.5},
        },
        hovertext=[_hover(span) for span in spans], hoverinfo="text",
    )  # fmt: skip


def _break(figure: go.Figure, recovery: Recovery) -> None:
    silent = (recovery.time - recovery.went_silent).total_seconds()
    figure.add_vrect(
        x0=recovery.went_silent, x1=recovery.time, fillcolor="#000000", opacity=0.06, line_width=0, layer="below"
    )
    figure.add_vline(x=recovery.time, line={"color": "#000000", "width": 1, "dash": "dash"})
    figure.add_annotation(
        x=recovery.time, y=1, yref="paper", xanchor="right", yanchor="bottom", showarrow=False,
        text=f"recovered after {duration_text(silent)}", font={"size": 11},
    )  # fmt: skip


def _hover(span: Span) -> str:
    lines = [
        f"<b>{html_text(span.name)}</b> at {span.position or 'run'}",
        f"{LOOKS[span.state].label}{f', attempt {span.attempt}' if span.attempt > 1 else ''}",
        f"{span.started:%Y-%m-%d %H:%M:%S.%f} UTC, {duration_text((span.ended - span.started).total_seconds())}",
    ]
    if span.open:
        lines.append("no end on record")
    if span.note:
        lines.append(html_text(span.note, limit=160))
    if span.code:
        lines.append(html_text(span.code))
    return "<br>".join(lines)


def _milliseconds(span: Span) -> float:
    return (span.ended - span.started).total_seconds() * 1000
