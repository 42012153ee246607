"""Exercise 3: thirty days that were paid for, and when they begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from workbench.course.exercises.exercise import Exercise, Trial
from workbench.course.misfortune import Misfortune
from workbench.model import instant
from workbench.simulate import World, at_rest
from workbench.simulate.invariants import DEFAULT

__all__ = ["EXERCISE"]

DAY = 86_400
PAID_DAYS = 30


@at_rest
def thirty_days(world: World) -> Iterator[str]:
    """Whoever pays for thirty days gets thirty days, from the moment on at which the subscription is opened."""
    opened = [entry for entry in world.entries if entry.action == "extended"]
    if world.ending == "completed" and not opened:
        yield "ada has no subscription"
    if opened:
        began, until = instant(opened[-1].time_ns), datetime.fromisoformat(opened[-1].text("until"))
        days = (until - began) / timedelta(days=1)
        if abs(days - PAID_DAYS) > 1 / 24:
            yield f"ada has paid for {PAID_DAYS} days, and has got {days:.1f}"


def long_memory(**turned: Any) -> World:
    """The provider knows a key for two months, so that only the clock matters."""
    return World(key_lifetime_seconds=60 * DAY, **turned)


def fast_clock() -> World:
    """The worker's clock is a day ahead of everybody else's."""
    return long_memory(skew_seconds=DAY)


def _trial(name: str, hint: str, **befalling: Any) -> Trial:
    befalling.setdefault("world", long_memory)
    return Trial(name, Misfortune(args=("ada",), invariants=(*DEFAULT, thirty_days), **befalling), hint)


EXERCISE = Exercise(
    "3",
    "thirty days",
    (
        _trial("nobody dies", "Does ada get what she paid for?", points=("nowhere",)),
        _trial(
            "it dies anywhere, and goes on three days later", "From when do the thirty days count?",
            downtime=(3.0 * DAY,),
        ),
        _trial(
            "it dies right before the last call, and is retried", "When was the clock read that the call is made with?",
            downtime=(3.0 * DAY,), points=("before_intent", "in_intent", "before_call"), policies=("retry",),
        ),
        _trial("the worker's clock is a day ahead", "Whose clock counts?", world=fast_clock, points=("nowhere",)),
    ),
)  # fmt: skip
