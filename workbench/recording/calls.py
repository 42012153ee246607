"""The calls of a trace: where each was made and answered, and the stretch of time it took on the trace's clock."""

from __future__ import annotations

from typing import NamedTuple

from workbench.analysis import Span
from workbench.model import EventType, Position, instant, position_text
from workbench.replay import LINE, Columns

__all__ = ["DRAWS", "Asked", "calls_of", "spans_of_trace"]

DRAWS = frozenset({EventType.ClockRead.name, EventType.RandomDrawn.name, EventType.UuidDrawn.name})
"""Question and answer in one stop."""
_FAILED = frozenset({EventType.StepFailed.name, EventType.ChildFailed.name})
_STEP = EventType.StepStarted.name
_PRETENDED = frozenset({"edited", "supplied"})


class Asked(NamedTuple):
    """A call in a trace.

    Attributes:
        asked: Index of the stop at which it was made.
        answered: Index of the last stop about it; the same while it has no answer.
    """

    asked: int
    answered: int


def calls_of(columns: Columns) -> dict[Position, Asked]:
    """The calls of a trace by position, in the order in which they were made."""
    calls: dict[Position, Asked] = {}
    for index, (position, event) in enumerate(zip(columns.positions, columns.events, strict=True)):
        if position and event != LINE:
            known = calls.get(position)
            calls[position] = Asked(index if known is None else known.asked, index)
    return calls


def spans_of_trace(columns: Columns) -> list[Span]:
    """What a timeline draws of a trace: a stretch per call, by how it was answered; draws take no time."""
    last = columns.times[-1] if columns.times else 0
    return [
        _span(columns, position, call, last)
        for position, call in calls_of(columns).items()
        if columns.events[call.asked] not in DRAWS
    ]


def _span(columns: Columns, position: Position, call: Asked, last_ns: int) -> Span:
    asked, answered = call
    is_open = asked == answered
    name, source = columns.names[asked], str(columns.sources[answered])
    if source in _PRETENDED:
        state = source
    elif columns.events[asked] != _STEP:
        state = "waiting"
    else:
        state = "in_doubt" if is_open else "failed" if columns.events[answered] in _FAILED else "committed"
    places = columns.places[asked]
    return Span(
        name=name or "timer",
        position=position_text(position),
        state=state,
        started=instant(columns.times[asked]),
        ended=instant(max(columns.times[asked], last_ns if is_open else columns.times[answered])),
        open=is_open,
        note=columns.steps[answered].note if state in _PRETENDED else "",
        code=f"{places[0].file.rpartition('/')[2]}:{places[0].line}" if places else "",
    )
