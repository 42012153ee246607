"""The demo's workflow: a checkout over five real HTTP services.

Plain Python; every call to the outside is a step, and each step says what repeating it does. The shop's address
comes from `$WORKBENCH_SHOP`: where a service lives is the steps' business, not the workflow's.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from workbench.program import current_key, now, sleep, step, workflow

__all__ = ["SHOP_VARIABLE", "Charge", "Order", "Receipt", "SoldOutError", "checkout"]

SHOP_VARIABLE = "WORKBENCH_SHOP"
SETTLEMENT_SECONDS = 2.0
"""The bank settles a charge before the subscription is extended; the demo is killed in this wait."""


@dataclass(frozen=True)
class Order:
    """What a customer wants.

    Attributes:
        id: Order number.
        customer: Who orders.
        sku: What.
        quantity: How many.
        amount_cents: Price in cents.
    """

    id: str
    customer: str
    sku: str = "sku-7"
    quantity: int = 1
    amount_cents: int = 11800


@dataclass(frozen=True)
class Charge:
    """A charge as the payment provider knows it."""

    id: str
    order: str
    amount_cents: int
    currency: str
    status: str


@dataclass(frozen=True)
class Receipt:
    """What the customer gets."""

    order: str
    charge: str
    paid_until: str
    mail: str


class ShopError(Exception):
    """A service refused or failed.

    Attributes:
        status: HTTP status.
        definite: The status proves that nothing happened (a refusal, not a lost answer).
    """

    def __init__(self, status: int, error: str, message: str) -> None:
        self.status = status
        self.definite = 400 <= status < 500 and status not in {408, 409, 425}  # noqa: PLR2004 - the classes of RFC 9110
        super().__init__(f"{status} {error}: {message}")


class SoldOutError(Exception):
    """There is not enough in stock."""


@step(kind="read")
def log_in(user: str) -> dict[str, Any]:
    """Fetch an access token."""
    session: dict[str, Any] = _call("POST", "/token", {"user": user, "password": "correct-horse"})
    return session


@step(kind="read", resource="stock")
def check_stock(sku: str) -> int:
    """How many are there."""
    return int(_call("GET", f"/stock/{sku}")["available"])


def release_stock(order: str, sku: str, quantity: int, reservation: dict[str, Any]) -> None:
    """Undo of `reserve_stock`; releasing twice is releasing once."""
    del order, sku, quantity
    _call("DELETE", f"/stock/reservations/{reservation['id']}")


@step(kind="compensatable", undo=release_stock, undo_null_safe=True, resource="stock", definite_errors=(SoldOutError,))
def reserve_stock(order: str, sku: str, quantity: int) -> dict[str, Any]:
    """Put goods aside."""
    try:
        reservation: dict[str, Any] = _call(
            "POST", f"/stock/{sku}/reservations", {"order": order, "quantity": quantity}
        )
    except ShopError as error:
        if error.status == 409:  # noqa: PLR2004 - HTTP's word for a conflict
            raise SoldOutError(sku) from error
        raise
    return reservation


def refund(order: str, amount_cents: int, charge: Charge) -> None:
    """Undo of `charge_card`."""
    del order, amount_cents
    _call("POST", "/refunds", {"charge": charge.id})


def find_charge(order: str, amount_cents: int) -> Charge | None:
    """Probe of `charge_card`: ask the provider what it knows under this key. Changes nothing."""
    del amount_cents
    found = _call("GET", f"/charges?idempotency_key=charge/{order}")
    return Charge(**found[0]) if found else None


@step(
    kind="compensatable",
    undo=refund,
    key=lambda order, amount_cents: f"charge/{order}",  # noqa: ARG005 - the key is made of the order alone
    key_lifetime_seconds=24 * 3600,
    probe=find_charge,
    timeout_seconds=600,
)
def charge_card(order: str, amount_cents: int) -> Charge:
    """Take the money."""
    body = {"order": order, "amount_cents": amount_cents, "currency": "EUR"}
    return Charge(**_call("POST", "/charges", body, {"Idempotency-Key": current_key()}))


@step(kind="idempotent")
def extend_subscription(token: str, customer: str, until: str) -> dict[str, Any]:
    """Give what was paid for."""
    headers = {"Authorization": f"Bearer {token}"}
    extended: dict[str, Any] = _call("PUT", f"/subscriptions/{customer}", {"until": until}, headers)
    return extended


@step(kind="write")
def send_mail(to: str, subject: str) -> str:
    """Tell the customer."""
    return str(_call("POST", "/mail", {"to": to, "subject": subject, "body": "Thank you."})["id"])


@workflow
def checkout(order: Order) -> Receipt:
    """Sell one order."""
    session = log_in("checkout")
    available = check_stock(order.sku)
    if available < order.quantity:
        raise SoldOutError(order.sku)
    reserve_stock(order.id, order.sku, order.quantity)
    charge = charge_card(order.id, order.amount_cents)
    sleep(SETTLEMENT_SECONDS)
    until = (now() + timedelta(days=30)).date().isoformat()
    extend_subscription(session["access_token"], order.customer, f"{until}T00:00:00+00:00")
    mail = send_mail(f"{order.customer}@example.org", f"Order {order.id}")
    return Receipt(order.id, charge.id, until, mail)


def _call(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    shop = os.environ[SHOP_VARIABLE]
    payload = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - the shop's address is http on loopback
        shop + path, payload, {"Content-Type": "application/json", **(headers or {})}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310 - as above
            return json.load(response)
    except urllib.error.HTTPError as error:
        answer = json.load(error)
        raise ShopError(error.code, answer.get("error", ""), answer.get("message", "")) from None
