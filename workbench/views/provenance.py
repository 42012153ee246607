"""Where values came from, as a picture: calls in order of time from top to bottom, uses as curves between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.views.markup import html_text
from workbench.views.sheet import empty_sheet

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["provenance_figure"]

_PROVEN, _LIKELY, _GUESS = ("#0072B2", "solid"), ("#56B4E9", "dash"), ("#999999", "dot")
"""Colour and line, never colour alone (Okabe-Ito)."""
_SURE = 0.6
_MOST = 300
_ROW_PIXELS = 26
_FRAME_PIXELS = 140
_BEND = 8
_LIMIT = 60

Place = tuple[str, int]
"""A call and the number of its first event; the end of the run is another place than its beginning."""


def provenance_figure(title: str, uses: pd.DataFrame) -> go.Figure:
    """Draw the uses of a run: solid where proven by a replay, dashed where likely, dotted where guessed.

    Args:
        title: Heading.
        uses: `Provenance.frame`; of very many the first 300 are drawn.
    """
    import plotly.graph_objects as go

    if uses.empty:
        return empty_sheet(title, "No result was seen again in a later call: run.provenance(code) sees more")
    rows = uses.head(_MOST).to_dict("records")
    places = _places(rows)
    figure = go.Figure()
    for row in rows:
        _add_curve(figure, row, places)
    figure.add_scatter(
        x=[0] * len(places), y=[-number for number in range(len(places))], mode="markers+text",
        marker={"size": 10, "color": "#333333"}, text=[html_text(name, limit=_LIMIT) for name, _ in places],
        textposition="middle left", hoverinfo="skip",
    )  # fmt: skip
    more = "" if len(uses) <= _MOST else f" (the first {_MOST} of {len(uses):,} uses)"
    figure.update_layout(
        title=html_text(f"{title}{more}"), height=_FRAME_PIXELS + _ROW_PIXELS * max(len(places), 2), showlegend=False,
        xaxis={"visible": False, "range": [-1.2, 1.6]}, yaxis={"visible": False}, plot_bgcolor="white",
    )  # fmt: skip
    return figure


def _places(rows: Sequence[Mapping[Any, Any]]) -> dict[Place, int]:
    """Places by line from the top, in order of time."""
    first: dict[str, int] = {}
    places: dict[Place, int] = {}
    ends = [(row[f"{end}_seq"], row[f"{end}_step"]) for row in rows for end in ("from", "to")]
    for seq, name in sorted(ends):
        place = name, seq if name == "run" else first.setdefault(name, seq)
        places.setdefault(place, len(places))
    return places


def _line_of(row: Mapping[Any, Any], end: str, places: Mapping[Place, int]) -> int:
    name, seq = row[f"{end}_step"], row[f"{end}_seq"]
    exact = places.get((name, seq))
    return exact if exact is not None else next(line for (known, _), line in places.items() if known == name)


def _add_curve(figure: go.Figure, row: Mapping[Any, Any], places: Mapping[Place, int]) -> None:
    """One use, bowed to the right, further for a longer way."""
    start, end = -_line_of(row, "from", places), -_line_of(row, "to", places)
    bow = 0.15 + 1.2 * abs(start - end) / max(len(places), 2)
    colour, dash = _PROVEN if row["exact"] else _LIKELY if row["confidence"] >= _SURE else _GUESS
    how = "proven by replay" if row["exact"] else f"confidence {row['confidence']:.2f}"
    words = [(row["from_step"], row["from_path"]), ("→", row["to_step"], row["to_path"]), (row["value"], "·", how)]
    hover = "<br>".join(" ".join(html_text(word, limit=_LIMIT) for word in line) for line in words)
    parts = [number / _BEND for number in range(_BEND + 1)]
    figure.add_scatter(
        x=[bow * 4 * part * (1 - part) for part in parts], y=[start + (end - start) * part for part in parts],
        mode="lines", line={"color": colour, "width": 2, "shape": "spline", "dash": dash},
        hovertemplate="%{customdata}<extra></extra>",
        customdata=[hover] * len(parts),
    )  # fmt: skip
