"""What an event is called when somebody asks where a value came from: `charge_card (3)`, `signal approved`, `run`."""

from __future__ import annotations

from typing import Final

from workbench.model import EventType, History, position_text

__all__ = ["RUN", "place_of"]

RUN: Final = "run"
"""The run itself: its arguments and its result."""

_NAMELESS: Final = {
    EventType.ClockRead: "now",
    EventType.RandomDrawn: "random",
    EventType.UuidDrawn: "uuid4",
    EventType.TimerStarted: "timer",
    EventType.TimerFired: "timer",
    EventType.ValueRecorded: "value",
}
_OF_THE_RUN: Final = frozenset(
    {EventType.RunStarted, EventType.RunCompleted, EventType.RunFailed, EventType.RunCancelled}
)
_ARRIVED: Final = {EventType.SignalReceived: "signal", EventType.UpdateReceived: "update"}


def place_of(history: History, row: int) -> str:
    """The call, signal or run that the event in this row belongs to.

    Args:
        history: Where the event is.
        row: Its row.
    """
    kind = EventType(history.columns.type[row])
    if kind in _OF_THE_RUN:
        return RUN
    name, position = history.declaration(row).name, position_text(history.position(row))
    if kind in _ARRIVED:
        return f"{_ARRIVED[kind]} {name}".strip()
    name = name or _NAMELESS.get(kind, kind.name)
    return f"{name} ({position})" if position else name
