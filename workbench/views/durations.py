"""How long steps take, over all their calls: a box per step, the slowest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workbench.views.duration import duration_text
from workbench.views.markup import html_text
from workbench.views.sheet import LANE_WIDTH, empty_sheet, label_lanes, lay_out, scale_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["durations_figure"]

_STEPS: Final = 40
_STEP_PIXELS: Final = 28
_FRAME_PIXELS: Final = 170
_BOX, _SLOWEST = "#0072B2", "#D55E00"
"""Okabe-Ito; the slowest call is a cross, too."""
_LOW, _FIRST, _MEDIAN, _THIRD, _HIGH = _QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_TEXT: Final = 80


def durations_figure(steps: pd.DataFrame) -> go.Figure:
    """Draw how long steps take, from the beginning of the first attempt to the outcome, pauses between included.

    Args:
        steps: See `workbench.analysis.steps_frame`; calls without an outcome are left out.

    Returns:
        A plotly figure: a box per step for the middle half, whiskers for 90 % of its calls, a cross for the slowest
        call, the step with the longest median on top. The axis is logarithmic where durations differ by more than a
        hundred times. Of more than 40 steps the slowest are drawn. Whatever the number of calls, five numbers per
        step are drawn.
    """
    import pandas as pd

    took = steps.loc[steps["duration_seconds"] >= 0, ["name", "duration_seconds", "run_id", "position"]]
    if took.empty:
        return empty_sheet(
            "No step has an outcome yet", "Once steps have ended their durations are here: look again then"
        )
    medians = took.groupby("name", observed=True)["duration_seconds"].median()
    names = medians.sort_values(ascending=False, kind="stable").index[:_STEPS]
    shown = took[took["name"].isin(names)]
    of_step = shown.groupby("name", observed=True)["duration_seconds"]
    quantiles = pd.DataFrame({share: of_step.quantile(share) for share in _QUANTILES}).loc[names]
    slowest = shown.loc[of_step.idxmax().loc[names]]
    calls = shown["name"].value_counts().loc[names]
    figure = _boxes(quantiles, slowest, calls)
    some = f" (the {_STEPS} slowest of {len(medians):,} steps)" if len(medians) > _STEPS else ""
    title = f"Durations of {len(took):,} call{'' if len(took) == 1 else 's'} by step{some}"
    lay_out(figure, title, height=_FRAME_PIXELS + _STEP_PIXELS * len(names))
    label_lanes(figure, list(map(str, names)))
    return figure


def _boxes(quantiles: pd.DataFrame, slowest: pd.DataFrame, calls: pd.Series[int]) -> go.Figure:
    import plotly.graph_objects as go

    scale = scale_of([*quantiles[_LOW], *slowest["duration_seconds"]])
    lanes = list(range(len(quantiles)))
    low, first, median, third, high = (scale.placed(quantiles[share]).tolist() for share in _QUANTILES)
    figure = go.Figure(go.Box(
        orientation="h", y=lanes, width=LANE_WIDTH, lowerfence=low, q1=first, median=median, q3=third, upperfence=high,
        name="middle half; whiskers: 90 % of calls", line={"color": _BOX}, hoverinfo="skip",
    ))  # fmt: skip
    places = zip(quantiles.to_dict("records"), slowest.to_dict("records"), calls.tolist(), strict=True)
    hovers = [_hover(*place) for place in places]
    figure.add_scatter(
        x=median, y=lanes, mode="markers", name="median", hovertext=hovers, hoverinfo="text",
        marker={"symbol": "line-ns-open", "color": _BOX, "size": 14},
    )  # fmt: skip
    figure.add_scatter(
        x=scale.placed(slowest["duration_seconds"]).tolist(), y=lanes, mode="markers", name="slowest call",
        hovertext=hovers, hoverinfo="text", marker={"symbol": "x", "color": _SLOWEST, "size": 8},
    )  # fmt: skip
    figure.update_xaxes(type=scale.kind, title={"text": f"first attempt to outcome ({scale.words})"})
    if scale.kind == "linear":
        figure.update_xaxes(rangemode="tozero")
    return figure


def _hover(quantiles: dict[Any, float], slowest: dict[Any, Any], calls: int) -> str:
    said = {share: duration_text(seconds) for share, seconds in quantiles.items()}
    where = html_text(f"{slowest['run_id']} at {slowest['position']}", limit=_TEXT)
    return "<br>".join([
        f"<b>{html_text(slowest['name'], limit=_TEXT)}</b>, {calls:,} call{'' if calls == 1 else 's'}",
        f"median {said[_MEDIAN]}, middle half {said[_FIRST]} to {said[_THIRD]}",
        f"90 % within {said[_LOW]} to {said[_HIGH]}",
        f"slowest {duration_text(slowest['duration_seconds'])}: run {where}",
    ])  # fmt: skip
