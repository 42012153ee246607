"""Readers of extension bodies: decoded body in, value or stand-in out. None of them looks up a class by name."""

from __future__ import annotations

import datetime as dt
import decimal
import os
import pathlib
import re
import uuid
import zoneinfo
from typing import TYPE_CHECKING, Any, Final

from workbench.journal.codec import codes
from workbench.journal.codec.redacted import Redacted
from workbench.journal.codec.standins import EnumValue, Record, RecordedError

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - arithmetic on local fields beside an explicit offset
_ZONE_KEY: Final = re.compile(r"[A-Za-z0-9_+-]{1,40}(/[A-Za-z0-9_+-]{1,40}){0,2}")
_MAX_FIXED_OFFSET: Final = dt.timedelta(hours=24)


def _microseconds(count: int) -> dt.timedelta:
    return dt.timedelta(microseconds=_int(count))


def _int(value: object) -> int:
    if type(value) is not int:
        message = f"an integer is expected, not {type(value).__name__}"
        raise TypeError(message)
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        message = f"text is expected, not {type(value).__name__}"
        raise TypeError(message)
    return value


def _shown(value: object) -> str:
    """Text that may have been redacted; only its characters matter here."""
    return str(value) if isinstance(value, Redacted) else _text(value)


def _map(value: object) -> dict[str, Any]:
    if type(value) is not dict or not all(isinstance(key, str) for key in value):
        message = "a map with text keys is expected"
        raise TypeError(message)
    return value


def _bytes(value: object) -> bytes:
    if type(value) is not bytes:
        message = f"bytes are expected, not {type(value).__name__}"
        raise TypeError(message)
    return value


def _zone_of(key: str | None, offset: dt.timedelta) -> dt.tzinfo:
    """The named zone where this machine has it, else the recorded offset under that name.

    The file is looked for first: `ZoneInfo` would otherwise import the `tzdata` package, at a path that the log
    chose.
    """
    if key is None:
        return dt.timezone(offset) if offset else dt.UTC
    name = _text(key)
    if _ZONE_KEY.fullmatch(name) and any(os.path.isfile(os.path.join(root, name)) for root in zoneinfo.TZPATH):  # noqa: PTH113, PTH118 - hot path
        return zoneinfo.ZoneInfo(name)
    return dt.timezone(offset, name)


def _datetime(body: list[Any]) -> dt.datetime:
    instant, offset_us, key, fold = body
    offset = _microseconds(offset_us)
    local = (_EPOCH + _microseconds(instant) + offset).replace(fold=_int(fold))
    value = local.replace(tzinfo=_zone_of(key, offset))
    # Rules of a zone change; the instant that was recorded does not.
    return value if value.utcoffset() == offset else local.replace(tzinfo=dt.timezone(offset, key))


def _naive_datetime(body: list[Any]) -> dt.datetime:
    instant, fold = body
    return (_EPOCH + _microseconds(instant)).replace(fold=_int(fold))


def _time(body: list[Any]) -> dt.time:
    since_midnight, offset_us, key, fold = body
    value = (_EPOCH + _microseconds(since_midnight)).time().replace(fold=_int(fold))
    if offset_us is None and key is None:
        return value
    if offset_us is None:  # a zone with changing offsets has none for a bare time
        return value.replace(tzinfo=_zone_of(key, dt.timedelta()))
    return value.replace(tzinfo=_zone_of(key, _microseconds(offset_us)))


def _path(body: list[Any]) -> pathlib.PurePath:
    flavour, concrete, text = body
    if flavour not in ("posix", "windows"):
        message = f"unknown path flavour {flavour!r:.40}"
        raise ValueError(message)
    pure = pathlib.PureWindowsPath if flavour == "windows" else pathlib.PurePosixPath
    native = (flavour == "windows") == (os.name == "nt")
    return (pathlib.Path if concrete and native else pure)(_text(text))


def _enum(body: list[Any]) -> EnumValue:
    module, type_name, name, value = body
    return EnumValue(_text(module), _text(type_name), None if name is None else _text(name), value)


def _record(body: list[Any]) -> Record:
    module, type_name, values = body
    return Record(_text(type_name), _text(module), _map(values))


def _error(body: dict[str, Any]) -> RecordedError:
    _map(body)
    links = (body.get("cause"), body.get("context"))
    if not all(link is None or type(link) is RecordedError for link in links):
        message = "a cause that is no exception"
        raise TypeError(message)
    return RecordedError(
        module=_text(body["module"]), type_name=_text(body["type"]), args=tuple(body.get("args", ())),
        message=_shown(body.get("message", "")), attributes=_map(body.get("attributes", {})),
        traceback=_shown(body.get("traceback", "")), cause=links[0],
        notes=tuple(map(_text, body.get("notes", ()))), context=links[1],
    )  # fmt: skip


def _big_int(body: bytes) -> int:
    return int.from_bytes(_bytes(body), "big", signed=True)


def _redacted(body: list[Any]) -> Redacted:
    kind, fingerprint, derived, sealed, text = body
    sealed = None if sealed is None else _bytes(sealed)
    return Redacted(_text(kind), _text(fingerprint), _map(derived), sealed, _text(text))


def _list(body: object) -> list[Any]:
    if type(body) is not list:
        message = f"an array is expected, not {type(body).__name__}"
        raise TypeError(message)
    return body


READERS: Final[dict[int, Callable[[Any], Any]]] = {
    codes.DATETIME: _datetime,
    codes.NAIVE_DATETIME: _naive_datetime,
    codes.DATE: lambda body: dt.date.fromisoformat(_text(body)),
    codes.TIME: _time,
    codes.TIMEDELTA: lambda body: dt.timedelta(_int(body[0]), _int(body[1]), _int(body[2])),
    codes.DECIMAL: lambda body: decimal.Decimal(_text(body)),
    codes.UUID: lambda body: uuid.UUID(bytes=_bytes(body)),
    codes.TUPLE: lambda body: tuple(_list(body)),
    codes.SET: lambda body: set(_list(body)),
    codes.FROZENSET: lambda body: frozenset(_list(body)),
    codes.PATH: _path,
    codes.ENUM: _enum,
    codes.RECORD: _record,
    codes.ERROR: _error,
    codes.COMPLEX: lambda body: complex(float(body[0]), float(body[1])),
    codes.BIG_INT: _big_int,
    codes.RANGE: lambda body: range(_int(body[0]), _int(body[1]), _int(body[2])),
    codes.REDACTED: _redacted,
    codes.SURROGATE_TEXT: lambda body: _bytes(body).decode("utf-8", "surrogatepass"),
}
