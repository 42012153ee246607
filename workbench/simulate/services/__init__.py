"""The five services of the shop, pure: requests in, answers out, effects in the ledger.

`World` holds them all; `Setting` and `Knobs` say what surrounds them; `Request`, `Response` and `Refusal` are what
goes in and out.
"""

from __future__ import annotations

from workbench.simulate.services.mail import Mail
from workbench.simulate.services.message import Refusal, Request, Response
from workbench.simulate.services.payment import Payment
from workbench.simulate.services.setting import Knobs, Service, Setting
from workbench.simulate.services.stock import Stock
from workbench.simulate.services.subscription import Subscription
from workbench.simulate.services.token import TokenIssuer
from workbench.simulate.services.world import World

__all__ = [
    "Knobs",
    "Mail",
    "Payment",
    "Refusal",
    "Request",
    "Response",
    "Service",
    "Setting",
    "Stock",
    "Subscription",
    "TokenIssuer",
    "World",
]
