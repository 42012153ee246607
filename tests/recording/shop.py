"""A small shop that another process can import too."""

from __future__ import annotations

from dataclasses import dataclass

import workbench as wb


class DeclinedError(Exception):
    """The card was declined."""


@dataclass(frozen=True)
class Receipt:
    charge: str
    cents: int


@wb.step(kind="read")
def price(sku: str) -> int:
    return len(sku)


@wb.step(kind="write")
def charge(cents: int) -> str:
    return f"ch_{cents}"


@wb.step(kind="write")
def approve(charge_id: str) -> int:
    return len(charge_id)


@wb.workflow
def buy(skus: list[str]) -> Receipt:
    cents = sum([price(sku) for sku in skus])
    try:
        paid = charge(cents)
    except DeclinedError:
        paid = charge(1)
    return Receipt(paid, cents)


@wb.workflow
def impatient() -> str:
    return wb.signal("approved", timeout_seconds=60) or "gave up"


@wb.workflow
def approved(sku: str) -> int:
    return approve(charge(price(sku)))
