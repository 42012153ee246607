"""Types of AWS's events in our words."""

from __future__ import annotations

from workbench.model import EventType

__all__ = ["ALONE", "ENDS", "OPENS", "UNTYPED"]

OPENS: dict[str, EventType] = {
    "StepStarted": EventType.StepStarted,
    "WaitStarted": EventType.TimerStarted,
    "CallbackStarted": EventType.SignalAwaited,
    "ChainedInvokeStarted": EventType.ChildStarted,
    "ContextStarted": EventType.NoteRecorded,
}
"""Events that begin an operation. A context is a place in the program, with operations in it, and no deed."""

ENDS: dict[str, EventType] = {
    "StepSucceeded": EventType.StepCompleted,
    "StepFailed": EventType.StepFailed,
    "WaitSucceeded": EventType.TimerFired,
    "WaitCancelled": EventType.TimerCancelled,
    "CallbackSucceeded": EventType.SignalConsumed,
    "CallbackFailed": EventType.SignalConsumed,
    "CallbackTimedOut": EventType.SignalTimedOut,
    "ChainedInvokeSucceeded": EventType.ChildCompleted,
    "ChainedInvokeFailed": EventType.ChildFailed,
    "ChainedInvokeTimedOut": EventType.ChildFailed,
    "ChainedInvokeStopped": EventType.ChildFailed,
    "ContextSucceeded": EventType.NoteRecorded,
    "ContextFailed": EventType.NoteRecorded,
}
"""Events that end one; `StepFailed` is the end only of the last attempt."""

ALONE: dict[str, EventType] = {
    "ExecutionStarted": EventType.RunStarted,
    "ExecutionSucceeded": EventType.RunCompleted,
    "ExecutionFailed": EventType.RunFailed,
    "ExecutionTimedOut": EventType.RunFailed,
    "ExecutionStopped": EventType.RunCancelled,
    "InvocationCompleted": EventType.TurnCompleted,
}

UNTYPED: dict[str, str] = {
    "StepFailed": "StepError", "CallbackFailed": "CallbackFailed", "CallbackTimedOut": "CallbackTimeout",
    "ChainedInvokeFailed": "InvokeFailed", "ChainedInvokeTimedOut": "InvokeTimeout",
    "ChainedInvokeStopped": "InvokeStopped", "ContextFailed": "ContextError", "ExecutionFailed": "ExecutionFailed",
    "ExecutionTimedOut": "ExecutionTimeout", "ExecutionStopped": "ExecutionStopped",
}  # fmt: skip
"""What an error is called whose event carries no typed one."""
