"""What a person is told to do next."""

from __future__ import annotations

import pytest

from tests.story import Story
from workbench.analysis import Advice, verdict_of


def advice(story: Story) -> Advice:
    return verdict_of(story.history(), "order-42", story.report(), now_ns=story.now_ns).advice


def test_a_run_at_rest_needs_nothing() -> None:
    story = Story()
    story.run("order-42").completed()
    assert advice(story) == Advice("nothing needs to be done")


def test_the_best_option_is_the_advice() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("look", kind="read").failed("Timeout")
    run.failed("Timeout")
    assert advice(story) == Advice("retry_from look (1)", "run.retry_from('look (1)')")


@pytest.mark.parametrize(
    ("probe", "call"), [("find", "run.probe(record=True)"), ("", "run.resolve('mail (1)', happened=…)")]
)
def test_a_doubt_is_settled_first(probe: str, call: str) -> None:
    story = Story()
    story.run("order-42").step("mail", kind="write", probe=probe).started().died()
    assert advice(story).call == call
    assert (probe or "on the other side") in advice(story).sentence


def test_before_giving_up_what_was_done_there_is_a_question_to_ask() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="compensatable", probe="find", undo_null_safe=True).started().died()
    found = advice(story)
    assert found.call == "run.compensate()"
    assert "or ask find about charge (1)" in found.sentence


def test_what_can_be_undone_is_undone_down_to_the_step_and_retried() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("mail", kind="write").completed()
    run.step("charge", kind="compensatable").completed()
    run.step("ship", kind="read").failed("NoAddress")
    run.failed("NoAddress")
    story_of_stale = verdict_of(story.history(), "order-42", story.report(), now_ns=story.now_ns)
    assert story_of_stale.best == "retry_from"  # nothing needs to be undone to look again
    other = Story()
    run = other.run("order-42")
    run.step("mail", kind="write").completed()
    run.step("charge", kind="compensatable").completed()
    run.failed("Bug")
    found = advice(other)
    assert found == Advice("undo down to charge (2), then retry from it", "run.compensate(down_to='charge (2)')")


def test_somebody_must_look_where_nothing_else_is_left() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("mail", kind="write").completed()
    run.failed("Bug")
    assert advice(story).sentence.startswith("a person must look")
    assert advice(story).call == ""


def test_a_check_that_is_no_doubt_says_what_to_look_at() -> None:
    story = Story()
    run = story.run("order-42")
    run.child("ship", "order-42/1").completed()
    run.step("look", kind="read").failed("Timeout")
    run.failed("Timeout")
    story.run("order-42/1").completed()
    assert advice(story).call.startswith("run.retry_from(")
