"""The part of Temporal's protobuf schema that is read: names as in its JSON form, by field number.

Source: `temporal.api.history.v1`, `common.v1`, `failure.v1`, `update.v1` as published with temporalio 1.35;
`tests/engines/test_temporal_wire.py` compares every number with the installed package. A value is what the field
holds: `int`, `text`, `bytes`, `time` (a Timestamp or Duration, read as nanoseconds), or the name of a message;
`*` in front for a repeated one, `%` for a map from text to it.
"""

from __future__ import annotations

__all__ = ["ATTRIBUTES", "EVENT_TYPES", "MESSAGES", "Fields"]

Fields = dict[int, tuple[str, str]]

_EXECUTION: Fields = {1: ("workflowId", "text"), 2: ("runId", "text")}
_NAMED: Fields = {1: ("name", "text")}
_PLAIN: Fields = {}

MESSAGES: dict[str, Fields] = {
    "History": {1: ("events", "*Event")},
    "Payloads": {1: ("payloads", "*Payload")},
    "Payload": {1: ("metadata", "%bytes"), 2: ("data", "bytes")},
    "Execution": _EXECUTION,
    "Type": _NAMED,
    "Failure": {
        1: ("message", "text"), 2: ("source", "text"), 3: ("stackTrace", "text"), 4: ("cause", "Failure"),
        5: ("applicationFailureInfo", "Application"), 6: ("timeoutFailureInfo", "Timeout"),
        7: ("canceledFailureInfo", "Empty"), 8: ("terminatedFailureInfo", "Empty"), 9: ("serverFailureInfo", "Empty"),
        10: ("resetWorkflowFailureInfo", "Empty"), 11: ("activityFailureInfo", "Activity"),
        12: ("childWorkflowExecutionFailureInfo", "Child"), 13: ("nexusOperationExecutionFailureInfo", "Nexus"),
        14: ("nexusHandlerFailureInfo", "Empty"), 20: ("encodedAttributes", "Payload"),
    },
    "Application": {1: ("type", "text"), 2: ("nonRetryable", "int"), 3: ("details", "Payloads")},
    "Timeout": {1: ("timeoutType", "int")},
    "Empty": _PLAIN,
    "Activity": {4: ("activityType", "Type"), 5: ("activityId", "text")},
    "Child": {2: ("workflowExecution", "Execution"), 3: ("workflowType", "Type")},
    "Nexus": {2: ("endpoint", "text"), 3: ("service", "text"), 4: ("operation", "text")},
    "Request": {1: ("meta", "Meta"), 2: ("input", "Input")},
    "Meta": {1: ("updateId", "text")},
    "Input": {2: ("name", "text"), 3: ("args", "Payloads")},
    "Outcome": {1: ("success", "Payloads"), 2: ("failure", "Failure")},
}  # fmt: skip
"""What each message holds, attributes of events aside."""

_WORKER: Fields = {1: ("scheduledEventId", "int"), 2: ("startedEventId", "int")}
_ENDED_CHILD: Fields = {4: ("initiatedEventId", "int")}
_ENDED_CHILD_WITH: Fields = {5: ("initiatedEventId", "int")}
_ASKED_BY: Fields = {5: ("initiatedEventId", "int")}
_NEXUS_FAILED: Fields = {1: ("scheduledEventId", "int"), 2: ("failure", "Failure")}

