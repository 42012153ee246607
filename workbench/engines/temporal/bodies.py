"""Bodies of Temporal's events under the names that native bodies use; payloads are decoded when they are looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.engines.rows import Body, Later
from workbench.engines.temporal.failure import cause_of, error_of, timeout_of
from workbench.engines.temporal.marker import marker_body
from workbench.engines.temporal.payload import result_of, value_of, values_of
from workbench.engines.temporal.told import attributes_of, number_of, seconds_of, text_of
from workbench.engines.temporal.translate import UNTYPED, Context
from workbench.journal.codec import RecordedError

__all__ = ["body_of"]

Attributes = dict[str, Any]


def body_of(kind: str, event: dict[str, Any], context: Context) -> Body:
    """The body of an event.

    Args:
        kind: Its type in Temporal's words.
        event: The event as it stands in the file.
        context: What its run knows.

    Returns:
        The native names, then `event` (Temporal's name of the type), `event_id` and `raw`, the event as exported.
    """
    said = attributes_of(event, kind)
    make = _BODIES.get(kind)
    parts = make(said, event, context) if make is not None else {}
    return Body(parts | {"event": kind, "event_id": event.get("eventId"), "raw": event})


Maker = Callable[[Attributes, dict[str, Any], Context], dict[str, Any]]


def _run_started(said: Attributes, _event: dict[str, Any], context: Context) -> dict[str, Any]:
    parent = said.get("parentWorkflowExecution")
    return {
        "args": Later(values_of, said.get("input")), "kwargs": {}, "business_key": context.workflow_id,
        "parent": text_of(parent, "runId") or text_of(parent, "workflowId"), "assumed": list(context.before),
        "unseen": list(context.unseen), "missing": list(context.missing),
    }  # fmt: skip


def _run_completed(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    return {"result": Later(result_of, said.get("result")), "continued_as": text_of(said, "newExecutionRunId")}


def _run_continued(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    args = Later(values_of, said.get("input"))
    return {"result": None, "continued_as": text_of(said, "newExecutionRunId") or "(unnamed)", "continued_with": args}


def _run_cancelled(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    return {"by": "workflow", "why": "", "details": Later(values_of, said.get("details"))}


def _run_terminated(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    return {"by": "operator", "why": text_of(said, "reason"), "details": Later(values_of, said.get("details"))}


def _run_failed(said: Attributes, event: dict[str, Any], context: Context) -> dict[str, Any]:
    return _failed(said, event, context) | {"continued_as": text_of(said, "newExecutionRunId")}


def _failed(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    return {"error": Later(_error, said)}


def _step_scheduled(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    retries = said.get("retryPolicy")
    limit = number_of(retries.get("maximumAttempts")) if isinstance(retries, dict) else 0
    return {
        "args": Later(values_of, said.get("input")), "kwargs": {}, "scheduled": True,
        "activity_id": text_of(said, "activityId"), "most_attempts": limit or None,
    }  # fmt: skip


def _attempt_began(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    failure = said.get("lastFailure")
    return {"last_error": Later(lambda raw: error_of(raw, "Failure"), failure)} if failure else {}


def _completed(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    return {"result": Later(result_of, said.get("result"))}


def _timed_out(said: Attributes, event: dict[str, Any], context: Context) -> dict[str, Any]:
    """No worker took it in time, and no attempt failed before: then, and only then, it certainly did nothing."""
    failure = said.get("failure")
    never = timeout_of(failure) == "ScheduleToStart" and not (isinstance(failure, dict) and failure.get("cause"))
    return _failed(said, event, context) | {"definite": never}


def _refused(said: Attributes, event: dict[str, Any], context: Context) -> dict[str, Any]:
    """The server found nobody to deliver it to."""
    return _failed(said, event, context) | {"definite": True}


def _timer_started(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    timeout = said.get("startToFireTimeout", said.get("startToFireTimeoutSeconds"))
    seconds = (
        float(timeout) if "startToFireTimeoutSeconds" in said and isinstance(timeout, int) else seconds_of(timeout)
    )
    return {"seconds": seconds, "timer_id": text_of(said, "timerId")}


def _child_started(said: Attributes, event: dict[str, Any], context: Context) -> dict[str, Any]:
    run_id = context.child_runs.get(number_of(event.get("eventId")))
    return {
        "args": Later(values_of, said.get("input")), "kwargs": {}, "id": run_id or text_of(said, "workflowId"),
        "workflow_id": text_of(said, "workflowId"),
    }  # fmt: skip


def _sent(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    return {
        "args": Later(values_of, said.get("input")), "kwargs": {}, "scheduled": True,
        "workflow_id": text_of(said, "workflowExecution", "workflowId"),
    }  # fmt: skip


def _nexus(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    given = said.get("input")
    return {"args": Later(values_of, [given] if given is not None else None), "kwargs": {}, "scheduled": True}


def _nexus_completed(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    return {"result": Later(value_of, said.get("result"))}


def _signal(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    return {"value": Later(result_of, said.get("input"))}


def _update(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    request = said.get("request") or said.get("acceptedRequest")
    given = request.get("input") if isinstance(request, dict) else None
    return {"args": Later(values_of, given.get("args") if isinstance(given, dict) else None)}


def _answer(said: Attributes, event: dict[str, Any], context: Context) -> dict[str, Any]:
    outcome = said.get("outcome")
    if isinstance(outcome, dict) and "failure" not in outcome:
        return {"result": Later(result_of, outcome.get("success"))}
    return _failed(outcome if isinstance(outcome, dict) else said, event, context)


def _marker(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
    return marker_body(said)


def _error(said: Attributes) -> RecordedError:
    failure = said.get("failure")
    if isinstance(failure, dict) and failure:
        return error_of(failure, "Failure")
    cause = cause_of(said)
    return RecordedError(module="temporal", type_name="Failure", args=(cause,), message=cause)


def _untyped(name: str) -> Maker:
    """A failure whose event says no more than its type."""

    def make(said: Attributes, _event: dict[str, Any], _context: Context) -> dict[str, Any]:
        failure = said.get("failure")
        return {"error": Later(lambda raw: error_of(raw, name), failure), "continued_as": _next_run(said)}

    return make


def _next_run(said: Attributes) -> str:
    return text_of(said, "newExecutionRunId")


_BODIES: dict[str, Maker] = {
    **{kind: _untyped(name) for kind, name in UNTYPED.items()},
    "WorkflowExecutionStarted": _run_started,
    "WorkflowExecutionCompleted": _run_completed,
    "WorkflowExecutionContinuedAsNew": _run_continued,
    "WorkflowExecutionFailed": _run_failed,
    "WorkflowExecutionCanceled": _run_cancelled,
    "WorkflowExecutionTerminated": _run_terminated,
    "WorkflowTaskFailed": _failed,
    "ActivityTaskScheduled": _step_scheduled,
    "ActivityTaskStarted": _attempt_began,
    "ActivityTaskCompleted": _completed,
    "ActivityTaskFailed": _failed,
    "ActivityTaskTimedOut": _timed_out,
    "TimerStarted": _timer_started,
    "StartChildWorkflowExecutionInitiated": _child_started,
    "ChildWorkflowExecutionCompleted": _completed,
    "ChildWorkflowExecutionFailed": _failed,
    "NexusOperationScheduled": _nexus,
    "NexusOperationCompleted": _nexus_completed,
    "NexusOperationFailed": _failed,
    "SignalExternalWorkflowExecutionInitiated": _sent,
    "RequestCancelExternalWorkflowExecutionInitiated": _sent,
    "SignalExternalWorkflowExecutionFailed": _refused,
    "RequestCancelExternalWorkflowExecutionFailed": _refused,
    "WorkflowExecutionSignaled": _signal,
    "WorkflowExecutionUpdateAdmitted": _update,
    "WorkflowExecutionUpdateAccepted": _update,
    "WorkflowExecutionUpdateCompleted": _answer,
    "WorkflowExecutionUpdateRejected": _answer,
    "MarkerRecorded": _marker,
}
