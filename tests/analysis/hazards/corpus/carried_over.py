"""Hazard 23 when a run goes on as a new one: what the new one was given, or took, is not lost."""

from __future__ import annotations

from typing import Any

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import sends, takes
from tests.story import RunStory, Story
from workbench.model import EventType


def goes_on_as(run: RunStory, run_id: str, **said: Any) -> None:
    """The run ends, and another one takes its place."""
    run.event(EventType.RunCompleted, run.declaration, result=None, continued_as=run_id, **said)


@positive(23)
def next_run_began_with_an_empty_cart(story: Story) -> None:
    run = story.run("cart-21", workflow="cart")
    sends(run, "add", "cup")
    goes_on_as(run, "cart-22", continued_with=[[]])
    story.run("cart-22", workflow="cart", args=[[]]).completed()


@positive(23)
def one_of_two_was_handed_on(story: Story) -> None:
    run = story.run("cart-23", workflow="cart")
    sends(run, "add", "cup")
    sends(run, "add", "plate")
    goes_on_as(run, "cart-24", continued_with=[["cup"]])
    story.run("cart-24", workflow="cart", args=[["cup"]]).completed()


@positive(23)
def next_run_took_another_one(story: Story) -> None:
    run = story.run("points-21", workflow="loyalty")
    sends(run, "points", 25)
    goes_on_as(run, "points-22")
    following = story.run("points-22", workflow="loyalty")
    takes(following, "points", sends(following, "points", 40))
    following.completed(40)


# --- near misses -----------------------------------------------------------------------------------------------


@negative(23)
def short_word_among_the_arguments(story: Story) -> None:
    run = story.run("cart-31", workflow="cart")
    sends(run, "add", "cup")
    goes_on_as(run, "cart-32", continued_with=[["cup"]])
    story.run("cart-32", workflow="cart", args=[["cup"]])


@negative(23)
def number_among_the_arguments(story: Story) -> None:
    run = story.run("points-31", workflow="loyalty")
    sends(run, "points", 25)
    goes_on_as(run, "points-32")
    story.run("points-32", workflow="loyalty", args=[{"waiting": [25]}])


@negative(23)
def taken_by_the_next_run(story: Story) -> None:
    run = story.run("bell-31", workflow="bell")
    arrived = sends(run, "ring")
    goes_on_as(run, "bell-32")
    following = story.run("bell-32", workflow="bell")
    takes(following, "ring", arrived)
    following.completed()


@negative(23)
def delivered_again_without_a_value(story: Story) -> None:
    run = story.run("bell-33", workflow="bell")
    sends(run, "ring")
    goes_on_as(run, "bell-34")
    following = story.run("bell-34", workflow="bell")
    takes(following, "ring", sends(following, "ring"))
    following.completed()


@negative(23)
def next_run_is_in_another_log(story: Story) -> Look:
    run = story.run("cart-33", workflow="cart", business_key="cart")
    sends(run, "add", "cup")
    goes_on_as(run, "cart-34")
    other = Story(origin="next.wlog", now_ns=story.now_ns)
    following = other.run("cart-34", workflow="cart", business_key="cart")
    takes(following, "add", sends(following, "add", "cup"))
    following.completed()
    return Look(others=((other, "cart-34"),))
