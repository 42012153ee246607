"""The life of one variable, from the locals that a trace holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.model import Position
from workbench.replay.locals import Seen, text_in
from workbench.replay.stop import Stop
from workbench.replay.stops import Stops
from workbench.replay.tracer import LINE

__all__ = ["Change", "changes_of"]


class Change(NamedTuple):
    """One change.

    Attributes:
        at: The stop at which it was seen; the line before it made it.
        line: Where that function stood.
        function: The function.
        before: Bounded text of the value before; `None` when there was none.
        after: Bounded text of the new one; `None` when the variable went.
    """

    at: int
    line: int
    function: str
    before: str | None
    after: str | None


def changes_of(steps: Sequence[Stop], name: str, function: str = "") -> list[Change]:
    """Every change of a local variable, in every frame that has one of that name.

    Args:
        steps: The stops of a trace.
        name: The variable.
        function: Only in this function; `""` for all.
    """
    last: dict[tuple[Position, int, str], str | None] = {}
    known: dict[tuple[Position, int, str], Seen | None] = {}
    found: list[Change] = []
    for index, branch, depth, here, line, seen, text in _glimpses(steps, name):
        key = (branch, depth, here)
        if (function and here != function) or (seen is not None and known.get(key) is seen):
            continue
        known[key] = seen
        now = text if seen is None else text_in(seen, name)
        if now != last.get(key):
            found.append(Change(index, line, here, last.get(key), now))
            last[key] = now
    return found


_Glimpse = tuple[int, Position, int, str, int, Seen | None, str | None]
"""Stop, branch, depth of the frame, function, line; the frame's locals, or the variable's text where there are none."""


def _glimpses(steps: Sequence[Stop], name: str) -> Iterator[_Glimpse]:
    if not isinstance(steps, Stops):
        for stop in steps:
            branch = stop.position if stop.event == LINE else stop.position[:-1]
            for number, frame in enumerate(reversed(stop.stack)):
                yield stop.index, branch, number, frame.place.function, frame.place.line, None, frame.locals.get(name)
        return
    columns = zip(steps.events, steps.positions, steps.places, steps.seen, steps.others, strict=True)
    for index, (event, position, places, seen, others) in enumerate(columns):
        if seen is None:
            continue
        branch = position if event == LINE else position[:-1]
        depth = len(places)
        for place, each in zip(places, (seen, *others), strict=True):
            depth -= 1
            yield index, branch, depth, place.function, place.line, each, None
