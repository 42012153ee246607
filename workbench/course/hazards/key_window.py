"""Hazard 8: the key is still the same, and nobody remembers it."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]

DAY_SECONDS = 86_400
WEEKEND = (60.0, 2.5 * DAY_SECONDS)
CHARGES = ("charge", "charge_within_a_day", "")
"""Where the worker dies."""


@wb.step(kind="idempotent")
def put_aside(order: str) -> dict[str, Any]:
    """Put the goods aside; the same order gets the same ones."""
    return here().stock.reserve("sku-7", order)


@wb.step(kind="keyed", key=lambda order: f"charge/{order}")
def charge(order: str) -> dict[str, Any]:
    """Take the money, under a key that lives as long as one likes to think."""
    return here().payment.charge(order, 4200, key=wb.current_key())


def find_charge(order: str) -> dict[str, Any] | None:
    """The charge of an order, or nothing."""
    return here().payment.standing(order)


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=DAY_SECONDS, probe=find_charge)
def charge_within_a_day(order: str) -> dict[str, Any]:
    """Take the money, under a key that lives for a day; later one asks."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.workflow
def a_key_is_for_ever(order: str) -> None:
    """Goods and money, each once."""
    put_aside(order)
    charge(order)


@wb.workflow
def a_key_lives_for_a_day(order: str) -> None:
    """Goods and money, each once, whenever somebody comes."""
    put_aside(order)
    charge_within_a_day(order)


SCENARIO = Scenario(
    hazard="key-window",
    story="On Friday evening the worker died in the middle of a charge, on Monday it was resumed. The key was the "
    "same, but the provider keeps keys for a day: it had never heard of this one, and charged the customer again.",
    lesson="Say how long the key lives and give the step a probe: after that, ask first and send later.",
    failing=a_key_is_for_ever,
    fixed=a_key_lives_for_a_day,
    misfortune=Misfortune(args=("order-1",), downtime=WEEKEND, steps=CHARGES),
    fixed_misfortune=Misfortune(args=("order-1",), downtime=WEEKEND, steps=CHARGES, policies=("verdict",)),
    harm="was charged 2 times",
)
