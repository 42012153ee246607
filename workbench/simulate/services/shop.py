"""The services together, answering one request at a time.

`Shop` is the whole shop without HTTP: a `World` calls `handle` with a virtual clock, the shop's process calls it
from its sockets. Building it reads the ledger, so a shop that was killed comes back as it was.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from workbench._errors import LogDegradedError
from workbench.simulate.ledger import RottenLedgerError
from workbench.simulate.services.flag import Flags
from workbench.simulate.services.mail import Mail
from workbench.simulate.services.message import Refusal, Request, Response, no_route
from workbench.simulate.services.payment import Payment
from workbench.simulate.services.stock import Stock
from workbench.simulate.services.subscription import Subscription
from workbench.simulate.services.time_of_day import TimeOfDay
from workbench.simulate.services.token import TokenIssuer

if TYPE_CHECKING:
    from workbench.simulate.services.setting import Service, Setting

__all__ = ["Shop"]

_SERVICE_OF_ROUTE = {
    "token": "token",
    "stock": "stock",
    "charges": "payment",
    "refunds": "payment",
    "credits": "payment",
    "subscriptions": "subscription",
    "mail": "mail",
    "outbox": "mail",
    "flags": "flag",
    "clock": "clock",
}


class Shop:
    """All services over one ledger.

    Args:
        setting: Ledger, clock, secret and knobs that the services share.

    Raises:
        RottenLedgerError: The ledger holds an entry that no service here could have written.
    """

    def __init__(self, setting: Setting) -> None:
        tokens = TokenIssuer(setting)
        self._stock, self._flags = Stock(setting), Flags(setting)
        others = (Payment(setting), Subscription(setting, tokens), Mail(setting), TimeOfDay(setting))
        services: tuple[Service, ...] = (tokens, self._stock, self._flags, *others)
        self._services = {service.name: service for service in services}
        self._lock = threading.Lock()
        for entry in setting.ledger.read(setting.ledger.path):
            service = self._services.get(entry.service)
            if service is None or entry.action not in service.actions:
                message = f"no service here could have written {entry.service!r} {entry.action!r}"
                raise RottenLedgerError(message, path=setting.ledger.path, line=entry.seq)
            try:
                service.apply(entry)
            except (KeyError, TypeError) as error:
                message = f"{entry.service} {entry.action} does not fit what came before: {error}"
                raise RottenLedgerError(message, path=setting.ledger.path, line=entry.seq) from error

    @staticmethod
    def service_of(request: Request) -> str:
        """Name of the service that a path belongs to, or empty."""
        return _SERVICE_OF_ROUTE.get(request.segments[0], "") if request.segments else ""

    def let_others_act(self) -> None:
        """What other buyers and operators have done by now; a service that is asked does this by itself."""
        with self._lock:
            self._stock.let_others_buy()
            self._flags.let_others_switch()

    def handle(self, request: Request) -> Response:
        """Answer one request; a refusal is an answer too.

        One at a time, as if in one transaction: checking the shelf and taking from it must not be interleaved with
        another order, or the ground truth would show faults of ours instead of the workflow's.
        """
        with self._lock:
            try:
                name = self.service_of(request)
                if not name:
                    raise no_route(request)
                return self._services[name].handle(request)
            except Refusal as refusal:
                return refusal.response
            except LogDegradedError as error:
                return Response(503, {"error": "ledger_unavailable", "message": error.message})
