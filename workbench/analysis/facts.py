"""What the log says about a run and each of its steps, read once: the base of frames, effects and verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from workbench.analysis.again import ambiguous, steps_done_again
from workbench.analysis.bodies import Bodies, assumed_of, code_of, message_of, sentences_of
from workbench.analysis.decision import Decision, decisions_of
from workbench.analysis.state import State, standing_of
from workbench.analysis.step_facts import StepFacts
from workbench.journal import Report
from workbench.machine import LATE, RunRecord, Slot, Verb, read_run
from workbench.model import Declaration, EventType, History, Position, Unsaid, position_text

__all__ = ["Child", "Decision", "RunFacts", "RunStatus", "StepFacts", "read_facts"]

_BEGINNINGS = frozenset({EventType.StepStarted, EventType.AttemptBegan})


class RunStatus(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    """Open, and a live process writes its log. Of another engine's run: open, as far as its history says."""
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Open, and its writer is gone."""
    CANCELLED = "cancelled"
    COMPENSATED = "compensated"
    """Did not complete, and all that it did is undone."""
    UNKNOWN = "unknown"
    """Its beginning is not in the log."""


class Child(NamedTuple):
    """A child run.

    Attributes:
        label: Name and position of the call for people: `ship (4)`.
        run_id: Id of the child run; `""` where the engine does not say.
        opened: Row in which it was started.
        answer: Row of its outcome; -1 while there is none.
        failed: The outcome is a failure.
        named: The code gave it its id; else that is made of the parent's.
    """

    label: str
    run_id: str
    opened: int
    answer: int
    failed: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run.

    Attributes:
        run_id: The run.
        workflow: Name of its code; `""` when its beginning is not in the log.
        status: Where it stands.
        business_key: Ties runs of one order or customer together; `""` for none.
        started_ns: When it began; -1 when its beginning is not in the log.
        ended_ns: When it ended; -1 while it is open.
        recoveries: How often it went on in a new process.
        events: Number of its events.
        last: Row of the last of them; -1 for none.
        error_type: Class name of the error that ended it; `""` for none.
        error: Its message.
        steps: Its steps, in the order in which they began.
        children: The child runs that it started; what they did is not in its steps.
        signals: Name and row of each signal that it consumed.
        unconsumed: Names of signals that arrived and were not consumed.
        received: Name and row of each signal and request of which the engine does not say whether the code took it.
        decisions: What people decided about it, in order.
        again_of: Run that this one replaces; `""` for none.
        continued_as: Run in which it went on (continued as new, run again, on schedule); `""` for none.
        unsaid: What the engine does not write down.
        assumed: What the reader of the history says about the run as a whole.
        unseen: Deeds for this run that its history does not show, in sentences: those of other runs, for example.
        missing: What is missing from the history, in sentences.
    """

    run_id: str
    workflow: str
    status: RunStatus
    business_key: str
    started_ns: int
    ended_ns: int
    recoveries: int
    events: int
    last: int
    error_type: str
    error: str
    steps: tuple[StepFacts, ...]
    children: tuple[Child, ...] = ()
    signals: tuple[tuple[str, int], ...] = ()
    unconsumed: tuple[str, ...] = ()
    received: tuple[tuple[str, int], ...] = ()
    decisions: tuple[Decision, ...] = ()
    again_of: str = ""
    continued_as: str = ""
    unsaid: frozenset[Unsaid] = frozenset()
    assumed: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def read_facts(history: History, run_id: str, report: Report | None = None) -> RunFacts:
    """Everything that frames, effects and verdict need of one run, in one pass over its events.

    Args:
        history: Where the run is.
        run_id: The run; an unknown one has no steps and status `unknown`.
        report: How the log was found; decides between `running` and `interrupted`, and about lost intents.
    """
    record = read_run(history, run_id)
    bodies = Bodies(history)
    late = _late_rows(history, run_id)
    slots = [slot for slot in record.slots.values() if slot.verb is Verb.CALL_STEP]
    if record.superseded:
        steps = steps_done_again(record, late, lambda slot, rows: _step(record, slot, rows, bodies, report), bodies)
    else:
        steps = tuple(_step(record, slot, late.get(slot.position, ()), bodies, report) for slot in slots)
    columns, began, ended = history.columns, record.started, record.ended
    rows = history.rows_of(run_id)
    decisions = decisions_of(record, bodies)
    start = bodies(began) if began >= 0 else {}
    end = bodies(ended) if ended >= 0 else {}
    return RunFacts(
        run_id=run_id,
        workflow=history.declaration(began).name if began >= 0 else "",
        status=_status(record, steps, report),
        business_key=str(start.get("business_key") or ""),
        started_ns=columns.time_ns[began] if began >= 0 else -1,
        ended_ns=columns.time_ns[ended] if ended >= 0 else -1,
        recoveries=_recoveries(record, start),
        events=len(rows),
        last=rows[-1] if len(rows) else -1,
        error_type=history.tags[columns.tag[ended]] if ended >= 0 else "",
        error=message_of(end),
        steps=steps,
        children=_children(record, bodies),
        signals=tuple((slot.name, slot.answer) for slot in record.order if slot.type is EventType.SignalConsumed),
        unconsumed=_unconsumed(record),
        received=_received(record),
        decisions=decisions,
        again_of=str(start.get("again_of") or ""),
        continued_as=str(end.get("continued_as") or "") or _rerun_as(decisions),
        unsaid=history.unsaid,
        assumed=assumed_of(start),
        unseen=sentences_of(start, "unseen"),
        missing=(*sentences_of(start, "missing"), *_unread(record), *ambiguous(record)),
    )


