"""Hazard 22: a run that polls has a history that only grows, and every engine has a limit."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.journal import open_log
from workbench.simulate import World, here
from workbench.simulate.design import RUN, Durable

__all__ = ["SCENARIO"]

MOST_EVENTS = 10_240
"""Temporal warns here and ends a run at 51,200, where an operator has set no other `limit.historyCount.error`."""
CLEARED_SECONDS = 43 * 3600


def slow_bank() -> World:
    """A world in which a bank transfer takes almost two days."""
    return World(flags={"cleared": False}, switches=[(CLEARED_SECONDS, "cleared", True)])


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str) -> dict[str, Any]:
    """Take the money; it is a transfer."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="read")
def is_cleared() -> bool:
    """Whether the transfer has come through."""
    return here().flags.is_on("cleared")


@wb.step(kind="read")
def wait_until_cleared() -> int:
    """The same question until the answer is yes, at most once an hour: it is one result, however long it takes."""
    asked, pause = 1, 60.0
    while not here().flags.is_on("cleared"):
        here().sleep(pause)
        asked, pause = asked + 1, min(2 * pause, 3600.0)
    return asked


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.workflow
def asks_every_minute(order: str) -> None:
    """Four events a minute."""
    charge(order)
    while not is_cleared():
        wb.sleep(60)
    ship(order)


@wb.workflow
def asks_in_one_step(order: str) -> None:
    """Two events, however slow the bank is."""
    charge(order)
    wait_until_cleared()
    ship(order)


def engine_with_a_limit(design: Durable, world: World) -> str:
    """A model of an engine that ends a run whose history is too long, when a worker asks for it to take it up."""
    if len(open_log(world.log).history.rows_of(RUN)) > MOST_EVENTS:
        return "terminated"
    return design.run(world, RUN)


SCENARIO = Scenario(
    hazard="unbounded-history",
    story="A workflow asked the bank every minute whether the transfer had come. It took two days, and by then the "
    "history held ten thousand events; the next worker was not given it any more, and a paid order was never shipped.",
    lesson="Poll inside one step, or end the run and begin the next one with what is still needed.",
    failing=asks_every_minute,
    fixed=asks_in_one_step,
    misfortune=Misfortune(
        args=("order-1",), world=slow_bank, policies=(engine_with_a_limit,), steps=("ship",), points=("before_intent",)
    ),
    fixed_misfortune=Misfortune(args=("order-1",), world=slow_bank, policies=(engine_with_a_limit,)),
    harm="charged and got nothing",
)
