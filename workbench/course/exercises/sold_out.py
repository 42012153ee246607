"""Exercise 4: the last ticket, and two people who have looked at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.course.exercises.exercise import Exercise, Trial
from workbench.course.misfortune import Misfortune
from workbench.simulate import World, at_rest
from workbench.simulate.invariants import DEFAULT

__all__ = ["EXERCISE"]

TICKET = "sku-7"


@at_rest
def not_sent_away(world: World) -> Iterator[str]:
    """Whoever asks for what is there gets it."""
    mine = any(entry.text("order") == "fan-1" for entry in world.entries if entry.action in {"sold", "reserved"})
    there = world.knobs.stock[TICKET] - sum(entry.action == "bought" for entry in world.entries)
    if world.ending == "completed" and not mine and there > 0:
        yield "fan-1 was sent away, and the ticket is still there"


def many() -> World:
    """There are enough."""
    return World(stock={TICKET: 5})


def one_left() -> World:
    """One is left, and after ten minutes somebody else takes it."""
    return World(stock={TICKET: 1}, purchases=[(600, TICKET)])


def in_a_moment() -> World:
    """One is left, and somebody takes it while the worker is busy: there is no crash at all."""
    return World(stock={TICKET: 1}, purchases=[(2, TICKET)], latency_seconds=1.5)


def _trial(name: str, hint: str, **befalling: Any) -> Trial:
    befallen = Misfortune(args=("fan-1",), invariants=(*DEFAULT, not_sent_away), **befalling)
    return Trial(name, befallen, hint, frozenset({"completed", "compensated", "failed"}))


EXERCISE = Exercise(
    "4",
    "the last ticket",
    (
        _trial("there are enough, and nobody dies", "Does the fan get a ticket?", world=many, points=("nowhere",)),
        _trial(
            "somebody takes the last one while nobody is there", "How old is the look when the ticket is sold?",
            world=one_left, downtime=(1200.0,), policies=("resume", "rerun"),
        ),
        _trial(
            "somebody takes the last one a moment after the look", "What is between looking and taking?",
            world=in_a_moment, points=("nowhere",),
        ),
        _trial(
            "it dies anywhere, and is retried", "What is done twice?", world=many, policies=("retry", "rerun"),
        ),
    ),
)  # fmt: skip
