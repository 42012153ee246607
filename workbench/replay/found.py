"""What a search through a trace found: a sequence of stops, each made when it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from workbench.replay.locals import Seen, text_in
from workbench.replay.stop import Stop
from workbench.replay.stop_columns import Columns
from workbench.replay.stops import Stops

__all__ = ["Found", "holding"]

_SHOWN = 10


class Found(Sequence[Stop]):
    """Some stops of a trace.

    Args:
        steps: All stops.
        indices: Which ones, in order.
        words: What was looked for.
    """

    def __init__(self, steps: Sequence[Stop], indices: Sequence[int], words: str) -> None:
        self._steps = steps
        self.indices = indices
        self._words = words

    def __len__(self) -> int:
        """How many."""
        return len(self.indices)

    @overload
    def __getitem__(self, number: int) -> Stop: ...
    @overload
    def __getitem__(self, number: slice) -> list[Stop]: ...
    def __getitem__(self, number: int | slice) -> Stop | list[Stop]:
        """One of them, or a list of some."""
        if isinstance(number, slice):
            return [self._steps[index] for index in self.indices[number]]
        return self._steps[self.indices[number]]

    def __iter__(self) -> Iterator[Stop]:
        return (self._steps[index] for index in self.indices)

    def __repr__(self) -> str:
        """The first ones, one a line, and what can be done next."""
        lines = [f"{len(self):,} found: {self._words}", *(f"  {stop}" for stop in self[:_SHOWN])]
        if len(self) > _SHOWN:
            lines.append(f"  … {len(self) - _SHOWN:,} more")
        lines.append("  next: trace.goto(found[0].index), found.indices")
        return "\n".join(lines)


def holding(columns: Columns, text: str) -> list[int]:
    """Indices of the stops that show a text: in event, name, place, changed variable, call, answer or local.

    Args:
        columns: The stops.
        text: What is looked for, as it is written.
    """
    steps = columns.steps
    if not isinstance(steps, Stops):
        return [stop.index for stop in steps if text in f"{stop!r} {stop.note}"]
    found = _with_facts(columns, text)
    for index, (names, seen) in enumerate(zip(columns.changes, steps.seen, strict=True)):
        if names and seen is not None and text in _became(seen, names):
            found.add(index)
    found.update(index for index, note in enumerate(steps.notes) if text in note)
    return sorted(found)


def _with_facts(columns: Columns, text: str) -> set[int]:
    """Facts repeat: each different one is looked at once."""
    found: set[int] = set()
    for column in (columns.events, columns.names, columns.changes, columns.places):
        facts: list[Any] = column
        fitting = {fact for fact in set(facts) if _shows(fact, text)}
        if fitting:
            found.update(index for index, fact in enumerate(facts) if fact in fitting)
    return found


def _became(seen: Seen, names: Sequence[str]) -> str:
    """What variables changed to, in one text."""
    if seen[0] is not None:
        return "\n".join(filter(None, seen[2::2]))
    return "\n".join([text_in(seen, name) or "" for name in names])  # a whole holds what did not change, too


def _shows(fact: Any, text: str) -> bool:
    if isinstance(fact, str):
        return text in fact
    if not fact or isinstance(fact[0], str):
        return any(text in name for name in fact)
    file, line, function = fact[0]
    return text in function or text in f"{file.rpartition('/')[2]}:{line}"
