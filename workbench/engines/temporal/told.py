"""One event as a history tells it, whichever of the many spellings was used."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from workbench.engines.temporal.fields import EVENT_TYPES

__all__ = ["attributes_of", "number_of", "seconds_of", "text_of", "time_of", "type_of"]

_NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 18
"""Ids have fewer; `int` of a very long text is an error."""

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:?\d\d)?")
_DURATION = re.compile(r"(\d{1,12})(?:\.(\d{1,9})\d*)?s")
_LONGEST_TYPE = 100
_LENGTH = len("2026-01-31T23:59:59.123456789Z")


def type_of(event: dict[str, Any]) -> str:
    """The name of the event's type in today's words, for example `WorkflowTaskStarted`; `""` where nothing says it."""
    said = event.get("eventType")
    if isinstance(said, str) and said:
        return _type_of_text(said[:_LONGEST_TYPE])
    if isinstance(said, int) and 0 <= said < len(EVENT_TYPES):
        return EVENT_TYPES[said]
    held = next((name for name in event if name.endswith("EventAttributes")), "")
    return _type_of_text(held.removesuffix("EventAttributes")) if held else str(said or "")[:_LONGEST_TYPE]


@lru_cache(1024)
def _type_of_text(said: str) -> str:
    """`EVENT_TYPE_TIMER_FIRED` and `timerFired` as `TimerFired`; Cadence's decision tasks as workflow tasks."""
    name = said.removeprefix("EVENT_TYPE_")
    if name.upper() == name:
        name = "".join(word.capitalize() for word in name.split("_"))
    name = name[:1].upper() + name[1:]
    return name.replace("DecisionTask", "WorkflowTask")


def attributes_of(event: dict[str, Any], kind: str) -> dict[str, Any]:
    """What the event says besides its type, id and time.

    Args:
        event: The event.
        kind: Its type, see `type_of`.
    """
    found = event.get(_attribute_name(kind))
    if found is None:
        found = event.get("attributes")
    if found is None:
        found = next((value for name, value in event.items() if name.endswith("EventAttributes")), None)
    return found if isinstance(found, dict) else {}


@lru_cache(1024)
def _attribute_name(kind: str) -> str:
    return f"{kind[:1].lower()}{kind[1:]}EventAttributes"


def number_of(value: Any) -> int:
    """An id or count that may be written as text; 0 for anything else."""
    if type(value) is str:
        return int(value) if len(value) <= _DIGITS and value.removeprefix("-").isdecimal() else 0
    return value if type(value) is int and abs(value) < 1 << 62 else 0


def text_of(value: Any, *path: str) -> str:
    """The text at the end of a path through mappings; `""` where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def time_of(event: dict[str, Any]) -> int:
    """When, in nanoseconds since the epoch; -1 where the event does not say."""
    said = event.get("eventTime")
    if said is None:
        said = event.get("timestamp")
    if isinstance(said, str):
        return _instant_of(said)
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 <= said < 1 << 63 else -1


def _instant_of(said: str) -> int:
    if len(said) == _LENGTH and said[19] == "." and said[-1] == "Z" and said[20:-1].isdecimal():  # as servers write it
        seconds = _seconds(said[:19], "Z")
        return seconds * _NS + int(said[20:-1]) if seconds >= 0 else -1
    found = _INSTANT.fullmatch(said)
    if found is None:
        return -1
    moment, fraction, zone = found.groups()
    seconds = _seconds(moment, zone or "Z")
    return seconds * _NS + int((fraction or "0").ljust(9, "0")) if seconds >= 0 else -1


@lru_cache(4096)
def _seconds(moment: str, zone: str) -> int:
    """Events come in bursts: many share their second."""
    try:
        moved = datetime.fromisoformat(moment + ("+00:00" if zone == "Z" else zone))
        seconds = (moved - _EPOCH).total_seconds()
    except (ValueError, OverflowError):
        return -1
    return int(seconds) if 0 <= seconds < (1 << 63) // _NS else -1


def seconds_of(value: Any) -> float | None:
    """A duration, written as `"60s"`, as a mapping or (from protobuf) in nanoseconds; `None` where it says none."""
    if isinstance(value, str):
        found = _DURATION.fullmatch(value)
        return float(value[:-1]) if found else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value / _NS if abs(value) < 1 << 63 else None
    if isinstance(value, dict):
        return number_of(value.get("seconds")) + number_of(value.get("nanos")) / _NS
    return None
