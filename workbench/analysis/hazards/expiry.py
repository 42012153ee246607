"""When a value stops being good, as services write it: `expires_in`, `exp`, `valid_until`, a signed address.

None of this needs the value itself, so it works on a log from which the secrets were taken out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from workbench.analysis.hazards.wording import NS
from workbench.journal.codec import Redacted
from workbench.journal.redaction.facts import jwt_facts
from workbench.journal.redaction.names import words_of
from workbench.model import ns_of

__all__ = ["Term", "expiry_in_text", "expiry_of", "instant_of", "plain_text", "term_of"]

_DAY_NS: Final = 86_400 * NS
_EARLIEST, _SECONDS, _MILLIS, _MICROS, _LATEST = 1e8, 1e11, 1e14, 1e17, 9e18
"""Epoch numbers by size: seconds from 1973, then milliseconds, microseconds, nanoseconds up to 2255."""
_LONGEST_SECONDS: Final = 100 * 366 * 86_400
_DIGITS: Final = re.compile(r"\d{1,19}(?:\.\d{1,9})?")
_MOST_CHARS: Final = 64
_JWT: Final = re.compile(r"eyJ[\w-]{5,}\.[\w-]{5,}")
_SIGNED: Final = re.compile(r"[?&](X-Amz-Expires|X-Goog-Expires|Expires|se)=([^&#\s]+)", re.IGNORECASE)
_SIGNED_AT: Final = re.compile(r"[?&](?:X-Amz-Date|X-Goog-Date)=(\d{8}T\d{6}Z)", re.IGNORECASE)
_SIGNATURE: Final = re.compile(r"[?&](X-Amz-Signature|X-Goog-Signature|Signature|sig)=", re.IGNORECASE)

_ENDS: Final = (
    ("expires", "at"), ("expires", "on"), ("expire", "at"), ("expiration", "time"), ("expiration", "date"),
    ("expiry", "time"), ("expiry", "date"), ("valid", "until"), ("valid", "to"), ("good", "until"), ("not", "after"),
    ("held", "until"), ("hold", "until"), ("locked", "until"), ("reserved", "until"), ("expires",), ("expiry",),
    ("expiration",), ("exp",), ("until",), ("deadline",),
)  # fmt: skip
"""What names of moments end in."""
_LASTS: Final = (
    ("expires", "in"), ("expire", "in"), ("valid", "for"), ("max", "age"), ("lifetime",), ("ttl",),
    ("time", "to", "live"), ("lease", "duration"),
)  # fmt: skip
"""What names of durations end in, before a unit."""
_UNITS: Final = {
    "seconds": 1.0, "second": 1.0, "secs": 1.0, "sec": 1.0, "s": 1.0, "ms": 0.001, "millis": 0.001,
    "milliseconds": 0.001, "minutes": 60.0, "minute": 60.0, "mins": 60.0, "min": 60.0, "hours": 3600.0, "hour": 3600.0,
}  # fmt: skip


class Term(NamedTuple):
    """What a name says about the end of something.

    Attributes:
        of: What ends, in the words before: `("access", "token")` of `access_token_expires_in`; `()` for its neighbours.
        unit: Seconds per unit for a duration; `None` for a moment.
    """

    of: tuple[str, ...]
    unit: float | None


@lru_cache(4096)
def term_of(name: str) -> Term | None:
    """What a field of this name says about the end of something; `None` for nothing."""
    words = words_of(name)
    joined = "".join(words)
    words = _SPLIT.get(joined, words)
    bare, unit = (words[:-1], _UNITS[words[-1]]) if len(words) > 1 and words[-1] in _UNITS else (words, 1.0)
    for ending in _LASTS:
        if bare[-len(ending) :] == ending:
            return Term(bare[: -len(ending)], unit)
    if bare != words and bare[-1:] == ("lease",):
        return Term(bare, unit)
    for ending in _ENDS:
        if words[-len(ending) :] == ending:
            return Term(words[: -len(ending)], None)
    return None


_SPLIT: Final = {
    "expiresin": ("expires", "in"), "expiresat": ("expires", "at"), "expireson": ("expires", "on"),
    "validuntil": ("valid", "until"), "notafter": ("not", "after"), "maxage": ("max", "age"),
}  # fmt: skip
"""Names written without a break between the words."""


def plain_text(value: Any) -> str:
    """The characters of a text; a redacted secret shows its marker and is not asked for anything else."""
    return str.__str__(value) if isinstance(value, str) else ""


def instant_of(value: Any) -> int | None:
    """A moment, however it is written, in nanoseconds since the epoch; `None` for no moment.

    Understood: datetimes (naive ones are UTC), ISO 8601, the date format of HTTP, epoch numbers in seconds,
    milliseconds, microseconds or nanoseconds, told apart by their size. A date alone lasts until its end.
    """
    if isinstance(value, datetime):
        return _of_datetime(value)
    if isinstance(value, date):
        return ns_of(datetime.combine(value, time(), UTC)) + _DAY_NS
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _of_number(float(value)) if _is_fair(value) else None
    if not isinstance(value, str) or isinstance(value, Redacted):
        return None
    text = plain_text(value).strip()
    if not 6 <= len(text) <= _MOST_CHARS:  # noqa: PLR2004 - shorter texts are no dates
        return None
    return _of_number(float(text)) if _DIGITS.fullmatch(text) else _of_text(text)


def _is_fair(value: float | Decimal) -> bool:
    """Whether a number is finite and not too large; one of Decimal's NaNs refuses even to be compared."""
    return (not isinstance(value, Decimal) or value.is_finite()) and -_LATEST < value < _LATEST