ATTRIBUTES: dict[str, tuple[int, Fields]] = {
    "workflowExecutionStarted": (6, {
        1: ("workflowType", "Type"), 3: ("parentWorkflowExecution", "Execution"), 6: ("input", "Payloads"),
        10: ("continuedExecutionRunId", "text"), 14: ("originalExecutionRunId", "text"),
        16: ("firstExecutionRunId", "text"), 18: ("attempt", "int"), 28: ("workflowId", "text"),
    }),
    "workflowExecutionCompleted": (7, {1: ("result", "Payloads"), 3: ("newExecutionRunId", "text")}),
    "workflowExecutionFailed": (8, {1: ("failure", "Failure"), 4: ("newExecutionRunId", "text")}),
    "workflowExecutionTimedOut": (9, {2: ("newExecutionRunId", "text")}),
    "workflowTaskScheduled": (10, _PLAIN),
    "workflowTaskStarted": (11, _PLAIN),
    "workflowTaskCompleted": (12, _WORKER),
    "workflowTaskTimedOut": (13, _WORKER),
    "workflowTaskFailed": (14, {
        **_WORKER, 3: ("cause", "int"), 4: ("failure", "Failure"), 6: ("baseRunId", "text"), 7: ("newRunId", "text"),
    }),
    "activityTaskScheduled": (15, {
        1: ("activityId", "text"), 2: ("activityType", "Type"), 6: ("input", "Payloads"),
    }),
    "activityTaskStarted": (16, {
        1: ("scheduledEventId", "int"), 4: ("attempt", "int"), 5: ("lastFailure", "Failure"),
    }),
    "activityTaskCompleted": (17, {1: ("result", "Payloads"), 2: ("scheduledEventId", "int")}),
    "activityTaskFailed": (18, {1: ("failure", "Failure"), 2: ("scheduledEventId", "int")}),
    "activityTaskTimedOut": (19, {1: ("failure", "Failure"), 2: ("scheduledEventId", "int")}),
    "timerStarted": (20, {1: ("timerId", "text"), 2: ("startToFireTimeout", "time")}),
    "timerFired": (21, {2: ("startedEventId", "int")}),
    "activityTaskCancelRequested": (22, {1: ("scheduledEventId", "int")}),
    "activityTaskCanceled": (23, {1: ("details", "Payloads"), 3: ("scheduledEventId", "int")}),
    "timerCanceled": (24, {2: ("startedEventId", "int")}),
    "markerRecorded": (25, {1: ("markerName", "text"), 2: ("details", "%Payloads"), 5: ("failure", "Failure")}),
    "workflowExecutionSignaled": (26, {1: ("signalName", "text"), 2: ("input", "Payloads")}),
    "workflowExecutionTerminated": (27, {1: ("reason", "text"), 2: ("details", "Payloads")}),
    "workflowExecutionCancelRequested": (28, {1: ("cause", "text")}),
    "workflowExecutionCanceled": (29, {2: ("details", "Payloads")}),
    "requestCancelExternalWorkflowExecutionInitiated": (30, {3: ("workflowExecution", "Execution")}),
    "requestCancelExternalWorkflowExecutionFailed": (31, {1: ("cause", "int"), **_ASKED_BY}),
    "externalWorkflowExecutionCancelRequested": (32, {1: ("initiatedEventId", "int")}),
    "workflowExecutionContinuedAsNew": (33, {1: ("newExecutionRunId", "text"), 4: ("input", "Payloads")}),
    "startChildWorkflowExecutionInitiated": (34, {
        2: ("workflowId", "text"), 3: ("workflowType", "Type"), 5: ("input", "Payloads"),
    }),
    "startChildWorkflowExecutionFailed": (35, {4: ("cause", "int"), 6: ("initiatedEventId", "int")}),
    "childWorkflowExecutionStarted": (36, {2: ("initiatedEventId", "int"), 3: ("workflowExecution", "Execution")}),
    "childWorkflowExecutionCompleted": (37, {1: ("result", "Payloads"), **_ENDED_CHILD_WITH}),
    "childWorkflowExecutionFailed": (38, {1: ("failure", "Failure"), **_ENDED_CHILD_WITH}),
    "childWorkflowExecutionCanceled": (39, {1: ("details", "Payloads"), **_ENDED_CHILD_WITH}),
    "childWorkflowExecutionTimedOut": (40, _ENDED_CHILD),
    "childWorkflowExecutionTerminated": (41, _ENDED_CHILD),
    "signalExternalWorkflowExecutionInitiated": (42, {
        3: ("workflowExecution", "Execution"), 4: ("signalName", "text"), 5: ("input", "Payloads"),
    }),
    "signalExternalWorkflowExecutionFailed": (43, {1: ("cause", "int"), **_ASKED_BY}),
    "externalWorkflowExecutionSignaled": (44, {1: ("initiatedEventId", "int")}),
    "upsertWorkflowSearchAttributes": (45, _PLAIN),
    "workflowExecutionUpdateAccepted": (46, {1: ("protocolInstanceId", "text"), 4: ("acceptedRequest", "Request")}),
    "workflowExecutionUpdateRejected": (47, {
        1: ("protocolInstanceId", "text"), 4: ("rejectedRequest", "Request"), 5: ("failure", "Failure"),
    }),
    "workflowExecutionUpdateCompleted": (48, {
        1: ("meta", "Meta"), 2: ("outcome", "Outcome"), 3: ("acceptedEventId", "int"),
    }),
    "workflowPropertiesModifiedExternally": (49, _PLAIN),
    "activityPropertiesModifiedExternally": (50, _PLAIN),
    "workflowPropertiesModified": (51, _PLAIN),
    "workflowExecutionUpdateAdmitted": (52, {1: ("request", "Request")}),
    "nexusOperationScheduled": (53, {2: ("service", "text"), 3: ("operation", "text"), 4: ("input", "Payload")}),
    "nexusOperationStarted": (54, {1: ("scheduledEventId", "int")}),
    "nexusOperationCompleted": (55, {1: ("scheduledEventId", "int"), 2: ("result", "Payload")}),
    "nexusOperationFailed": (56, _NEXUS_FAILED),
    "nexusOperationCanceled": (57, _NEXUS_FAILED),
    "nexusOperationTimedOut": (58, _NEXUS_FAILED),
    "nexusOperationCancelRequested": (59, {1: ("scheduledEventId", "int")}),
    "workflowExecutionOptionsUpdated": (60, _PLAIN),
    "nexusOperationCancelRequestCompleted": (61, {3: ("scheduledEventId", "int")}),
    "nexusOperationCancelRequestFailed": (62, {3: ("failure", "Failure"), 4: ("scheduledEventId", "int")}),
    "workflowExecutionPaused": (63, _PLAIN),
    "workflowExecutionUnpaused": (64, _PLAIN),
}  # fmt: skip
"""By event: the field of a HistoryEvent that holds its attributes, and what they hold."""

