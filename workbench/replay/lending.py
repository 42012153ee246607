"""Which recorded answer an exploring replay lends to a call that may not be the recorded one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

from workbench.machine import Call, RunRecord, Slot, Verb
from workbench.model import Position

__all__ = ["Lender", "Lent", "Loan"]


class Lent(StrEnum):
    """Why this answer is lent, from the surest to the boldest."""

    EXACT = "exact"
    """The same call at the same position."""
    ELSEWHERE = "elsewhere"
    """The same call with the same arguments, recorded at another position."""
    OCCURRENCE = "occurrence"
    """A call of the same name, in the order in which they were made."""
    RENAMED = "renamed"
    """A call of another name, at the same position with the same arguments."""
    NOTHING = "nothing"


class Loan(NamedTuple):
    """What is lent.

    Attributes:
        slot: The recorded call whose answer it is; `None` for none.
        lent: Why this one.
    """

    slot: Slot | None
    lent: Lent


class Lender:
    """Lends the answers of one run.

    Args:
        record: The run.
        is_same: Whether the recorded intent in a row has the arguments of a call.
    """

    def __init__(self, record: RunRecord, is_same: Callable[[int, Call], bool]) -> None:
        self._record = record
        self._is_same = is_same
        self._not_sure: dict[tuple[Verb, str], dict[Position, Slot]] = {}
        """Recorded calls by name that are not known to have been made again."""
        for slot in record.slots.values():
            self._not_sure.setdefault((slot.verb, slot.name), {})[slot.position] = slot
        self._unused = {key: {**slots} for key, slots in self._not_sure.items()}
        """The same, of those whose answer was never lent."""
        self._by_words: dict[tuple[Verb, str], dict[str, list[Slot]]] = {}
        """Recorded calls by name and by their arguments in words, once they are looked for."""
        self._left = len(record.slots)

    @property
    def left(self) -> bool:
        """Whether there are recorded calls that nobody asked for so far."""
        return self._left > 0

    def lend(self, call: Call, plain: Mapping[str, Any]) -> Loan:
        """The recorded call whose answer `call` gets.

        Args:
            call: The call.
            plain: Its arguments as plain values, as they would be recorded.
        """
        here = self._record.slots.get(call.position)
        key = (call.verb, call.name)
        if here is not None and (here.verb, here.name) == key and self._is_same(here.opened, call):
            return self._lent(here, Lent.EXACT)
        elsewhere = self._elsewhere(call, plain)
        if elsewhere is not None:
            return self._lent(elsewhere, Lent.ELSEWHERE)
        unused = next(iter(self._unused.get(key, {}).values()), None)
        if unused is not None:
            return self._lent(unused, Lent.OCCURRENCE)
        if here is not None and self._is_unused(here) and here.verb is call.verb and self._is_same(here.opened, call):
            return self._lent(here, Lent.RENAMED)
        return Loan(None, Lent.NOTHING)

    def _elsewhere(self, call: Call, plain: Mapping[str, Any]) -> Slot | None:
        """The first call of this name and these arguments that is not known to have been made again."""
        key = (call.verb, call.name)
        known = self._not_sure.get(key, {})
        if key not in self._by_words:
            found = self._by_words[key] = {}
            for slot in known.values():
                body = self._record.history.payload(slot.opened)
                found.setdefault(repr({name: body.get(name) for name in plain}), []).append(slot)
        for slot in self._by_words[key].get(repr(dict(plain)), ()):
            if slot.position in known:
                return slot
        return next((slot for slot in islice(known.values(), _FAR) if self._is_same(slot.opened, call)), None)

    def _lent(self, slot: Slot, lent: Lent) -> Loan:
        key = (slot.verb, slot.name)
        if self._unused[key].pop(slot.position, None) is not None:
            self._left -= 1
        if lent in {Lent.EXACT, Lent.ELSEWHERE}:
            self._not_sure[key].pop(slot.position, None)
        return Loan(slot, lent)

    def _is_unused(self, slot: Slot) -> bool:
        return slot.position in self._unused[slot.verb, slot.name]


_FAR = 4
"""So many recorded calls of a name are compared with care (redacted values, other order of a map) where none has the
same arguments in words: code that changed all of them must not cost the square of a long run."""
