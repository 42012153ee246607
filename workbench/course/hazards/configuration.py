"""Hazard 13: a setting that is read from the environment while the workflow runs."""

from __future__ import annotations

import os
from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.design import RUN, Durable

__all__ = ["SCENARIO"]

GIFT_WRAPPING = "SHOP_GIFT_WRAPPING"


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="idempotent")
def wrap(order: str) -> str:
    """Paper and ribbon."""
    return f"{order} in paper"


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.step(kind="read")
def wraps_gifts() -> bool:
    """The setting, as a call whose answer is kept."""
    return os.environ.get(GIFT_WRAPPING) == "on"


@wb.workflow
def asks_its_environment(order: str) -> None:
    """Looks at the setting where it matters, as any program does."""
    if os.environ.get(GIFT_WRAPPING) == "on":
        wrap(order)
    charge(order)
    ship(order)


@wb.workflow
def keeps_its_settings(order: str) -> None:
    """Looks once and keeps the answer in its log: for the whole life of the run the setting is what it was."""
    if wraps_gifts():
        wrap(order)
    charge(order)
    ship(order)


def switched_on(design: Durable, world: World) -> str:
    """Somebody turns the feature on while the worker is away; the next one has it in its environment."""
    os.environ[GIFT_WRAPPING] = "on"
    try:
        return design.run(world, RUN)
    except wb.WorkbenchError as error:
        world.trail.append(f"{type(error).__name__}: {error}")
        return "stuck"


SCENARIO = Scenario(
    hazard="configuration",
    story="On the first of December gift wrapping was turned on, by a variable in the environment. The runs that were "
    "half way asked for ribbon where their logs hold a charge and could not go on: paid, and neither wrapped nor sent.",
    lesson="Read settings once, in a step or as an argument of the run, so that the log keeps what the run began with.",
    failing=asks_its_environment,
    fixed=keeps_its_settings,
    misfortune=Misfortune(args=("order-1",), policies=(switched_on,)),
    harm="charged and got nothing",
    with_code=True,
)
