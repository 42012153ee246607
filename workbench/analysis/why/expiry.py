"""Whether a value that was used had expired by then: told by the facts that stand beside it in the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from workbench.analysis.provenance.links import Link
from workbench.analysis.provenance.values import leaves
from workbench.analysis.why.view import View
from workbench.analysis.why.words import span_text
from workbench.journal.codec import Redacted
from workbench.model import ns_of

__all__ = ["expiry_text"]

_NS: Final = 1_000_000_000
_EPOCHS: Final = (10**9, 10**11)
"""Seconds since the epoch lie between these: from 2001 on."""
_LONGEST: Final = 10**9


def expiry_text(view: View, link: Link) -> str:
    """`had been expired for 17 minutes by then`; `""` where it had not, or nothing says when it does."""
    ends = _expires_ns(view, link)
    used = view.case.time_ns(link.to_row)
    return f"had been expired for {span_text(used - ends)} by then" if ends is not None and ends <= used else ""


def _expires_ns(view: View, link: Link) -> int | None:
    """When the value expires: by its own derived facts (`exp` of a token), else by what stands beside it."""
    root = link.from_path.removeprefix("$.").partition(".")[0].partition("[")[0]
    found = {leaf.path: leaf.value for leaf in leaves(view.case.body(link.from_row).get(root), path=f"$.{root}")}
    value, above = found.get(link.from_path), link.from_path.rpartition(".")[0]
    if isinstance(value, Redacted) and (known := _instant_ns(value.derived.get("exp"))) is not None:
        return known
    lasts = found.get(f"{above}.expires_in")
    if isinstance(lasts, (int, float)) and not isinstance(lasts, bool) and 0 <= lasts < _LONGEST:
        return view.case.time_ns(link.from_row) + int(lasts * _NS)
    beside = (found.get(f"{above}.{name}") for name in ("expires_at", "exp", "expiry"))
    return next((ns for said in beside if (ns := _instant_ns(said)) is not None), None)


def _instant_ns(value: Any) -> int | None:
    """Seconds since the epoch, an aware datetime, or its ISO text, as nanoseconds."""
    if isinstance(value, str) and not isinstance(value, Redacted):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return ns_of(value) if value.tzinfo is not None else None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _EPOCHS[0] <= value < _EPOCHS[1]:
        return int(value * _NS)
    return None
