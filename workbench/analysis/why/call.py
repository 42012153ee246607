"""One call in a sentence: how it ended, or how it stands."""

from __future__ import annotations

from typing import Final

from workbench.analysis.state import State
from workbench.analysis.why.view import View
from workbench.analysis.why.words import count_text, span_text
from workbench.machine import Slot, Verb
from workbench.model import EventType, visible

__all__ = ["call_text", "is_open", "latest_row"]

_NS: Final = 1_000_000_000
_LONGEST: Final = 10**9
"""Seconds that a recorded duration may have in a sentence: thirty years."""


def is_open(slot: Slot) -> bool:
    """Nothing says how it ended, and the code still waits for it."""
    return slot.type is None and not slot.cancelled


def latest_row(slot: Slot) -> int:
    """Row of the last event of a call."""
    return max(slot.opened, slot.answer, *slot.between) if slot.between else max(slot.opened, slot.answer)


def call_text(view: View, slot: Slot, now_ns: int) -> str:
    """How a call that failed, was stopped or stands open can be told; without a full stop."""
    label = view.label(slot)
    if slot.type is EventType.StepFailed:
        return f"{label} failed{_tries(view, slot)} with {view.error(slot.answer)}"
    if slot.type is EventType.ChildFailed:
        return f"The child run {label} failed with {view.error(slot.answer)}"
    if slot.type is EventType.SignalTimedOut:
        waited = view.case.time_ns(slot.answer) - view.case.time_ns(slot.opened)
        return f"The signal {label} did not come within {span_text(waited)}"
    if slot.verb is Verb.CALL_STEP:
        return _step_text(view, slot, label, now_ns)
    return _wait_text(view, slot, label, now_ns)


def _tries(view: View, slot: Slot) -> str:
    attempts = slot.attempts(view.case.history)
    if attempts <= 1:
        return ""
    took = view.case.time_ns(slot.answer) - view.case.time_ns(slot.opened)
    return f" after {count_text(attempts, 'attempt')} in {span_text(took)}"


def _step_text(view: View, slot: Slot, label: str, now_ns: int) -> str:
    """A step without an outcome."""
    row, step = latest_row(slot), view.steps.get(slot.position)
    last = view.type(row)
    if last is EventType.AttemptFailed:
        attempt = view.case.history.columns.attempt[row]
        return f"Attempt {attempt} of {label} failed with {view.error(row)}{_next(view, row)}"
    if slot.cancelled:
        return f"{label} was stopped before its answer came: whether it acted is not known"
    if step is not None and step.state is State.NOT_STARTED:
        return f"{label} did not happen, as a person or a probe has settled, and was not begun again"
    ago = _ago(view, row, now_ns)
    if step is not None and any("scheduled" in said for said in step.assumed):
        return f"{label} was scheduled{ago}, and nothing says that an attempt began"
    if step is not None and not step.acts:
        return f"{label} began{ago} and no answer is recorded; it only looks, so nothing hangs on it"
    return f"{label} began{ago} and nothing says how it ended: it is in doubt"


def _wait_text(view: View, slot: Slot, label: str, now_ns: int) -> str:
    """A timer, a signal or a child run."""
    ago = _ago(view, slot.opened, now_ns)
    if slot.cancelled:
        return f"The wait for {label} was given up"
    if slot.verb is Verb.START_TIMER:
        return _timer_text(view, slot, label, now_ns)
    if slot.verb is Verb.AWAIT_SIGNAL:
        return f"The code waits for the signal {label}, asked for{ago}; it has not taken one since"
    child = visible(str(view.case.body(slot.opened).get("id") or ""), limit=80, lines=False)
    return f"The code waits for the child run {label}{f', run {child}' if child else ''}, started{ago}"


def _timer_text(view: View, slot: Slot, label: str, now_ns: int) -> str:
    body = view.case.body(slot.opened)
    seconds, due_ns = body.get("seconds"), body.get("due_ns")
    asked_ns = int(seconds * _NS) if isinstance(seconds, (int, float)) and 0 <= seconds < _LONGEST else None
    if not isinstance(due_ns, int) and asked_ns is not None:
        due_ns = view.case.time_ns(slot.opened) + asked_ns
    long = f" of {span_text(asked_ns)}" if asked_ns is not None else ""
    if view.case.record.ended >= 0 or not isinstance(due_ns, int):
        return f"The {label}{long} had not fired"
    if due_ns > now_ns:
        return f"The {label}{long} is due in {span_text(due_ns - now_ns)}"
    return f"The {label}{long} has not fired and is overdue by {span_text(now_ns - due_ns)}"


def _next(view: View, row: int) -> str:
    """When the next attempt was due."""
    seconds = view.case.body(row).get("retry_in_seconds")
    if not isinstance(seconds, (int, float)) or not 0 <= seconds < _LONGEST:
        return ", and another attempt was to follow"
    return f", and another attempt was due {span_text(int(seconds * _NS))} later"


def _ago(view: View, row: int, now_ns: int) -> str:
    """How long before now, of an open run; nothing for one that has ended."""
    if view.case.record.ended >= 0:
        return ""
    return f" {span_text(max(now_ns - view.case.time_ns(row), 0))} ago"
