"""Whether what two runs were called with is alike: the same structure, and equal values in the same places.

What a check guards is found by ids that calls have in common (`workbench.analysis.hazards.checks`). It does not matter
what these ids are: where run A says `order-1` and run B says `order-2` each time, both are told the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import Any, Final

from msgpack import packb

from workbench.analysis.hazards import Case, stale_steps
from workbench.analysis.hazards.gaps import LONG_NS
from workbench.analysis.hazards.resources import id_in, looks
from workbench.model import EventType, Position

__all__ = ["FreshCalls"]

_MOST_KINDS: Final = 256

_MOST_VALUES: Final = 200
_LONGEST: Final = 120
_LARGE: Final = 1000
"""Integers from here on are ids."""

_HUGE: Final = 1 << 64
_NO_IDS: Final = frozenset({float, bytes, type(None), Decimal, dt.datetime, dt.date, dt.time, dt.timedelta})
_STARTED, _COMPLETED = int(EventType.StepStarted), int(EventType.StepCompleted)


class FreshCalls:
    """Kinds of calls, of runs with the same facts and without grants, in which nothing is stale."""

    def __init__(self) -> None:
        self._kinds: set[Hashable] = set()

    def stale_in(self, case: Case) -> Mapping[Position, str]:
        """What is stale in one of these runs: only what it checked and relies on can be."""
        kind = _kind_of_calls(case)
        if kind is not None and kind in self._kinds:
            return {}
        stale = stale_steps(case)
        if not stale and kind is not None and len(self._kinds) < _MOST_KINDS:
            self._kinds.add(kind)
        return stale


class _OddError(Exception):
    """A value that is like no other."""


def _kind_of_calls(case: Case) -> Hashable | None:
    """Equal for runs of one shape whose checks guard the same acts, and are as old; `None` for one like no other."""
    history, told = case.history, _Told()
    types, times = history.columns.type, history.columns.time_ns
    said: list[Hashable] = []
    try:
        for row in case.rows:
            if types[row] == _STARTED:
                body = case.body(row)
                said += (told.whole(body.get("args")), told.whole(body.get("kwargs")))
            elif types[row] == _COMPLETED and looks(history.declaration(row)):
                said += (told.whole(case.body(row).get("result")), case.now_ns - times[row] > LONG_NS)
    except _OddError:
        return None
    return tuple(said)


class _Told:
    """Puts a number in the place of each id, in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._left = _MOST_VALUES
        self._known: dict[bytes, Hashable] = {}

    def whole(self, value: Any) -> Hashable:
        """As `of`; what a run says again and again is looked at once."""
        try:
            spelled = packb(value, strict_types=True)
        except (TypeError, ValueError, OverflowError):  # more than plain values
            return self.of(value)
        known = self._known.get(spelled)
        if known is None:
            known = self._known[spelled] = self.of(value)
        return known

    def of(self, value: Any) -> Hashable:
        """A value as far as it matters.

        Raises:
            _OddError: It cannot be compared.
        """
        kind = type(value)
        self._left -= 1
        if kind is str:
            return self._text(value)
        if kind is int and abs(value) < _HUGE:
            return kind, self._number(str(value)), value >= _LARGE
        if kind is dict:
            return tuple([(name, self.of(part)) for name, part in value.items()])
        if kind is list:
            return kind, tuple([self.of(part) for part in value])
        if kind in _NO_IDS and self._left > 0:
            return (kind,)
        raise _OddError

    def _text(self, text: str) -> Hashable:
        if len(text) > _LONGEST or text.startswith("word:") or text != text.strip() or self._left < 0:
            raise _OddError
        found = id_in(text, False) if text else ""  # noqa: FBT003 - positional for its cache
        if not found:
            return str, text
        return str, self._number(text), found == text

    def _number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))
