"""Hazard 25: a call that was begun, and that nobody waits for."""

from __future__ import annotations

import asyncio
from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
async def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="idempotent")
async def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


async def ship_with_the_next_van(order: str) -> None:
    """A branch of the workflow; the van comes every ten minutes."""
    await wb.sleep(600)
    await ship(order)


@wb.workflow
async def fire_and_forget(order: str) -> str:
    """Thanks as soon as the card is through, and lets the rest happen in the background."""
    await charge(order)
    asyncio.create_task(ship_with_the_next_van(order))  # noqa: RUF006 - nobody keeps the task: that is the hazard
    return "thank you"


@wb.workflow
async def wait_for_both(order: str) -> str:
    """Begins both, and ends when both have ended."""
    await wb.gather(charge(order), ship_with_the_next_van(order))
    return "thank you"


SCENARIO = Scenario(
    hazard="orphan",
    story="To answer faster, a shop let the shipping happen in the background and thanked as soon as the card was "
    "through. With the workflow its background task ended too, before the van came: paid, thanked, never shipped.",
    lesson="Wait for everything that is begun: what runs side by side ends together.",
    failing=fire_and_forget,
    fixed=wait_for_both,
    misfortune=Misfortune(args=("order-1",)),
    harm="charged and got nothing",
    with_code=True,
)
