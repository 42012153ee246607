"""The matrix of verdicts: runs that are judged alike in rows, actions in columns, a sign and a word in each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from workbench.analysis import PREFERENCE
from workbench.views.markup import html_text
from workbench.views.palette import SAFETY_LOOKS
from workbench.views.sheet import empty_sheet, label_lanes, lay_out

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["Alike", "Cell", "verdicts_figure"]

_ROWS: Final = 40
_ROW_PIXELS: Final = 44
_FRAME_PIXELS: Final = 150
_NONE: Final = -1
_STEP: Final = 24
_TEXT: Final = 200
_PALE: Final = "#f2f2f2"


class Cell(NamedTuple):
    """One action for some runs.

    Attributes:
        safety: `SAFE CHECK UNSAFE`.
        because: The reason that decides.
        from_step: Where a retry begins; `""` for other actions.
        useful: Whether it would change anything.
    """

    safety: str
    because: str
    from_step: str = ""
    useful: bool = True


class Alike(NamedTuple):
    """Runs that are judged alike.

    Attributes:
        status: How they stand.
        cells: By action; one that is not possible is missing.
        run_ids: Some of them.
        size: How many they are.
    """

    status: str
    cells: Mapping[str, Cell]
    run_ids: Sequence[str]
    size: int = 1


def verdicts_figure(title: str, groups: Sequence[Alike]) -> go.Figure:
    """Draw verdicts.

    Args:
        title: Heading; shown as text.
        groups: Runs that are judged alike, those with most runs first; of more than 40 groups the first are drawn.

    Returns:
        A plotly figure: a row per group, a column per action, in each cell sign and word of the verdict, the reason
        on hover.
    """
    import plotly.graph_objects as go

    if not groups:
        return empty_sheet(title, "No run to judge: rec.runs lists what is there")
    drawn = groups[:_ROWS]
    actions = [str(action) for action in PREFERENCE]
    cells = [[group.cells.get(action) for action in actions] for group in drawn]
    words = list(SAFETY_LOOKS)
    levels = [_NONE, *range(len(words))]
    colours = [_PALE, *(colour for colour, _ in SAFETY_LOOKS.values())]
    steps = len(levels)
    figure = go.Figure(go.Heatmap(
        x=actions, y=list(range(len(drawn))), xgap=3, ygap=3, showscale=False, zmin=-1.5, zmax=len(words) - 0.5,
        z=[[_NONE if cell is None else words.index(cell.safety) for cell in row] for row in cells],
        colorscale=[[(at + edge) / steps, colour] for at, colour in enumerate(colours) for edge in (0, 1)],
        text=[[_said(cell) for cell in row] for row in cells], texttemplate="%{text}", hoverinfo="text",
        hovertext=[[_hover(group, action, group.cells.get(action)) for action in actions] for group in drawn],
    ))  # fmt: skip
    rest = sum(group.size for group in groups[_ROWS:])
    some = f" (the {_ROWS} largest of {len(groups):,} groups; {rest:,} runs not drawn)" if rest else ""
    lay_out(figure, f"{title}{some}", height=_FRAME_PIXELS + _ROW_PIXELS * len(drawn))
    figure.update_xaxes(side="top", title={"text": "action"}, type="category", showgrid=False)
    figure.update_yaxes(showgrid=False, zeroline=False)
    label_lanes(figure, list(map(_label, drawn)), list(map(_reason, drawn)))
    figure.update_layout(margin={"t": 110})
    return figure


def _label(group: Alike) -> str:
    if group.size == 1:
        return f"{group.run_ids[0]}: {group.status}"
    return f"{group.size:,} runs: {group.status}"


def _reason(group: Alike) -> str:
    """Why its best action is that, or what is against the one that disturbs least."""
    possible = list(group.cells.values())
    best = next((cell for cell in possible if cell.safety == "SAFE" and cell.useful), None)
    return (best or possible[0]).because if possible else ""


def _said(cell: Cell | None) -> str:
    if cell is None:
        return "not possible"
    step = f"<br>from {html_text(cell.from_step, limit=_STEP)}" if cell.from_step else ""
    idle = "" if cell.useful else "<br>changes nothing"
    return f"{SAFETY_LOOKS[cell.safety][1]} {cell.safety}{step}{idle}"


def _hover(group: Alike, action: str, cell: Cell | None) -> str:
    more = f" and {group.size - len(group.run_ids):,} more" if group.size > len(group.run_ids) else ""
    lines = [f"<b>{html_text(', '.join(group.run_ids), limit=_TEXT)}</b>{more}", html_text(_title(action, cell))]
    lines += [html_text(cell.because, limit=_TEXT)] if cell is not None else []
    return "<br>".join(lines)


def _title(action: str, cell: Cell | None) -> str:
    if cell is None:
        return f"{action}: there is nothing that it could begin with"
    return f"{action} {cell.from_step}".strip() + f": {cell.safety}"
