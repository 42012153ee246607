"""Hazard 13: somebody turned a switch between the crash and the resume."""

from __future__ import annotations

import os
from typing import Any

import workbench as wb
from workbench.course.hazards.deployment import deployed
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.design import Durable

__all__ = ["SCENARIO"]

SWITCH = "SHOP_CHECKS_FRAUD"


@wb.step(kind="read")
def check_fraud(order: str) -> bool:
    """Whether the order looks good."""
    return here().payment.standing(order) is None


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.step(kind="read")
def read_switch() -> bool:
    """How the switch is set now; what a step has read is what its run goes on with."""
    return os.environ.get(SWITCH) == "on"


@wb.workflow
def as_the_environment_says(order: str) -> None:
    """Looks at the switch where it needs it."""
    if os.environ.get(SWITCH) == "on":
        check_fraud(order)
    charge(order)
    ship(order)


@wb.workflow
def as_it_was_at_the_start(order: str) -> None:
    """Looks at the switch once, in a step."""
    if read_switch():
        check_fraud(order)
    charge(order)
    ship(order)


def switched_on(design: Durable, world: World) -> str:
    """The next worker is started with the switch on; a run that it cannot go on with stays where it is."""
    os.environ[SWITCH] = "on"
    return deployed(design.workflow)(design, world)


SCENARIO = Scenario(
    hazard="configuration",
    story="Operations turned the fraud check on and restarted the workers, without deploying a line. Every order in "
    "the middle of its run asked for a check where its log holds a charge: paid, stuck, and no release to blame.",
    lesson="Read what a run depends on once, at its start, in a step or as an argument: then it is in the log.",
    failing=as_the_environment_says,
    fixed=as_it_was_at_the_start,
    misfortune=Misfortune(args=("order-1",), policies=(switched_on,)),
    harm="charged and got nothing",
    with_code=True,
)
