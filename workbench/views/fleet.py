"""The timeline of many runs, by start and outcome: a lane per run, or counted when there are too many to tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from workbench.views.duration import duration_text
from workbench.views.markup import html_text
from workbench.views.palette import STATUS_LOOKS
from workbench.views.sheet import LANE_WIDTH, bar_look, empty_sheet, label_lanes, lay_out

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["fleet_figure"]

_NS: Final = 1_000_000_000
_LANES: Final = 60
"""From more runs on they are counted: lanes of a few pixels cannot be told apart."""
_LANE_PIXELS: Final = 24
_FRAME_PIXELS: Final = 150
_COUNTED_PIXELS: Final = 420
_BINS: Final = 100
_WIDTHS_SECONDS: Final = (1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400, 604_800)
"""Stretches of time that people count in; of the last one several are taken together where it is too short."""
_EXAMPLES: Final = 3
_TEXT: Final = 120
_OPEN_END: Final = "triangle-right"


def fleet_figure(runs: pd.DataFrame) -> go.Figure:
    """Draw many runs.

    Args:
        runs: See `workbench.analysis.runs_frame`.

    Returns:
        A plotly figure with wall-clock time on x (UTC). Up to 60 runs have a lane each, in order of their beginnings;
        more are counted by the time of their beginning and by status.
    """
    known = runs[runs["started"].notna()].sort_values("started", kind="stable")
    lost = len(runs) - len(known)
    left_out = f" ({lost:,} without a beginning in the log left out)" if lost else ""
    if known.empty:
        lost_hint = "The logs do not hold when these runs began: rec.runs lists them"
        hint = lost_hint if lost else "Nothing was recorded yet: wb.Recorder(path).run(workflow) records"
        return empty_sheet(f"No runs to draw{left_out}", hint)
    title = f"{len(known):,} run{'' if len(known) == 1 else 's'} by start and outcome"
    if len(known) <= _LANES:
        return _lanes(known, f"{title}{left_out}")
    return _counted(known, title, left_out)


def _lanes(runs: pd.DataFrame, title: str) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    rows = list(enumerate(runs.to_dict("records")))
    last = runs[["started", "ended"]].max().max()
    for status, look in STATUS_LOOKS.items():
        drawn = [(lane, row, _end(row, last)) for lane, row in rows if row["status"] == status]
        if not drawn:
            continue
        hovers = [_hover(row) for _, row, _ in drawn]
        figure.add_bar(
            name=look.label, legendgroup=status, orientation="h", y=[lane for lane, _, _ in drawn], width=LANE_WIDTH,
            base=[row["started"] for _, row, _ in drawn],
            x=[(end - row["started"]).total_seconds() * 1000 for _, row, end in drawn],
            marker=bar_look(look), hovertext=hovers, hoverinfo="text",
        )  # fmt: skip
        figure.add_scatter(
            legendgroup=status, showlegend=False, mode="markers", name=look.label,
            x=[end for _, _, end in drawn], y=[lane for lane, _, _ in drawn],
            marker={
                "symbol": [look.symbol if _has_ended(row) else _OPEN_END for _, row, _ in drawn], "color": look.colour,
                "size": 8,
            },
            hovertext=hovers, hoverinfo="text",
        )  # fmt: skip
    lay_out(figure, title, height=_FRAME_PIXELS + _LANE_PIXELS * len(rows))
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(type="date", title={"text": "time, UTC"})
    label_lanes(figure, [str(row["run_id"]) for _, row in rows])
    return figure


def _has_ended(row: dict[Any, Any]) -> bool:
    return bool(row["ended"] == row["ended"])  # NaT is not itself


def _end(row: dict[Any, Any], last: Any) -> Any:
    """Until when a run is drawn: one that still runs to the last moment on record, one that broke off nowhere."""
    if _has_ended(row):
        return row["ended"]
    return last if row["status"] == "running" else row["started"]


def _hover(row: dict[Any, Any]) -> str:
    took = row["duration_seconds"]
    ended = f"took {duration_text(took)}" if _has_ended(row) else "no end on record"
    lines = [
        f"<b>{html_text(row['run_id'], limit=_TEXT)}</b>",
        f"{STATUS_LOOKS[row['status']].label}, {ended}",
        f"began {row['started']:%Y-%m-%d %H:%M:%S} UTC, {row['steps']:,} steps, {row['recoveries']:,} recoveries",
    ]
    if isinstance(row["error_type"], str) and row["error_type"]:
        lines.append(html_text(f"{row['error_type']}: {row['error']}", limit=_TEXT))
    return "<br>".join(lines)


# --- counted ------------------------------------------------------------------------------------------------


def _counted(runs: pd.DataFrame, title: str, left_out: str) -> go.Figure:
    import pandas as pd
    import plotly.graph_objects as go

    began = runs["started"].dt.as_unit("ns").astype("int64").to_numpy()
    width = _width_seconds((began[-1] - began[0]) / _NS)
    counted = pd.DataFrame({
        "bin": began // (width * _NS) * width, "status": runs["status"].to_numpy(), "run_id": runs["run_id"].to_numpy(),
    })  # fmt: skip
    groups = counted.groupby(["status", "bin"], observed=True, sort=True)["run_id"]
    cells = pd.DataFrame({"runs": groups.size(), "some": groups.agg(_some)}).reset_index()
    all_runs = counted["bin"].value_counts()
    figure = go.Figure()
    for status, look in STATUS_LOOKS.items():
        part = cells[cells["status"] == status]
        if len(part):
            figure.add_bar(
                name=look.label, x=pd.to_datetime(part["bin"], unit="s", utc=True).tolist(), y=part["runs"].tolist(),
                width=width * 1000, offset=0, marker=bar_look(look), hoverinfo="text",
                hovertext=[_cell(row, look.label, all_runs[row["bin"]]) for row in part.to_dict("records")],
            )  # fmt: skip
    lay_out(figure, f"{title}, counted per {duration_text(width)}{left_out}", height=_COUNTED_PIXELS)
    figure.update_layout(barmode="stack")
    figure.update_xaxes(type="date", title={"text": f"began at, UTC, in bins of {duration_text(width)}"})
    figure.update_yaxes(title={"text": "runs"}, rangemode="tozero")
    return figure


def _width_seconds(span_seconds: float) -> int:
    """The shortest stretch that people count in of which not more than a hundred cover the span."""
    fitting = (width for width in _WIDTHS_SECONDS if span_seconds <= width * _BINS)
    longest = _WIDTHS_SECONDS[-1]
    return next(fitting, longest * int(np.ceil(span_seconds / longest / _BINS)))


def _some(run_ids: Any) -> str:
    return ", ".join(map(str, run_ids.head(_EXAMPLES)))


def _cell(row: dict[Any, Any], status: str, of: int) -> str:
    when = np.datetime_as_string(np.datetime64(int(row["bin"]), "s"), unit="s").replace("T", " ")
    return f"{when} UTC: {row['runs']:,} of {of:,} runs {status}<br>for example {html_text(row['some'], limit=_TEXT)}"
