"""The services of the shop, pure: requests in, answers out, effects in the ledger.

`Shop` holds them all; `Setting` and `Knobs` say what surrounds them; `Request`, `Response` and `Refusal` are what
goes in and out.
"""

from __future__ import annotations

from workbench.simulate.services.flag import Flags
from workbench.simulate.services.mail import Mail
from workbench.simulate.services.message import Refusal, Request, Response
from workbench.simulate.services.payment import Payment
from workbench.simulate.services.setting import SERVICES, Knobs, Purchase, Service, Setting, Switch
from workbench.simulate.services.shop import Shop
from workbench.simulate.services.stock import Stock
from workbench.simulate.services.subscription import Subscription
from workbench.simulate.services.time_of_day import TimeOfDay
from workbench.simulate.services.token import TokenIssuer

__all__ = [
    "SERVICES",
    "Flags",
    "Knobs",
    "Mail",
    "Payment",
    "Purchase",
    "Refusal",
    "Request",
    "Response",
    "Service",
    "Setting",
    "Shop",
    "Stock",
    "Subscription",
    "Switch",
    "TimeOfDay",
    "TokenIssuer",
]
