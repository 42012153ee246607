"""What happened on the way: recoveries, silences, attempts that failed, decisions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from statistics import median_high
from typing import Final

from workbench.analysis.why.clause import Clause, Role
from workbench.analysis.why.view import View
from workbench.analysis.why.words import count_text, span_text
from workbench.machine import Slot, Verb
from workbench.model import EventType, visible

__all__ = ["between_of"]

_MOST: Final = 8
_SILENCE_NS: Final = 60_000_000_000
_UNUSUAL: Final = 10
"""A silence is told when it is longer than a minute and than this many times the median step to the next event."""


def between_of(view: View) -> Iterator[Clause]:
    """Sentences in the order of the events."""
    clauses = [*_recoveries(view), *_silences(view), *_retries(view), *_cancels(view), *_decisions(view)]
    clauses.sort(key=lambda one: one.time_ns)
    yield from clauses[:_MOST]
    if len(clauses) > _MOST:
        rest = clauses[_MOST:]
        says = f"{count_text(len(rest), 'more interruption')} of these kinds followed"
        yield Clause(Role.BETWEEN, "", rest[0].seqs[:1], rest[0].time_ns, says, view.case.run_id)


def _recoveries(view: View) -> Iterator[Clause]:
    """The run went on in a new process."""
    for before, row in pairwise(view.case.rows):
        if view.type(row) is EventType.RunRecovered:
            silent = span_text(max(view.case.time_ns(row) - view.case.time_ns(before), 0))
            says = (
                f"The process that ran it ended after event {view.case.seq(before)}, and {silent} later another went on"
            )
            yield view.say(Role.BETWEEN, "", (row,), says)
    known = view.case.facts.recoveries
    if known and not any(view.type(row) is EventType.RunRecovered for row in view.case.rows):
        says = f"It was recovered {count_text(known, 'time')}; when is not recorded"
        yield view.say(Role.BETWEEN, "", (view.first,), says)


def _silences(view: View) -> Iterator[Clause]:
    """Long gaps without an event, and what the code waited for meanwhile."""
    gaps = [
        (view.case.time_ns(row) - view.case.time_ns(before), before, row) for before, row in pairwise(view.case.rows)
    ]
    if not gaps:
        return
    usual = median_high([gap for gap, _, _ in gaps])
    for gap, before, row in gaps:
        if gap < 0:
            says = f"The clock went back by {span_text(-gap)} between two events"
            yield view.say(Role.BETWEEN, "", (row, before), says)
        elif gap > max(_SILENCE_NS, _UNUSUAL * usual) and view.type(row) is not EventType.RunRecovered:
            waited = _waited_for(view, before)
            says = (
                f"Nothing was recorded for {span_text(gap)}{f' while the code waited for {waited}' if waited else ''}"
            )
            yield view.say(Role.BETWEEN, waited, (before, row), says)


def _waited_for(view: View, row: int) -> str:
    """The call that stood open behind this row: the last one that began."""
    open_ones = [slot for slot in view.case.record.slots.values() if _spans(slot, row)]
    return view.label(max(open_ones, key=lambda slot: slot.opened)) if open_ones else ""


def _spans(slot: Slot, row: int) -> bool:
    return slot.opened <= row and (slot.answer < 0 or slot.answer > row) and not slot.cancelled


def _retries(view: View) -> Iterator[Clause]:
    """Steps that needed several attempts and then went well; those that failed for good are told as causes."""
    for slot in view.case.record.slots.values():
        failed = [row for row in slot.between if view.type(row) is EventType.AttemptFailed]
        if slot.verb is not Verb.CALL_STEP or not failed or slot.type is not EventType.StepCompleted:
            continue
        took = span_text(view.case.time_ns(slot.answer) - view.case.time_ns(slot.opened))
        tries = count_text(slot.attempts(view.case.history), "attempt")
        says = f"{view.label(slot)} needed {tries} and {took}; the last failure was {view.error(failed[-1])}"
        yield view.say(Role.BETWEEN, view.label(slot), (failed[-1], slot.answer), says)


def _cancels(view: View) -> Iterator[Clause]:
    """Who was asked to stop."""
    for row in view.case.rows_of(EventType.CancelRequested):
        if view.case.history.position(row):
            yield view.say(Role.BETWEEN, view.place(row), (row,), f"The run asked {view.place(row)} to stop")
        else:
            yield view.say(Role.BETWEEN, "", (row,), "Somebody asked the run to stop")


def _decisions(view: View) -> Iterator[Clause]:
    """What people decided."""
    for decision in view.case.facts.decisions:
        by = visible(decision.by, limit=60, lines=False) or "Somebody"
        what = visible(f"{decision.action} {decision.from_step}".strip().replace("_", " "), limit=80, lines=False)
        why = f": {visible(decision.why, limit=120, lines=False)}" if decision.why else ""
        says = f"{by} decided to {what}{why}".rstrip(".")
        yield Clause(Role.BETWEEN, "", (decision.seq,), decision.time_ns, says, view.case.run_id)
