"""Hazards 23, 24 and 25: signals, timers and calls that nobody took care of."""

from __future__ import annotations

import pytest

from tests.analysis.hazards.seen import seen
from tests.story import NS, Story
from workbench.model import EventType, Unsaid

# --- 23: lost signal ---------------------------------------------------------------------------------------------


def test_the_run_ends_without_taking_it() -> None:
    story = Story()
    story.run("r").received("points", 50).completed()
    (found,) = seen("lost-signal", story)
    assert found.seqs == (2, 3)
    assert found.steps == ("points",)


def test_one_of_two_was_taken() -> None:
    story = Story()
    story.run("r").signal("points", 50).received("points", 75).completed()
    (found,) = seen("lost-signal", story)
    assert found.seqs == (5, 6)


def test_one_that_was_taken_is_not_lost() -> None:
    story = Story()
    story.run("r").signal("points", 50).completed()
    assert not seen("lost-signal", story)


def test_an_open_run_may_still_take_it() -> None:
    story = Story()
    story.run("r").received("points", 50)
    assert not seen("lost-signal", story)


def test_an_engine_that_does_not_say_what_was_taken() -> None:
    story = Story(engine="temporal", unsaid=frozenset({Unsaid.CONSUMPTION}))
    story.run("r").received("points", 50).completed()
    assert not seen("lost-signal", story)


def test_a_handler_that_was_not_finished() -> None:
    story = Story(engine="temporal", unsaid=frozenset({Unsaid.CONSUMPTION}))
    run = story.run("r")
    first = run.event(EventType.UpdateReceived, value=1)
    run.event(EventType.UpdateReceived, value=2)
    run.event(EventType.UpdateAnswered, facts=(0, "", first), result=1)
    run.completed()
    (found,) = seen("lost-signal", story)
    assert found.seqs[0] == 3


# --- 24: timer drift ---------------------------------------------------------------------------------------------


def slept(seconds: float, late: float) -> Story:
    """A timer that fires so many seconds after it was due."""
    story = Story()
    timer = story.run("r").timer(seconds)
    story.wait(seconds + late - 1)
    timer.answered(EventType.TimerFired)
    return story


@pytest.mark.parametrize(
    ("seconds", "late"), [(60, 1800), (7 * 86_400, 7 * 86_400), (7 * 86_400, 3600), (3600, -1800), (60, -50)]
)
def test_late_and_early(seconds: float, late: float) -> None:
    (found,) = seen("timer-drift", slept(seconds, late))
    assert found.seqs == (3, 2)
    assert ("late" if late > 0 else "early") in found.text


@pytest.mark.parametrize(("seconds", "late"), [(60, 0), (60, 2), (3600, 30), (86_400, 20), (1, 1)])
def test_a_busy_worker_is_no_drift(seconds: float, late: float) -> None:
    assert not seen("timer-drift", slept(seconds, late))


def test_armed_again_in_full_after_a_crash() -> None:
    story = Story()
    run = story.run("r")
    timer = run.timer(7 * 86_400)
    run.recovered(after_seconds=6 * 86_400)
    due = story.now_ns + 7 * 86_400 * NS
    run.event(EventType.TimerStarted, position=timer.position, seconds=7 * 86_400, due_ns=due)
    assert "again from its beginning" in seen("timer-drift", story)[0].text


def test_armed_again_for_what_is_left() -> None:
    story = Story()
    run = story.run("r")
    began = story.now_ns
    timer = run.timer(7 * 86_400)
    run.recovered(after_seconds=6 * 86_400)
    run.event(EventType.TimerStarted, position=timer.position, seconds=86_400, due_ns=began + 7 * 86_400 * NS)
    story.wait(86_400 - 4)
    run.event(EventType.TimerFired, position=timer.position)
    assert not seen("timer-drift", story)


def test_a_timer_that_was_cancelled_or_is_running() -> None:
    story = Story()
    run = story.run("r")
    timer = run.timer(60)
    story.wait(600)
    timer.answered(EventType.TimerCancelled)
    run.timer(3600)
    assert not seen("timer-drift", story)


def test_a_timer_that_was_cancelled_may_be_begun_anew() -> None:
    story = Story()
    run = story.run("r")
    timer = run.timer(60)
    timer.answered(EventType.TimerCancelled)
    story.wait(600)
    run.event(EventType.TimerStarted, position=timer.position, seconds=60, due_ns=story.now_ns + 61 * NS)
    assert not seen("timer-drift", story)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1, "soon", None, True, 10**400])
def test_durations_that_are_none(seconds: object) -> None:
    story = Story()
    run = story.run("r")
    run.event(EventType.TimerStarted, position=(1,), seconds=seconds)
    run.event(EventType.TimerFired, position=(1,))
    assert not seen("timer-drift", story)


# --- 25: orphan --------------------------------------------------------------------------------------------------


def test_fire_and_forget() -> None:
    story = Story()
    run = story.run("r")
    run.step("send_mail").started()
    run.step("charge").completed()
    run.completed()
    (found,) = seen("orphan", story)
    assert found.seqs == (2, 5)
    assert found.steps == ("send_mail (1)",)


def test_the_outcome_comes_after_the_end() -> None:
    story = Story()
    run = story.run("r")
    mail = run.step("send_mail").started()
    run.completed()
    mail.completed()
    (found,) = seen("orphan", story)
    assert found.seqs == (4, 3)


def test_a_child_that_was_left_behind() -> None:
    story = Story()
    run = story.run("r")
    run.child("invoice", "r-invoice")
    run.completed()
    assert seen("orphan", story)


def test_the_run_waits_for_a_child_that_has_ended_long_ago() -> None:
    story = Story()
    run = story.run("r")
    run.child("invoice", "r-invoice")
    story.run("r-invoice", workflow="invoice").completed()
    assert seen("orphan", story)
    assert not seen("orphan", story, after_seconds=1)


def test_everything_awaited() -> None:
    story = Story()
    run = story.run("r")
    one, two = run.step("send_mail").started(), run.step("charge").started()
    child = run.child("invoice", "r-invoice")
    two.completed()
    one.failed("Refused")
    child.completed()
    run.completed()
    assert not seen("orphan", story)


def test_an_open_run_may_still_await_it() -> None:
    story = Story()
    story.run("r").step("send_mail").started()
    assert not seen("orphan", story)


def test_a_call_that_was_given_up_on_purpose() -> None:
    story = Story()
    run = story.run("r")
    run.step("send_mail").started().cancelled()
    run.completed()
    assert not seen("orphan", story)
