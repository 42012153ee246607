"""Whether two calls ask for the same: name and arguments, without what differs in every call."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from workbench.analysis.hazards.expiry import plain_text
from workbench.analysis.hazards.places import name_at
from workbench.analysis.hazards.resources import ids_of
from workbench.journal.codec import Redacted
from workbench.journal.codec.standins import bounded_repr
from workbench.journal.redaction.names import folded

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["Fingerprint", "fingerprint_of", "key_of"]

Fingerprint = frozenset[tuple[str, Hashable]]

_VOLATILE: Final = frozenset({
    "timestamp", "ts", "now", "time", "sentat", "requestedat", "createdat", "updatedat", "issuedat", "date", "nonce",
    "requestid", "traceid", "spanid", "correlationid", "xrequestid", "traceparent", "attempt", "attempts", "retry",
    "retries", "retrycount", "try", "idempotencykey", "xidempotencykey", "idempotencytoken", "key", "clienttoken",
    "clientrequesttoken", "useragent", "runid", "workflowrunid", "executionid", "seq", "sequence", "xamzdate",
})  # fmt: skip
"""Names of what differs from one sending of a request to the next."""
_KEY_NAMES: Final = frozenset(
    {"idempotencykey", "xidempotencykey", "idempotencytoken", "clientrequesttoken", "requestkey"}
)

_MADE_UP: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=.*\d)[0-9a-f]{16,64}|(?=.*\d)[0-9A-HJKMNP-TV-Z]{26}", re.IGNORECASE
)
"""A UUID, a random number in hexadecimal digits, a ULID."""


def fingerprint_of(case: Case, row: int, *, renamed: bool = True) -> Fingerprint | None:
    """What a call asks for; `None` where its arguments are not in the log.

    Args:
        case: The run.
        row: Row of the intent.
        renamed: The run's own id counts as the same in all runs.
    """
    body = case.body(row)
    if "args" not in body and "kwargs" not in body:
        return None
    asked = frozenset(
        (leaf.path, _plain(leaf.value, case.run_id if renamed else ""))
        for leaf in case.leaves(row)
        if leaf.path.startswith(("$.args", "$.kwargs")) and folded(name_at(leaf.path)) not in _VOLATILE
        and not isinstance(leaf.value, datetime)
    )  # fmt: skip
    key = plain_text(body.get("key"))
    return _without_key(case, row, key, asked) if key else asked


def _without_key(case: Case, row: int, key: str, asked: Fingerprint) -> Fingerprint:
    """What is asked for but for an argument that is the call's own key, where it names no order: `pay(order, uuid4())`.

    A key that was drawn names nothing. One that may have been is left out only where another argument says what the
    call is about: `pay(order_id)` under the key `order_id` asks for something else with every order.
    """
    rest = frozenset((path, value) for path, value in asked if str(value) != key)
    if len(rest) == len(asked):
        return asked
    others = ids_of(case, row) - {key}
    named = any(not one.startswith("word:") for one in others)
    return rest if key in case.drawn or (named and _MADE_UP.fullmatch(key)) else asked


def key_of(case: Case, row: int) -> str:
    """Idempotency key of a call: declared, or sent as a header or field; `""` for none."""
    said = case.body(row).get("key")
    if said:
        return plain_text(said) or bounded_repr(said)
    for leaf in case.leaves(row):
        if folded(name_at(leaf.path)) in _KEY_NAMES and leaf.value:
            return plain_text(leaf.value) or bounded_repr(leaf.value)
    return ""


def _plain(value: Any, run_id: str) -> Hashable:
    """Something to compare: the fingerprint of a secret, the text of a value, without the run's own id."""
    if isinstance(value, Redacted):
        return "redacted", value.fingerprint
    value = str(value) if isinstance(value, UUID) else value
    if isinstance(value, str):
        return plain_text(value).replace(run_id, "⟨run⟩") if run_id else plain_text(value)
    if value is None or isinstance(value, (bool, int, float, bytes)):
        return type(value).__name__, value
    return bounded_repr(value)
