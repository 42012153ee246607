"""Durations as people read them."""

from __future__ import annotations

__all__ = ["duration_text"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def duration_text(seconds: float) -> str:
    """`0.0004` as `0.4 ms`, `95` as `95.0 s`, `2820` as `47.0 min`, with a unit that keeps the number small."""
    if seconds < 1:
        return f"{seconds * 1000:,.1f} ms"
    if seconds < 2 * _MINUTE:
        return f"{seconds:,.1f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:,.1f} min"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:,.1f} h"
    return f"{seconds / _DAY:,.1f} days"
