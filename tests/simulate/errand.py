"""A workflow of any calls in any order, and a step of every kind: what crash scenarios are made of.

    errand(["o-1", "o-2"], ["charge", "mail"])

Each call is about a thing of its own (its tag), so that the ledger tells how often each was done.
"""

from __future__ import annotations

from typing import Any

from tests.simulate.network import RefusedError, ask
from workbench.machine import Retry
from workbench.program import Step, current_key, step, workflow

__all__ = ["CENTS", "STEPS", "errand"]

CENTS = 4200
_TWICE = Retry(max_attempts=2, first_delay_seconds=1, jitter=0)
_UNTIL = "2030-01-01T00:00:00+00:00"
_KEY_LIFETIME_SECONDS = 24 * 3600


@step(kind="pure")
def quote(tag: str) -> str:
    """Compute something."""
    return f"{tag} costs {CENTS} cents"


@step(kind="read", retry=_TWICE)
def look(tag: str) -> int:
    """Ask how many there are."""
    return int(ask(tag, "GET", "/stock/sku-1")["available"])


def find_extension(tag: str) -> dict[str, Any] | None:
    """Probe of `extend`."""
    try:
        found: dict[str, Any] = ask("", "GET", f"/subscriptions/{tag}", headers=_bearer())
    except RefusedError:
        return None
    return found


@step(kind="idempotent", retry=_TWICE, probe=find_extension)
def extend(tag: str) -> dict[str, Any]:
    """Write the whole of something: doing it twice is doing it once."""
    extended: dict[str, Any] = ask(tag, "PUT", f"/subscriptions/{tag}", {"until": _UNTIL}, _bearer())
    return extended


def find_charge(tag: str) -> dict[str, Any] | None:
    """Probe of charges: one that was neither refunded nor paid back."""
    charges = [one for one in ask("", "GET", "/charges", query={"order": tag}) if one["status"] == "succeeded"]
    standing = charges[len(ask("", "GET", "/credits", query={"order": tag})) :]
    return dict(standing[0]) if standing else None


@step(
    kind="keyed",
    key=lambda tag: f"pay/{tag}",
    key_lifetime_seconds=_KEY_LIFETIME_SECONDS,
    retry=_TWICE,
    probe=find_charge,
)
def pay(tag: str) -> dict[str, Any]:
    """Charge under a key that the provider recognises for a day."""
    return _charge(tag, {"Idempotency-Key": current_key()})


@step(kind="keyed", key=lambda tag: f"pay/{tag}", key_lifetime_seconds=_KEY_LIFETIME_SECONDS, retry=_TWICE)
def pay_unseen(tag: str) -> dict[str, Any]:
    """As `pay`, at a provider that answers no questions."""
    return _charge(tag, {"Idempotency-Key": current_key()})


def refund(tag: str, charged: dict[str, Any] | None) -> None:
    """Undo of `charge`: takes back what is there, if anything is."""
    del charged
    for charge in ask("", "GET", "/charges", query={"order": tag}):
        ask("", "POST", "/refunds", {"charge": charge["id"]})


def pay_back(tag: str, charged: dict[str, Any] | None) -> None:
    """Undo of `charge_blind`: pays, whatever was there."""
    del charged
    ask("", "POST", "/credits", {"order": tag, "amount_cents": CENTS, "currency": "EUR"})


@step(kind="compensatable", undo=refund, undo_null_safe=True, probe=find_charge, retry=_TWICE)
def charge(tag: str) -> dict[str, Any]:
    """Charge without a key; its undo is harmless where there is nothing to undo."""
    return _charge(tag)


@step(kind="compensatable", undo=pay_back, probe=find_charge, retry=_TWICE)
def charge_blind(tag: str) -> dict[str, Any]:
    """Charge without a key; its undo pays in any case."""
    return _charge(tag)


@step(kind="compensatable", undo=pay_back, retry=_TWICE)
def charge_unseen(tag: str) -> dict[str, Any]:
    """As `charge_blind`, at a provider that answers no questions."""
    return _charge(tag)


def find_mail(tag: str) -> str | None:
    """Probe of `mail`."""
    sent = ask("", "GET", "/outbox", query={"to": tag})
    return str(sent[0]["id"]) if sent else None


@step(kind="write", probe=find_mail, retry=_TWICE)
def mail(tag: str) -> str:
    """Send what cannot be taken back; the outbox can be looked at."""
    return _send(tag)


@step(kind="write", retry=_TWICE)
def post(tag: str) -> str:
    """Send what cannot be taken back and is seen by nobody."""
    return _send(tag)


STEPS: dict[str, Step[[str], Any]] = {
    one.name: one for one in (quote, look, extend, pay, pay_unseen, charge, charge_blind, charge_unseen, mail, post)
}
"""By name."""


@workflow
def errand(tags: list[str], calls: list[str], *, careful: bool = False) -> list[bool]:
    """Call one step after the other.

    Args:
        tags: What each call is about.
        calls: Name of each step.
        careful: Go on when the other side does not answer.

    Returns:
        Of each call, whether it was said to have gone well.
    """
    told = []
    for tag, call in zip(tags, calls, strict=True):
        try:
            STEPS[call](tag)
        except TimeoutError:
            if not careful:
                raise
            told.append(False)
        else:
            told.append(True)
    return told


def _charge(tag: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    body = {"order": tag, "amount_cents": CENTS, "currency": "EUR"}
    made: dict[str, Any] = ask(tag, "POST", "/charges", body, headers)
    return made


def _send(tag: str) -> str:
    return str(ask(tag, "POST", "/mail", {"to": tag, "subject": "Hello", "body": "Thank you."})["id"])


def _bearer() -> dict[str, str]:
    session = ask("", "POST", "/token", {"user": "checkout", "password": "correct-horse"})
    return {"Authorization": f"Bearer {session['access_token']}"}