def _rerun_as(decisions: Sequence[Decision]) -> str:
    return next((decision.new_run for decision in reversed(decisions) if decision.new_run), "")


def _unread(record: RunRecord) -> Iterator[str]:
    return (f"the decision in event {seq} cannot be read, nor what it supersedes" for seq in record.unread)


def _children(record: RunRecord, bodies: Bodies) -> tuple[Child, ...]:
    """Each once; one that a decision to retry has superseded has run all the same."""
    slots = [slot for slot in (*record.superseded, *record.slots.values()) if slot.verb is Verb.START_CHILD]
    children = [_child(record, slot, bodies) for slot in slots]
    return tuple({child.run_id or child.label: child for child in children}.values())  # the last word about each


def _child(record: RunRecord, slot: Slot, bodies: Bodies) -> Child:
    run_id, place = str(bodies(slot.opened).get("id") or ""), position_text(slot.position)
    failed, named = slot.type is EventType.ChildFailed, run_id != f"{record.run_id}/{place}"
    return Child(f"{slot.name} ({place})", run_id, slot.opened, slot.answer, failed, named)


def _recoveries(record: RunRecord, start: Mapping[str, Any]) -> int:
    """Counted by events, or by an engine that keeps no more than the number."""
    said = start.get("recoveries")
    known = said if isinstance(said, int) else 0
    return known + sum(record.history.columns.type[row] == EventType.RunRecovered for row in record.ambient)


def _received(record: RunRecord) -> tuple[tuple[str, int], ...]:
    history, columns = record.history, record.history.columns
    kinds = {EventType.UpdateReceived}
    if Unsaid.CONSUMPTION in history.unsaid:
        kinds.add(EventType.SignalReceived)
    return tuple((history.declaration(row).name, row) for row in record.ambient if columns.type[row] in kinds)


def _unconsumed(record: RunRecord) -> tuple[str, ...]:
    history, columns = record.history, record.history.columns
    if Unsaid.CONSUMPTION in history.unsaid:
        return ()
    return tuple(
        history.declaration(row).name
        for row in record.ambient
        if columns.type[row] == EventType.SignalReceived and columns.seq[row] not in record.consumed
    )


def _late_rows(history: History, run_id: str) -> dict[Position, list[int]]:
    """Compensation events and resolutions of a run, by the position of the step that they are about."""
    rows: dict[Position, list[int]] = {}
    types = history.columns.type
    for row in history.rows_of(run_id):
        if types[row] in LATE:
            rows.setdefault(history.position(row), []).append(row)
    return rows


def _step(record: RunRecord, slot: Slot, late: Sequence[int], bodies: Bodies, report: Report | None) -> StepFacts:
    history, columns = record.history, record.history.columns
    declaration = history.declaration(slot.opened)
    standing = standing_of(history, slot, late, bodies, acts=declaration.kind.acts)
    intent, attempts = bodies(slot.opened), slot.attempts(history)
    failure = _failure_row(history, slot, late)
    answered = slot.answer if slot.answer >= 0 else max(slot.between, default=-1) if slot.cancelled else -1
    keys = _keys(history, slot, intent, bodies)
    outcome = bodies(slot.answer) if slot.answer >= 0 else {}
    facts = StepFacts(
        run_id=record.run_id,
        position=slot.position,
        declaration=declaration,
        state=standing.state,
        answered=standing.answered,
        repeated=standing.repeated,
        contradicted=standing.contradicted,
        twice=standing.twice,
        takes_word=standing.takes_word,
        attempts=attempts,
        opened=slot.opened,
        seq=columns.seq[slot.opened],
        answer=answered,
        started_ns=_began_ns(intent, columns.time_ns[slot.opened]),
        sent_ns=_sent_ns(history, slot),
        denied_ns=columns.time_ns[standing.denied] if standing.denied >= 0 else -1,
        ended_ns=columns.time_ns[answered] if answered >= 0 else -1,
        key=keys[0],
        key_changed=len(set(keys)) > 1,
        error_type=history.tags[columns.tag[failure]] if failure >= 0 else "",
        error=message_of(bodies(failure)) if failure >= 0 else "",
        code=code_of(intent.get("at")),
        unusable=_unusable(slot, outcome, bodies),
        untold=slot.type is EventType.StepResolved and outcome.get("result") is None,
        undo_failures=standing.undo_failures,
        undo_definite=standing.undo_definite,
        assumed=(
            *_assumed(declaration, hidden=standing.hidden, attempts=attempts),
            *_only_scheduled(history, slot, intent),
            *assumed_of(intent),
            *(assumed_of(outcome) if slot.answer > slot.opened else ()),
        ),
    )
    if facts.answered or report is None:
        return facts
    return _maybe_started(facts, columns.seq[max(slot.opened, slot.answer, *slot.between, *late)], report)


