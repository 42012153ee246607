"""Hazard 7: whoever tries again draws a new key."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]

CHARGES = ("charge_for_request", "charge_for_order", "")
"""Where the worker dies."""


@wb.step(kind="idempotent")
def put_aside(order: str) -> dict[str, Any]:
    """Put the goods aside; the same order gets the same ones."""
    return here().stock.reserve("sku-7", order)


@wb.step(kind="keyed", key=lambda _, request: request, key_lifetime_seconds=86_400)
def charge_for_request(order: str, request: str) -> dict[str, Any]:
    """Take the money, under the key of the request."""
    return here().payment.charge(order, 4200, key=request)


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge_for_order(order: str) -> dict[str, Any]:
    """Take the money, under the key of the order."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.workflow
def a_key_per_run(order: str) -> None:
    """Draws a key through the recorder, so that a resume keeps it; a run that is started anew does not."""
    request = str(wb.uuid4())
    put_aside(order)
    charge_for_request(order, request)


@wb.workflow
def a_key_per_order(order: str) -> None:
    """Needs no key of its own: the order has a number."""
    put_aside(order)
    charge_for_order(order)


SCENARIO = Scenario(
    hazard="changed-key",
    story="The charge had a proper idempotency key, a fresh UUID. When the worker died, support pressed the button "
    "that starts the order again: new run, new UUID, and to the provider a new charge. The customer paid twice.",
    lesson="Derive the key from what the call is about: it must survive the attempt, the run and the button.",
    failing=a_key_per_run,
    fixed=a_key_per_order,
    misfortune=Misfortune(args=("order-1",), policies=("resume", "rerun"), steps=CHARGES),
    harm="was charged 2 times",
)
