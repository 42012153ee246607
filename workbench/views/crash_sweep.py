"""The outcomes of a crash sweep: where the worker died against who went on how, worst outcome first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.views.markup import html_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["LIFE_LOOKS", "LifeCell", "crash_sweep_figure", "designs_figure"]

LIFE_LOOKS: Mapping[str, tuple[str, str, str]] = {
    "completed": ("completed, all is well", "#0072B2", "■"),
    "compensated": ("rolled back, all is well", "#009E73", "↶"),
    "failed": ("failed, and did no harm", "#56B4E9", "✗"),
    "stopped": ("stopped: somebody must look first", "#F0E442", "‖"),
    "person": ("a person must decide", "#E69F00", "?"),
    "died": ("died again", "#CC79A7", "†"),
    "violated": ("harm done", "#D55E00", "✘"),
}
"""Words, colour and sign of an outcome, the best one first: colour-blind safe, and never colour alone."""
_ROW_PIXELS, _FRAME_PIXELS, _MOST_PIXELS = 22, 190, 2400
_HOVER_LIMIT = 240


class LifeCell(NamedTuple):
    """All lives of one cell.

    Attributes:
        place: Where the worker died.
        policy: Who went on how.
        outcomes: Outcome of each life.
        said: What is wrong in the worst of them, for the hover.
        row: Row of the worst of them, by which it is opened.
    """

    place: str
    policy: str
    outcomes: Sequence[str]
    said: str
    row: int


def crash_sweep_figure(title: str, cells: Sequence[LifeCell]) -> go.Figure:
    """Draw a sweep as a heat map: a row per place, a column per policy, the worst outcome of each cell.

    Args:
        title: What was swept.
        cells: The cells, in the order in which places and policies shall stand.
    """
    import plotly.graph_objects as go

    words = list(LIFE_LOOKS)
    places = list(dict.fromkeys(cell.place for cell in cells))
    policies = list(dict.fromkeys(cell.policy for cell in cells))
    found = {(cell.place, cell.policy): cell for cell in cells}
    grid = [[found.get((place, policy)) for policy in policies] for place in places]
    worst = [[None if cell is None else max(map(words.index, cell.outcomes)) for cell in row] for row in grid]
    figure = go.Figure(
        go.Heatmap(
            x=[html_text(policy) for policy in policies],
            y=[html_text(place) for place in places],
            z=worst,
            zmin=-0.5,
            zmax=len(words) - 0.5,
            colorscale=_steps([look[1] for look in LIFE_LOOKS.values()]),
            text=[["" if number is None else LIFE_LOOKS[words[number]][2] for number in row] for row in worst],
            texttemplate="%{text}",
            customdata=[["" if cell is None else _hover(cell) for cell in row] for row in grid],
            hovertemplate="%{y}<br>%{x}<br>%{customdata}<extra></extra>",
            xgap=1,
            ygap=1,
            colorbar={
                "tickvals": list(range(len(words))),
                "ticktext": [f"{sign} {label}" for label, _, sign in LIFE_LOOKS.values()],
            },
        )
    )
    figure.update_layout(
        title={"text": html_text(title)},
        height=min(_MOST_PIXELS, _FRAME_PIXELS + _ROW_PIXELS * len(places)),
        margin={"l": 20, "r": 20, "t": 60, "b": 20},
        template="plotly_white",
    )
    figure.update_yaxes(autorange="reversed", type="category", title={"text": "where the worker died"})
    figure.update_xaxes(side="top", type="category", title={"text": "who went on how"})
    return figure


def designs_figure(names: Sequence[str], shares: Sequence[float], lines: Sequence[int]) -> go.Figure:
    """Draw a comparison of designs: how often each did harm, and what its failure handling costs.

    Args:
        names: The designs.
        shares: Share of the lives that did harm, 0 to 1.
        lines: Lines of code spent on failure handling.
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    shown = [html_text(name) for name in names]
    figure = make_subplots(cols=2, shared_yaxes=True, subplot_titles=("lives that did harm", "lines for failures"))
    bars = {"orientation": "h", "y": shown}
    harm = [f"{share:.0%}" for share in shares]
    figure.add_trace(go.Bar(x=list(shares), text=harm, marker_color=LIFE_LOOKS["violated"][1], **bars), row=1, col=1)
    figure.add_trace(go.Bar(x=list(lines), text=[str(count) for count in lines], marker_color="#0072B2", **bars), 1, 2)
    figure.update_layout(
        showlegend=False,
        height=_FRAME_PIXELS + 40 * len(names),
        margin={"l": 20, "r": 20, "t": 60, "b": 20},
        template="plotly_white",
    )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.1], col=1)
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def _hover(cell: LifeCell) -> str:
    counted = {word: sum(outcome == word for outcome in cell.outcomes) for word in LIFE_LOOKS}
    words = ", ".join(f"{count} {LIFE_LOOKS[word][0]}" for word, count in counted.items() if count)
    said = f"<br>{html_text(cell.said, limit=_HOVER_LIMIT)}" if cell.said else ""
    return f"{html_text(words)}{said}<br>sweep.open({cell.row})"


def _steps(colours: Sequence[str]) -> list[tuple[float, str]]:
    """A colour scale without transitions."""
    count = len(colours)
    return [(edge / count, colour) for number, colour in enumerate(colours) for edge in (number, number + 1)]
