"""Payloads and errors of durable functions as values; nothing is unpickled.

A payload is text, JSON unless the user says otherwise. The Python SDK wraps what is more than plain in
`{"t": tag, "v": value}`: that is unwrapped. What was left out of an export, or is no JSON, stays visible as
`Undecoded`.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from workbench.engines.jsons import text_of
from workbench.engines.rows import undecoded
from workbench.journal.codec import RecordedError

__all__ = ["error_of", "error_type_of", "value_of"]

_WRAPPED = frozenset({"t", "v"})
_LONGEST = 10_000
_LEFT_OUT = "left out of the export: ask for it with --include-execution-data"


def value_of(held: Any) -> Any:
    """What a field that holds a payload stands for; `None` for nothing.

    Args:
        held: `{"Payload": text, "Truncated": …}`.
    """
    if not isinstance(held, dict):
        return None
    payload = held.get("Payload")
    if isinstance(payload, str):
        return _decoded(payload)
    if payload is None and held.get("Truncated") is True:
        return undecoded("unknown", "", _LEFT_OUT)
    return payload


def _decoded(payload: str) -> Any:
    try:
        value = json.loads(payload)
        return _unwrapped(value) if _is_wrapped(value) else value
    except (ValueError, ArithmeticError, TypeError, RecursionError, AttributeError):
        return undecoded("text", payload)


def _is_wrapped(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == _WRAPPED and isinstance(value["t"], str) and value["t"] in _TAGS


def _unwrapped(value: Any) -> Any:
    return _TAGS[value["t"]](value["v"]) if _is_wrapped(value) else value


def _map(value: Any) -> dict[str, Any]:
    return {name: _unwrapped(part) for name, part in value.items()}


def _list(value: Any) -> list[Any]:
    return [_unwrapped(part) for part in value]


_TAGS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("n", "s", "i", "f", "b"), lambda value: value),
    "m": _map,
    "br": _map,
    "l": _list,
    "t": lambda value: tuple(_list(value)),
    "B": binascii.a2b_base64,
    "u": UUID,
    "d": Decimal,
    "dt": datetime.fromisoformat,
    "D": date.fromisoformat,
}
"""The tags of the Python SDK."""


def _held(details: Any) -> dict[str, Any]:
    error = details.get("Error") if isinstance(details, dict) else None
    payload = error.get("Payload") if isinstance(error, dict) else None
    return payload if isinstance(payload, dict) else {}


def error_type_of(details: Any, otherwise: str) -> str:
    """Class name of the error in an event's details.

    Args:
        details: The details.
        otherwise: What to say when there is none.
    """
    return text_of(_held(details), "ErrorType").rpartition(".")[2] or otherwise


def error_of(details: Any, otherwise: str) -> RecordedError:
    """The error in an event's details."""
    held = _held(details)
    message, module = text_of(held, "ErrorMessage")[:_LONGEST], text_of(held, "ErrorType").rpartition(".")[0]
    trace = held.get("StackTrace")
    lines = [line for line in trace if isinstance(line, str)] if isinstance(trace, list) else []
    attributes = {"data": held["ErrorData"]} if held.get("ErrorData") is not None else {}
    return RecordedError(
        module=module, type_name=error_type_of(details, otherwise), args=(message,), message=message,
        attributes=attributes, traceback="\n".join(lines)[:_LONGEST],
    )  # fmt: skip
