"""Bodies of AWS's events under the names that native bodies use; payloads are decoded when they are looked at."""

from __future__ import annotations

from typing import Any

from workbench.engines.aws.values import error_of, value_of
from workbench.engines.aws.words import UNTYPED
from workbench.engines.jsons import number_of, text_of
from workbench.engines.rows import Later

__all__ = ["body_of", "details_of", "result_in"]

_RESULTS = {"STEP": "StepDetails", "CONTEXT": "ContextDetails", "CALLBACK": "CallbackDetails"}


def details_of(event: dict[str, Any]) -> dict[str, Any]:
    """What an event says besides its type, ids and time."""
    held = event.get(f"{event['EventType']}Details")
    return held if isinstance(held, dict) else {}


def body_of(event: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The body of an event.

    Args:
        event: The event as it stands in the file.
        operation: What the local runner keeps of its operation; may be empty.

    Returns:
        The native names, then `event` (AWS's name of the type), `event_id` and `raw`, the event as exported.
    """
    kind, details = event["EventType"], details_of(event)
    parts: dict[str, Any] = {}
    if kind in UNTYPED:
        parts["error"] = Later(lambda held: error_of(held, UNTYPED[kind]), details)
    elif kind.endswith("Succeeded") and kind != "WaitSucceeded":
        given = _told(details.get("Result"), result_in(operation))
        parts["result"] = Later(value_of, given)
        if kind == "CallbackSucceeded":
            parts["value"] = parts["result"]
    elif kind == "WaitStarted":
        parts["seconds"] = float(number_of(details.get("Duration")))
    elif kind == "CallbackStarted":
        parts["callback_id"] = text_of(details, "CallbackId")
    elif kind == "ChainedInvokeStarted":
        parts |= {"args": Later(_arguments, details.get("Input")), "kwargs": {}}
        parts["id"] = text_of(details, "DurableExecutionArn")
    elif kind == "ExecutionStarted":
        payload = operation.get("ExecutionDetails")
        given = _told(details.get("Input"), payload.get("InputPayload") if isinstance(payload, dict) else None)
        parts |= {"args": Later(_arguments, given), "kwargs": {}}
    elif kind == "InvocationCompleted" and details.get("Error"):
        parts["error"] = Later(lambda held: error_of(held, "InvocationError"), details)
    return parts | {"event": kind, "event_id": event.get("EventId"), "raw": event}


def result_in(operation: dict[str, Any]) -> Any:
    """The payload that the local runner keeps of an operation's result; `None` for none."""
    details = operation.get(_RESULTS.get(text_of(operation, "Type"), ""))
    return details.get("Result") if isinstance(details, dict) else None


def _told(held: Any, kept: Any) -> Any:
    """What the event says, or, where that was left out, what is kept beside it."""
    said = held if isinstance(held, dict) else {}
    return said if said.get("Payload") is not None or not isinstance(kept, str) else {"Payload": kept}


def _arguments(held: Any) -> list[Any]:
    value = value_of(held)
    return [] if value is None else [value]
