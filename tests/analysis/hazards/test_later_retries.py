"""Hazards 19 and 20: retries that make it worse, runs that kill their workers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.analysis.hazards.seen import seen
from tests.story import Story
from workbench.model import EventType


def tried(story: Story, pauses: Sequence[float], run_id: str = "r") -> Story:
    """A step that fails and is tried again after each of these pauses in seconds, two of them the events' own."""
    step = story.run(run_id).step("fetch", kind="read")
    step.attempt_failed("Unavailable")
    for pause in pauses[:-1]:
        story.wait(pause - 2)
        step.attempt_failed("Unavailable")
    story.wait(pauses[-1] - 2)
    step.completed(1)
    return story


# --- 19: retry storm ---------------------------------------------------------------------------------------------


def test_even_pauses_have_neither_backoff_nor_jitter() -> None:
    (found,) = seen("retry-storm", tried(Story(), [5] * 6))
    assert "5 seconds" in found.text
    assert found.steps == ("fetch (1)",)


@pytest.mark.parametrize(
    "pauses",
    [
        pytest.param([2, 4, 8, 16, 32], id="doubling"),
        pytest.param([4.2, 6.9, 3.1, 8.4, 5.5], id="jitter"),
        pytest.param([5, 5], id="three attempts"),
        pytest.param([3, 5.5, 13, 21, 47], id="backoff and jitter"),
    ],
)
def test_backoff_jitter_and_few_attempts_are_no_storm(pauses: list[float]) -> None:
    assert not seen("retry-storm", tried(Story(), pauses))


def test_runs_that_come_back_together() -> None:
    story = Story()
    for run_id in ("r", "s", "t"):
        tried(story, [3, 6, 12, 24], run_id)
    (found,) = seen("retry-storm", story)
    assert "2 other run(s)" in found.text


def test_runs_with_jitter_do_not_come_back_together() -> None:
    story = tried(Story(), [3, 6.5, 11, 26])
    tried(story, [4, 5.5, 14, 21], "s")
    assert not seen("retry-storm", story)


def test_layers_of_retries_multiply() -> None:
    story = Story()
    run = story.run("r")
    for pause in (3, 7, 15):
        step = run.step("fetch", kind="read", args=["sku-7"])
        step.attempt_failed("Unavailable")
        story.wait(pause)
        step.attempt_failed("Unavailable")
        story.wait(2 * pause)
        step.failed("Unavailable")
    (found,) = seen("retry-storm", story)
    assert "called 3 times and tried 9 times" in found.text


def test_calls_for_different_things_are_no_layers() -> None:
    story = Story()
    run = story.run("r")
    for sku, pause in (("sku-1", 3), ("sku-2", 7), ("sku-3", 15)):
        step = run.step("fetch", kind="read", args=[sku])
        step.attempt_failed("Unavailable")
        story.wait(pause)
        step.attempt_failed("Unavailable")
        story.wait(2 * pause)
        step.completed(1)
    assert not seen("retry-storm", story)


def test_attempts_known_by_the_last_number_only() -> None:
    story = Story(engine="temporal")
    story.run("r").step("fetch", kind="read").started(attempt=0).completed(1)
    assert not seen("retry-storm", story)


# --- 20: crash loop ----------------------------------------------------------------------------------------------


def dying(times: int) -> Story:
    """A run that dies in the same step again and again."""
    story = Story()
    run = story.run("r")
    run.step("load", kind="read").completed({"order": "??"})
    step = run.step("parse").started().died()
    for _ in range(times):
        run.recovered(after_seconds=30)
        step.started().died()
    return story


def test_it_always_dies_at_the_same_step() -> None:
    (found,) = seen("crash-loop", dying(4))
    assert found.steps == ("parse (2)",)
    assert "4 times" in found.text


def test_dying_twice_is_no_loop() -> None:
    assert not seen("crash-loop", dying(2))


def test_recoveries_that_get_on_are_no_loop() -> None:
    story = Story()
    run = story.run("r")
    for number in range(5):
        run.step(f"part_{number}").completed()
        run.step(f"wait_{number}", kind="read").started().died()
        run.recovered(after_seconds=30)
    assert not seen("crash-loop", story)


def test_deaths_at_one_place_with_progress_between_them_are_no_loop() -> None:
    story = Story()
    run = story.run("r")
    batch = run.step("batch").started().died()
    for number in range(4):
        run.recovered(after_seconds=30)
        run.step(f"part_{number}").completed()
        batch.started().died()
    assert not seen("crash-loop", story)


def test_a_loop_that_was_left_is_over() -> None:
    story = Story()
    run = story.run("r")
    step = run.step("parse").started().died()
    for _ in range(4):
        run.recovered(after_seconds=30)
        step.started().died()
    run.recovered()
    step.completed()
    run.completed()
    assert not seen("crash-loop", story)


def test_an_engine_that_only_counts() -> None:
    story = Story(engine="dbos")
    run = story.lost_run("r")
    run.event(EventType.RunStarted, run.declaration, args=[], kwargs={}, recoveries=5)
    run.step("parse").started(attempt=0)
    (found,) = seen("crash-loop", story)
    assert found.confidence < 1


def test_turns_that_fail_in_a_row() -> None:
    story = Story(engine="temporal")
    run = story.run("r")
    for _ in range(4):
        run.event(EventType.TurnFailed)
    assert seen("crash-loop", story)
    run.event(EventType.TurnCompleted)
    assert not seen("crash-loop", story)