def _of_number(number: float) -> int | None:
    if number < _EARLIEST or number >= _LATEST:
        return None
    scale = 1e9 if number < _SECONDS else 1e6 if number < _MILLIS else 1e3 if number < _MICROS else 1.0
    return int(number * scale)


def _of_text(text: str) -> int | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _of_http_date(text)
    moment = _of_datetime(found)
    whole_day = len(text) <= len("2026-10-02")
    return moment + _DAY_NS if moment is not None and whole_day else moment


def _of_http_date(text: str) -> int | None:
    try:
        return _of_datetime(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):  # no date either: then it is some other text
        return None


def _of_datetime(found: datetime) -> int | None:
    try:
        return ns_of(found if found.tzinfo is not None else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):  # a zone that moves it out of the calendar
        return None


def _seconds_of(value: Any) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, str) and not isinstance(value, Redacted):
        text = plain_text(value).strip()
        value = float(text) if len(text) <= _MOST_CHARS and _DIGITS.fullmatch(text) else None
    if value is None or isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return float(value) if _is_fair(value) and value > 0 else None


def expiry_of(term: Term, value: Any, from_ns: int) -> int | None:
    """When it ends, in nanoseconds since the epoch; `None` where the value does not say.

    Args:
        term: What the name says.
        value: The value under that name.
        from_ns: When it was given, for durations.
    """
    moment = instant_of(value)
    if moment is not None and not isinstance(value, timedelta):
        return moment  # `expires_in: 1790000000` is a moment whatever its name
    seconds = _seconds_of(value)
    if seconds is None:
        return None
    lasting = seconds * (term.unit if term.unit is not None else 1.0)
    named = term.unit is not None or term.of == ()  # `expires: 3600`; but `paid_until: 3` is something else
    return from_ns + int(lasting * NS) if named and lasting <= _LONGEST_SECONDS else None


def expiry_in_text(value: Any) -> tuple[int, str] | None:
    """When a credential that carries its own end ends, and what it is: a web token or a signed address."""
    facts: Mapping[str, Any] = value.derived if isinstance(value, Redacted) else {}
    found = instant_of(facts.get("exp"))
    if found is not None:
        return found, "token"
    text = plain_text(value)
    token = _JWT.search(text[:20_000]) if "eyJ" in text else None
    if token is not None:
        found = instant_of(jwt_facts(text[token.start() : token.start() + 20_000].partition(" ")[0]).get("exp"))
        if found is not None:
            return found, "token"
    return _signed_address(text)


def _signed_address(text: str) -> tuple[int, str] | None:
    if "?" not in text or _SIGNATURE.search(text) is None:
        return None
    told = {match[1].lower(): match[2] for match in _SIGNED.finditer(text)}
    began = _SIGNED_AT.search(text)
    lasting = _seconds_of(told.get("x-amz-expires") or told.get("x-goog-expires"))
    if began is not None and lasting is not None:
        start = _of_text(began[1])
        return (start + int(lasting * NS), "signed address") if start is not None else None
    end = instant_of((told.get("se") or told.get("expires") or "").replace("%3A", ":").replace("%3a", ":"))
    return (end, "signed address") if end is not None else None
