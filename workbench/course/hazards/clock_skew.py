"""Hazard 3: two machines, two opinions about the time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.design import RUN, Durable

__all__ = ["SCENARIO"]

CENTS_PER_MINUTE = 20
LONGEST_SECONDS = 8 * 3600.0
NS_PER_MINUTE = 60 * 1_000_000_000


def one_hour_behind() -> World:
    """A world in which the clock of the second worker's machine is an hour slow."""
    return World(stock={"scooter": 1}, skew_seconds=(0.0, -3600.0))


def kept_by_ntp() -> World:
    """A world whose machines ask the same clock what time it is, and differ by hundredths of a second."""
    return World(stock={"scooter": 1}, skew_seconds=(0.0, -0.05))


def a_ride_costs_what_it_lasts(world: World) -> Iterator[str]:
    """Who rides for so many minutes pays for them, whatever the clock of a worker says."""
    began = {one.text("order"): one.time_ns for one in world.entries if one.action == "reserved"}
    for entry in world.entries:
        if entry.action == "charged":
            lasted = (entry.time_ns - began[entry.text("order")]) // NS_PER_MINUTE
            paid = entry.whole("amount_cents") // CENTS_PER_MINUTE - 1
            if abs(paid - lasted) > 1:
                yield f"{entry.text('order')} lasted {lasted} minutes, and {paid} were paid"


@wb.step(kind="idempotent")
def unlock(ride: str) -> dict[str, Any]:
    """Give the scooter out; the same ride gets the same one."""
    return here().stock.reserve("scooter", ride)


@wb.step(kind="keyed", key=lambda ride, _: f"ride/{ride}", key_lifetime_seconds=86_400)
def charge(ride: str, minutes: int) -> dict[str, Any]:
    """Take the money: a price per minute, and one for unlocking."""
    return here().payment.charge(ride, CENTS_PER_MINUTE * (1 + max(0, minutes)), key=wb.current_key())


@wb.step(kind="read")
def time_of_the_fleet() -> int:
    """The one clock by which all rides are measured, nanoseconds."""
    return int(here().ask("GET", "/clock")["now_ns"])


@wb.workflow
def by_the_workers_clocks(ride: str) -> None:
    """Reads the clock before and after, on whatever machine that happens."""
    unlock(ride)
    began = wb.now()
    wb.signal("parked", timeout_seconds=LONGEST_SECONDS)
    charge(ride, int((wb.now() - began).total_seconds() // 60))


@wb.workflow
def by_one_clock(ride: str) -> None:
    """Reads the same clock twice."""
    unlock(ride)
    began = time_of_the_fleet()
    wb.signal("parked", timeout_seconds=LONGEST_SECONDS)
    charge(ride, (time_of_the_fleet() - began) // NS_PER_MINUTE)


def parked(design: Durable, world: World) -> str:
    """The ride ends when another worker has taken it over."""
    with world.recorder() as recorder:
        recorder.signal(RUN, "parked")
        recorder.resume(RUN, design.workflow)
    return "completed"


SCENARIO = Scenario(
    hazard="clock-skew",
    story="A scooter ride began on one worker and ended on another, whose clock was an hour slow: it ended before it "
    "had begun. Half an hour was billed as no time at all.",
    lesson="Measure a duration by one clock, let NTP keep all the others, and order events by their numbers.",
    failing=by_the_workers_clocks,
    fixed=by_one_clock,
    misfortune=Misfortune(
        args=("ride-1",), world=one_hour_behind, downtime=(1800.0,), policies=(parked,), points=("nowhere", "waiting"),
        invariants=(a_ride_costs_what_it_lasts,),
    ),
    fixed_misfortune=Misfortune(
        args=("ride-1",), world=kept_by_ntp, downtime=(1800.0,), policies=(parked,), points=("nowhere", "waiting"),
        invariants=(a_ride_costs_what_it_lasts,),
    ),
    harm="lasted 30 minutes, and 0 were paid",
)  # fmt: skip
