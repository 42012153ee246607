"""Temporal payloads as plain values: what a standard converter wrote is decoded, all else stays, marked.

A payload is `{"metadata": {"encoding": …}, "data": …}` with base64 in JSON and bytes in protobuf. Encodings of the
default data converter: `json/plain`, `json/protobuf`, `binary/null`, `binary/plain`. Anything else (encrypted,
compressed, a codec of one's own) becomes `Undecoded(encoding=…, size=…, raw=…)`.
"""

from __future__ import annotations

import binascii
import json
from typing import Any

from workbench.engines.rows import undecoded

__all__ = ["detail_of", "result_of", "value_of", "values_of"]

_JSON = frozenset({"json/plain", "json/protobuf", "json"})
"""The last one is that of Temporal before 1.0."""
_LONGEST_ENCODING = 80


def values_of(field: Any) -> list[Any]:
    """The values of a `Payloads` field, decoded; an empty list for none."""
    if field is None:
        return []
    if isinstance(field, dict):
        field = field.get("payloads", [field] if field else [])
    if isinstance(field, list):
        return [value_of(part) for part in field]
    return [] if field is None else [value_of(field)]


def result_of(field: Any) -> Any:
    """What a `Payloads` field that holds one result stands for: its value, `None` for none, a list for several."""
    values = values_of(field)
    return values[0] if len(values) == 1 else values or None


def detail_of(details: Any, *names: str) -> Any:
    """The value of a marker's detail under the first of these names that it has; `None` for none."""
    if not isinstance(details, dict):
        return None
    return next((result_of(details[name]) for name in names if name in details), None)


def value_of(payload: Any) -> Any:
    """One payload, decoded. What is no payload is a value already: the UI decodes before it exports."""
    if not isinstance(payload, dict) or not isinstance(payload.get("metadata"), dict):
        return payload
    encoding = _encoding(payload["metadata"].get("encoding"))
    if encoding == "binary/null":
        return None
    data = payload.get("data", b"")
    raw = data if isinstance(data, bytes) else _unbased(data)
    return undecoded(encoding, str(data)) if raw is None else _decoded(encoding, raw)


def _decoded(encoding: str, raw: bytes) -> Any:
    if encoding == "binary/plain":
        return raw
    if encoding in _JSON:
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            return undecoded(encoding, raw)
    return undecoded(encoding, raw)


def _encoding(said: Any) -> str:
    raw = said if isinstance(said, bytes) else _unbased(said)
    return raw.decode("ascii", "replace")[:_LONGEST_ENCODING] if raw is not None else "unknown"


def _unbased(text: Any) -> bytes | None:
    try:
        return binascii.a2b_base64(text)
    except (ValueError, TypeError):
        return None
