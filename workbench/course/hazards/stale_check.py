"""Hazard 4: one look at the shelf before the crash, one act after it."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import RefusedError, World, here

__all__ = ["SCENARIO"]


def the_last_one() -> World:
    """A world with one piece on the shelf, which somebody else buys after ten minutes."""
    return World(stock={"sku-7": 1}, purchases=[(600, "sku-7")])


@wb.step(kind="read", resource="stock")
def look(sku: str) -> int:
    """How many are there."""
    return here().stock.available(sku)


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="write", resource="stock")
def ship(sku: str, order: str) -> dict[str, Any]:
    """Sell without looking: somebody has looked before."""
    return here().stock.sell(sku, order)


@wb.step(kind="keyed", resource="stock", key=lambda sku, order: f"reserve/{sku}/{order}")
def reserve(sku: str, order: str) -> dict[str, Any]:
    """Look and take in one: refused when it is gone, and the same again for the same order."""
    return here().stock.reserve(sku, order)


@wb.workflow
def look_then_ship(order: str) -> str:
    """Checks first, as one should."""
    if look("sku-7") < 1:
        return "sold out"
    charge(order)
    ship("sku-7", order)
    return "shipped"


@wb.workflow
def reserve_then_charge(order: str) -> str:
    """Has the goods before it takes the money."""
    try:
        reserve("sku-7", order)
    except RefusedError as error:
        if error.code != "sold_out":
            raise
        return "sold out"
    charge(order)
    return "shipped"


SCENARIO = Scenario(
    hazard="stale-check",
    story="The shelf held one piece, the checkout saw it and its worker died. While nobody was there another customer "
    "bought that piece; the resumed run took the recorded look for a fresh one, and sold it a second time.",
    lesson="Let the write itself check: reserve what you need before you take money for it.",
    failing=look_then_ship,
    fixed=reserve_then_charge,
    misfortune=Misfortune(args=("order-1",), world=the_last_one, downtime=(1200.0,)),
    harm="too many of sku-7 were sold",
)
