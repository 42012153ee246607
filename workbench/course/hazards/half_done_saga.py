"""Hazard 9: the second half failed, and the first half stands."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here

__all__ = ["SCENARIO"]


def no_room_left() -> World:
    """A world in which the hotel has no room."""
    return World(stock={"room": 0})


def cancel_flight(trip: str, flight: dict[str, Any] | None) -> None:
    """Give back what was paid for the flight, be that something or nothing."""
    del flight
    for charge in here().payment.charges(trip):
        here().payment.refund(charge["id"])


def find_flight(trip: str) -> dict[str, Any] | None:
    """The flight of a trip, or nothing."""
    return here().payment.standing(trip)


@wb.step(kind="compensatable", undo=cancel_flight, undo_null_safe=True, probe=find_flight)
def book_flight(trip: str) -> dict[str, Any]:
    """Pay for the flight, and say how that is undone."""
    return here().payment.charge(trip, 19_900, key=f"flight/{trip}")


@wb.step(kind="idempotent")
def book_room(trip: str) -> dict[str, Any]:
    """Take the room; the same trip gets the same one."""
    return here().stock.reserve("room", trip)


@wb.workflow
def flight_then_room(trip: str) -> None:
    """One after the other; what goes wrong is raised, and the run has failed."""
    book_flight(trip)
    book_room(trip)


SCENARIO = Scenario(
    hazard="half-done-saga",
    story="The flight was booked, then the hotel had no room and the run failed, loudly and correctly. Support closed "
    "the ticket, and nobody cancelled the flight: 199 euros for a seat to a city without a bed.",
    lesson="Declare the undo with the step, and see a failed run to its end: do what the verdict says.",
    failing=flight_then_room,
    fixed=flight_then_room,
    misfortune=Misfortune(args=("trip-1",), world=no_room_left, policies=("resume", "retry")),
    fixed_misfortune=Misfortune(args=("trip-1",), world=no_room_left, policies=("verdict",)),
    harm="charged and got nothing",
)
