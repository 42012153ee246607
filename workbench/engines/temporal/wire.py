"""Temporal histories as protobuf bytes: a small reader of the wire format, bounded in every direction.

Gives the shapes of the JSON form (lower camel case names, ids as numbers), with bytes where JSON has base64 and
nanoseconds where it has timestamps. Fields that `fields.py` does not name are passed over. Source of the format: the
encoding guide of protobuf (varints of at most ten bytes, wire types 0, 1, 2 and 5; groups are not used here).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.engines.temporal.fields import MESSAGES

__all__ = ["MOST_EVENTS", "WireError", "looks_like_history", "read_history"]

MOST_EVENTS = 1 << 18
"""Five times what a server allows in one history (51,200): an event of two bytes takes 200 in memory."""

_DEEPEST = 64
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_FIXED = {_EIGHT: 8, _FOUR: 4}
_SIGN, _WRAP = 1 << 63, 1 << 64
_EVENT_BEGINS = 0x0A
_ID_BEGINS = 0x08
_LONGEST_VARINT = 70
_NS = 1_000_000_000


class WireError(ValueError):
    """The bytes are no history; `torn` when they end too early."""

    def __init__(self, message: str, offset: int, *, torn: bool = False) -> None:
        self.offset = offset
        self.torn = torn
        super().__init__(message)


def looks_like_history(head: bytes) -> bool:
    """Whether a file may begin with the first event of a history: an event that begins with its id."""
    if not head or head[0] != _EVENT_BEGINS:
        return False
    try:
        _, at = _varint(head, 1, len(head))
    except WireError:
        return False
    return at < len(head) and head[at] == _ID_BEGINS


def read_history(raw: bytes) -> list[dict[str, Any]]:
    """The events of a `temporal.api.history.v1.History`.

    Raises:
        WireError: It is none, or has more than `MOST_EVENTS`.
    """
    events: list[dict[str, Any]] = _message(raw, (0, len(raw)), "History", 0).get("events", [])
    return events


def _varint(raw: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end:
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:  # noqa: PLR2004 - the continuation bit
            return value % _WRAP, at
        shift += 7
        if shift >= _LONGEST_VARINT:
            raise WireError("a number of more than ten bytes", at)
    raise WireError("it ends inside a number", at, torn=True)


def _fields(raw: bytes, span: tuple[int, int]) -> Iterator[tuple[int, int, int | tuple[int, int]]]:
    """Number, wire type, and the value or the place of each field."""
    at, end = span
    while at < end:
        tag, at = _varint(raw, at, end)
        wire = tag & 7
        if wire == _VARINT:
            value, at = _varint(raw, at, end)
            yield tag >> 3, wire, value
            continue
        if wire == _LENGTH:
            size, at = _varint(raw, at, end)
        elif wire in _FIXED:
            size = _FIXED[wire]
        else:
            raise WireError(f"a field of wire type {wire}", at)
        if size > end - at:
            raise WireError(f"a field claims {size:,} bytes of {end - at:,}", at, torn=end == len(raw))
        yield tag >> 3, wire, (at, at + size)
        at += size


def _message(raw: bytes, span: tuple[int, int], name: str, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise WireError(f"messages nested more than {_DEEPEST} deep", span[0])
    known = MESSAGES[name]
    found: dict[str, Any] = {}
    for number, wire, place in _fields(raw, span):
        field = known.get(number)
        if field is None:
            continue
        key, kind = field
        if (wire == _VARINT) is not (kind == "int") or wire in _FIXED:
            raise WireError(f"{key} has wire type {wire}", span[0])
        _keep(found, key, kind, place if isinstance(place, int) else _value(raw, place, kind, depth))
    return found


def _keep(found: dict[str, Any], key: str, kind: str, value: Any) -> None:
    if kind == "int":
        found[key] = value - _WRAP if value >= _SIGN else value
    elif kind[0] == "*":
        many = found.setdefault(key, [])
        if len(many) >= MOST_EVENTS:
            raise WireError(f"more than {MOST_EVENTS:,} {key}", 0)
        many.append(value)
    elif kind[0] == "%":
        found.setdefault(key, {}).update(value)
    else:
        found[key] = value


def _value(raw: bytes, span: tuple[int, int], kind: str, depth: int) -> Any:
    at, end = span
    if kind == "text":
        return raw[at:end].decode("utf-8", "replace")
    if kind == "bytes":
        return raw[at:end]
    if kind == "time":
        return _nanoseconds(raw, span)
    if kind[0] == "%":
        return _entry(raw, span, kind[1:], depth)
    return _message(raw, span, kind.removeprefix("*"), depth + 1)


def _nanoseconds(raw: bytes, span: tuple[int, int]) -> int:
    """A Timestamp or Duration: seconds (1) and nanoseconds (2)."""
    parts = {number: value for number, wire, value in _fields(raw, span) if wire == _VARINT and isinstance(value, int)}
    seconds = parts.get(1, 0)
    return (seconds - _WRAP if seconds >= _SIGN else seconds) * _NS + parts.get(2, 0) % (1 << 32)


def _entry(raw: bytes, span: tuple[int, int], kind: str, depth: int) -> dict[str, Any]:
    """One entry of a map: key (1) and value (2)."""
    parts = {
        number: place for number, wire, place in _fields(raw, span) if wire == _LENGTH and isinstance(place, tuple)
    }
    nothing = (span[0], span[0])
    key = _value(raw, parts.get(1, nothing), "text", depth)
    return {key: _value(raw, parts.get(2, nothing), kind, depth)}
