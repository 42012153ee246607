"""Edits as plain values and back, to keep them in a file or send them to another process. Nothing is executed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench._errors import UndecodableError
from workbench.journal.codec import decode, encode
from workbench.machine import Crashes, Delays, Drops, Edit, Input, Raises, Returns, ShiftsClock, Signals, Target

__all__ = ["bytes_of_edit", "edit_of_bytes"]

_NAMES: dict[type[Any], str] = {
    Returns: "returns", Raises: "raises", Delays: "delays", Drops: "drops", Signals: "signals",
    ShiftsClock: "shifts_clock", Crashes: "crashes", Input: "input",
}  # fmt: skip
_TYPES = {name: kind for kind, name in _NAMES.items()}


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
    kind = _TYPES.get(fields.pop("edit", "")) if isinstance(fields, dict) else None
    if kind is None:
        raise UndecodableError("a saved branch holds something that is no edit", hint="a newer version wrote it?")
    try:
        if "target" in kind.__dataclass_fields__:
            position = tuple(int(index) for index in fields.pop("position"))
            fields["target"] = Target(str(fields.pop("name")), int(fields.pop("occurrence")), position)
        if kind is Signals:
            fields["name"] = str(fields["name"])
        if kind is Input:
            fields["args"] = tuple(fields["args"])
        edit: Edit = kind(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise UndecodableError(f"a saved edit is not whole: {type(error).__name__} {error}") from error
    return edit
