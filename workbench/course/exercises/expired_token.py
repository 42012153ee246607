"""Exercise 2: a renewal that uses its token twice, with a night between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.course.exercises.exercise import Exercise, Trial
from workbench.course.misfortune import Misfortune
from workbench.simulate import World, at_rest
from workbench.simulate.invariants import DEFAULT

__all__ = ["EXERCISE"]

HOUR = 3600.0


@at_rest
def renewed_twice(world: World) -> Iterator[str]:
    """Ada and Bob both have their subscription, and each has paid once."""
    done = [(entry.action, entry.text("order") or entry.text("customer")) for entry in world.entries]
    for customer in ("ada", "bob"):
        if world.ending == "completed" and ("charged", customer) not in done:
            yield f"{customer} was not charged"
        if world.ending == "completed" and not any(action == "extended" and who == customer for action, who in done):
            yield f"{customer} has no subscription"


def _trial(name: str, hint: str, **befalling: Any) -> Trial:
    misfortune = Misfortune(args=("ada", "bob"), invariants=(*DEFAULT, renewed_twice), **befalling)
    return Trial(name, misfortune, hint)


def short_lived() -> World:
    """Tokens live for one minute."""
    return World(token_lifetime_seconds=60)


def slow() -> World:
    """Answers take up to four seconds."""
    return World(latency_seconds=(0.5, 4.0), seed=3)


EXERCISE = Exercise(
    "2",
    "a renewal for two",
    (
        _trial("nobody dies", "Are both customers charged, and served?", points=("nowhere",)),
        _trial("it dies anywhere, and goes on after a minute", "Which step is done twice?"),
        _trial("it dies anywhere, and goes on after an hour", "How old is the token then?", downtime=(HOUR,)),
        _trial(
            "tokens live for a minute, and it dies after a step",
            "What if the worker dies between fetching the token and using it?",
            world=short_lived, downtime=(120.0,), points=("after_result",),
        ),
        _trial(
            "the services are slow, and it dies in a call", "How old may a token be when it is used?",
            world=slow, downtime=(HOUR,), points=("in_call", "reply_lost"),
        ),
    ),
)  # fmt: skip
