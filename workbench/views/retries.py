"""The pattern of retries: which steps were tried how often, and how long it was between the attempts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from workbench.views.duration import duration_text
from workbench.views.markup import html_text
from workbench.views.palette import ATTEMPT_LOOKS, BEAT_LOOKS
from workbench.views.sheet import LANE_WIDTH, bar_look, empty_sheet, label_lanes, lay_out, scale_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["retries_figure"]

_STEPS: Final = 30
_STEP_PIXELS: Final = 30
_FRAME_PIXELS: Final = 180
_LOWEST_PIXELS: Final = 380
_POINTS: Final = 4_000
"""From more pauses on, medians are drawn."""
_ATTEMPTS: Final = 100
"""Medians are drawn up to this attempt: 30 steps of three beats stay under ten thousand points."""
_BOUNDS: Final = (2, 3, 4, 10)
"""Where the classes of `ATTEMPT_LOOKS` begin."""
_TEXT: Final = 80
_ATTEMPTS_AXIS: Final[dict[str, Any]] = {"row": 1, "col": 1}
_PAUSES_AXIS: Final[dict[str, Any]] = {"row": 1, "col": 2}


def retries_figure(steps: pd.DataFrame, pauses: pd.DataFrame) -> go.Figure:
    """Draw retries: even pauses (no backoff, no jitter) are what a retry storm looks like.

    Args:
        steps: See `workbench.analysis.steps_frame`.
        pauses: See `workbench.analysis.pauses_frame`.

    Returns:
        A plotly figure of two parts. Left: calls that were tried more than once, a bar per step by number of attempts,
        the step with most attempts on top. Right: a line per call, the pause in seconds before each attempt; its mark
        says whether the pauses are even. Of more than 4,000 pauses the medians by step and attempt.
    """
    from plotly.subplots import make_subplots

    retried = steps.loc[steps["attempts"].fillna(0) > 1, ["name", "attempts"]]
    if retried.empty and pauses.empty:
        return empty_sheet(
            "No retries", "No step was tried again, as far as is on record: .durations() shows how long steps took"
        )
    figure = make_subplots(rows=1, cols=2, column_widths=[0.4, 0.6], horizontal_spacing=0.12)
    totals = retried.groupby("name", observed=True)["attempts"].sum().sort_values(ascending=False, kind="stable")
    names = list(map(str, totals.index[:_STEPS]))
    _add_attempts(figure, retried, steps, names)
    how = _add_pauses(figure, pauses)
    some = f" (the {_STEPS} most tried of {len(totals):,} steps)" if len(totals) > _STEPS else ""
    calls = f"{len(retried):,} call{'' if len(retried) == 1 else 's'}"
    height = max(_LOWEST_PIXELS, _FRAME_PIXELS + _STEP_PIXELS * len(names))
    lay_out(figure, f"Retries of {calls}{some}{how}", height=height)
    figure.update_layout(barmode="stack", margin={"t": 110})
    label_lanes(figure, names, **_ATTEMPTS_AXIS)
    return figure


# --- how often ----------------------------------------------------------------------------------------------


def _add_attempts(figure: go.Figure, retried: pd.DataFrame, steps: pd.DataFrame, names: list[str]) -> None:
    import numpy as np

    labels = np.array(list(ATTEMPT_LOOKS))
    attempts = retried["attempts"].astype("int64").to_numpy()
    classes = labels[np.searchsorted(_BOUNDS, attempts, side="right") - 1]
    counts = retried.assign(tried=classes).groupby(["tried", "name"], observed=True).size()
    calls = steps["name"].value_counts()
    for label, look in ATTEMPT_LOOKS.items():
        drawn = [(lane, int(counts.get((label, name), 0)), name) for lane, name in enumerate(names)]
        drawn = [(lane, count, name) for lane, count, name in drawn if count]
        if drawn:
            figure.add_bar(
                name=look.label, orientation="h", width=LANE_WIDTH, y=[lane for lane, _, _ in drawn],
                x=[count for _, count, _ in drawn], marker=bar_look(look), hoverinfo="text", **_ATTEMPTS_AXIS,
                hovertext=[
                    f"<b>{html_text(name, limit=_TEXT)}</b><br>{count:,} of {calls[name]:,} calls: {look.label}"
                    for _, count, name in drawn
                ],
            )  # fmt: skip
    figure.update_xaxes(title={"text": "calls that were tried again (number)"}, **_ATTEMPTS_AXIS)


# --- how long between ---------------------------------------------------------------------------------------


def _add_pauses(figure: go.Figure, pauses: pd.DataFrame) -> str:
    """Draw the pauses; what the title says about how."""
    whole = len(pauses) <= _POINTS
    lines = _of_calls(pauses) if whole else _of_medians(pauses)
    scale = scale_of([seconds for line in lines for _, seconds, _ in line[1]])
    for beat, look in reversed(BEAT_LOOKS.items()):  # what matters is drawn last, on top
        points = [point for kind, line in lines if kind == beat for point in (*line, (None, None, ""))]
        if points:
            figure.add_scatter(
                x=[attempt for attempt, _, _ in points],
                y=[None if seconds is None else float(scale.placed(seconds)) for _, seconds, _ in points],
                mode="lines+markers", name=look.label, hovertext=[hover for _, _, hover in points], hoverinfo="text",
                marker={"symbol": look.symbol, "color": look.colour, "size": 8},
                line={"color": look.colour, "width": 1}, **_PAUSES_AXIS,
            )  # fmt: skip
    figure.update_xaxes(title={"text": "before attempt (number)"}, tickformat="d", **_PAUSES_AXIS)
    rest = {} if scale.kind == "log" else {"rangemode": "tozero"}
    figure.update_yaxes(type=scale.kind, title={"text": f"pause in {scale.words}"}, **rest, **_PAUSES_AXIS)
    if pauses.empty:
        figure.add_annotation(
            text="this history does not say when each attempt began", showarrow=False, x=0.5, y=0.5,
            xref="x2 domain", yref="y2 domain",
        )  # fmt: skip
    return "" if whole else f"; of {len(pauses):,} pauses the medians by step and attempt"


Line = tuple[str, list[tuple[Any, Any, str]]]
"""Its beat; and attempt, seconds and hover text of its points."""


def _of_calls(pauses: pd.DataFrame) -> list[Line]:
    """A line per call."""
    return list(_lines(pauses.rename(columns={"pause_seconds": "seconds"}), ["log", "run_id", "position"]))


def _of_medians(pauses: pd.DataFrame) -> list[Line]:
    """A line per step and beat."""
    most = pauses["name"].value_counts().index[:_STEPS]
    near = pauses[pauses["name"].isin(most) & (pauses["attempt"] <= _ATTEMPTS)]
    groups = near.groupby(["name", "beat", "attempt"], observed=True)["pause_seconds"]
    return list(_lines(groups.agg(seconds="median", count="size").reset_index(), ["name", "beat"]))


def _lines(points: pd.DataFrame, of: list[str]) -> Iterator[Line]:
    for _, part in points.groupby(of, observed=True, sort=False, dropna=False):
        rows = part.to_dict("records")
        yield str(rows[0]["beat"]), [(row["attempt"], row["seconds"], _hover(row)) for row in rows]


def _hover(row: dict[Any, Any]) -> str:
    paused = f"{duration_text(row['seconds'])} before attempt {row['attempt']}"
    if "count" in row:
        where = f"median of {row['count']:,} pauses"
    else:
        where = f"run {html_text(row['run_id'], limit=_TEXT)} at {html_text(row['position'], limit=_TEXT)}"
    return f"<b>{html_text(row['name'], limit=_TEXT)}</b><br>{paused}<br>{where}<br>{BEAT_LOOKS[row['beat']].label}"
