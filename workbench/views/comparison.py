"""Two runs side by side: a lane each, their calls in order, the first difference marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.views.duration import duration_text
from workbench.views.markup import html_text
from workbench.views.palette import CHANGE_LOOKS

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["Pair", "comparison_figure"]

_LABELLED_UP_TO = 40
"""More names than that cannot be read below an axis."""

_LABEL_LIMIT = 24
_HOVER_LIMIT = 200
_LEFT, _RIGHT = 1, 0
"""Where the lanes are on y: the left side of the comparison on top."""


class Pair(NamedTuple):
    """One row of a comparison, as text.

    Attributes:
        what: `same arguments outcome inserted deleted`.
        label: Name and position of the call.
        left: What the left side says; `""` where it does not have the call.
        right: The same of the right side.
        seconds: How long it took on each side; NaN for unknown.
    """

    what: str
    label: str
    left: str
    right: str
    seconds: tuple[float, float]


def comparison_figure(titles: tuple[str, str], pairs: Sequence[Pair]) -> go.Figure:
    """Draw a comparison.

    Args:
        titles: What is compared; shown as text.
        pairs: The aligned calls, in order.

    Returns:
        A plotly figure: calls from left to right in the order of the alignment, a lane per side, marks by shape and
        colour of the difference, a line between the two of a pair that differs, a rule at the first difference.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    _join(figure, pairs)
    for what, look in CHANGE_LOOKS.items():
        marks = [mark for number, pair in enumerate(pairs) if pair.what == what for mark in _marks(number, pair)]
        if marks:
            figure.add_scatter(
                x=[number for number, _, _ in marks], y=[lane for _, lane, _ in marks], mode="markers",
                name=look.label, marker={"symbol": look.symbol, "color": look.colour, "size": 11},
                hovertext=[hover for _, _, hover in marks], hoverinfo="text",
            )  # fmt: skip
    _mark_first(figure, pairs)
    _lay_out(figure, titles, pairs)
    return figure


def _marks(number: int, pair: Pair) -> list[tuple[int, int, str]]:
    sides = [(_LEFT, pair.left, pair.seconds[0])] if pair.what != "inserted" else []
    sides += [(_RIGHT, pair.right, pair.seconds[1])] if pair.what != "deleted" else []
    return [(number, lane, _hover(pair, said, seconds)) for lane, said, seconds in sides]


def _hover(pair: Pair, said: str, seconds: float) -> str:
    lines = [f"<b>{html_text(pair.label, limit=_HOVER_LIMIT)}</b>: {CHANGE_LOOKS[pair.what].label}"]
    lines += [html_text(said, limit=_HOVER_LIMIT)] if said else []
    lines += [f"took {duration_text(seconds)}"] if seconds == seconds else []  # noqa: PLR0124 - NaN is not itself
    more = pair.seconds[1] - pair.seconds[0]
    lines += [f"{duration_text(abs(more))} {'longer' if more > 0 else 'shorter'} on the right"] if abs(more) > 0 else []
    return "<br>".join(lines)


def _join(figure: go.Figure, pairs: Sequence[Pair]) -> None:
    """A line between the two sides of a call that came out differently."""
    changed = [number for number, pair in enumerate(pairs) if pair.what in {"arguments", "outcome"}]
    places: list[Any] = [place for number in changed for place in (number, number, None)]
    lanes: list[Any] = [lane for _ in changed for lane in (_LEFT, _RIGHT, None)]
    if changed:
        figure.add_scatter(
            x=places, y=lanes, mode="lines", line={"color": "#BBBBBB", "width": 1}, hoverinfo="skip", showlegend=False
        )


def _mark_first(figure: go.Figure, pairs: Sequence[Pair]) -> None:
    first = next((number for number, pair in enumerate(pairs) if pair.what != "same"), None)
    if first is not None:
        figure.add_vline(
            x=first - 0.5, line={"color": "#333333", "dash": "dash", "width": 1},
            annotation={"text": "first difference", "yanchor": "bottom", "y": 1.0, "showarrow": False},
        )  # fmt: skip


def _lay_out(figure: go.Figure, titles: tuple[str, str], pairs: Sequence[Pair]) -> None:
    left, right = (html_text(title, limit=_LABEL_LIMIT * 2) for title in titles)
    figure.update_layout(
        title={"text": f"{left} and {right}", "x": 0.01}, height=300, template="plotly_white",
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.15, "yanchor": "bottom"},
        margin={"l": 10, "r": 20, "t": 90, "b": 10}, hoverlabel={"align": "left"},
    )  # fmt: skip
    figure.update_yaxes(tickvals=[_LEFT, _RIGHT], ticktext=[left, right], range=[-0.6, 1.6], automargin=True)
    if len(pairs) <= _LABELLED_UP_TO:
        names = [html_text(pair.label, limit=_LABEL_LIMIT) for pair in pairs]
        figure.update_xaxes(tickvals=list(range(len(pairs))), ticktext=names, automargin=True)
    else:
        figure.update_xaxes(title={"text": "calls, in order"})
    figure.update_xaxes(range=[-0.7, max(len(pairs), 1) - 0.3], zeroline=False)