MESSAGES["Event"] = {
    1: ("eventId", "int"), 2: ("eventTime", "time"), 3: ("eventType", "int"),
    **{number: (f"{name}EventAttributes", name) for name, (number, _) in ATTRIBUTES.items()},
}  # fmt: skip
MESSAGES.update({name: held for name, (_, held) in ATTRIBUTES.items()})

_ORDER = (
    "Unspecified WorkflowExecutionStarted WorkflowExecutionCompleted WorkflowExecutionFailed "
    "WorkflowExecutionTimedOut WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskCompleted WorkflowTaskTimedOut "
    "WorkflowTaskFailed ActivityTaskScheduled ActivityTaskStarted ActivityTaskCompleted ActivityTaskFailed "
    "ActivityTaskTimedOut ActivityTaskCancelRequested ActivityTaskCanceled TimerStarted TimerFired TimerCanceled "
    "WorkflowExecutionCancelRequested WorkflowExecutionCanceled RequestCancelExternalWorkflowExecutionInitiated "
    "RequestCancelExternalWorkflowExecutionFailed ExternalWorkflowExecutionCancelRequested MarkerRecorded "
    "WorkflowExecutionSignaled WorkflowExecutionTerminated WorkflowExecutionContinuedAsNew "
    "StartChildWorkflowExecutionInitiated StartChildWorkflowExecutionFailed ChildWorkflowExecutionStarted "
    "ChildWorkflowExecutionCompleted ChildWorkflowExecutionFailed ChildWorkflowExecutionCanceled "
    "ChildWorkflowExecutionTimedOut ChildWorkflowExecutionTerminated SignalExternalWorkflowExecutionInitiated "
    "SignalExternalWorkflowExecutionFailed ExternalWorkflowExecutionSignaled UpsertWorkflowSearchAttributes "
    "WorkflowExecutionUpdateAccepted WorkflowExecutionUpdateRejected WorkflowExecutionUpdateCompleted "
    "WorkflowPropertiesModifiedExternally ActivityPropertiesModifiedExternally WorkflowPropertiesModified "
    "WorkflowExecutionUpdateAdmitted NexusOperationScheduled NexusOperationStarted NexusOperationCompleted "
    "NexusOperationFailed NexusOperationCanceled NexusOperationTimedOut NexusOperationCancelRequested "
    "WorkflowExecutionOptionsUpdated NexusOperationCancelRequestCompleted NexusOperationCancelRequestFailed "
    "WorkflowExecutionPaused WorkflowExecutionUnpaused"
)
EVENT_TYPES: tuple[str, ...] = tuple(_ORDER.split())
"""Name of each event type by its number."""
