"""Hazard 6: asked twice, done twice."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]

PATIENCE_SECONDS = 2
SLOW = [{"service": "payment", "method": "POST", "kind": "delay", "delay_seconds": 3, "occurrence": 1}]
"""The provider answers after three seconds, the client waits two."""


@wb.step(kind="idempotent")
def put_aside(order: str) -> dict[str, Any]:
    """Put the goods aside; the same order gets the same ones."""
    return here().stock.reserve("sku-7", order)


@wb.step(kind="write")
def charge(order: str) -> dict[str, Any]:
    """Take the money, and do not wait for ever."""
    return here().payment.charge(order, 4200, timeout_seconds=PATIENCE_SECONDS)


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge_under_a_key(order: str) -> dict[str, Any]:
    """The same, under a key that says what the money is for."""
    return here().payment.charge(order, 4200, key=wb.current_key(), timeout_seconds=PATIENCE_SECONDS)


@wb.workflow
def again_after_two_seconds(order: str) -> None:
    """One more try for a slow provider."""
    put_aside(order)
    try:
        charge(order)
    except TimeoutError:
        charge(order)


@wb.workflow
def again_under_the_same_key(order: str) -> None:
    """One more try, which the provider can recognise."""
    put_aside(order)
    try:
        charge_under_a_key(order)
    except TimeoutError:
        charge_under_a_key(order)


SCENARIO = Scenario(
    hazard="duplicate-effect",
    story="The payment provider took three seconds, the client gave up after two and asked again, politely, once. Both "
    "requests went through: the customer has paid twice for one pair of shoes.",
    lesson="Make the key before the first attempt, out of what the call is about, and send it with every attempt.",
    failing=again_after_two_seconds,
    fixed=again_under_the_same_key,
    misfortune=Misfortune(
        args=("order-1",), faults=(SLOW,), policies=("resume", "rerun"), steps=("charge", "charge_under_a_key", "")
    ),
    harm="was charged 2 times",
)
