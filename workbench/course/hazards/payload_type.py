"""Hazard 16: a recorded value outlives the class that it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import workbench as wb
from workbench.course.hazards.deployment import deployed
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]


@dataclass(frozen=True)
class QuoteOfMonday:
    """What an order costs, as it was when the run began."""

    __qualname__ = "Quote"
    order: str
    euros: int


@dataclass(frozen=True)
class QuoteOfTuesday:
    """The same class after somebody has tidied up."""

    __qualname__ = "Quote"
    order: str
    cents: int


@dataclass(frozen=True)
class QuoteWithCurrency:
    """The same class, to which only something was added that old recordings do without."""

    __qualname__ = "Quote"
    order: str
    euros: int
    currency: str = "EUR"


@wb.step(kind="read", name="quote")
def quote_of_monday(order: str) -> QuoteOfMonday:
    """Ask for the price."""
    return QuoteOfMonday(order, 42)


@wb.step(kind="read", name="quote")
def quote_of_tuesday(order: str) -> QuoteOfTuesday:
    """Ask for the price."""
    return QuoteOfTuesday(order, 4200)


@wb.step(kind="read", name="quote")
def quote_with_currency(order: str) -> QuoteWithCurrency:
    """Ask for the price."""
    return QuoteWithCurrency(order, 42)


@wb.step(kind="keyed", key=lambda order, _: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str, cents: int) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, cents, key=wb.current_key())


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.workflow(name="checkout")
def checkout_of_monday(order: str) -> None:
    """As it was when the run began."""
    charge(order, quote_of_monday(order).euros * 100)
    ship(order)


@wb.workflow(name="checkout")
def checkout_of_tuesday(order: str) -> None:
    """With the tidy class, and the very same calls."""
    charge(order, quote_of_tuesday(order).cents)
    ship(order)


@wb.workflow(name="checkout")
def checkout_with_currency(order: str) -> None:
    """With the class that has grown."""
    charge(order, quote_with_currency(order).euros * 100)
    ship(order)


SCENARIO = Scenario(
    hazard="payload-type",
    story="Somebody tidied up: a quote now has cents and no euros. The quotes that lay in the logs of half-done orders "
    "could not be read any more, and customers who had paid waited for parcels that no worker could send.",
    lesson="Only add fields to what is recorded, each with a default: what old recordings hold must still fit.",
    began=checkout_of_monday,
    failing=checkout_of_tuesday,
    fixed=checkout_with_currency,
    misfortune=Misfortune(args=("order-1",), policies=(deployed(checkout_of_tuesday),)),
    fixed_misfortune=Misfortune(args=("order-1",), policies=(deployed(checkout_with_currency),)),
    harm="charged and got nothing",
    with_code=True,
)
