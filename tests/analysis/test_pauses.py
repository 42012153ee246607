"""Pauses between attempts: from beginning to beginning, and the beat of each call."""

from __future__ import annotations

from collections.abc import Sequence

from tests.story import Story
from workbench.analysis import events_frame, pauses_frame


def tried(story: Story, run_id: str, waits: Sequence[float], name: str = "charge") -> None:
    """A run whose one step is tried again after each of these waits, besides the two seconds that an attempt takes."""
    step = story.run(run_id).step(name, kind="idempotent").started()
    for seconds in waits:
        step.attempt_failed("Timeout")
        story.wait(seconds)
        step.started()
    step.completed(1)


def test_a_pause_is_from_the_beginning_of_an_attempt_to_the_beginning_of_the_next() -> None:
    story = Story()
    tried(story, "one", [0, 3])
    frame = pauses_frame(events_frame([story.history()]))
    assert list(frame["attempt"]) == [2, 3]
    assert list(frame["pause_seconds"]) == [2.0, 5.0]
    assert list(frame["name"]) == ["charge", "charge"]
    assert list(frame["beat"]) == ["few", "few"]


def test_pauses_within_five_percent_are_even() -> None:
    story = Story()
    tried(story, "storm", [8, 8.1, 8.2, 8])
    tried(story, "backoff", [1, 3, 8])
    frame = pauses_frame(events_frame([story.history()]))
    assert dict(zip(frame["run_id"], frame["beat"], strict=True)) == {"storm": "even", "backoff": "uneven"}


def test_calls_of_one_position_in_two_runs_and_two_logs_are_kept_apart() -> None:
    story, other = Story(), Story(origin="other.wlog")
    tried(story, "a", [1])
    tried(story, "b", [2])
    tried(other, "a", [4])
    frame = pauses_frame(events_frame([story.history(), other.history()]))
    assert list(frame["pause_seconds"]) == [3.0, 4.0, 6.0]


def test_a_clock_that_was_set_back_and_a_retry_of_a_person_make_no_pause() -> None:
    story = Story()
    step = story.run("r").step("charge", kind="idempotent").started()
    step.attempt_failed("Timeout")
    story.clock_set(-3600)
    step.started().attempt_failed("Timeout")
    step.started(attempt=1).completed(1)
    assert pauses_frame(events_frame([story.history()])).empty


def test_nothing_retried_is_an_empty_frame_of_the_same_columns() -> None:
    columns = ["name", "log", "run_id", "position", "attempt", "pause_seconds", "beat"]
    assert list(pauses_frame(events_frame([])).columns) == columns
    assert pauses_frame(events_frame([]))["pause_seconds"].dtype == "float64"
