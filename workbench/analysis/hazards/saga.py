"""Hazards 9 and 10: a saga that stopped half way, forwards or backwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.error_shape import tells_failure
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.wording import listed
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.model import EventType, Kind

__all__ = ["FAILED_COMPENSATION", "HALF_DONE_SAGA"]

_STANDS: Final = frozenset({State.COMMITTED, State.COMPENSATION_FAILED})
_LOOP: Final = 2
"""So many failures of one undo are no accident."""
_ROUNDS: Final = 3
"""An undo that is begun so often and never done goes round in circles: one crash in the middle of it is an accident."""
_UNDO: Final = (EventType.CompensationStarted, EventType.CompensationCompleted, EventType.CompensationFailed)


def _sagas(case: Case) -> list[StepFacts]:
    """Steps that have, or should have, an undo."""
    if not any(step.declaration.kind is Kind.COMPENSATABLE or step.undo for step in case.steps.values()):
        return []
    return [step for step in case.facts.steps if step.kind is Kind.COMPENSATABLE or case.steps[step.position].undo]


def _standing(case: Case, steps: Sequence[StepFacts]) -> list[StepFacts]:
    """Those that are done and not undone, not even by an ordinary step that carries the name of the undo."""
    by_hand = {
        facts.name
        for facts in case.facts.steps
        if facts.state is State.COMMITTED and facts.kind is not Kind.COMPENSATABLE
    }
    return [step for step in steps if step.state in _STANDS and step.declaration.undo not in by_hand]


def _half_done(case: Case) -> Iterator[Evidence]:
    if case.ended < 0:
        return
    if _completed(case) and not case.has(*_UNDO):
        yield from _swallowed(case)
        return
    steps = _sagas(case)
    standing = _standing(case, steps) if steps else []
    if not standing:
        return
    undone = [step for step in steps if step.state is State.COMPENSATED]
    ended = EventType(case.history.columns.type[case.ended])
    failed_later = any(_failed_after(case, step) for step in standing)
    if ended is EventType.RunCompleted and not (undone and failed_later):
        return
    names = [step.label for step in standing]
    how = {EventType.RunFailed: "failed", EventType.RunCancelled: "was cancelled"}.get(ended, "ended after a failure")
    rest = f", while {listed([step.label for step in undone])} was undone" if undone else ""
    text = f"the run {how} and {listed(names)} {'is' if len(names) == 1 else 'are'} still in force{rest}"
    yield Evidence(
        case.seqs(case.ended, *(step.answer for step in standing)), text, tuple(names),
        0.6 if ended is EventType.RunCompleted else 1.0,
    )  # fmt: skip


def _swallowed(case: Case) -> Iterator[Evidence]:
    """The code caught the failure of a later effect, and the run says that it is done.

    An extra that failed, or one that another took the place of, is no failure of the whole: the run must say that it
    did not reach its goal, or end with nothing on the failure of a part of the saga.
    """
    if not case.has(EventType.StepFailed):
        return
    standing = _standing(case, _sagas(case))
    first = min((step.answer for step in standing), default=-1)
    failed = [step for step in case.facts.steps if 0 <= first < step.answer and _failed_for_certain(case, step)]
    if not failed:
        return
    last = max(failed, key=_answer)
    result = case.body(case.ended).get("result")
    acted = (step for step in case.facts.steps if step.kind.acts and step.state is State.COMMITTED)
    more = any(step.answer > last.answer for step in acted)
    gave_up = result is None and last.kind is Kind.COMPENSATABLE and not more
    if not (gave_up or tells_failure(result)):
        return
    names = [step.label for step in standing if step.answer < last.answer]
    text = (
        f"{last.label} failed, the run completed all the same, and {listed(names)} "
        f"{'is' if len(names) == 1 else 'are'} still in force"
    )
    rows = (case.ended, last.answer, *(step.answer for step in standing))
    yield Evidence(case.seqs(*rows), text, (*names, last.label), 0.6 if gave_up else 0.8)


def _failed_for_certain(case: Case, step: StepFacts) -> bool:
    failed = case.history.columns.type[step.answer] == EventType.StepFailed and step.kind.acts
    return failed and case.body(step.answer).get("definite") is True


def _answer(step: StepFacts) -> int:
    return step.answer


def _completed(case: Case) -> bool:
    return case.ended >= 0 and case.history.columns.type[case.ended] == EventType.RunCompleted


def _failed_after(case: Case, step: StepFacts) -> bool:
    types = case.history.columns.type
    return any(
        types[other.answer] == EventType.StepFailed and other.answer > step.answer for other in case.steps.values()
    )


def _failed_undo(case: Case) -> Iterator[Evidence]:
    cancelled = case.ended >= 0 and case.history.columns.type[case.ended] == EventType.RunCancelled
    asked = case.ended >= 0 and case.has(EventType.CancelRequested)
    if not (case.has(*_UNDO) or cancelled or asked):
        return
    told: set[str] = set()
    for step in case.steps.values():
        found = _undo_trouble(case, step) if step.undo else None
        if found is not None:
            told.add(step.label)
            yield found
    steps = _sagas(case)
    standing = [step for step in _standing(case, steps) if step.label not in told] if steps and case.ended >= 0 else []
    begun = any(case.steps[step.position].undo for step in steps)
    if standing and (begun or cancelled or (asked and not _completed(case))):
        names = [step.label for step in standing]
        text = (
            f"the run ended with {len(names)} of {len(names) + sum(s.state is State.COMPENSATED for s in steps)} "
            f"effects not undone: {listed(names)}"
            if begun
            else f"the run was cancelled and nothing was undone: {listed(names)}"
        )
        yield Evidence(case.seqs(case.ended, *(step.answer for step in standing)), text, tuple(names))


def _undo_trouble(case: Case, step: StepRows) -> Evidence | None:
    """An undo that fails, fails again and again, or was done twice."""
    types = case.history.columns.type
    done = [row for row in step.undo if types[row] == EventType.CompensationCompleted]
    since = max(done, default=-1)
    failures = [row for row in step.undo if types[row] == EventType.CompensationFailed and row > since]
    begun = [attempt.row for attempt in step.attempts]
    for first, second in pairwise(done):
        if not any(first < row < second for row in begun):
            text = f"{step.label} was undone twice"
            return Evidence(case.seqs(second, first), text, (step.label,), 0.9)
    last = types[step.undo[-1]]
    if last == EventType.CompensationCompleted:
        return None
    tried = [row for row in step.undo if types[row] == EventType.CompensationStarted and row > since]
    if len(tried) >= _ROUNDS and len(tried) > len(failures):
        text = f"the undo of {step.label} was begun {len(tried)} times and never came to its end"
        return Evidence(case.seqs(*reversed(tried)), text, (step.label,), 1.0, Severity.DANGER)
    if not failures:
        return None
    error = case.event(failures[-1]).error_type or "an error"
    times = f"{len(failures)} times" if len(failures) >= _LOOP else "once"
    text = f"the undo of {step.label} failed {times}, last with {error}, and did not succeed since"
    looped = Severity.DANGER if len(failures) >= _LOOP or case.ended >= 0 else Severity.WARNING
    return Evidence(case.seqs(*reversed(failures)), text, (step.label,), 1.0, looped)


HALF_DONE_SAGA = Hazard(
    id="half-done-saga",
    number=9,
    title="Half-done saga",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "Steps that can be undone took effect, a later one failed, and the run ended without undoing them: the "
        "flight is booked, the hotel is not, and nothing is cancelled."
    ),
    fix="""\
