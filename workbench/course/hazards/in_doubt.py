"""Hazard 5: silence is taken for a no."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]

REPLY_LOST = [{"service": "payment", "method": "POST", "kind": "drop_reply", "occurrence": 1}]
"""The provider takes the money, and the connection breaks before it can say so."""


@wb.step(kind="write")
def charge_once(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200)


def find_charge(order: str) -> dict[str, Any] | None:
    """The charge of an order, or nothing."""
    return here().payment.standing(order)


@wb.step(
    kind="keyed",
    key=lambda order: f"charge/{order}",
    key_lifetime_seconds=86_400,
    probe=find_charge,
    retry=wb.Retry(max_attempts=5, first_delay_seconds=2),
)
def charge(order: str) -> dict[str, Any]:
    """Take the money; who asks again under the same key hears what became of the first time."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.workflow
def no_answer_is_a_no(order: str) -> str:
    """Ships only what is paid."""
    try:
        charge_once(order)
    except TimeoutError:
        return "payment failed"
    ship(order)
    return "shipped"


@wb.workflow
def no_answer_is_a_question(order: str) -> str:
    """Ships only what is paid, and asks until it knows."""
    charge(order)
    ship(order)
    return "shipped"


SCENARIO = Scenario(
    hazard="in-doubt",
    story="The provider had taken the money when the connection broke. The shop took the timeout for a no and told the "
    "customer that the payment had failed: 42 euros gone, nothing in the post, and an order that says all is settled.",
    lesson="No answer is neither yes nor no: give the call a key and a probe, and ask until you know.",
    failing=no_answer_is_a_no,
    fixed=no_answer_is_a_question,
    misfortune=Misfortune(args=("order-1",), faults=((), REPLY_LOST)),
    harm="charged and got nothing",
)
