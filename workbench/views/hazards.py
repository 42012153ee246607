"""Hazards by kind: how many of each were found, and how bad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workbench.views.markup import html_text
from workbench.views.palette import SEVERITY_LOOKS
from workbench.views.sheet import LANE_WIDTH, bar_look, empty_sheet, label_lanes, lay_out

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["hazards_figure"]

_KINDS: Final = 60
_KIND_PIXELS: Final = 28
_FRAME_PIXELS: Final = 160
_EXAMPLES: Final = 3
_TEXT: Final = 160


def hazards_figure(findings: pd.DataFrame) -> go.Figure:
    """Draw findings.

    Args:
        findings: See `workbench.analysis.hazards.findings_frame`.

    Returns:
        A plotly figure: a bar per hazard, its parts by severity, the worst and then the most frequent on top. Findings
        are counted, whatever their number.
    """
    import plotly.graph_objects as go

    if findings.empty:
        return empty_sheet("No hazard found", "With the code at hand more can be seen: run.hazards(code)")
    groups = findings.groupby(["title", "severity"], observed=True, sort=False)
    cells = groups.agg(count=("id", "size"), runs=("run_id", "nunique"), some=("run_id", _some)).reset_index()
    titles = _in_order(cells)
    figure = go.Figure()
    for severity, look in SEVERITY_LOOKS.items():
        part = cells[(cells["severity"] == severity) & cells["title"].isin(titles[:_KINDS])].to_dict("records")
        if part:
            figure.add_bar(
                name=f"{look.glyph} {look.label}", orientation="h", width=LANE_WIDTH, x=[row["count"] for row in part],
                y=[titles.index(str(row["title"])) for row in part], marker=bar_look(look),
                hovertext=[_hover(row) for row in part], hoverinfo="text",
                text=[f"{look.glyph} {row['count']:,}" for row in part], textposition="auto",
            )  # fmt: skip
    some = f" (the first {_KINDS} of {len(titles):,} kinds)" if len(titles) > _KINDS else ""
    runs = findings["run_id"].nunique()
    count = f"{len(findings):,} finding{'' if len(findings) == 1 else 's'} in {runs:,} run{'' if runs == 1 else 's'}"
    lay_out(figure, f"{count}, by hazard{some}", height=_FRAME_PIXELS + _KIND_PIXELS * min(len(titles), _KINDS))
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title={"text": "findings"}, rangemode="tozero")
    label_lanes(figure, titles[:_KINDS])
    return figure


def _in_order(cells: pd.DataFrame) -> list[str]:
    """Titles, by the worst finding of each and then by their number."""
    kinds = cells.groupby("title", observed=True, sort=False).agg(worst=("severity", "max"), count=("count", "sum"))
    return list(map(str, kinds.sort_values(["worst", "count"], ascending=False, kind="stable").index))


def _some(run_ids: Any) -> str:
    return ", ".join(map(str, run_ids.unique()[:_EXAMPLES]))


def _hover(row: dict[Any, Any]) -> str:
    where = html_text(row["some"], limit=_TEXT)
    return (
        f"<b>{html_text(row['title'], limit=_TEXT)}</b><br>{row['severity']}: {row['count']:,} in {row['runs']:,} run"
        f"{'' if row['runs'] == 1 else 's'}<br>for example {where}"
    )
