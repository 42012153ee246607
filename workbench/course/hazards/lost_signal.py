"""Hazard 23: a message that arrives while nobody waits for it any more."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.design import RUN, Durable

__all__ = ["SCENARIO"]


@wb.step(kind="keyed", key=lambda order: f"reserve/{order}", key_lifetime_seconds=86_400)
def put_aside(order: str) -> dict[str, Any]:
    """Put the goods of one order aside."""
    return here().stock.reserve("sku-7", order)


@wb.workflow
def one_parcel() -> str:
    """Waits for the order of the day."""
    order = wb.signal("paid", timeout_seconds=3600)
    if order is not None:
        put_aside(order)
    return "closed"


@wb.workflow
def parcels_until_none_is_left() -> str:
    """Takes whatever has come in before it closes."""
    while (order := wb.signal("paid", timeout_seconds=3600)) is not None:
        put_aside(order)
    return "closed"


def two_customers_pay(design: Durable, world: World) -> str:
    """The shop's front takes the money of two customers while the worker is away, and leaves a message for each."""
    with world.recorder() as recorder:
        for order in ("order-1", "order-2"):
            world.payment.charge(order, 4200)
            recorder.signal(RUN, "paid", order)
        recorder.resume(RUN, design.workflow)
    return "completed"


SCENARIO = Scenario(
    hazard="lost-signal",
    story="The worker was restarted, and meanwhile two customers paid. The run took the first message, did its work "
    "and ended; the second message still lies in its log, and that customer waits for a parcel.",
    lesson="Take everything that has arrived before the run ends, or hand it on to the next run.",
    failing=one_parcel,
    fixed=parcels_until_none_is_left,
    misfortune=Misfortune(policies=(two_customers_pay,), points=("waiting",), downtime=(60.0, 1800.0)),
    harm="order-2 was charged and got nothing",
)
