"""Exercise 11: a gym that keeps its own state machine, and is left with members who paid twice or never got in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from workbench.course.exercises.exercise import Exercise, Trial
from workbench.course.misfortune import Misfortune
from workbench.simulate import Script, World, at_rest, no_double_charge, no_oversell

__all__ = ["EXERCISE"]

HOUR, DAY = 3600.0, 86_400.0
_SIGNS = {"charged": 1, "refunded": -1, "reserved": 1, "released": -1, "extended": 1}
_SERVICES = {"paid": "payment", "has a locker": "stock", "is let in": "subscription"}


@at_rest
def all_or_nothing(world: World) -> Iterator[str]:
    """A member has paid, has a locker and is let in; whoever is none has nothing and paid nothing."""
    standing = _standing(world)
    if world.ending == "completed" and any(standing.values()) and not all(standing.values()):
        yield "ada " + ", ".join(f"{word if count else f'not: {word}'}" for word, count in standing.items())


@at_rest
def is_member(world: World) -> Iterator[str]:
    """Nobody refuses anything, so Ada becomes a member."""
    if world.ending == "completed" and not all(_standing(world).values()):
        yield "ada could have been a member, and is not"


def _standing(world: World) -> dict[str, int]:
    """How often each of the three things stands in the end."""
    found = Counter[str]()
    for entry in world.entries:
        found[entry.service] += _SIGNS.get(entry.action, 0)
    return {word: found[service] for word, service in _SERVICES.items()}


def gym() -> World:
    """There are lockers."""
    return World(stock={"locker": 20})


def declining() -> World:
    """The card is declined once; a minute later there would be money on it."""
    return World(stock={"locker": 20}, charge_errors={1: 402}, caches_errors=False)


CLOSED_DOOR = ({"service": "subscription", "method": "PUT", "kind": "error", "status": 403, "every": True},)


def _trial(name: str, hint: str, *also: Any, world: Any = gym, **befalling: Any) -> Trial:
    must = (no_double_charge, no_oversell, all_or_nothing, *also)
    return Trial(name, Misfortune(world=world, invariants=must, **befalling), hint)


EXERCISE = Exercise(
    "11",
    "a state machine for a gym",
    (
        _trial("nobody dies", "Is Ada a member in the end?", is_member, points=("nowhere",)),
        _trial("it dies anywhere, and is called again after a minute",
               "What does the database say of a call that found no reply?", is_member),
        _trial("it dies anywhere, and is called again after an hour", "What in the database has grown old?", is_member,
               downtime=(HOUR,)),
        _trial("it dies anywhere, and is called again after two days", "How long does the provider remember a key?",
               is_member, downtime=(2 * DAY,)),
        _trial("the card is declined once, and it dies anywhere", "Which way was it going when it died?",
               world=declining),
        _trial("the gym refuses, and it dies anywhere", "What was done already, and who takes it back?",
               faults=(CLOSED_DOOR,)),
    ),
    prepare=Script,
)  # fmt: skip
