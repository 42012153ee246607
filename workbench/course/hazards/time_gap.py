"""Hazard 2: a price from before a long wait is charged after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.model import instant
from workbench.simulate import World, here
from workbench.simulate.design import RUN, Durable
from workbench.simulate.world import OPENED_NS

__all__ = ["SCENARIO"]

SALE_ENDS = instant(OPENED_NS) + timedelta(hours=2)
SALE_CENTS, FULL_CENTS = 1900, 5900
DAY_SECONDS = 86_400


def no_sale_after_the_sale(world: World) -> Iterator[str]:
    """Who is charged after the end of the sale pays the full price."""
    for entry in world.entries:
        late = (instant(entry.time_ns) - SALE_ENDS) / timedelta(hours=1)
        if entry.action == "charged" and entry.whole("amount_cents") == SALE_CENTS and late > 0:
            yield f"{entry.text('order')} paid the sale's price {late:.0f} hours after the sale"


@wb.step(kind="read")
def quote() -> dict[str, Any]:
    """What it costs, and how long that is so."""
    now = here().now()
    if now < SALE_ENDS:
        return {"cents": SALE_CENTS, "valid_until": SALE_ENDS.isoformat()}
    return {"cents": FULL_CENTS, "valid_until": (now + timedelta(days=1)).isoformat()}


@wb.step(kind="keyed", key=lambda order, _: f"charge/{order}", key_lifetime_seconds=DAY_SECONDS)
def charge(order: str, cents: int) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, cents, key=wb.current_key())


@wb.workflow
def order_at_the_price_of_then(order: str) -> str:
    """Asks for the price, waits for the buyer's boss, and charges."""
    price = quote()
    if not wb.signal("approved", timeout_seconds=7 * DAY_SECONDS):
        return "not approved"
    charge(order, price["cents"])
    return "bought"


@wb.workflow
def order_at_the_price_of_now(order: str) -> str:
    """Asks the clock after the wait, and where the price is over, for another one."""
    price = quote()
    if not wb.signal("approved", timeout_seconds=7 * DAY_SECONDS):
        return "not approved"
    if wb.now() >= datetime.fromisoformat(price["valid_until"]):
        price = quote()
    charge(order, price["cents"])
    return "bought"


def approved_late(design: Durable, world: World) -> str:
    """The boss says yes when the worker is there again."""
    with world.recorder() as recorder:
        recorder.signal(RUN, "approved", "by the boss")
        recorder.resume(RUN, design.workflow)
    return "completed"


SCENARIO = Scenario(
    hazard="time-gap",
    story="A flash sale of two hours, an order that needed the boss's approval, and a worker that was away over the "
    "weekend. To the code no time had passed: three days after the sale the shop still sold at a third of the price.",
    lesson="Ask the clock again after every long wait, and look at the term of what was read before it.",
    failing=order_at_the_price_of_then,
    fixed=order_at_the_price_of_now,
    misfortune=Misfortune(
        args=("order-1",), downtime=(60.0, 3.0 * DAY_SECONDS), policies=(approved_late,), points=("nowhere", "waiting"),
        invariants=(no_sale_after_the_sale,),
    ),
    harm="paid the sale's price",
)  # fmt: skip
