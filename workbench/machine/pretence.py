"""The edits of one branch, looked up call by call: what is pretended of this call, of the clock, of the inbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.machine.call import INSTANT, Call, Verb
from workbench.machine.edit import CallEdit, Crashes, Delays, Drops, Edit, Input, Raises, Returns, ShiftsClock, Signals
from workbench.machine.record import RunRecord
from workbench.model import EventType

__all__ = ["Arrival", "Pretence"]

_NAMELESS = INSTANT | {Verb.START_TIMER}
"""Calls that only a position tells apart."""


class Arrival(NamedTuple):
    """A signal that arrived.

    Attributes:
        at_ns: When, nanoseconds since the Unix epoch.
        row: Row of the recorded arrival; -1 for one that an edit sends.
        number: Number of that edit; -1 for none.
    """

    at_ns: int
    row: int
    number: int


class Pretence:
    """What the edits of one branch say.

    Args:
        edits: The edits; of several that mean the same call the last counts.
        record: The run.

    Attributes:
        unused: Numbers of the edits that nothing has met so far.
    """

    def __init__(self, edits: Sequence[Edit], record: RunRecord) -> None:
        self._edits = edits
        self._record = record
        self._seen: dict[str, int] = {}
        self._taken: set[tuple[int, int]] = set()
        self.unused = {number for number, edit in enumerate(edits) if not isinstance(edit, Input | Crashes)}

    @property
    def departs_at_once(self) -> bool:
        """The run begins with another input."""
        return any(isinstance(edit, Input) for edit in self._edits)

    def of(self, call: Call) -> CallEdit | None:
        """What is pretended of this call; counts the calls of each name, so ask once per call."""
        occurrence = 0
        if call.verb not in _NAMELESS:
            occurrence = self._seen[call.name] = self._seen.get(call.name, 0) + 1
        found: CallEdit | None = None
        for number, edit in enumerate(self._edits):
            if not isinstance(edit, Returns | Raises | Delays | Drops):
                continue
            if (occurrence or edit.target.position) and edit.target.fits(call, occurrence):
                found = edit
                self.unused.discard(number)
        return found

    def clock_at(self, now_ns: int) -> ShiftsClock | None:
        """What is pretended of a clock reading at this moment."""
        found = None
        for number, edit in enumerate(self._edits):
            if isinstance(edit, ShiftsClock) and edit.at_ns <= now_ns:
                found = edit
                self.unused.discard(number)
        return found

    # --- signals --------------------------------------------------------------------------------------------

    def next_arrival(self, name: str) -> Arrival | None:
        """The first signal of this name that nobody consumed."""
        left = [arrival for arrival in self._arrivals(name) if arrival[1:] not in self._taken]
        return min(left, default=None)

    def sent(self, arrival: Arrival) -> Signals | None:
        """The edit that sends it; `None` for a recorded one."""
        edit = self._edits[arrival.number] if arrival.number >= 0 else None
        return edit if isinstance(edit, Signals) else None

    def consume(self, arrival: Arrival) -> None:
        """The code takes it."""
        self._taken.add(arrival[1:])
        self.unused.discard(arrival.number)

    def consume_recorded(self, row: int) -> None:
        """The code takes the recorded signal that arrived in this row."""
        self._taken.add((row, -1))

    def _arrivals(self, name: str) -> Iterator[Arrival]:
        history = self._record.history
        for row in self._record.ambient:
            if history.columns.type[row] == EventType.SignalReceived and history.declaration(row).name == name:
                yield Arrival(history.columns.time_ns[row], row, -1)
        for number, edit in enumerate(self._edits):
            if isinstance(edit, Signals) and edit.name == name:
                yield Arrival(edit.at_ns, -1, number)
