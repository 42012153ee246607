"""Hazard 26: a failure that was returned instead of raised is a success, and stays one for ever."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import RefusedError, World, here

__all__ = ["SCENARIO"]


def a_bad_minute() -> World:
    """A world whose payment provider breaks once, and is well again the next time that it is asked."""
    return World(charge_errors={1: 500}, caches_errors=False)


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def try_to_charge(order: str) -> dict[str, Any]:
    """Take the money; whatever goes wrong is put into the answer, so that nothing ever crashes."""
    try:
        return here().payment.charge(order, 4200, key=wb.current_key())
    except RefusedError as error:
        return {"error": error.code}


@wb.step(
    kind="keyed",
    key=lambda order: f"charge/{order}",
    key_lifetime_seconds=86_400,
    retry=wb.Retry(max_attempts=5, first_delay_seconds=1),
)
def charge(order: str) -> dict[str, Any]:
    """Take the money, or raise: then it is tried again under the same key."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="keyed", key=lambda order: f"reserve/{order}", key_lifetime_seconds=86_400)
def reserve(order: str) -> dict[str, Any]:
    """Put the goods aside; the same order gets the same ones."""
    return here().stock.reserve("sku-7", order)


@wb.workflow
def sale_that_never_fails(order: str) -> None:
    """Trusts that what returned has worked."""
    try_to_charge(order)
    reserve(order)


@wb.workflow
def sale_that_raises(order: str) -> None:
    """Comes to the goods only when the money is there."""
    charge(order)
    reserve(order)


SCENARIO = Scenario(
    hazard="swallowed-error",
    story="The payment provider had one bad minute and answered 500. The step caught that and returned it as its "
    "result, which the log keeps as a success: the goods went out and nobody ever paid.",
    lesson="Let a step raise what went wrong: only a failure that is one can be tried again.",
    failing=sale_that_never_fails,
    fixed=sale_that_raises,
    misfortune=Misfortune(args=("order-1",), world=a_bad_minute),
    harm="got something and was not charged",
)
