"""How long steps take and how they are tried again: numbers of the boxes, pauses of the lines, bounds on both."""

from __future__ import annotations

import time
from math import nan

import numpy as np
import pandas as pd
import pytest

from tests.views.many import EVIL, drawn, many_steps, written
from workbench.analysis import pauses_frame
from workbench.analysis.cells import category, text
from workbench.views import ATTEMPT_LOOKS, BEAT_LOOKS, durations_figure, retries_figure

STEP = {f"step {number}": [float(number)] for number in range(50)}


# --- durations ----------------------------------------------------------------------------------------------


def test_a_box_per_step_the_slowest_first() -> None:
    figure = durations_figure(many_steps({"fast": [0.1, 0.2, 0.3], "slow": [1.0, 2.0, 3.0, 4.0, 9.0]}))
    box, median, slowest = figure.data
    assert list(figure.layout.yaxis.ticktext) == ["slow", "fast"]
    assert (list(box.q1), list(box.median), list(box.q3)) == ([2.0, 0.15000000000000002], [3.0, 0.2], [4.0, 0.25])
    assert list(slowest.x) == [9.0, 0.3]
    assert list(median.x) == [3.0, 0.2]
    assert "5 calls" in median.hovertext[0]
    assert "slowest 9.0 s" in median.hovertext[0]
    assert figure.layout.xaxis.title.text == "first attempt to outcome (seconds)"


def test_wide_ranges_are_logarithmic_and_no_time_at_all_has_a_place_there() -> None:
    figure = durations_figure(many_steps({"fast": [0.0, 0.001], "slow": [1000.0]}))
    assert figure.layout.xaxis.type == "log"
    assert "logarithmic" in figure.layout.xaxis.title.text
    assert all(value > 0 for trace in figure.data for value in (trace.x if trace.x is not None else trace.lowerfence))


def test_calls_without_an_outcome_and_clocks_that_went_back_are_left_out() -> None:
    figure = durations_figure(many_steps({"a": [1.0, nan, -3.0]}))
    assert "1 call by" in figure.layout.title.text
    assert list(figure.data[0].median) == [1.0]


def test_only_the_slowest_steps_are_drawn_and_the_title_says_so() -> None:
    figure = durations_figure(many_steps(STEP))
    assert "(the 40 slowest of 50 steps)" in figure.layout.title.text
    assert list(figure.layout.yaxis.ticktext)[:2] == ["step 49", "step 48"]
    assert len(figure.layout.yaxis.ticktext) == 40


def test_a_hundred_thousand_calls_are_five_numbers_per_step() -> None:
    steps = many_steps({f"s{number}": list(np.linspace(0.1, 1, 10_000)) for number in range(10)})
    began = time.perf_counter()
    figure = durations_figure(steps)
    assert time.perf_counter() - began < 20
    assert "100,000 calls" in figure.layout.title.text
    assert drawn(figure) == 30
    assert len(figure.to_json()) < 100_000


@pytest.mark.parametrize("seconds", [{}, {"a": [nan]}])
def test_no_outcomes_say_what_to_do(seconds: dict[str, list[float]]) -> None:
    figure = durations_figure(many_steps(seconds))
    assert not figure.data
    assert "look again" in figure.layout.annotations[0].text


def test_text_is_text() -> None:
    assert "&lt;img" in written(durations_figure(many_steps({EVIL: [1.0]})))
    steps = many_steps({EVIL: [1.0]}, attempts=3)
    assert "&lt;img" in written(retries_figure(steps, pauses_of({EVIL: [[2, 2, 2]]})))


# --- retries ------------------------------------------------------------------------------------------------


def pauses_of(calls: dict[str, list[list[float]]]) -> pd.DataFrame:
    """Pauses of calls, by step: what their events give."""
    rows = []
    for name, several in calls.items():
        for number, pauses in enumerate(several):
            times = np.cumsum([0.0, *pauses])
            rows += [(f"{EVIL}{number}", name, at, attempt) for attempt, at in enumerate(times, 1)]
    return pauses_frame(pd.DataFrame({
        "log": category(["a.wlog"] * len(rows)), "run_id": category([run for run, _, _, _ in rows]),
        "position": text(name for _, name, _, _ in rows), "name": category([name for _, name, _, _ in rows]),
        "time": pd.to_datetime([int(at * 1e9) for _, _, at, _ in rows], unit="ns", utc=True),
        "event": category(["StepStarted"] * len(rows)),
        "attempt": pd.array([attempt for *_, attempt in rows], dtype="Int64"),
    }))  # fmt: skip


def test_even_pauses_are_told_from_backoff() -> None:
    pauses = pauses_of({"storm": [[2, 2, 2, 2]], "backoff": [[1, 2, 4, 8]], "once": [[3]]})
    figure = retries_figure(many_steps({"storm": [9.0], "backoff": [9.0], "once": [9.0]}, attempts=5), pauses)
    lines = {trace.name: list(zip(trace.x, trace.y, strict=True)) for trace in figure.data if trace.type == "scatter"}
    assert lines[BEAT_LOOKS["even"].label] == [(2, 2.0), (3, 2.0), (4, 2.0), (5, 2.0), (None, None)]
    assert lines[BEAT_LOOKS["uneven"].label] == [(2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (None, None)]
    assert lines[BEAT_LOOKS["few"].label] == [(2, 3.0), (None, None)]
    assert figure.layout.yaxis2.title.text == "pause in seconds"


def test_attempts_are_counted_by_class_the_most_tried_step_on_top() -> None:
    steps = pd.concat([
        many_steps({"a": [1.0] * 3}, attempts=2), many_steps({"a": [1.0]}, attempts=1),
        many_steps({"b": [1.0] * 2}, attempts=12),
    ])  # fmt: skip
    figure = retries_figure(steps, pauses_of({}))
    bars = {trace.name: (list(trace.y), list(trace.x)) for trace in figure.data if trace.type == "bar"}
    assert list(figure.layout.yaxis.ticktext) == ["b", "a"]
    assert bars == {ATTEMPT_LOOKS["2"].label: ([1], [3]), ATTEMPT_LOOKS["10 or more"].label: ([0], [2])}
    assert "3 of 4 calls: 2 attempts" in figure.data[0].hovertext[0]
    assert "does not say when" in figure.layout.annotations[0].text


def test_of_very_many_pauses_the_medians_are_drawn_and_the_title_says_so() -> None:
    rng = np.random.default_rng(1)
    calls = {f"s{number}": [list(rng.random(25) + 0.1) for _ in range(100)] for number in range(40)}
    pauses = pauses_of(calls)
    assert len(pauses) == 100_000
    began = time.perf_counter()
    figure = retries_figure(many_steps({name: [1.0] * 100 for name in calls}, attempts=26), pauses)
    assert time.perf_counter() - began < 20
    assert "of 100,000 pauses the medians by step and attempt" in figure.layout.title.text
    assert "(the 30 most tried of 40 steps)" in figure.layout.title.text
    assert 700 < drawn(figure) < 10_000
    assert "median of 100 pauses" in figure.data[-1].hovertext[0]


def test_no_retries_say_so() -> None:
    figure = retries_figure(many_steps({"a": [1.0]}), pauses_of({}))
    assert not figure.data
    assert ".durations()" in figure.layout.annotations[0].text
    unsaid = many_steps({"a": [1.0]})
    unsaid["attempts"] = pd.array([None], dtype="Int64")
    assert not retries_figure(unsaid, pauses_of({})).data
