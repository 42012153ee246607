"""Figures of many runs as methods of what a person holds, with what is said where many become few."""

from __future__ import annotations

from pathlib import Path

import plotly.graph_objects as go
import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.shop import buy
from tests.story import Story
from workbench.analysis import verdict_of
from workbench.engines import Loaded
from workbench.recording import Recording


def opened(*stories: Story) -> Recording:
    return Recording([Loaded(story.history(), story.report(), Path(story.origin)) for story in stories])


def trouble(story: Story, run_id: str, business_key: str = "") -> None:
    """A run that broke off in the middle of a charge, after retries at a beat."""
    run = story.run(run_id, business_key=business_key)
    stock = run.step("stock", kind="read")
    for _ in range(4):
        stock.started().attempt_failed("Timeout")
    stock.started().completed(3)
    run.step("charge", kind="write").started().died()


@pytest.fixture
def recording() -> Recording:
    story = Story()
    for number in range(3):
        trouble(story, f"bad-{number}")
    run = story.run("good")
    run.step("stock", kind="read").started().completed(1)
    run.completed(1)
    return opened(story)


def test_every_figure_is_a_method_that_gives_a_figure(recording: Recording) -> None:
    run = recording.run("bad-0")
    figures = [
        recording.timeline(), recording.durations(), recording.retries(), recording.hazards().figure(),
        recording.verdicts().figure(), recording.compare("bad-0", "good").figure(),
        run.timeline(), run.durations(), run.retries(), run.hazards().figure(), run.verdict().figure(),
        run.provenance().figure(),
    ]  # fmt: skip
    assert all(isinstance(figure, go.Figure) for figure in figures)
    assert len({figure.layout.title.text for figure in figures}) == len(figures)


def test_every_figure_of_an_empty_recording_says_what_next() -> None:
    nothing = Recording([])
    figures = [
        nothing.timeline(), nothing.durations(), nothing.retries(), nothing.hazards().figure(),
        nothing.verdicts().figure(),
    ]  # fmt: skip
    assert all(figure.layout.annotations[0].text for figure in figures)


def test_figures_of_a_run_are_of_this_run_alone(recording: Recording) -> None:
    assert "of 4 calls" in recording.durations().layout.title.text
    assert "of 1 call " in recording.run("bad-1").durations().layout.title.text
    assert "Retries of 3 calls" in recording.retries().layout.title.text
    assert "Retries of 1 call" in recording.run("bad-1").retries().layout.title.text


def test_a_verdict_draws_the_row_that_its_text_tells(recording: Recording) -> None:
    verdict = recording.run("bad-0").verdict()
    matrix = verdict.figure().data[0]
    row = verdict.row("resume")
    assert row is not None
    assert f" {row.safety}" in matrix.text[0][0]
    assert row.because[:20] in matrix.hovertext[0][0]
    assert verdict.figure().layout.yaxis.ticktext[0].startswith("bad-0: interrupted")


def test_a_drawn_verdict_says_what_the_plain_one_says(recording: Recording) -> None:
    run = recording.run("bad-0")
    plain = verdict_of(run.history, run.id, run.place[0].report)
    assert run.verdict().text() == plain.text()
    assert run.verdict().options.equals(plain.options)


def test_runs_that_are_judged_alike_are_one_row(recording: Recording) -> None:
    verdicts = recording.verdicts()
    assert [group.size for group in verdicts.groups] == [3, 1]
    assert verdicts.groups[0].run_ids == ["bad-0", "bad-1", "bad-2"]
    assert "4 runs: judged alike in 2 groups" in verdicts.figure().layout.title.text
    assert len(verdicts.frame) == sum(verdict.row(a) is not None for verdict in verdicts for a in ACTIONS)
    assert [verdict.run_id for verdict in verdicts[1:3]] == ["bad-1", "bad-2"]
    assert "3 runs such as bad-0: interrupted; resume UNSAFE" in repr(verdicts)
    assert "3 runs such as bad-0" in verdicts._repr_html_()


ACTIONS = ("resume", "retry_from", "compensate", "rerun")


def test_rows_of_a_triage_choose_the_runs(recording: Recording) -> None:
    triage = recording.triage()
    assert len(recording.verdicts(triage[triage["status"] == "interrupted"])) == 3
    assert [verdict.run_id for verdict in recording.verdicts(["good"])] == ["good"]
    assert {finding.run_id for finding in recording.hazards(["bad-1"])} == {"bad-1"}
    assert not len(recording.verdicts([]))
    with pytest.raises(wb.errors.RunNotFoundError):
        recording.verdicts(["nobody"])


def test_hazards_of_a_recording_are_those_of_its_runs_the_worst_first(recording: Recording) -> None:
    whole = recording.hazards()
    assert sorted(finding.id for finding in whole) == sorted(one.id for run in recording for one in run.hazards())
    assert [str(finding.severity) for finding in whole] == sorted(
        (str(finding.severity) for finding in whole), key=["danger", "warning", "note"].index
    )
    assert sum(sum(trace.x) for trace in whole.figure().data) == len(whole)


def test_hazards_see_runs_of_the_same_key_in_other_logs() -> None:
    here, there = Story(), Story(origin="other.wlog")
    for story, run_id in ((here, "a"), (there, "b")):
        run = story.run(run_id, business_key="order-1")
        run.step("charge", kind="write", args=[118]).started().completed("ch")
        run.completed(1)
        story.wait(5)
    both = opened(here, there)
    alone = {finding.hazard.id for finding in both.run("b").hazards()}
    assert "duplicate-effect" in alone
    assert {finding.id for finding in both.hazards()} == {one.id for run in both for one in run.hazards()}


def test_figures_of_a_real_recording(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(buy, ["book", "pen"], id="one")
    recording = wb.open(tmp_path / "a.wlog")
    assert list(recording.timeline().layout.yaxis.ticktext) == ["one"]
    assert set(recording.durations().layout.yaxis.ticktext) == {"price", "charge"}
    branch = recording.run("one").what_if(buy)
    assert isinstance(branch.crashes("charge").verdict().figure(), go.Figure)
    assert isinstance(branch.timeline(), go.Figure)
    assert isinstance(branch.sweep("price", [1, 2]).figure(), go.Figure)