def _keys(history: History, slot: Slot, intent: Mapping[str, Any], bodies: Bodies) -> list[str]:
    """The key of each attempt, the first one first; later attempts that say none went on with it."""
    types = history.columns.type
    later = [bodies(row).get("key") for row in slot.between if types[row] == EventType.StepStarted]
    return [str(intent.get("key") or ""), *(str(key) for key in later if key)]


def _failure_row(history: History, slot: Slot, late: Sequence[int]) -> int:
    """The failure that people should see: of the undo, of the step, of its last attempt; -1 for none."""
    types = history.columns.type
    if late and types[late[-1]] == EventType.CompensationFailed:
        return late[-1]
    if slot.type is EventType.StepFailed:
        return slot.answer
    if slot.type is None:
        return max((row for row in slot.between if types[row] == EventType.AttemptFailed), default=-1)
    return -1


def _unusable(slot: Slot, outcome: Mapping[str, Any], bodies: Bodies) -> str:
    said = outcome.get("unrecorded")
    if slot.type is EventType.StepCompleted and said is not None:
        return f"its result was not recorded: {said}"
    unreadable = bodies.unreadable.get(slot.answer)
    return f"its recorded result cannot be read: {unreadable}" if unreadable is not None else ""


def _assumed(declaration: Declaration, *, hidden: bool, attempts: int) -> tuple[str, ...]:
    reasons = []
    if declaration.kind_assumed:
        reasons.append(f"kind {declaration.kind} is assumed, nobody declared it")
    if declaration.kind.acts and attempts == 0:
        reasons.append("the number of attempts is unknown")
    if hidden:
        reasons.append("earlier attempts are not in the log")
    return tuple(reasons)


def _only_scheduled(history: History, slot: Slot, intent: Mapping[str, Any]) -> tuple[str, ...]:
    """Some engines write that a step is wanted, and that a worker took it only when it is over."""
    began = any(history.columns.type[row] == EventType.AttemptBegan for row in slot.between)
    if intent.get("scheduled") is not True or began or slot.type is EventType.StepCompleted:
        return ()
    return ("it was scheduled; whether an attempt began is not recorded",)


def _began_ns(intent: Mapping[str, Any], time_ns: int) -> int:
    """When a step began, where its one event was written later and says so."""
    said = intent.get("began_ns")
    return said if isinstance(said, int) and 0 <= said <= time_ns else time_ns


def _sent_ns(history: History, slot: Slot) -> int:
    """When the last attempt began."""
    begun = [row for row in slot.between if history.columns.type[row] in _BEGINNINGS]
    return history.columns.time_ns[max(begun, default=slot.opened)]


def _maybe_started(facts: StepFacts, last_seq: int, report: Report) -> StepFacts:
    """A step that looks idle may have begun where the tail of the log was lost with its machine (semantics, G3)."""
    lost = report.same_boot is False and not report.closed and last_seq > report.synced_seq
    idle = facts.state in {State.NOT_STARTED, State.FAILED}
    if not (lost and idle and facts.acts):
        return facts
    reason = "it may have begun: the machine restarted, and what the log held after its last sync may be lost"
    return replace(facts, state=State.IN_DOUBT, assumed=(*facts.assumed, reason))


def _status(record: RunRecord, steps: tuple[StepFacts, ...], report: Report | None) -> RunStatus:
    if record.started < 0:
        return RunStatus.UNKNOWN
    ending = EventType(record.history.columns.type[record.ended]) if record.ended >= 0 else None
    if ending is EventType.RunCompleted:
        return RunStatus.COMPLETED
    if ending is None and (Unsaid.WORKER in record.history.unsaid or (report is not None and report.writer_alive)):
        return RunStatus.RUNNING
    states = {step.state for step in steps if step.acts}
    if State.COMPENSATED in states and states <= {State.COMPENSATED, State.FAILED, State.NOT_STARTED}:
        return RunStatus.COMPENSATED
    if ending is None:
        return RunStatus.INTERRUPTED
    return RunStatus.FAILED if ending is EventType.RunFailed else RunStatus.CANCELLED
