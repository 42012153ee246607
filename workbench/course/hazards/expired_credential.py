"""Hazard 1: a token that was fetched before the crash is used after it."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]


@wb.step(kind="read")
def log_in() -> str:
    """A token; it lives for a quarter of an hour."""
    return str(here().tokens.issue()["access_token"])


@wb.step(kind="keyed", key=lambda customer: f"charge/{customer}", key_lifetime_seconds=86_400)
def charge(customer: str) -> dict[str, Any]:
    """Take the money for a year."""
    return here().payment.charge(customer, 4200, key=wb.current_key())


@wb.step(kind="idempotent")
def extend(token: str, customer: str) -> dict[str, Any]:
    """Give what was paid for."""
    return here().subscriptions.extend(customer, "2026-06-02", token, order=customer)


@wb.step(kind="idempotent")
def extend_with_own_token(customer: str) -> dict[str, Any]:
    """Give what was paid for, with a token of its own."""
    token = here().tokens.issue()["access_token"]
    return here().subscriptions.extend(customer, "2026-06-02", token, order=customer)


@wb.workflow
def renewal_with_an_old_token(customer: str) -> None:
    """Logs in once, as a script would."""
    token = log_in()
    charge(customer)
    extend(token, customer)


@wb.workflow
def renewal_with_a_fresh_token(customer: str) -> None:
    """Logs in where the token is used: what is never recorded cannot grow old in the record."""
    charge(customer)
    extend_with_own_token(customer)


SCENARIO = Scenario(
    hazard="expired-credential",
    story="A renewal logs in, charges the card and is killed. An hour later it is resumed, and the token in its log is "
    "long expired: the customer has paid and gets nothing.",
    lesson="Fetch the token inside the step that uses it; a secret has no place in a history.",
    failing=renewal_with_an_old_token,
    fixed=renewal_with_a_fresh_token,
    misfortune=Misfortune(args=("ada",), downtime=(60.0, 3600.0)),
    harm="charged and got nothing",
)
