"""Orders of a shop, as lesson 9 has thousands of them: goods put aside, money taken, a mail sent."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.simulate import here

__all__ = ["charge", "purchase", "reserve", "tell"]

SKU = "sku-1"


def release(order: str, cents: int, reservation: dict[str, Any] | None) -> None:
    """Give the goods back."""
    del order, cents
    if reservation is not None:
        here().stock.release(reservation["id"])


def find_reservation(order: str, cents: int) -> dict[str, Any] | None:
    """Ask whether the goods were put aside."""
    del cents
    return here().stock.standing(SKU, order)


@wb.step(
    kind="compensatable",
    undo=release,
    undo_null_safe=True,
    key=lambda order, _cents: f"reserve/{order}",
    probe=find_reservation,
)
def reserve(order: str, cents: int) -> dict[str, Any]:
    """Put the goods aside."""
    del cents
    return here().stock.reserve(SKU, order)


def find_charge(order: str, cents: int) -> dict[str, Any] | None:
    """Ask the provider whether the money was taken."""
    del cents
    return here().payment.standing(order)


def refund(order: str, cents: int, charged: dict[str, Any] | None) -> None:
    """Give the money back."""
    del cents, charged
    for one in here().payment.charges(order):
        here().payment.refund(one["id"])


@wb.step(
    kind="compensatable",
    undo=refund,
    undo_null_safe=True,
    key=lambda order, _cents: f"charge/{order}",
    key_lifetime_seconds=86_400,
    probe=find_charge,
)
def charge(order: str, cents: int) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, cents, key=wb.current_key())


def find_mail(order: str) -> str | None:
    """Look into the outbox."""
    sent = here().mail.sent(order)
    return str(sent[0]["id"]) if sent else None


@wb.step(kind="write", probe=find_mail)
def tell(order: str) -> str:
    """Say thank you; a mail cannot be taken back."""
    return here().mail.send(order, "Thank you")


@wb.workflow
def purchase(order: str, cents: int) -> str:
    """One order."""
    reserve(order, cents)
    charge(order, cents)
    return tell(order)
