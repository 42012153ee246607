"""The subscription service: idempotent by nature, and closed to expired tokens.

`PUT /subscriptions/{customer} {until}` and `GET /subscriptions/{customer}`, both with `Authorization: Bearer`.
A PUT of what is already so changes nothing and leaves no entry; it may say for which `order` it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from workbench.simulate.services.message import Refusal, Request, Response, invalid, no_route

if TYPE_CHECKING:
    from workbench.simulate.ledger import LedgerEntry
    from workbench.simulate.services.setting import Setting
    from workbench.simulate.services.token import TokenIssuer

__all__ = ["Subscription"]


class Subscription:
    """Until when each customer is a subscriber.

    Args:
        setting: The surroundings.
        tokens: Who checks the bearer tokens.
    """

    name = "subscription"
    actions = frozenset({"extended"})

    def __init__(self, setting: Setting, tokens: TokenIssuer) -> None:
        self._setting = setting
        self._tokens = tokens
        self._until: dict[str, str] = {}

    def handle(self, request: Request) -> Response:
        """Answer one request under `/subscriptions`."""
        match request.method, request.segments:
            case "PUT", ("subscriptions", customer):
                return self._extend(request, customer)
            case "GET", ("subscriptions", customer):
                self._tokens.subject(request)
                if customer not in self._until:
                    raise Refusal(404, "no_such_customer", f"{customer} has no subscription")
                return Response(200, {"customer": customer, "until": self._until[customer]})
            case _:
                raise no_route(request)

    def apply(self, entry: LedgerEntry) -> None:
        """Set the end of one subscription."""
        self._until[entry.text("customer")] = entry.text("until")

    def _extend(self, request: Request, customer: str) -> Response:
        subject = self._tokens.subject(request)
        until = request.text("until")
        try:
            datetime.fromisoformat(until)
        except ValueError:
            raise invalid("until must be a date or an instant in ISO 8601, for example 2027-01-31") from None
        if self._until.get(customer) != until:
            facts = {"customer": customer, "until": until, "by": subject}
            if "order" in (request.body if isinstance(request.body, dict) else ()):
                facts["order"] = request.text("order")
            self.apply(self._setting.ledger.append(self.name, "extended", customer, facts))
        return Response(200, {"customer": customer, "until": until})
