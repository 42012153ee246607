"""The outcomes of a sweep: a row of marks for one varied step, a grid for two, ribbons for more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.views.markup import html_text
from workbench.views.palette import OUTCOME_LOOKS

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["sweep_figure"]

_LABEL_LIMIT = 40
_HOVER_LIMIT = 200
_ROW_PIXELS = 44
_FRAME_PIXELS = 170
_MOST_PIXELS = 1200


def sweep_figure(
    steps: Sequence[str], answers: Sequence[tuple[str, ...]], outcomes: Sequence[tuple[str, str]]
) -> go.Figure:
    """Draw a sweep.

    Args:
        steps: Names of the varied steps.
        answers: What each answered, as text, one tuple per branch.
        outcomes: Outcome word and result of each branch.

    Returns:
        A plotly figure: marks by shape and colour of the outcome, the result on hover.
    """
    if len(steps) > 2:  # noqa: PLR2004 - a sheet of paper has two directions
        return _ribbons(steps, answers, outcomes)
    import plotly.graph_objects as go

    figure = go.Figure()
    labels = [(*map(_label, point), "")[:2] for point in answers]  # one varied step leaves the other direction empty
    for word, look in OUTCOME_LOOKS.items():
        rows = [number for number, (outcome, _) in enumerate(outcomes) if outcome == word]
        if rows:
            figure.add_scatter(
                x=[labels[row][0] for row in rows],
                y=[labels[row][1] for row in rows],
                mode="markers",
                name=look.label,
                marker={"symbol": look.symbol, "color": look.colour, "size": 18},
                customdata=[[html_text(outcomes[row][1][:_HOVER_LIMIT])] for row in rows],
                hovertemplate="%{x}<br>%{y}<br>" + look.label + ": %{customdata[0]}<extra></extra>",
            )
    _lay_out(figure, steps, labels)
    return figure


def _lay_out(figure: go.Figure, steps: Sequence[str], labels: Sequence[tuple[str, ...]]) -> None:
    across, up = (list(dict.fromkeys(point[number] for point in labels)) for number in (0, 1))
    figure.update_layout(
        title={"text": html_text("what if " + " and ".join(steps) + " had answered …")},
        height=min(_MOST_PIXELS, _FRAME_PIXELS + _ROW_PIXELS * len(up)),
        legend={"orientation": "h", "y": -0.2 if len(up) > 3 else -0.6},  # noqa: PLR2004 - below the axis at any height
        margin={"l": 20, "r": 20, "t": 50, "b": 20},
        template="plotly_white",
    )
    figure.update_xaxes(
        title={"text": html_text(steps[0])}, type="category", categoryorder="array", categoryarray=across
    )
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=up, showticklabels=len(steps) > 1)
    if len(steps) > 1:
        figure.update_yaxes(title={"text": html_text(steps[1])})


def _ribbons(
    steps: Sequence[str], answers: Sequence[tuple[str, ...]], outcomes: Sequence[tuple[str, str]]
) -> go.Figure:
    import plotly.graph_objects as go

    words = list(OUTCOME_LOOKS)
    dimensions: list[dict[str, Any]] = [
        {"label": html_text(step), "values": [_label(point[number]) for point in answers]}
        for number, step in enumerate(steps)
    ]
    dimensions.append({"label": "outcome", "values": [OUTCOME_LOOKS[word].label for word, _ in outcomes]})
    scale = [[number / (len(words) - 1), OUTCOME_LOOKS[word].colour] for number, word in enumerate(words)]
    colours = {"color": [words.index(word) for word, _ in outcomes], "colorscale": scale}
    figure = go.Figure(go.Parcats(dimensions=dimensions, line={**colours, "cmin": 0, "cmax": len(words) - 1}))
    figure.update_layout(template="plotly_white", margin={"l": 60, "r": 60, "t": 50, "b": 20})
    return figure


def _label(text: str) -> str:
    return html_text(text if len(text) <= _LABEL_LIMIT else text[: _LABEL_LIMIT - 1] + "…")
