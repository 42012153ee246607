from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.hazards.looking import case_of, evidence, look, seen
from tests.story import BEGAN_NS, NS, Story
from workbench.analysis.hazards import Severity
from workbench.model import EventType


def interrupted(after_seconds: float) -> Story:
    story = Story()
    run = story.run("order-42")
    run.step("quote", kind="read").completed({"price": 118})
    run.recovered(after_seconds=after_seconds)
    run.step("charge", kind="keyed", key="charge/42", args=[118]).completed()
    run.completed()
    return story


def test_a_gap_before_a_resume() -> None:
    assert seen(case_of(interrupted(3600)), "time-gap") == [(Severity.WARNING, (4, 3))]
    assert look(case_of(interrupted(240)), "time-gap") == []


def test_a_run_that_is_slow_anyway_has_no_gap_of_fifteen_minutes() -> None:
    story = Story()
    run = story.run("order-42")
    for _ in range(4):
        step = run.step("render", kind="pure").started()
        story.wait(120)
        step.completed()
        story.wait(120)
    run.recovered(after_seconds=900)
    run.completed()
    assert look(case_of(story), "time-gap") == []


def test_a_planned_sleep_is_no_gap_even_across_a_resume() -> None:
    story = Story()
    run = story.run("order-42")
    run.timer(86_400).fired()
    timer = run.timer(3600)
    run.recovered(after_seconds=3598)
    timer.answered(EventType.TimerFired)
    run.completed()
    assert look(case_of(story), "time-gap") == []


def test_only_what_was_slept_too_long_is_lost() -> None:
    story = Story()
    run = story.run("order-42")
    timer = run.timer(3600)
    run.recovered(after_seconds=7200)
    timer.answered(EventType.TimerFired)
    run.completed()
    assert "for 1 hour" in evidence(case_of(story), "time-gap").text


def test_a_process_that_stood_still_without_waiting_for_anything() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("quote", kind="read").completed()
    story.wait(7200)
    run.step("charge").completed()
    run.completed()
    assert seen(case_of(story), "time-gap") == [(Severity.WARNING, (4, 3))]


def test_a_slow_step_and_a_late_signal_are_no_gaps() -> None:
    story = Story()
    run = story.run("order-42")
    step = run.step("render", kind="pure").started()
    story.wait(7200)
    step.completed()
    story.wait(7200)
    run.received("approved")
    run.completed()
    assert look(case_of(story), "time-gap") == []


@pytest.mark.parametrize("moment", ["2026-09-21T15:00:00Z", BEGAN_NS // NS + 3600])
def test_a_deadline_that_passed_in_the_gap(moment: Any) -> None:
    story = Story()
    run = story.run("order-42")
    run.drew(EventType.ClockRead, BEGAN_NS)
    run.recovered(after_seconds=7 * 86_400)
    run.step("remind", args=[{"deadline": moment}]).completed()
    run.completed()
    assert seen(case_of(story), "time-gap") == [(Severity.DANGER, (3, 2, 4))]


def sale(*, waited: float, valid: float = 3600) -> Story:
    story = Story()
    run = story.run("order-42")
    run.step("quote", kind="read").completed(
        {"quote": "q-77-flash", "price": 49, "price_valid_until": BEGAN_NS // NS + valid}
    )
    run.timer(waited).fired()
    run.step("order", args=["q-77-flash"]).completed()
    run.completed()
    return story


def test_a_price_that_was_honoured_after_its_term() -> None:
    assert seen(case_of(sale(waited=7200)), "time-gap") == [(Severity.DANGER, (6, 3))]
    assert look(case_of(sale(waited=1800)), "time-gap") == []
