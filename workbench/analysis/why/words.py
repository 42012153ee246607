"""Words of an explanation: durations, lists and event numbers as people read them at three in the morning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from workbench.model import visible

__all__ = ["count_text", "events_text", "listed", "quoted", "span_text"]

_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_NS: Final = 1_000_000_000
_MILLISECOND: Final = 1_000_000
_SHOWN: Final = 160
_NAMED: Final = 6
_ENOUGH: Final = 10
"""So many of a unit, and the smaller one tells nothing."""


def span_text(nanoseconds: int) -> str:
    """A duration in one or two units: `47 minutes`, `1 hour 5 minutes`, `2.5 seconds`, `less than a millisecond`."""
    if nanoseconds < _MILLISECOND:
        return "less than a millisecond"
    if nanoseconds < _NS:
        return count_text(nanoseconds // _MILLISECOND, "millisecond")
    if nanoseconds < 10 * _NS:
        tenths = round(nanoseconds / _NS, 1)
        return count_text(int(tenths), "second") if tenths.is_integer() else f"{tenths} seconds"
    seconds = round(nanoseconds / _NS)
    number = next(number for number, (size, _) in enumerate(_UNITS) if seconds >= size)
    size, unit = _UNITS[number]
    whole, rest = divmod(seconds, size)
    if number + 1 == len(_UNITS):
        return count_text(whole, unit)
    if whole >= _ENOUGH:
        whole = round(seconds / size)
        larger, name = _UNITS[max(number - 1, 0)]
        return count_text(1, name) if number and whole * size == larger else count_text(whole, unit)
    smaller, name = _UNITS[number + 1]
    return " ".join([count_text(whole, unit), *([count_text(rest // smaller, name)] if rest >= smaller else [])])


def count_text(count: int, noun: str) -> str:
    """`1 event`, `2 events`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def events_text(seqs: Iterable[int]) -> str:
    """`(event 8)`, `(events 19 and 21)`."""
    numbers = [str(seq) for seq in sorted(set(seqs))]
    return f"(event{'s' if len(numbers) > 1 else ''} {listed(numbers)})" if numbers else ""


def listed(words: Sequence[str], *, most: int = _NAMED) -> str:
    """`a, b and c`; of many the first few."""
    shown = [*words[:most], *([f"{len(words) - most} more"] if len(words) > most else [])]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}" if shown else ""


def quoted(error_type: str, message: str) -> str:
    """An error in a sentence: `ShopError: 401 token expired`."""
    text = visible(message.strip(), limit=_SHOWN, lines=False).rstrip(".")
    name = visible(error_type, limit=_SHOWN, lines=False)
    return f"{name}: {text}" if name and text and not text.startswith(name) else text or name or "an unnamed error"
