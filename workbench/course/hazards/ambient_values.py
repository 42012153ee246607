"""Hazard 11: a workflow that looks at the clock on the wall."""

from __future__ import annotations

import time
from typing import Any

import workbench as wb
from workbench.course.hazards.deployment import deployed
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]

EARLY_HOUR = 9
TOO_LATE = ("charge", "ship", "")
"""Where a worker may die and be replaced after that hour."""


@wb.step(kind="keyed", key=lambda order, _: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str, cents: int) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, cents, key=wb.current_key())


@wb.step(kind="read")
def find_voucher(order: str) -> int:
    """What early birds get off, once per order."""
    return 500 if here().payment.standing(order) is None else 0


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.workflow
def early_by_the_wall(order: str) -> None:
    """A voucher before nine o'clock."""
    early = time.gmtime(time.time()).tm_hour < EARLY_HOUR  # noqa: TID251 - that is the hazard
    charge(order, 4200 - (find_voucher(order) if early else 0))
    ship(order)


@wb.workflow
def early_by_the_log(order: str) -> None:
    """The same; the hour is read once and recorded, and a replay is told that one."""
    early = wb.now().hour < EARLY_HOUR
    charge(order, 4200 - (find_voucher(order) if early else 0))
    ship(order)


SCENARIO = Scenario(
    hazard="ambient-values",
    story="Early birds got a voucher. An order of eight was charged with it, its worker died, and at ten the code "
    "came to another branch than the log: nobody could go on with it, the customer had paid, and nothing was sent.",
    lesson="Ask the recorder for time, chance and ids: `wb.now()`, `wb.random()`, `wb.uuid4()`.",
    failing=early_by_the_wall,
    fixed=early_by_the_log,
    misfortune=Misfortune(
        args=("order-1",), downtime=(7200.0,), steps=TOO_LATE, policies=(deployed(early_by_the_wall),)
    ),
    fixed_misfortune=Misfortune(
        args=("order-1",), downtime=(7200.0,), steps=TOO_LATE, policies=(deployed(early_by_the_log),)
    ),
    harm="charged and got nothing",
    with_code=True,
)
