"""Temporal's events as ours, one row for one event.

A history has no structural positions: the n-th command that asks for something (an activity, a timer, a child, a
signal to another workflow, a Nexus operation, a side effect) gets position n. Activities know no kinds, so each counts
as a write. What no word of ours fits is a note under its own name, so that no event is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from workbench.engines.rows import Fact, Rows, called, shown
from workbench.engines.temporal.document import Telling
from workbench.engines.temporal.failure import cause_of, error_type_of
from workbench.engines.temporal.fields import EVENT_TYPES
from workbench.engines.temporal.marker import marker_fact
from workbench.engines.temporal.told import attributes_of, number_of, text_of, time_of, type_of
from workbench.model import NOWHERE, UNNAMED, Declaration, EventType, Position

__all__ = ["Context", "translate"]

Attributes = dict[str, Any]


class _Asked(NamedTuple):
    position: Position
    seq: int
    declaration: Declaration


_NOTHING = _Asked(NOWHERE, 0, UNNAMED)


@dataclass
class Context:
    """What bodies of a run need to know of its other events.

    Attributes:
        run_id: The run.
        workflow_id: Its business key.
        child_runs: Run id of each child by the id of the event that asked for it.
        before: Sentences about runs that came before this one and whose deeds are not in its history.
        unseen: Sentences about deeds of this call that its history does not show: they may have acted.
        missing: Sentences about events that are not in the file.
    """

    run_id: str
    workflow_id: str
    child_runs: dict[int, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


OPENS: dict[str, tuple[EventType, Callable[[Attributes], Declaration]]] = {
    "ActivityTaskScheduled": (
        EventType.StepStarted, lambda said: called(text_of(said, "activityType", "name") or "(unnamed activity)"),
    ),
    "TimerStarted": (EventType.TimerStarted, lambda _: UNNAMED),
    "StartChildWorkflowExecutionInitiated": (
        EventType.ChildStarted, lambda said: shown(text_of(said, "workflowType", "name") or "(unnamed child)"),
    ),
    "NexusOperationScheduled": (
        EventType.StepStarted, lambda said: called(f"{text_of(said, 'service')}.{text_of(said, 'operation')}"),
    ),
    "SignalExternalWorkflowExecutionInitiated": (
        EventType.StepStarted, lambda said: called(f"send signal {text_of(said, 'signalName')}"),
    ),
    "RequestCancelExternalWorkflowExecutionInitiated": (
        EventType.StepStarted, lambda _: called("cancel another workflow"),
    ),
}  # fmt: skip
"""Events that ask for something."""

_SCHEDULED, _STARTED, _INITIATED = "scheduledEventId", "startedEventId", "initiatedEventId"

FOLLOWS: dict[str, tuple[EventType, str]] = {
    "ActivityTaskStarted": (EventType.AttemptBegan, _SCHEDULED),
    "ActivityTaskCompleted": (EventType.StepCompleted, _SCHEDULED),
    "ActivityTaskFailed": (EventType.StepFailed, _SCHEDULED),
    "ActivityTaskTimedOut": (EventType.StepFailed, _SCHEDULED),
    "ActivityTaskCanceled": (EventType.StepCancelled, _SCHEDULED),
    "ActivityTaskCancelRequested": (EventType.CancelRequested, _SCHEDULED),
    "TimerFired": (EventType.TimerFired, _STARTED),
    "TimerCanceled": (EventType.TimerCancelled, _STARTED),
    "StartChildWorkflowExecutionFailed": (EventType.ChildFailed, _INITIATED),
    "ChildWorkflowExecutionStarted": (EventType.ChildBegan, _INITIATED),
    "ChildWorkflowExecutionCompleted": (EventType.ChildCompleted, _INITIATED),
    "ChildWorkflowExecutionFailed": (EventType.ChildFailed, _INITIATED),
    "ChildWorkflowExecutionCanceled": (EventType.ChildFailed, _INITIATED),
    "ChildWorkflowExecutionTimedOut": (EventType.ChildFailed, _INITIATED),
    "ChildWorkflowExecutionTerminated": (EventType.ChildFailed, _INITIATED),
    "NexusOperationStarted": (EventType.AttemptBegan, _SCHEDULED),
    "NexusOperationCompleted": (EventType.StepCompleted, _SCHEDULED),
    "NexusOperationFailed": (EventType.StepFailed, _SCHEDULED),
    "NexusOperationCanceled": (EventType.StepCancelled, _SCHEDULED),
    "NexusOperationTimedOut": (EventType.StepFailed, _SCHEDULED),
    "NexusOperationCancelRequested": (EventType.CancelRequested, _SCHEDULED),
    "ExternalWorkflowExecutionSignaled": (EventType.StepCompleted, _INITIATED),
    "SignalExternalWorkflowExecutionFailed": (EventType.StepFailed, _INITIATED),
    "ExternalWorkflowExecutionCancelRequested": (EventType.StepCompleted, _INITIATED),
    "RequestCancelExternalWorkflowExecutionFailed": (EventType.StepFailed, _INITIATED),
}
"""Events about something that was asked for, and the attribute that says what."""

ALONE: dict[str, EventType] = {
    "WorkflowExecutionStarted": EventType.RunStarted,
    "WorkflowExecutionCompleted": EventType.RunCompleted,
    "WorkflowExecutionContinuedAsNew": EventType.RunCompleted,
    "WorkflowExecutionFailed": EventType.RunFailed,
    "WorkflowExecutionTimedOut": EventType.RunFailed,
    "WorkflowExecutionCanceled": EventType.RunCancelled,
    "WorkflowExecutionTerminated": EventType.RunCancelled,
    "WorkflowExecutionCancelRequested": EventType.CancelRequested,
    "WorkflowTaskScheduled": EventType.TurnScheduled,
    "WorkflowTaskStarted": EventType.TurnStarted,
    "WorkflowTaskCompleted": EventType.TurnCompleted,
    "WorkflowTaskFailed": EventType.TurnFailed,
    "WorkflowTaskTimedOut": EventType.TurnFailed,
}
"""Events about the run itself."""

UNTYPED: dict[str, str] = {
    "ActivityTaskTimedOut": "Timeout",
    "NexusOperationTimedOut": "Timeout",
    "WorkflowExecutionTimedOut": "WorkflowTimeout",
    "WorkflowTaskTimedOut": "TurnTimeout",
    "ChildWorkflowExecutionTimedOut": "WorkflowTimeout",
    "ChildWorkflowExecutionTerminated": "Terminated",
    "ChildWorkflowExecutionCanceled": "Cancelled",
    "StartChildWorkflowExecutionFailed": "ChildNotStarted",
    "SignalExternalWorkflowExecutionFailed": "NotDelivered",
    "RequestCancelExternalWorkflowExecutionFailed": "NotDelivered",
}
"""What an error is called whose event carries no typed failure."""

_FAILURES = frozenset(
    {
        EventType.StepFailed, EventType.ChildFailed, EventType.RunFailed, EventType.TurnFailed,
    }
)  # fmt: skip


def translate(rows: Rows, telling: Telling, stem: str) -> tuple[Context, list[tuple[str, dict[str, Any]]]]:
    """Add one history.

    Args:
        rows: Where its rows go.
        telling: The history.
        stem: Run id where the history names none.

    Returns:
        The run's context, and type and event of each row that was added.
    """
    return _Translator(rows, telling, stem).run()


class _Translator:
    def __init__(self, rows: Rows, telling: Telling, stem: str) -> None:
        told = [(type_of(event), event) for event in telling.events]
        ids = [number_of(event.get("eventId")) for _, event in told]
        numbered = min(ids) > 0
        if numbered and any(left >= right for left, right in pairwise(ids)):
            told, ids = _in_order(told, ids)
        self._told, self._ids = told, ids
        self._rows = rows
        self._counts_from_zero = _counts_from_zero(told)
        self._asked: dict[int, _Asked] = {}
        self._updates: dict[str, tuple[int, str]] = {}
        self._calls = 0
        began = next((attributes_of(event, kind) for kind, event in told if kind == "WorkflowExecutionStarted"), {})
        workflow_id = text_of(began, "workflowId") or telling.workflow_id
        named = text_of(began, "originalExecutionRunId") or text_of(began, "firstExecutionRunId")
        named = _reset_as(told) or named  # a reset run begins with the history of the one before
        self._run, run_id = rows.run(named or workflow_id or stem)
        self.context = Context(run_id, workflow_id)
        if numbered and (gap := next((pair for pair in pairwise(ids) if pair[1] > pair[0] + 1), None)):
            self.context.missing.append(f"events between {gap[0]} and {gap[1]} are not in the file")
        if strange := dict.fromkeys(kind for kind, _ in told if kind not in _KNOWN):
            self.context.unseen.append(f"it holds events of unknown types: {', '.join(list(strange)[:_NAMED])}")
        self._workflow = shown(text_of(began, "workflowType", "name"))

    def run(self) -> tuple[Context, list[tuple[str, dict[str, Any]]]]:
        now = 0
        for (kind, event), number in zip(self._told, self._ids, strict=True):
            said = time_of(event)
            now = said if said >= 0 else now
            fact = _TURNS.get(kind) or self._fact(kind, attributes_of(event, kind))
            seq = self._rows.add(self._run, now, fact)
            if fact.position or fact.type is EventType.UpdateReceived:
                self._asked[number] = _Asked(fact.position, seq, fact.declaration)
        return self.context, self._told

    def _fact(self, kind: str, said: Attributes) -> Fact:
        if kind in FOLLOWS:
            return self._following(kind, said)
        if kind in OPENS:
            type_, declare = OPENS[kind]
            return Fact(type_, self._next(), declare(said))
        if kind in ALONE:
            return self._alone(kind, said)
        return self._told_by_name(kind, said)

    def _told_by_name(self, kind: str, said: Attributes) -> Fact:
        if kind == "MarkerRecorded":
            fact = marker_fact(said)
            return fact._replace(position=self._next()) if fact.type in _CALLS else fact
        if kind == "WorkflowExecutionSignaled":
            return Fact(EventType.SignalReceived, declaration=shown(text_of(said, "signalName")))
        if kind.startswith("WorkflowExecutionUpdate"):
            return self._update(kind, said)
        return Fact(EventType.NoteRecorded, declaration=shown(kind))

    def _next(self) -> Position:
        self._calls += 1
        return (self._calls,)

    def _following(self, kind: str, said: Attributes) -> Fact:
        type_, link = FOLLOWS[kind]
        asked_id = number_of(said.get(link))
        asked = self._asked.get(asked_id, _NOTHING)
        attempt = 0
        if kind == "ActivityTaskStarted":
            attempt = number_of(said.get("attempt")) + self._counts_from_zero
        elif type_ is EventType.ChildBegan:
            self.context.child_runs[asked_id] = text_of(said, "workflowExecution", "runId")
        return Fact(type_, asked.position, asked.declaration, attempt, self._error_type(kind, type_, said), asked.seq)

    def _alone(self, kind: str, said: Attributes) -> Fact:
        type_ = ALONE[kind]
        if type_ is EventType.RunStarted:
            self._look_back(said)
        elif kind == "WorkflowTaskFailed" and (base := text_of(said, "baseRunId")):
            self.context.unseen.append(
                f"it was reset from run {base}: what that run did afterwards is not in its history"
            )
        named = type_ in _OF_THE_RUN
        return Fact(
            type_, declaration=self._workflow if named else UNNAMED, error_type=self._error_type(kind, type_, said)
        )

    def _look_back(self, said: Attributes) -> None:
        before = text_of(said, "continuedExecutionRunId")
        if number_of(said.get("attempt")) + self._counts_from_zero > 1:
            whose = f"run {before} and those before it" if before else "earlier ones"
            self.context.unseen.append(f"it is a later attempt of its workflow: what {whose} did is in other histories")
        elif before:
            self.context.before.append(f"it continues run {before}: what that run did is not in its history")

    def _error_type(self, kind: str, type_: EventType, said: Attributes) -> str:
        if type_ not in _FAILURES:
            return ""
        otherwise = UNTYPED.get(kind) or ("Failure" if said.get("failure") else cause_of(said))
        return error_type_of(said.get("failure"), otherwise)

    def _update(self, kind: str, said: Attributes) -> Fact:
        """A request is received when it is admitted or accepted, whichever the history shows first."""
        request: Attributes = next((said[name] for name in _REQUESTS if isinstance(said.get(name), dict)), {})
        known = text_of(request, "meta", "updateId") or text_of(said, "meta", "updateId")
        known = known or text_of(said, "protocolInstanceId")
        seq, name = self._updates.get(known, (0, text_of(request, "input", "name")))
        if kind in {"WorkflowExecutionUpdateCompleted", "WorkflowExecutionUpdateRejected"}:
            outcome = said.get("outcome")
            failure = said.get("failure") or (outcome.get("failure") if isinstance(outcome, dict) else None)
            error_type = error_type_of(failure, "Rejected") if failure else ""
            asked = self._asked.get(number_of(said.get("acceptedEventId"))) or _Asked(NOWHERE, seq, shown(name))
            return Fact(EventType.UpdateAnswered, NOWHERE, asked.declaration, 0, error_type, asked.seq)
        if kind in {"WorkflowExecutionUpdateAdmitted", "WorkflowExecutionUpdateAccepted"} and not seq:
            self._updates[known] = (len(self._rows) + 1, name)
            return Fact(EventType.UpdateReceived, declaration=shown(name or "(unnamed update)"))
        return Fact(EventType.NoteRecorded, declaration=shown(kind), cause=seq)


def _in_order(
    told: list[tuple[str, dict[str, Any]]], ids: list[int]
) -> tuple[list[tuple[str, dict[str, Any]]], list[int]]:
    """By number: the UI shows the newest first. A page that was exported twice counts once."""
    order = sorted(range(len(told)), key=ids.__getitem__)
    kept = [place for place, after in pairwise([*order, -1]) if after < 0 or told[place] != told[after]]
    return [told[place] for place in kept], [ids[place] for place in kept]


def _counts_from_zero(told: list[tuple[str, dict[str, Any]]]) -> bool:
    """Whether a first attempt is written as 0: in Cadence, and in Temporal before 1.0."""
    turn = next((event for kind, event in told if kind == "WorkflowTaskScheduled"), None)
    if turn is None:
        return False
    attempt = attributes_of(turn, "WorkflowTaskScheduled").get("attempt")
    return "DECISION" in str(turn.get("eventType")).upper() or str(attempt) == "0"


def _reset_as(told: list[tuple[str, dict[str, Any]]]) -> str:
    """The run that the last reset in a history made: this one; `""` for none."""
    resets = (text_of(attributes_of(event, kind), "newRunId") for kind, event in told if kind == "WorkflowTaskFailed")
    return next((run_id for run_id in reversed(list(resets)) if run_id), "")


_KNOWN = frozenset(EVENT_TYPES)
_NAMED = 3
_TURNS = {kind: Fact(ALONE[kind]) for kind in ("WorkflowTaskScheduled", "WorkflowTaskStarted", "WorkflowTaskCompleted")}
"""Half of every history, and always the same."""
_REQUESTS = ("request", "acceptedRequest", "rejectedRequest")
_CALLS = frozenset({EventType.StepRecorded, EventType.ValueRecorded})
_OF_THE_RUN = frozenset({EventType.RunStarted, EventType.RunCompleted, EventType.RunFailed, EventType.RunCancelled})
