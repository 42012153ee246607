"""The stock: a shelf that other buyers empty too.

`GET /stock/{sku}` → `{sku, available}`; `POST /stock/{sku}/reservations {order, quantity}` → a reservation, 409
when sold out, the same one again for the same order; `DELETE /stock/reservations/{id}` gives it back.
`GET /stock/{sku}/reservations?order=…` lists those that stand, which settles a reservation in doubt.
`POST /stock/{sku}/sales {order, quantity}` ships without looking: it trusts whoever has looked before, and a sale of
what is not there any more is an oversold one.

Other buyers take what `Knobs.purchases` says, when it says so, if it is there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from workbench.simulate.services.message import Refusal, Request, Response, no_route

if TYPE_CHECKING:
    from workbench.simulate.ledger import LedgerEntry
    from workbench.simulate.services.setting import Setting

__all__ = ["Stock"]


@dataclass(frozen=True, slots=True)
class Reservation:
    """Goods put aside for an order; `status` is `held` or `released`."""

    id: str
    sku: str
    order: str
    quantity: int
    status: str = "held"


class Stock:
    """What is on the shelf and for whom some of it is put aside."""

    name = "stock"
    actions = frozenset({"reserved", "released", "sold", "bought", "turned_away"})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._reservations: dict[str, Reservation] = {}
        self._standing: dict[tuple[str, str], str] = {}
        self._held: Counter[str] = Counter()
        self._gone: Counter[str] = Counter()
        self._sales = self._others = 0

    def handle(self, request: Request) -> Response:
        """Answer one request under `/stock`."""
        self.let_others_buy()
        match request.method, request.segments:
            case "DELETE", ("stock", "reservations", reservation):
                return self._release(reservation)
            case "GET", ("stock", sku):
                return Response(200, {"sku": sku, "available": self._available(sku)})
            case "GET", ("stock", sku, "reservations"):
                return self._standing_of(sku, request.query.get("order", ""))
            case "POST", ("stock", sku, "reservations"):
                return self._reserve(sku, request.text("order"), request.whole("quantity"))
            case "POST", ("stock", sku, "sales"):
                return self._sell(sku, request.text("order"), request.whole("quantity"))
            case _:
                raise no_route(request)

    def apply(self, entry: LedgerEntry) -> None:
        """Put goods aside, or back, or give them away."""
        if entry.action in {"sold", "bought", "turned_away"}:
            self._sales += entry.action == "sold"
            self._others += entry.action != "sold"
            self._gone[entry.text("sku")] += entry.whole("quantity") if entry.action != "turned_away" else 0
            return
        identity = entry.text("id")
        sku, order, quantity = entry.text("sku"), entry.text("order"), entry.whole("quantity")
        if entry.action == "released":
            self._reservations[identity] = replace(self._reservations[identity], status="released")
            self._held[sku] -= quantity
            del self._standing[sku, order]
        else:
            self._reservations[identity] = Reservation(identity, sku, order, quantity)
            self._held[sku] += quantity
            self._standing[sku, order] = identity

    def _available(self, sku: str) -> int:
        if sku not in self._setting.knobs.stock:
            raise Refusal(404, "no_such_sku", f"the shop does not sell {sku}")
        return self._setting.knobs.stock[sku] - self._gone[sku] - self._held[sku]

    def let_others_buy(self) -> None:
        """What other buyers have taken by now, each at their time, or would have if it had been there."""
        for purchase in self._setting.knobs.purchases[self._others :]:
            due_ns = self._setting.due_ns(purchase.after_seconds)
            if due_ns > self._setting.now_ns():
                return
            action = "bought" if self._available(purchase.sku) >= purchase.quantity else "turned_away"
            facts = {"order": f"other-{self._others + 1}", "sku": purchase.sku, "quantity": purchase.quantity}
            self.apply(self._setting.ledger.append(self.name, action, "", facts, at_ns=due_ns))

    def _sell(self, sku: str, order: str, quantity: int) -> Response:
        self._available(sku)
        facts = {"id": self._setting.mint("sl", self._sales + 1), "sku": sku, "order": order, "quantity": quantity}
        self.apply(self._setting.ledger.append(self.name, "sold", "", facts))
        return Response(201, facts)

    def _standing_of(self, sku: str, order: str) -> Response:
        self._available(sku)
        mine = {place: identity for place, identity in self._standing.items() if place[0] == sku}
        found = [identity for (_, its), identity in mine.items() if order in {"", its}]
        return Response(200, [asdict(self._reservations[identity]) for identity in found])

    def _reserve(self, sku: str, order: str, quantity: int) -> Response:
        available = self._available(sku)
        if (sku, order) in self._standing:
            known = self._reservations[self._standing[sku, order]]
            if known.quantity != quantity:
                message = f"order {order} has {known.quantity} of {sku} reserved already, not {quantity}"
                raise Refusal(409, "other_quantity", message)
            return Response(200, asdict(known))
        if quantity > available:
            raise Refusal(409, "sold_out", f"{available} of {sku} left, {quantity} asked for")
        made = Reservation(self._setting.mint("rs", len(self._reservations) + 1), sku, order, quantity)
        facts = {"id": made.id, "sku": sku, "order": order, "quantity": quantity}
        self.apply(self._setting.ledger.append(self.name, "reserved", order, facts))
        return Response(201, asdict(made))

    def _release(self, identity: str) -> Response:
        known = self._reservations.get(identity)
        if known is None:
            raise Refusal(404, "no_such_reservation", f"there is no reservation {identity}")
        if known.status == "held":
            facts = {"id": identity, "sku": known.sku, "order": known.order, "quantity": known.quantity}
            self.apply(self._setting.ledger.append(self.name, "released", identity, facts))
        return Response(200, asdict(self._reservations[identity]))
