"""What steps say to the simulated services, in words: `here().payment.charge("order-7", 4200, key=…)`.

Each method is one request; `World.ask` sends any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["Clients", "RefusedError"]

_UNDECIDED = frozenset({408, 425})
"""4xx that do not prove a refusal (RFC 9110, RFC 8470). 409 does here: no service answers it while it works."""
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


class RefusedError(Exception):
    """The other side refused, or failed.

    Attributes:
        status: HTTP status.
        code: The service's word for it: `sold_out`, `expired_token`, `card_declined` …
        definite: It proves that nothing happened.
    """

    def __init__(self, status: int, code: str, message: str = "") -> None:
        self.status = status
        self.code = code
        self.definite = _CLIENT_ERROR <= status < _SERVER_ERROR and status not in _UNDECIDED
        super().__init__(f"{status} {code}" + (f": {message}" if message else ""))


class Ask(Protocol):
    """Sends one request and waits for its answer."""

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> Any:
        """Send it."""
        ...


class Client:
    """One service, as its users see it."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask


class Tokens(Client):
    """The token issuer."""

    def issue(self, user: str = "checkout", password: str = "correct-horse") -> dict[str, Any]:  # noqa: S107 - made up
        """A session: `{access_token, token_type, expires_in}`."""
        session: dict[str, Any] = self._ask("POST", "/token", {"user": user, "password": password})
        return session


class Stock(Client):
    """The shelf."""

    def available(self, sku: str) -> int:
        """How many are there now; somebody else may take them the next moment."""
        return int(self._ask("GET", f"/stock/{sku}")["available"])

    def reserve(self, sku: str, order: str, quantity: int = 1) -> dict[str, Any]:
        """Put goods aside: checked and taken in one. Refused (`sold_out`) when they are gone."""
        made: dict[str, Any] = self._ask("POST", f"/stock/{sku}/reservations", {"order": order, "quantity": quantity})
        return made

    def standing(self, sku: str, order: str) -> dict[str, Any] | None:
        """The reservation of an order, or `None`: what a probe asks."""
        found: list[dict[str, Any]] = self._ask("GET", f"/stock/{sku}/reservations", query={"order": order})
        return next(iter(found), None)

    def release(self, reservation: str) -> None:
        """Give a reservation back; twice is once."""
        self._ask("DELETE", f"/stock/reservations/{reservation}")

    def sell(self, sku: str, order: str, quantity: int = 1) -> dict[str, Any]:
        """Ship without looking: it trusts whoever has looked before."""
        sold: dict[str, Any] = self._ask("POST", f"/stock/{sku}/sales", {"order": order, "quantity": quantity})
        return sold


class Payment(Client):
    """The payment provider."""

    def charge(
        self, order: str, amount_cents: int, *, key: str = "", timeout_seconds: float | None = None
    ) -> dict[str, Any]:
        """Take money. A repetition under the same key is recognised while the key lives; without one it is new."""
        body = {"order": order, "amount_cents": amount_cents, "currency": "EUR"}
        headers = {"Idempotency-Key": key} if key else {}
        made: dict[str, Any] = self._ask("POST", "/charges", body, headers=headers, timeout_seconds=timeout_seconds)
        return made

    def charges(self, order: str = "", *, key: str = "") -> list[dict[str, Any]]:
        """Charges of an order, or made under a key. Changes nothing."""
        query = {"order": order} if order else {}
        query |= {"idempotency_key": key} if key else {}
        found: list[dict[str, Any]] = self._ask("GET", "/charges", query=query)
        return found

    def standing(self, order: str = "", *, key: str = "") -> dict[str, Any] | None:
        """The first charge that was not refunded, or `None`: what a probe asks."""
        return next((one for one in self.charges(order, key=key) if one["status"] == "succeeded"), None)

    def refund(self, charge: str) -> dict[str, Any]:
        """Give the money of a charge back; twice is once."""
        given: dict[str, Any] = self._ask("POST", "/refunds", {"charge": charge})
        return given

    def credit(self, order: str, amount_cents: int) -> dict[str, Any]:
        """Pay money out, whatever was charged, each time that it is asked."""
        body = {"order": order, "amount_cents": amount_cents, "currency": "EUR"}
        paid: dict[str, Any] = self._ask("POST", "/credits", body)
        return paid


class Subscriptions(Client):
    """Who is a subscriber, and until when."""

    def extend(self, customer: str, until: str, token: str, *, order: str = "") -> dict[str, Any]:
        """Give what was paid for; twice is once. Refused (`expired_token`) with an old token."""
        body = {"until": until} | ({"order": order} if order else {})
        extended: dict[str, Any] = self._ask("PUT", f"/subscriptions/{customer}", body, headers=_bearer(token))
        return extended

    def of(self, customer: str, token: str) -> dict[str, Any] | None:
        """The subscription of a customer, or `None`."""
        try:
            found: dict[str, Any] = self._ask("GET", f"/subscriptions/{customer}", headers=_bearer(token))
        except RefusedError as error:
            if error.code == "no_such_customer":
                return None
            raise
        return found


class Mail(Client):
    """The outbox."""

    def send(self, to: str, subject: str, body: str = "Thank you.") -> str:
        """Send what cannot be taken back; the id of the mail."""
        return str(self._ask("POST", "/mail", {"to": to, "subject": subject, "body": body})["id"])

    def sent(self, to: str) -> list[dict[str, Any]]:
        """What went out to somebody."""
        found: list[dict[str, Any]] = self._ask("GET", "/outbox", query={"to": to})
        return found


class Flags(Client):
    """Feature flags."""

    def is_on(self, name: str) -> bool:
        """Whether a feature is on now."""
        return bool(self._ask("GET", f"/flags/{name}")["on"])

    def switch(self, name: str, *, on: bool) -> None:
        """Turn it."""
        self._ask("PUT", f"/flags/{name}", {"on": on})


class Clients:
    """The services by name."""

    def __init__(self, ask: Ask) -> None:
        self.tokens = Tokens(ask)
        self.stock = Stock(ask)
        self.payment = Payment(ask)
        self.subscriptions = Subscriptions(ask)
        self.mail = Mail(ask)
        self.flags = Flags(ask)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