Declare the undo with the step; undo in reverse order, persistently, until it is done:

    @wb.step(kind="compensatable", undo=cancel_flight, undo_null_safe=True)
    def book_flight(trip): ...

    run.compensate()
""",
    false_alarm_if="what is left is meant to stay when the rest fails.",
    detect=_half_done,
    source="Garcia-Molina and Salem, Sagas (1987); Azure Architecture Center, saga pattern",
    columns_only=True,
)

FAILED_COMPENSATION = Hazard(
    id="failed-compensation",
    number=10,
    title="Compensation fails, loops, or is skipped on cancel",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "An undo is a call like any other: it can fail, be tried for ever, run twice, or be cancelled together with "
        "the run that it should clean up after."
    ),
    fix="""\
Make the undo idempotent and harmless where there is nothing to undo, give it bounded retries, and a person at the end:

    def refund(order, charge):                     # refunding twice is refunding once
        api.post("/refunds", {"charge": charge.id}, headers={"Idempotency-Key": f"refund/{charge.id}"})

    run.compensate()                               # outside of what was cancelled
""",
    false_alarm_if="somebody has undone it by hand and not yet recorded that.",
    detect=_failed_undo,
    source="temporalio/sdk-java#305; elsa-workflows/elsa-core#4541",
    columns_only=True,
)
