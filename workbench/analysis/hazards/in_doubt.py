"""Hazard 5: it began, and nothing says how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.model import EventType, Kind

__all__ = ["IN_DOUBT"]

_DOUBT = frozenset({State.IN_DOUBT, State.COMPENSATION_IN_DOUBT})


def _detect(case: Case) -> Iterator[Evidence]:
    if not _may_be(case) or case.executing:
        return
    for step in case.facts.steps:
        if step.acts and step.state in _DOUBT and not _just_failed(case, step):
            yield _evidence(case, step)


def _just_failed(case: Case, step: StepFacts) -> bool:
    """Another engine's step that raised: it says so of refusals, too, and only a timeout leaves the question open."""
    return bool(case.history.unsaid) and step.answered and "timeout" not in step.error_type.lower()


def _may_be(case: Case) -> bool:
    """Whether some step has not simply completed; a log whose tail was lost may hide anything."""
    if case.report is not None and case.report.same_boot is False:
        return True
    types = case.history.columns.type
    for step in case.steps.values():
        answer = step.answer
        if step.undo or step.settled or answer < 0 or types[answer] not in {
            EventType.StepCompleted, EventType.StepRecorded,
        }:  # fmt: skip
            return True
    return False


def _evidence(case: Case, step: StepFacts) -> Evidence:
    rows = case.steps.get(step.position)
    last = rows.attempts[-1].row if rows is not None and rows.attempts else step.opened
    settle = f": ask {step.declaration.probe}" if step.declaration.probe else ""
    undo = rows.undo[-1] if rows is not None and rows.undo else last
    if step.state is State.COMPENSATION_IN_DOUBT:
        text = f"the undo of {step.label} began and nothing says how it ended{settle}"
        return Evidence(case.seqs(undo, last), text, (step.label,))
    why = f"it failed with {step.error_type}, which does not prove that it did nothing" if step.error_type else (
        "the log holds its intent and no outcome"
    )  # fmt: skip
    repeats = step.kind is Kind.IDEMPOTENT
    text = f"{step.label} may have happened: {why}{settle}"
    scheduled = any("scheduled" in said for said in step.assumed)
    known = Severity.NOTE if repeats else Severity.WARNING if scheduled else None
    return Evidence(case.seqs(last, step.answer), text, (step.label,), 0.5 if scheduled else 1.0, known)


IN_DOUBT = Hazard(
    id="in-doubt",
    number=5,
    title="Step in doubt",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "The process died, or the answer was lost, after the call was sent: the card may or may not be charged. To "
        "treat that as a failure doubles the effect, to treat it as a success loses it."
    ),
    fix="""\
Give the step a key that the other side knows, and a question that settles the doubt:

    @wb.step(kind="keyed", key=lambda order: f"charge/{order}", probe=find_charge)
    def charge(order): ...

    run.probe()          # asks, and records the answer; the verdict is then made anew
""",
    false_alarm_if="somebody has looked on the other side and not yet recorded what was found.",
    detect=_detect,
    source="Temporal, activity definition; zeph-durable, OnAmbiguous; Oracle DBA_2PC_PENDING",
    columns_only=True,
)
