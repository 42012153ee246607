"""Hazard 14: threads in workflow code, of which no log tells."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]


def find_charge(order: str) -> dict[str, Any] | None:
    """The charge of an order, or nothing."""
    return here().payment.standing(order)


@wb.step(kind="write", probe=find_charge, timeout_seconds=60)
def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200)


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.step(kind="read")
def thank(order: str) -> str:
    """What the customer sees."""
    return f"{order} is on its way"


@wb.workflow
def in_a_pool(order: str) -> None:
    """Money and parcel at once, as in any script."""
    with ThreadPoolExecutor() as pool:
        for begun in [pool.submit(charge, order), pool.submit(ship, order)]:
            begun.result()
    thank(order)


@wb.workflow
def gathered(order: str) -> None:
    """Money and parcel at once, as branches that the recorder knows."""
    wb.gather(charge.defer(order), ship.defer(order))
    thank(order)


SCENARIO = Scenario(
    hazard="race",
    story="Money and parcel were done side by side in a pool of threads. What threads do is in no log, neither in "
    "which order nor whether at all: the worker crashed, the next one ran the pool again, and charged a second time.",
    lesson="A workflow has one thread; what shall run side by side is given to `wb.gather`.",
    failing=in_a_pool,
    fixed=gathered,
    misfortune=Misfortune(args=("order-1",)),
    fixed_misfortune=Misfortune(args=("order-1",), policies=("verdict",)),  # what is in doubt is now seen to be
    harm="was charged 2 times",
    with_code=True,
)
