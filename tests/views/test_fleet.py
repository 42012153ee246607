"""The timeline of many runs: lanes while they can be told apart, counts beyond, nothing that is not said."""

from __future__ import annotations

import time

import pandas as pd

from tests.views.many import STATUSES, drawn, many_runs, written
from workbench.views import STATUS_LOOKS, fleet_figure


def test_each_run_has_a_lane_in_order_of_its_beginning() -> None:
    runs = many_runs(7)
    figure = fleet_figure(runs.iloc[::-1])
    assert [trace.name for trace in figure.data if trace.type == "bar"] == [STATUS_LOOKS[s].label for s in STATUSES]
    lanes = {trace.name: list(trace.y) for trace in figure.data if trace.type == "bar"}
    assert lanes["completed"] == [0]
    assert lanes["compensated"] == [5]
    assert len(figure.layout.yaxis.ticktext) == 7
    assert "UTC" in figure.layout.xaxis.title.text
    assert figure.layout.title.text == "7 runs by start and outcome"


def test_how_long_a_run_is_drawn_says_no_more_than_the_log() -> None:
    figure = fleet_figure(many_runs(7))
    length = {trace.name: list(trace.x) for trace in figure.data if trace.type == "bar"}
    assert length["completed"] == [5000.0]
    assert length["interrupted"] == [0.0]  # nobody knows when it broke off
    assert length["running"] == [30_000.0]  # to the last moment on record
    hover = next(trace.hovertext[0] for trace in figure.data if trace.name == "interrupted")
    assert "no end on record" in hover


def test_statuses_differ_by_pattern_and_mark_as_well_as_by_colour() -> None:
    looks = STATUS_LOOKS.values()
    assert len({look.pattern for look in looks}) == len({look.symbol for look in looks}) == len(STATUS_LOOKS)


def test_one_id_in_two_logs_is_two_lanes() -> None:
    twice = pd.concat([many_runs(1), many_runs(1)])
    assert list(fleet_figure(twice).data[0].y) == [0, 1]


def test_a_hundred_thousand_runs_are_counted_and_the_title_says_so() -> None:
    runs = many_runs(100_000)
    began = time.perf_counter()
    figure = fleet_figure(runs)
    assert time.perf_counter() - began < 20
    assert figure.layout.title.text == "100,000 runs by start and outcome, counted per 4.0 h"
    assert drawn(figure) <= 101 * len(STATUSES)
    assert sum(sum(trace.y) for trace in figure.data) == 100_000
    assert "4.0 h" in figure.layout.xaxis.title.text
    assert "UTC" in figure.layout.xaxis.title.text
    written(figure)


def test_runs_of_centuries_are_still_a_hundred_bars() -> None:
    figure = fleet_figure(many_runs(70, every_seconds=1e8))
    assert drawn(figure) <= 101
    assert sum(sum(trace.y) for trace in figure.data) == 70


def test_runs_at_one_moment_are_one_bin() -> None:
    figure = fleet_figure(many_runs(70, every_seconds=0))
    assert [list(trace.y) for trace in figure.data] == [[10]] * 7


def test_runs_without_a_beginning_are_left_out_and_counted() -> None:
    runs = many_runs(3)
    runs.loc[0, "started"] = pd.NaT
    assert "(1 without a beginning in the log left out)" in fleet_figure(runs).layout.title.text
    runs.loc[:, "started"] = pd.NaT
    assert "rec.runs lists them" in fleet_figure(runs).layout.annotations[0].text


def test_no_runs_say_what_to_do() -> None:
    figure = fleet_figure(many_runs(0))
    assert not figure.data
    assert "wb.Recorder(path).run(workflow)" in figure.layout.annotations[0].text


def test_text_is_text() -> None:
    assert "&lt;img" in written(fleet_figure(many_runs(7)))
