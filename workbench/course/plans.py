"""A family plan, as lesson 8 finds it deployed: one login, then for each member the money and what it is for.

Its runs are open when the code is changed.
"""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.simulate import here

__all__ = ["charge", "extend", "log_in", "monday"]


@wb.step(kind="read")
def log_in() -> str:
    """A token, good for 15 minutes."""
    return str(here().tokens.issue()["access_token"])


@wb.step(kind="keyed", key=lambda customer: f"charge/{customer}", key_lifetime_seconds=86_400)
def charge(customer: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(customer, 4200, key=wb.current_key())


@wb.step(kind="idempotent")
def extend(token: str, customer: str) -> dict[str, Any]:
    """Give what was paid for."""
    return here().subscriptions.extend(customer, "2026-06-02", token, order=customer)


@wb.workflow(name="family plan")
def monday(first: str, second: str) -> None:
    """A renewal for two."""
    token = log_in()
    for customer in (first, second):
        charge(customer)
        extend(token, customer)
