"""What workflow code asks for: one frozen value per call, in the imperative."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from workbench.model import EventType, Position

__all__ = ["ASKS", "INSTANT", "Call", "Verb"]


class Verb(StrEnum):
    """The calls that a workflow can make."""

    CALL_STEP = "call step"
    START_TIMER = "sleep"
    AWAIT_SIGNAL = "await signal"
    START_CHILD = "start child"
    READ_CLOCK = "now"
    DRAW_RANDOM = "random"
    DRAW_UUID = "uuid4"


ASKS: dict[EventType, Verb] = {
    EventType.StepStarted: Verb.CALL_STEP,
    EventType.TimerStarted: Verb.START_TIMER,
    EventType.SignalAwaited: Verb.AWAIT_SIGNAL,
    EventType.ChildStarted: Verb.START_CHILD,
    EventType.ClockRead: Verb.READ_CLOCK,
    EventType.RandomDrawn: Verb.DRAW_RANDOM,
    EventType.UuidDrawn: Verb.DRAW_UUID,
}
"""The event that shows that a call was made, for each verb."""


INSTANT = frozenset({Verb.READ_CLOCK, Verb.DRAW_RANDOM, Verb.DRAW_UUID})
"""Calls that are answered as they are made: the event that shows the call holds the answer."""


class Call(NamedTuple):
    """One call.

    Attributes:
        verb: What is asked.
        position: Where in the program.
        name: Step, signal or child name; `""` for timers and draws.
        arguments: What decides whether it is the same call: encoded by the driver, compared by `same`.
        request: What a live driver needs to carry it out; the machine never looks at it.
    """

    verb: Verb
    position: Position
    name: str
    arguments: Any = None
    request: Any = None
