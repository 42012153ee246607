"""Bodies of Restate's entries under the names that native bodies use; payloads are decoded when they are looked at."""

from __future__ import annotations

from typing import Any

from workbench.engines.jsons import number_of, text_of
from workbench.engines.restate.document import Row
from workbench.engines.restate.entry import Entry, fields_of, result_of, target_of
from workbench.engines.restate.values import error_of, value_of
from workbench.engines.rows import Later
from workbench.model import EventType

__all__ = ["answer_body", "command_body", "input_of", "output_body", "said_by", "signal_body", "signal_name"]

_REFUSES = frozenset({"CompletePromise"})
"""Operations of the server whose failure says that nothing was done."""

_CANCEL = 1


def said_by(row: Row, event: str) -> dict[str, Any]:
    """What every body ends with: Restate's name of the type, the number of the entry, and the row as exported."""
    return {"event": event, "event_id": row.get("index"), "raw": row}


def command_body(entry: Entry) -> dict[str, Any]:
    """What the code asked for."""
    make = _COMMANDS.get(entry.type)
    return (make(entry) if make is not None else {}) | said_by(entry.row, f"Command: {entry.type}")


def answer_body(entry: Entry, type_: EventType) -> dict[str, Any]:
    """What it was told.

    Args:
        entry: The notification.
        type_: What it counts as.
    """
    parts: dict[str, Any] = {}
    if entry.failed:
        parts = {"error": Later(_failure, entry.row), "definite": entry.type in _REFUSES}
    elif type_ is EventType.SignalConsumed:
        parts = {"value": Later(_result, entry.row), "result": Later(_result, entry.row)}
    elif type_ is not EventType.TimerFired:
        parts = {"result": Later(_result, entry.row)}
    if entry.type == "CallInvocationId":
        parts = {"id": text_of(fields_of(entry.row), "invocation_id")}
    return parts | said_by(entry.row, f"Notification: {entry.type}")


def output_body(row: Row, *, failed: bool) -> dict[str, Any]:
    """How the handler ended."""
    parts = {"error": Later(_failure, row)} if failed else {"result": Later(_result, row)}
    return parts | said_by(row, "Command: Output")


def input_of(row: Row) -> list[Any]:
    """What the handler was called with: one value, or nothing."""
    return _arguments(fields_of(row).get("payload"))


def signal_name(entry: Entry) -> str:
    """Name of a signal; awakeables have numbers. `""` for the signal that cancels the invocation."""
    held = entry.fields.get("id")
    held = held if isinstance(held, dict) else {}
    index = held.get("Index", held.get("SignalIndex"))
    if index == _CANCEL:
        return ""
    return text_of(held, "Name") or text_of(held, "SignalName") or f"signal {number_of(index)}"


def signal_body(entry: Entry) -> dict[str, Any]:
    """What a signal brought: a value or an error."""
    parts = {"error": Later(_failure, entry.row)} if entry.failed else {"value": Later(_result, entry.row)}
    return parts | said_by(entry.row, "Notification: Signal")


def _result(row: Row) -> Any:
    fields = fields_of(row)
    if "state_keys" in fields:
        return fields["state_keys"]
    word, value = result_of(fields)
    return value_of(value) if word == "Success" else None


def _failure(row: Row) -> Any:
    return error_of(result_of(fields_of(row))[1])


def _sleep(entry: Entry) -> dict[str, Any]:
    wakes = number_of(entry.fields.get("wake_up_time"))
    return {"seconds": max(0.0, wakes / 1000 - entry.time_ns / 1e9) if wakes and entry.time_ns >= 0 else None}


def _call(entry: Entry) -> dict[str, Any]:
    request = entry.fields.get("request")
    asked = request if isinstance(request, dict) else entry.fields
    key = text_of(asked, "idempotency_key")
    return {
        "args": Later(_parameter, entry.row), "kwargs": {}, "id": text_of(asked, "invocation_id"),
        "service_key": target_of(entry.fields)[1], **({"key": key} if key else {}),
    }  # fmt: skip


def _parameter(row: Row) -> list[Any]:
    request = fields_of(row).get("request")
    return _arguments(request.get("parameter") if isinstance(request, dict) else None)


def _arguments(payload: Any) -> list[Any]:
    """Handlers take one value or none, which is no byte."""
    return [value_of(payload)] if payload else []


def _look(entry: Entry) -> dict[str, Any]:
    key = text_of(entry.fields, "key")
    return {"args": [key] if key else [], "kwargs": {}}


def _looked(entry: Entry) -> dict[str, Any]:
    return _look(entry) | {"result": Later(_result, entry.row)}


def _set(entry: Entry) -> dict[str, Any]:
    return {"args": Later(_key_and_value, entry.row), "kwargs": {}}


def _key_and_value(row: Row) -> list[Any]:
    fields = fields_of(row)
    value = fields.get("value")
    if isinstance(value, dict):  # of a promise: Success or Failure
        word, value = result_of({"result": value})
        return [text_of(fields, "key"), value_of(value) if word == "Success" else error_of(value)]
    return [text_of(fields, "key"), value_of(value)]


def _sent(entry: Entry) -> dict[str, Any]:
    return {"args": Later(_whom_and_what, entry.row), "kwargs": {}}


def _whom_and_what(row: Row) -> list[Any]:
    fields = fields_of(row)
    word, value = result_of(fields)
    whom = text_of(fields, "target_invocation_id") or text_of(fields, "id")
    return [whom, error_of(value) if word == "Failure" else value_of(value)]


_COMMANDS = {
    "Sleep": _sleep, "Call": _call, "OneWayCall": _call, "GetPromise": _look, "PeekPromise": _look,
    "GetLazyState": _look, "GetEagerState": _looked, "GetEagerStateKeys": _looked, "SetState": _set,
    "ClearState": _look, "CompletePromise": _set, "SendSignal": _sent, "CompleteAwakeable": _sent,
}  # fmt: skip
