"""The payment provider: the one call that must not happen twice.

`POST /charges {order, amount_cents, currency}`, with or without `Idempotency-Key`; `POST /refunds {charge}`;
`GET /charges?idempotency_key=…` (or `?order=…`), the probe that settles a charge in doubt. A refund knows its charge
and happens once. `POST /credits {order, amount_cents, currency}` pays money out whether or not anything was charged,
each time that it is asked: an undo made of it is not harmless to repeat. `GET /credits?order=…` lists them.

With a key: same body → the stored answer and `Idempotent-Replayed: true`; other body → 422; key older than its
lifetime → charged anew. Without a key a second POST charges a second time, as with any plain endpoint.

Charges that shall fail (`Knobs.charge_errors`) answer 402 or 5xx and move no money. Under a key that error is what
every repetition gets (`Knobs.caches_errors`, as Stripe's v1 API does), until the key expires.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from workbench.simulate.services.message import Refusal, Request, Response, invalid, no_route
from workbench.simulate.services.setting import NS_PER_SECOND, Setting

if TYPE_CHECKING:
    from workbench.simulate.ledger import LedgerEntry

__all__ = ["Payment"]

_LONGEST_KEY = 255
_CURRENCY_LETTERS = 3
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Charge:
    """Money taken for an order; `status` is `succeeded` or `refunded`."""

    id: str
    order: str
    amount_cents: int
    currency: str
    status: str = "succeeded"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What a key was first used for. The answer is kept as it was given: a later refund does not change it."""

    fingerprint: str
    charge: Charge | None
    used_ns: int
    status: int = 201


class Payment:
    """Charges, refunds, and the memory of keys."""

    name = "payment"
    actions = frozenset({"charged", "refunded", "credited", "erred"})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._charges: dict[str, Charge] = {}
        self._key_of: dict[str, str] = {}
        self._answers: dict[str, StoredAnswer] = {}
        self._refunds: dict[str, str] = {}
        self._credits: list[dict[str, object]] = []
        self._erred = 0

    def handle(self, request: Request) -> Response:
        """Answer one request under `/charges`, `/refunds` or `/credits`."""
        match request.method, request.segments:
            case "POST", ("charges",):
                return self._charge(request)
            case "GET", ("charges",):
                return Response(200, [asdict(charge) for charge in self._matching(request)])
            case "POST", ("refunds",):
                return self._refund(request.text("charge"))
            case "POST", ("credits",):
                return self._credit(request)
            case "GET", ("credits",):
                order = request.query.get("order")
                return Response(200, [paid for paid in self._credits if order is None or paid["order"] == order])
            case _:
                raise no_route(request)

    def apply(self, entry: LedgerEntry) -> None:
        """Take in a charge (and what its key now stands for), a refund or a credit."""
        if entry.action == "credited":
            self._credits.append(dict(entry.facts))
            return
        if entry.action == "refunded":
            charge = entry.text("charge")
            self._refunds[charge] = entry.text("id")
            self._charges[charge] = replace(self._charges[charge], status="refunded")
            return
        if entry.action == "erred":
            self._erred += 1
            if entry.key and self._setting.knobs.caches_errors:
                answer = StoredAnswer(entry.text("fingerprint"), None, entry.time_ns, entry.whole("status"))
                self._answers[entry.key] = answer
            return
        made = Charge(entry.text("id"), entry.text("order"), entry.whole("amount_cents"), entry.text("currency"))
        self._charges[made.id] = made
        self._key_of[made.id] = entry.key
        if entry.key:
            self._answers[entry.key] = StoredAnswer(entry.text("fingerprint"), made, entry.time_ns)

    def _charge(self, request: Request) -> Response:
        key = request.headers.get("idempotency-key", "")
        if len(key) > _LONGEST_KEY:
            raise invalid(f"Idempotency-Key must not be longer than {_LONGEST_KEY} characters")
        order, amount, currency = _sum_of(request)
        fingerprint = _fingerprint(request.body)
        stored = self._answers.get(key) if key else None
        if stored is not None and not self._expired(stored):
            if stored.fingerprint != fingerprint:
                raise Refusal(422, "key_reused", f"the key {key!r} was used for a charge with another body")
            return _again(stored)
        status = self._setting.knobs.charge_errors.get(len(self._charges) + self._erred + 1)
        if status is not None:
            error = {"order": order, "status": status, "fingerprint": fingerprint}
            self.apply(self._setting.ledger.append(self.name, "erred", key, error))
            return _error(status)
        identity = self._setting.mint("ch", len(self._charges) + 1)
        facts = {
            "id": identity,
            "order": order,
            "amount_cents": amount,
            "currency": currency,
            "fingerprint": fingerprint,
        }
        self.apply(self._setting.ledger.append(self.name, "charged", key, facts))
        return Response(201, asdict(self._charges[identity]))

    def _credit(self, request: Request) -> Response:
        order, amount, currency = _sum_of(request)
        identity = self._setting.mint("cr", len(self._credits) + 1)
        facts = {"id": identity, "order": order, "amount_cents": amount, "currency": currency}
        self.apply(self._setting.ledger.append(self.name, "credited", "", facts))
        return Response(201, facts)

    def _expired(self, stored: StoredAnswer) -> bool:
        age_ns = self._setting.now_ns() - stored.used_ns
        return age_ns >= self._setting.knobs.key_lifetime_seconds * NS_PER_SECOND

    def _matching(self, request: Request) -> list[Charge]:
        """All charges, or those made under a key or for an order; a key is found long after it has expired."""
        key, order = request.query.get("idempotency_key"), request.query.get("order")
        return [
            charge
            for charge in self._charges.values()
            if (key is None or self._key_of[charge.id] == key) and (order is None or charge.order == order)
        ]

    def _refund(self, charge: str) -> Response:
        known = self._charges.get(charge)
        if known is None:
            raise Refusal(404, "no_such_charge", f"there is no charge {charge}")
        status = 200
        if known.status != "refunded":
            facts = {
                "id": self._setting.mint("re", len(self._refunds) + 1),
                "charge": charge,
                "order": known.order,
                "amount_cents": known.amount_cents,
                "currency": known.currency,
            }
            self.apply(self._setting.ledger.append(self.name, "refunded", charge, facts))
            status = 201
        refund = {"id": self._refunds[charge], "charge": charge, "order": known.order}
        return Response(status, {**refund, "amount_cents": known.amount_cents, "status": "succeeded"})


def _again(stored: StoredAnswer) -> Response:
    """The answer that a key stands for, whatever has changed since."""
    replayed = {"Idempotent-Replayed": "true"}
    if stored.charge is None:
        return _error(stored.status, replayed)
    return Response(stored.status, asdict(stored.charge), replayed)


def _error(status: int, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    if status < _SERVER_ERROR:
        return Refusal(status, "card_declined", "the card was declined", headers).response
    return Refusal(status, "provider_error", "the provider has failed; nothing was charged", headers).response


def _sum_of(request: Request) -> tuple[str, int, str]:
    """Order, cents and currency of a request that moves money."""
    order, amount, currency = request.text("order"), request.whole("amount_cents"), request.text("currency")
    if len(currency) != _CURRENCY_LETTERS:
        raise invalid("currency must be three letters, for example EUR")
    return order, amount, currency


def _fingerprint(body: object) -> str:
    """Equal for equal bodies, whatever the order of their fields."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]
