from __future__ import annotations

from tests.analysis.hazards.looking import case_of, look, seen
from tests.story import NS, Story
from workbench.analysis.hazards import Severity


def told() -> Story:
    story = Story()
    run = story.run("order-42")
    run.step("charge").completed()
    run.step("ship").completed()
    run.completed()
    return story


def test_the_wall_clock_goes_back_while_time_goes_on() -> None:
    story = told()
    for row in range(3, 6):
        story.columns.time_ns[row] -= 120 * NS
    assert seen(case_of(story), "clock-skew") == [(Severity.WARNING, (4, 3))]


def test_an_answer_is_older_than_its_question() -> None:
    story = told()
    story.columns.time_ns[4] -= 3 * NS
    assert [seqs for _, seqs in seen(case_of(story), "clock-skew")] == [(5, 4)]


def test_near_misses() -> None:
    story = told()
    story.columns.time_ns[4] = story.columns.time_ns[3] - NS // 50  # within what clocks differ by
    assert look(case_of(story), "clock-skew") == []
    story = told()
    for row in range(3, 6):
        story.columns.time_ns[row] += 3600 * NS  # suspended, or set right
    assert look(case_of(story), "clock-skew") == []
    story = told()
    for column in (story.columns.time_ns, story.columns.mono_ns):
        column[4] -= 3 * NS // 2  # written down later, by another thread
    story.columns.cause[4] = 0
    assert look(case_of(story), "clock-skew") == []


def test_another_engine_writes_beginnings_down_later() -> None:
    story = Story(engine="temporal")
    run = story.run("order-42")
    run.step("charge").completed()
    story.columns.time_ns[2] -= NS // 2
    story.wait(-30)
    run.completed()
    assert look(case_of(story), "clock-skew") == []
