"""How a run ended or where it stands, and the call that decided it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from workbench.analysis.facts import RunStatus
from workbench.analysis.why.call import call_text, is_open, latest_row
from workbench.analysis.why.clause import Clause, Role
from workbench.analysis.why.view import View
from workbench.analysis.why.words import count_text, quoted, span_text
from workbench.machine import Slot
from workbench.model import EventType

__all__ = ["Trouble", "causes_of", "outcome_of", "troubles_of"]

_FAILURES: Final = frozenset({EventType.StepFailed, EventType.ChildFailed, EventType.SignalTimedOut})
_MOST: Final = 8
_STANDS: Final = {
    RunStatus.RUNNING: "is open, and as far as its history says it is running",
    RunStatus.INTERRUPTED: "stopped without an end: the process that ran it is gone",
    RunStatus.UNKNOWN: "has no beginning in this log",
}


class Trouble(NamedTuple):
    """A call that decided how the run stands.

    Attributes:
        slot: The call.
        row: Row of the event that shows it.
    """

    slot: Slot
    row: int


def troubles_of(view: View) -> list[Trouble]:
    """What failed; of a run that did not end, what it waits for or is in doubt about; nothing where all went well."""
    record = view.case.record
    ended = record.ended
    if ended < 0:
        return [Trouble(slot, latest_row(slot)) for slot in record.slots.values() if is_open(slot)]
    if view.type(ended) is EventType.RunFailed:
        return _what_failed(view, ended)
    if view.type(ended) is EventType.RunCancelled:
        stopped = [slot for slot in record.slots.values() if slot.cancelled or is_open(slot)]
        return [Trouble(slot, latest_row(slot)) for slot in stopped]
    return []


def _what_failed(view: View, ended: int) -> list[Trouble]:
    """The failure that ended the run: the last one with its error, else the last one of all."""
    failed = [slot for slot in view.case.record.order if slot.type in _FAILURES and slot.answer < ended]
    mine = view.error_key(ended)
    same = [slot for slot in failed if view.error_key(slot.answer) == mine]
    open_ones = [slot for slot in view.case.record.slots.values() if is_open(slot)]
    chosen = same[-1:] or open_ones[-_MOST:] or failed[-1:]
    return [Trouble(slot, slot.answer if slot.answer >= 0 else latest_row(slot)) for slot in chosen]


def outcome_of(view: View, now_ns: int) -> Clause:
    """The first sentence."""
    facts, record = view.case.facts, view.case.record
    name = f"Run {view.name}" + (f" ({facts.workflow})" if facts.workflow else "")
    if not facts.events:
        return view.say(Role.OUTCOME, "", (), f"{name} has no events in this log")
    row = record.ended if record.ended >= 0 else view.last
    return view.say(Role.OUTCOME, "", (row,), f"{name} {_ending(view, row, now_ns)}")


def _ending(view: View, row: int, now_ns: int) -> str:
    facts = view.case.facts
    took = view.case.time_ns(row) - facts.started_ns
    after = f" {span_text(took)} after it began" if facts.started_ns >= 0 else ""
    if facts.status is RunStatus.COMPLETED:
        return f"completed{after}"
    if facts.status is RunStatus.COMPENSATED:
        return f"did not complete, and all that it did is undone; its last event came{after}"
    if facts.status is RunStatus.CANCELLED:
        by = str(view.case.body(row).get("by") or "")
        return f"was cancelled{f' by the {by}' if by else ''}{after}"
    if facts.status is RunStatus.FAILED:
        return f"failed{after} with {quoted(facts.error_type, facts.error)}"
    quiet = max(now_ns - view.case.time_ns(row), 0)
    return f"{_STANDS[facts.status]}; its last event is {span_text(quiet)} old"


def causes_of(view: View, troubles: list[Trouble], now_ns: int) -> Iterator[Clause]:
    """A sentence for each call that decided it, and for failures that did not end the run."""
    ended = view.case.record.ended
    for trouble in troubles[:_MOST]:
        yield view.say(Role.CAUSE, view.label(trouble.slot), (trouble.row,), call_text(view, trouble.slot, now_ns))
    if len(troubles) > _MOST:
        row = troubles[_MOST].row
        yield view.say(Role.CAUSE, "", (row,), f"{count_text(len(troubles) - _MOST, 'more call')} stood open as well")
    if not troubles and ended >= 0 and view.type(ended) is EventType.RunFailed:
        yield view.say(Role.CAUSE, "", (ended,), _own_error(view, ended))
    elif not troubles and ended < 0 and view.last >= 0:
        says = "No call stood open: after its last event the code had asked for nothing more"
        yield view.say(Role.CAUSE, "", (view.last,), says)
    yield from _survived(view, troubles)


def _own_error(view: View, ended: int) -> str:
    error = view.case.body(ended).get("error")
    trace = str(getattr(error, "traceback", "") or "")
    lines = [line.strip() for line in trace.splitlines() if line.strip().startswith("File ")]
    where = f" at {lines[-1]}" if lines else ""
    return f"No step failed with this error: the workflow's own code or the engine raised it{where}"


def _survived(view: View, troubles: list[Trouble]) -> Iterator[Clause]:
    """Failures after which the run went on: handled by the code, or swallowed."""
    known = {trouble.row for trouble in troubles}
    failed = [slot for slot in view.case.record.order if slot.type in _FAILURES and slot.answer not in known]
    for slot in failed[:_MOST]:
        if slot.type is not EventType.SignalTimedOut:
            says = f"{view.label(slot)} had failed with {view.error(slot.answer)}, and the run went on"
            yield view.say(Role.CAUSE, view.label(slot), (slot.answer,), says)
