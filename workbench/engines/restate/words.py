"""Restate's commands in our words.

A `Run` is the user's own code, of unknown kind, so it counts as a write. The others are the server's own operations:
those that look are reads; to set, clear or complete something again changes nothing; to send is to act.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from workbench.engines.jsons import number_of, text_of
from workbench.engines.restate.entry import Entry, target_of
from workbench.engines.rows import called, shown, written
from workbench.model import Declaration, EventType, Kind

__all__ = ["ENDS", "OPENS", "STRAIGHT", "Ends"]

_CANCEL = 1
"""The signal with which the server cancels an invocation."""


class Ends(NamedTuple):
    """What an answer is, when it went well and when not."""

    well: EventType
    badly: EventType


ENDS = {
    EventType.StepStarted: Ends(EventType.StepCompleted, EventType.StepFailed),
    EventType.TimerStarted: Ends(EventType.TimerFired, EventType.TimerFired),
    EventType.ChildStarted: Ends(EventType.ChildCompleted, EventType.ChildFailed),
    EventType.SignalAwaited: Ends(EventType.SignalConsumed, EventType.SignalConsumed),
}
"""By what was asked for."""

Declare = Callable[[Entry], Declaration]


def _key(entry: Entry) -> str:
    return text_of(entry.fields, "key") or "(unnamed)"


def _step(words: str, kind: Kind) -> Declare:
    """A step of the server; `{}` stands for the key of the state or promise."""
    return lambda entry: called(words.format(_key(entry)) if "{}" in words else words, kind)


def _send(entry: Entry) -> Declaration:
    """With a key of the caller's, the server recognises a repeated call for as long as it keeps the first one."""
    name = f"send {target_of(entry.fields)[0] or '(unnamed service)'}"
    request = entry.fields.get("request")
    if not isinstance(request, dict) or not text_of(request, "idempotency_key"):
        return called(name)
    kept = request.get("completion_retention_duration")
    seconds = number_of(kept.get("secs")) if isinstance(kept, dict) else 0
    return Declaration(written(name), Kind.KEYED, key_lifetime_seconds=float(seconds) if seconds > 0 else None)


def _signal(entry: Entry) -> Declaration:
    held: Any = entry.fields.get("signal_id")
    index = held.get("Index") if isinstance(held, dict) else None
    if index == _CANCEL:
        return called("cancel another invocation", Kind.IDEMPOTENT)
    return called(f"send signal {text_of(held, 'Name') or index}")


OPENS: dict[str, tuple[EventType, Declare]] = {
    "Run": (EventType.StepStarted, lambda entry: called(entry.name or "(unnamed step)")),
    "Sleep": (EventType.TimerStarted, lambda entry: shown(entry.name)),
    "Call": (EventType.ChildStarted, lambda entry: shown(target_of(entry.fields)[0] or "(unnamed service)")),
    "GetPromise": (EventType.SignalAwaited, lambda entry: shown(_key(entry))),
    "PeekPromise": (EventType.StepStarted, _step("peek at promise {}", Kind.READ)),
    "CompletePromise": (EventType.StepStarted, _step("complete promise {}", Kind.IDEMPOTENT)),
    "GetLazyState": (EventType.StepStarted, _step("look at state {}", Kind.READ)),
    "GetLazyStateKeys": (EventType.StepStarted, _step("look at keys of state", Kind.READ)),
    "AttachInvocation": (EventType.StepStarted, _step("await another invocation", Kind.READ)),
    "GetInvocationOutput": (EventType.StepStarted, _step("look at the output of another invocation", Kind.READ)),
}
"""Commands that an answer follows."""

STRAIGHT: dict[str, Declare] = {
    "GetEagerState": _step("look at state {}", Kind.READ),
    "GetEagerStateKeys": _step("look at keys of state", Kind.READ),
    "SetState": _step("set state {}", Kind.IDEMPOTENT),
    "ClearState": _step("clear state {}", Kind.IDEMPOTENT),
    "ClearAllState": _step("clear all state", Kind.IDEMPOTENT),
    "OneWayCall": _send,
    "SendSignal": _signal,
    "CompleteAwakeable": _step("complete awakeable", Kind.IDEMPOTENT),
}
"""Commands that the server carries out in the same moment in which it stores them."""
