"""Temporal failures as recorded errors.

A failure is a chain: the workflow failed because an activity failed because the code raised. The wrappers (activity,
child workflow, Nexus operation) say through what the error came; the error itself is the first link that is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.engines.temporal.payload import value_of, values_of
from workbench.engines.temporal.told import text_of
from workbench.journal.codec import RecordedError

__all__ = ["cause_of", "error_of", "error_type_of", "timeout_of"]

_MOST_CAUSES = 32
_WRAPPERS = {
    "activityFailureInfo": ("activity", ("activityType", "name")),
    "childWorkflowExecutionFailureInfo": ("child workflow", ("workflowType", "name")),
    "nexusOperationExecutionFailureInfo": ("Nexus operation", ("operation",)),
}
_KINDS = {
    "canceledFailureInfo": "Cancelled",
    "terminatedFailureInfo": "Terminated",
    "serverFailureInfo": "ServerFailure",
    "resetWorkflowFailureInfo": "ResetWorkflow",
    "nexusHandlerFailureInfo": "NexusHandlerFailure",
}
_TIMEOUTS = ("Unspecified", "StartToClose", "ScheduleToStart", "ScheduleToClose", "Heartbeat")


def _chain(failure: Any) -> Iterator[dict[str, Any]]:
    for _ in range(_MOST_CAUSES):
        if not isinstance(failure, dict) or not failure:
            return
        yield failure
        failure = failure.get("cause")


def _is_wrapper(link: dict[str, Any]) -> bool:
    return any(isinstance(link.get(name), dict) for name in _WRAPPERS)


def _core(failure: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The wrappers around an error, and the error with its causes."""
    links = list(_chain(failure))
    inner = next((place for place, link in enumerate(links) if not _is_wrapper(link)), max(len(links) - 1, 0))
    return links[:inner], links[inner:]


def timeout_of(failure: Any) -> str:
    """Which timeout a failure is, for example `ScheduleToStart`; `""` for none."""
    held = failure.get("timeoutFailureInfo") if isinstance(failure, dict) else None
    if not isinstance(held, dict):
        return ""
    said = held.get("timeoutType")
    if isinstance(said, int) and 0 <= said < len(_TIMEOUTS):
        return _TIMEOUTS[said]
    words = text_of(said).removeprefix("TIMEOUT_TYPE_")
    return "".join(word.capitalize() for word in words.split("_")) if words.isupper() else words


def cause_of(attributes: dict[str, Any]) -> str:
    """Why the server refused a command, for events that say no more; `Unknown` where they say nothing."""
    return text_of(attributes, "cause") or text_of(attributes, "reason") or "Unknown"


def error_type_of(failure: Any, otherwise: str) -> str:
    """Class name of the error at the heart of a failure.

    Args:
        failure: The failure; may be missing.
        otherwise: What to say when it has no type.
    """
    core = _core(failure)[1]
    return _named(core[0], otherwise)[1] if core else otherwise


def error_of(failure: Any, otherwise: str) -> RecordedError:
    """A failure as an error with its causes; what it came through is in its notes."""
    wrappers, core = _core(failure)
    cause: RecordedError | None = None
    for link in reversed(core or [{}]):
        module, name = _named(link, otherwise)
        cause = RecordedError(
            module=module, type_name=name, args=(_message(link),), message=_message(link),
            attributes=_details(link), traceback=text_of(link, "stackTrace"), cause=cause,
            notes=tuple(map(_through, wrappers)) if core and link is core[0] else (),
        )  # fmt: skip
    if cause is None:
        raise AssertionError("a chain has at least one link")
    return cause


def _named(link: dict[str, Any], otherwise: str) -> tuple[str, str]:
    """Module and class of an error: its own type where the code gave one, else the engine's word for it."""
    said = text_of(link, "applicationFailureInfo", "type")
    if said:
        module, _, name = said.rpartition(".")
        return (module, name) if name else ("", said)
    timeout = timeout_of(link)
    if timeout:
        return "temporal", f"{timeout}Timeout"
    kind = next((word for name, word in _KINDS.items() if isinstance(link.get(name), dict)), "")
    if kind:
        return "temporal", kind
    return "temporal", "ApplicationError" if isinstance(link.get("applicationFailureInfo"), dict) else otherwise


def _message(link: dict[str, Any]) -> str:
    said = text_of(link, "message")
    encoded = link.get("encodedAttributes")
    if encoded is None or said not in {"", "Encoded failure"}:
        return said
    inner = value_of(encoded)
    return text_of(inner, "message") if isinstance(inner, dict) else said


def _details(link: dict[str, Any]) -> dict[str, Any]:
    held = link.get("applicationFailureInfo")
    if not isinstance(held, dict):
        return {}
    found: dict[str, Any] = {"non_retryable": True} if held.get("nonRetryable") else {}
    details = values_of(held.get("details"))
    return found | {"details": details} if details else found


def _through(wrapper: dict[str, Any]) -> str:
    for name, (word, path) in _WRAPPERS.items():
        if isinstance(wrapper.get(name), dict):
            return f"came through {word} {text_of(wrapper, name, *path) or '(unnamed)'}: {text_of(wrapper, 'message')}"
    return "came through an unnamed wrapper"
