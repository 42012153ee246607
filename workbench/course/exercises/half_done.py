"""Exercise 5: a trip of a flight and a hotel, all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from workbench.course.exercises.exercise import Exercise, Trial
from workbench.course.misfortune import Misfortune
from workbench.simulate import World, at_rest, no_double_charge

__all__ = ["EXERCISE"]

FLIGHT, HOTEL = "sku-1", "sku-7"


@at_rest
def all_or_nothing(world: World) -> Iterator[str]:
    """Flight, hotel and payment: each is there, or none is."""
    stands = Counter[str]()
    signs = {"reserved": 1, "released": -1, "charged": 1, "refunded": -1}
    for entry in world.entries:
        stands[entry.text("sku") or entry.service] += signs.get(entry.action, 0)
    parts = {"flight": stands[FLIGHT], "hotel": stands[HOTEL], "payment": stands["payment"]}
    there = [part for part, count in parts.items() if count > 0]
    if 0 < len(there) < len(parts):
        yield f"a part of the trip stands: {', '.join(there)}"
    if world.ending == "completed" and not there and not _refused(world):
        yield "the trip was to be had, and was not booked"


def _refused(world: World) -> bool:
    return any(one.status in {402, 409} for one in world.asked)


def _trial(name: str, hint: str, **befalling: Any) -> Trial:
    befallen = Misfortune(args=("trip-1",), invariants=(no_double_charge, all_or_nothing), **befalling)
    return Trial(name, befallen, hint, frozenset({"completed", "compensated", "failed"}))


def no_room() -> World:
    """The hotel has none left."""
    return World(stock={FLIGHT: 5, HOTEL: 0})


def no_money() -> World:
    """The card is declined."""
    return World(charge_errors={1: 402})


ALL_WAYS = ("resume", "retry", "rerun")

EXERCISE = Exercise(
    "5",
    "a trip, or nothing",
    (
        _trial("nothing goes wrong", "Is the trip booked and paid?", points=("nowhere",)),
        _trial("no room is left", "What stands when the hotel says no?", world=no_room, points=("nowhere",)),
        _trial("the card is declined", "What stands when the bank says no?", world=no_money, points=("nowhere",)),
        _trial(
            "no room is left, and it dies anywhere", "Who undoes what a dead worker has done?", world=no_room,
            policies=("resume", "retry"),
        ),
        _trial("it dies anywhere", "What may be done twice, and what may not?", policies=ALL_WAYS),
    ),
)  # fmt: skip
