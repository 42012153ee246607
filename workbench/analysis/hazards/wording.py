"""Durations and moments as they stand in the evidence."""

from __future__ import annotations

from workbench.analysis.hazards.discreet import discreet
from workbench.journal.codec.standins import bounded_repr
from workbench.model import instant

__all__ = ["NS", "ago", "listed", "moment_text", "ns_in", "quoted", "said", "span"]

NS = 1_000_000_000
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
_NAMED = 4
_LONGEST = 300
_LOOKED_AT = 10_000


def ns_in(value: object) -> int | None:
    """A moment that a payload says in nanoseconds since the epoch; `None` for anything else."""
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63
    return value if known and isinstance(value, int) else None


def said(value: object) -> str:
    """What a payload says, in bounded text, without secrets."""
    text = str.__str__(value) if isinstance(value, str) else bounded_repr(value)
    return discreet(text[:_LOOKED_AT])[:_LONGEST]  # before it is cut: half a secret has no shape


def quoted(text: str) -> str:
    """A text of a payload in quotes, as `said`."""
    return repr(said(text))


def span(seconds: float) -> str:
    """`95` as `1.6 minutes`, `2820` as `47 minutes`, `0.4` as `0.4 seconds`."""
    for size, unit in _UNITS:
        if abs(seconds) >= size:
            return _counted(seconds / size, unit)
    return _counted(seconds, "second") if abs(seconds) >= 0.1 else f"{seconds * 1000:,.3g} ms"  # noqa: PLR2004 - below that, thousandths read better


def _counted(number: float, unit: str) -> str:
    text = f"{number:,.1f}".removesuffix(".0")
    return f"{text} {unit}" + ("" if text == "1" else "s")


def moment_text(time_ns: int) -> str:
    """A moment to the second, in UTC; one that no calendar holds in words."""
    try:
        return instant(time_ns).strftime("%Y-%m-%d %H:%M:%S UTC")
    except OverflowError:
        return "beyond all calendars"


def ago(earlier_ns: int, later_ns: int) -> str:
    """The time between two moments."""
    return span((later_ns - earlier_ns) / NS)


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Some names and how many more."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
