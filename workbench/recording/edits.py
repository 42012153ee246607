"""Edits as plain values and back, to keep them in a file or send them to another process. Nothing is executed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench._errors import UndecodableError
from workbench.journal.codec import decode, encode
from workbench.machine import (
    LONGEST_SECONDS,
    Crashes,
    Delays,
    Drops,
    Edit,
    Input,
    Raises,
    Returns,
    ShiftsClock,
    Signals,
    Target,
)

__all__ = ["bytes_of_edit", "edit_of_bytes"]

_NAMES: dict[type[Any], str] = {
    Returns: "returns", Raises: "raises", Delays: "delays", Drops: "drops", Signals: "signals",
    ShiftsClock: "shifts_clock", Crashes: "crashes", Input: "input",
}  # fmt: skip
_TYPES = {name: kind for kind, name in _NAMES.items()}
_LARGEST = 2**63 - 1
"""Of the numbers of events and the nanoseconds of a log."""


def bytes_of_edit(edit: Edit) -> bytes:
    """An edit as one document of the journal's codec.

    Raises:
        UnrecordableError: Its value cannot be recorded.
    """
    fields: dict[str, Any] = {"edit": _NAMES[type(edit)]}
    for name in edit.__dataclass_fields__:
        value = getattr(edit, name)
        if isinstance(value, Target):
            fields |= {"name": value.name, "occurrence": value.occurrence, "position": list(value.position)}
        else:
            fields[name] = dict(value) if isinstance(value, Mapping) and name == "kwargs" else value
    return encode(fields)


def edit_of_bytes(document: bytes) -> Edit:
    """The inverse. Values stay what the file says: plain data and stand-ins, typed by the step when it is replayed.

    Raises:
        UndecodableError: The document is no edit.
    """
    fields = decode(document)
    kind = _TYPES.get(str(fields.pop("edit", ""))) if isinstance(fields, dict) else None
    if kind is None:
        raise UndecodableError("a saved branch holds something that is no edit", hint="a newer version wrote it?")
    try:
        if "target" in kind.__dataclass_fields__:
            target = {name: fields.pop(name) for name in ("name", "occurrence", "position")}
            fields["target"] = Target(**{name: _READ[name](value) for name, value in target.items()})
        edit: Edit = kind(**{name: _READ.get(name, _as_it_is)(value) for name, value in fields.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise UndecodableError(f"a saved edit is not whole: {type(error).__name__} {error}") from error
    return edit


def _as_it_is(value: Any) -> Any:
    return value


def _number(value: Any) -> int:
    if type(value) is int and abs(value) <= _LARGEST:
        return value
    message = f"{value!r:.40} is no number of an event or a moment"
    raise ValueError(message)


def _seconds(value: Any) -> float:
    if type(value) in {int, float} and -LONGEST_SECONDS <= value <= LONGEST_SECONDS:
        return float(value)
    message = f"{value!r:.40} is no number of seconds"
    raise ValueError(message)


_READ: dict[str, Callable[[Any], Any]] = {
    "name": str, "occurrence": _number, "position": lambda value: tuple(map(_number, value)), "target": _as_it_is,
    "seconds": _seconds, "seq": _number, "at_ns": _number, "supplied": bool, "args": tuple, "kwargs": dict,
}  # fmt: skip
"""How each field is read; values that a step returns are read where the step's type is known."""
