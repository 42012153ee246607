"""What the figures of many runs have in common: the paper, an axis of seconds, and what an empty one says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from workbench.views.markup import html_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.views.palette import Look

__all__ = ["LABEL_LIMIT", "LANE_WIDTH", "Scale", "bar_look", "empty_sheet", "label_lanes", "lay_out", "scale_of"]

LABEL_LIMIT: Final = 40
_NOTE_LIMIT: Final = 60
LANE_WIDTH: Final = 0.6
"""Of a bar, in lanes: left to itself plotly makes a trace of few bars as wide as their distance."""
_EMPTY_PIXELS: Final = 200
_WIDE: Final = 100.0
"""Longest over shortest from which an axis is logarithmic: on a linear one the shortest would be a hair."""


class Scale(NamedTuple):
    """An axis of durations.

    Attributes:
        kind: `log` or `linear`, as plotly has it.
        floor: On a logarithmic axis, where what took no time at all is drawn; seconds.
    """

    kind: str
    floor: float

    @property
    def words(self) -> str:
        """Unit and scale, for the title of the axis."""
        return "seconds, logarithmic" if self.kind == "log" else "seconds"

    def placed(self, seconds: Any) -> Any:
        """Where durations are drawn."""
        return np.maximum(seconds, self.floor)


def scale_of(seconds: Any) -> Scale:
    """The axis for some durations: logarithmic where they differ by orders of magnitude.

    Args:
        seconds: What is drawn on it; none negative.
    """
    values = np.asarray(seconds, dtype=np.float64)
    above = values[values > 0]
    if not len(above) or above.max() < _WIDE * above.min():
        return Scale("linear", 0.0)
    return Scale("log", float(above.min()))


def lay_out(figure: go.Figure, title: str, *, height: int) -> None:
    """Title, legend and paper.

    Args:
        figure: The figure.
        title: Heading; shown as text.
        height: Pixels.
    """
    figure.update_layout(
        title={"text": html_text(title), "x": 0.01, "y": 0.98, "yanchor": "top"}, height=height,
        template="plotly_white", margin={"l": 10, "r": 20, "t": 80, "b": 10}, hoverlabel={"align": "left"},
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
    )  # fmt: skip
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)


def label_lanes(figure: go.Figure, names: Sequence[str], notes: Sequence[str] = (), **where: Any) -> None:
    """Lanes 0, 1, 2 … from the top, each with its name: numbers, because two runs may have one name.

    Args:
        figure: The figure.
        names: By lane; shown as text.
        notes: By lane, what stands below the name; none by default.
        where: `row` and `col` of a part of the figure.
    """
    texts = [html_text(name, limit=LABEL_LIMIT) for name in names]
    if notes:
        small = [html_text(note, limit=_NOTE_LIMIT) for note in notes]
        texts = [f"{text}<br><sub>{note}</sub>" for text, note in zip(texts, small, strict=True)]
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=texts, range=[len(names) - 0.4, -0.6], **where)


def bar_look(look: Look) -> dict[str, Any]:
    """Colour and pattern of a bar."""
    return {
        "color": look.colour, "line": {"color": look.colour, "width": 1},
        "pattern": {"shape": look.pattern, "fgcolor": "#ffffff", "size": 6},
    }  # fmt: skip


def empty_sheet(title: str, sentence: str) -> go.Figure:
    """A figure with nothing to draw, which says so and what to do next.

    Args:
        title: Heading; shown as text.
        sentence: What is missing, and what to do; shown as text.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    lay_out(figure, title, height=_EMPTY_PIXELS)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(text=html_text(sentence), x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    return figure
