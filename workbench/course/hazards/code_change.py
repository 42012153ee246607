"""Hazard 15: a run goes on in code that it did not begin in."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.deployment import deployed
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]


@wb.step(kind="read")
def check_fraud(order: str) -> bool:
    """New in this release."""
    return here().payment.standing(order) is not None


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.workflow(name="checkout")
def checkout_of_monday(order: str) -> None:
    """As it was when the run began."""
    charge(order)
    ship(order)


@wb.workflow(name="checkout")
def checkout_of_tuesday(order: str) -> None:
    """With a fraud check, which belongs before the charge."""
    check_fraud(order)
    charge(order)
    ship(order)


@wb.workflow(name="checkout")
def checkout_with_a_patch(order: str) -> None:
    """The same, and runs that are past it keep their old path."""
    if wb.patched("fraud-check"):
        check_fraud(order)
    charge(order)
    ship(order)


SCENARIO = Scenario(
    hazard="code-change",
    story="On Tuesday a fraud check was put before the charge. The runs that Monday's worker had left half way asked "
    "for it where their logs hold a charge, and none of them could be gone on with: paid and never shipped.",
    lesson='Guard what is new with `wb.patched("…")`, and replay recorded runs in the new code before it is deployed.',
    began=checkout_of_monday,
    failing=checkout_of_tuesday,
    fixed=checkout_with_a_patch,
    misfortune=Misfortune(args=("order-1",), policies=(deployed(checkout_of_tuesday),)),
    fixed_misfortune=Misfortune(args=("order-1",), policies=(deployed(checkout_with_a_patch),)),
    harm="charged and got nothing",
    with_code=True,
)
