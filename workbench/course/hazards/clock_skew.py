"""Hazard 3: the machine that goes on has another idea of what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.design import RUN, Durable

__all__ = ["SCENARIO"]

RIDE_SECONDS = 1800
CENTS_A_MINUTE = 20
GRACE_MINUTES = 5
NS_A_MINUTE = 60 * 1_000_000_000


def slow_replacement() -> World:
    """A world in which the second machine's clock is twenty minutes slow."""
    return World(skew_seconds=(0.0, -1200.0), stock={"scooter": 3})


def who_rides_pays(world: World) -> Iterator[str]:
    """A ride costs what it took, from unlocking to locking, as the scooters themselves know it."""
    moments = {entry.action: entry.time_ns for entry in world.entries if entry.service == "stock"}
    for entry in world.entries:
        if entry.action == "charged":
            took = (moments["released"] - moments["reserved"]) / NS_A_MINUTE
            paid = entry.whole("amount_cents") / CENTS_A_MINUTE
            if abs(took - paid) > GRACE_MINUTES:
                yield f"{entry.text('order')} rode for {took:.0f} minutes and paid for {paid:.0f}"


def shop_time() -> datetime:
    """What time the scooters' own service thinks it is."""
    return datetime.fromisoformat(here().ask("GET", "/clock")["iso"])


@wb.step(kind="idempotent")
def unlock(rider: str) -> datetime:
    """Open a scooter; the time that it says."""
    here().stock.reserve("scooter", rider)
    return shop_time()


@wb.step(kind="idempotent")
def lock(rider: str) -> datetime:
    """Close it; the time that it says."""
    if (scooter := here().stock.standing("scooter", rider)) is not None:
        here().stock.release(scooter["id"])
    return shop_time()


@wb.step(kind="keyed", key=lambda rider, _: f"ride/{rider}", key_lifetime_seconds=86_400)
def charge(rider: str, took: timedelta) -> None:
    """Take the money, minute by minute."""
    cents = CENTS_A_MINUTE * max(1, round(took.total_seconds() / 60))
    here().payment.charge(rider, cents, key=wb.current_key())


@wb.workflow
def by_the_clock_on_the_wall(rider: str) -> None:
    """Subtracts two times of whichever machine was at work."""
    began = wb.now()
    unlock(rider)
    wb.sleep(RIDE_SECONDS)
    lock(rider)
    charge(rider, wb.now() - began)


@wb.workflow
def by_the_clock_of_the_scooter(rider: str) -> None:
    """Subtracts two times of one clock."""
    began = unlock(rider)
    wb.sleep(RIDE_SECONDS)
    charge(rider, lock(rider) - began)


def with_its_clock_set(design: Durable, world: World) -> str:
    """A machine gets no work before its clock agrees with the others', as NTP would have it."""
    if abs(world.now() - shop_time()) > timedelta(seconds=0.1):
        world.skew_seconds = 0.0
    return design.run(world, RUN)


SCENARIO = Scenario(
    hazard="clock-skew",
    story="A scooter ride began on one machine and ended on another, whose clock was twenty minutes slow. The bill was "
    "the difference of the two clocks: half an hour on the road, eleven minutes paid.",
    lesson="Measure with one clock, best with the one of the thing itself, and keep the machines on NTP.",
    failing=by_the_clock_on_the_wall,
    fixed=by_the_clock_of_the_scooter,
    misfortune=Misfortune(args=("ada",), world=slow_replacement, invariants=(who_rides_pays,)),
    fixed_misfortune=Misfortune(
        args=("ada",), world=slow_replacement, invariants=(who_rides_pays,), policies=(with_its_clock_set,)
    ),
    harm="minutes and paid for",
)
