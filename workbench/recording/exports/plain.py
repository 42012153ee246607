r"""Recorded values as plain JSON: what JSON knows stays as it is, everything else is a map whose first key says what.

| value | JSON |
|---|---|
| text, booleans, `None`, lists, maps with text keys, integers up to 2**53, finite floats | themselves |
| larger integer | `{"$int": "18446744073709551616"}` |
| `nan`, `inf`, `-inf` | `{"$float": "nan"}` |
| text with lone surrogates | `{"$text": "\\udc80"}`, escaped as in Python |
| bytes | `{"$utf8": "text"}` where they are UTF-8, else `{"$latin1": "…"}`, a character per byte |
| datetime, date, time of day | `{"$datetime": "2026-11-24T03:00:00+00:00"}`, `{"$date": …}`, `{"$time": …}` |
| duration | `{"$duration_seconds": "1.500000"}` |
| decimal, UUID, path | `{"$decimal": "1.10"}`, `{"$uuid": …}`, `{"$path": …}` |
| complex number | `{"$complex": [1.0, 2.0]}` |
| tuple, set, frozen set, range | `{"$tuple": […]}`, `{"$set": […]}`, `{"$frozenset": […]}`, `{"$range": [0, 9, 3]}` |
| map with other keys, or with a key that begins with `$` | `{"$map": [[key, value], …]}` |
| enumeration member | `{"$enum": "module.Color", "name": "RED", "value": 1}` |
| dataclass, named tuple, model | `{"$record": "module.Order", "fields": {…}}` |
| exception | `{"$error": "module.Refused", "message": …, "args": […], …}` |
| hidden secret | `{"$redacted": "⟨redacted:…⟩", "kind": …, "fingerprint": …, "facts": {…}}`, without what was sealed |
| extension that this version does not know | `{"$opaque": 99, "raw": {"$latin1": "…"}}` |

The parts are plain JSON again.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import uuid
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from workbench.journal.codec import EnumValue, Opaque, Record, RecordedError, Redacted

__all__ = ["json_text", "plain"]

_EXACT: Final = 2**53
"""Beyond, readers that hold numbers as doubles lose digits (RFC 8259, section 6)."""

_MOMENTS: Final[tuple[tuple[type, str], ...]] = ((dt.datetime, "$datetime"), (dt.date, "$date"), (dt.time, "$time"))
_TEXTS: Final[tuple[tuple[type, str], ...]] = (
    (decimal.Decimal, "$decimal"),
    (uuid.UUID, "$uuid"),
    (PurePath, "$path"),
)
_SEQUENCES: Final[tuple[tuple[type, str], ...]] = ((tuple, "$tuple"), (set, "$set"), (frozenset, "$frozenset"))


def json_text(value: Any) -> str:
    """A recorded value as one line of JSON; characters stay themselves, so that a reader can search for them."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def plain(value: Any) -> Any:  # noqa: PLR0911 - one line per kind
    """A recorded value as JSON values."""
    if value is None or type(value) is bool:
        return value
    if isinstance(value, Redacted):
        facts = {"kind": value.kind, "fingerprint": value.fingerprint, "facts": plain(value.derived)}
        return {"$redacted": str(value), **facts}
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return int(value) if abs(value) <= _EXACT else {"$int": str(int(value))}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$float": str(float(value))}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return _map(value)
    return _other(value)


def _other(value: Any) -> dict[str, Any]:
    if (name := _named(value, _MOMENTS)) is not None:
        return {name: value.isoformat()}
    if (name := _named(value, _TEXTS)) is not None:
        return {name: _text(str(value))}
    if (name := _named(value, _SEQUENCES)) is not None:
        return {name: [plain(part) for part in value]}
    return _standin(value)


def _named(value: Any, kinds: tuple[tuple[type, str], ...]) -> str | None:
    return next((name for kind, name in kinds if isinstance(value, kind)), None)


def _standin(value: Any) -> dict[str, Any]:  # noqa: PLR0911 - one line per kind
    if isinstance(value, bytes | bytearray):
        return _bytes(bytes(value))
    if isinstance(value, dt.timedelta):
        return {"$duration_seconds": f"{decimal.Decimal(value // dt.timedelta(microseconds=1)) / 10**6:f}"}
    if isinstance(value, complex):
        return {"$complex": [plain(value.real), plain(value.imag)]}
    if isinstance(value, range):
        return {"$range": [value.start, value.stop, value.step]}
    if isinstance(value, EnumValue):
        return {"$enum": _text(f"{value.module}.{value.type_name}"), "name": value.name, "value": plain(value.value)}
    if isinstance(value, Record):
        return {"$record": _text(f"{value.module}.{value.type_name}"), "fields": _map(value.fields)}
    if isinstance(value, RecordedError):
        return _error(value)
    if isinstance(value, Opaque):
        return {"$opaque": value.code, "raw": _bytes(value.raw)}
    return {"$repr": _text(repr(value))}


def _error(error: RecordedError) -> dict[str, Any]:
    told: dict[str, Any] = {"$error": _text(f"{error.module}.{error.type_name}"), "message": plain(error.message)}
    parts = {
        "args": list(error.args), "attributes": error.attributes, "notes": list(error.notes),
        "traceback": error.traceback, "cause": error.cause, "context": error.context,
    }  # fmt: skip
    return told | {name: plain(part) for name, part in parts.items() if part}


def _map(value: Mapping[Any, Any]) -> dict[str, Any]:
    ordinary = all(type(key) is str and not key.startswith("$") and _is_text(key) for key in value)
    if ordinary:
        return {key: plain(part) for key, part in value.items()}
    return {"$map": [[plain(key), plain(part)] for key, part in value.items()]}


def _bytes(raw: bytes) -> dict[str, Any]:
    """What is readable in bytes stays readable, also for whoever looks for secrets in them; base64 would hide it."""
    try:
        return {"$utf8": raw.decode()}
    except UnicodeDecodeError:
        return {"$latin1": raw.decode("latin-1")}


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(text: str) -> Any:
    whole = str.__str__(text)
    return whole if _is_text(whole) else {"$text": whole.encode("utf-8", "backslashreplace").decode()}
