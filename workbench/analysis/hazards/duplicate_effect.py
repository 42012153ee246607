"""Hazard 6: it was done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.checks import crossed
from workbench.analysis.hazards.fingerprint import Fingerprint, key_of
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.resources import looks
from workbench.analysis.hazards.same_calls import asked_again_in_kin, last_sendings
from workbench.analysis.hazards.sending import HARMLESS, Sending, acting_steps, sendings_of, went_on_unseen
from workbench.analysis.hazards.wording import ago, said
from workbench.journal.codec import RecordedError
from workbench.model import EventType

__all__ = ["DUPLICATE_EFFECT"]

_MOST_STEPS = 5_000


def _detect(case: Case) -> Iterator[Evidence]:
    steps = list(acting_steps(case))
    if not steps:
        return
    for step in steps:
        if len(step.attempts) > 1:
            yield from _attempts(sendings_of(case, step))
    if case.has(EventType.AttemptBegan):
        yield from _counted(case)
    if len(steps) > 1:
        yield from _again_elsewhere(case, steps)
    if case.history.engine != "native":  # there nobody declares kinds, and the ids are the engine's
        steps = [step for step in steps if not step.declaration.kind_assumed]
    if steps and case.kin:
        yield from _in_kin(case, steps)


def _attempts(sendings: list[Sending]) -> Iterator[Evidence]:
    """Attempts of one step, of which an earlier one may have acted without a key that the later one shares."""
    for earlier, later in pairwise(sendings):
        if earlier.definite or (earlier.key and earlier.key == later.key):
            continue
        text = (
            f"{later.step.label} was sent again {_age(earlier, later)} after an attempt that "
            f"{'had returned' if earlier.answered else 'may have acted'}, {_keys(earlier, later)}"
        )
        yield Evidence(_seqs(earlier, later), text, (later.step.label,), 0.9)
        return


def _again_elsewhere(case: Case, steps: list[StepRows]) -> Iterator[Evidence]:
    """The same call at another place of the program: after a resume, or because the first one was lost."""
    seen: dict[tuple[str, Fingerprint], Sending] = {}
    called = Counter(step.declaration.name for step in steps)
    for step in islice((step for step in steps if called[step.declaration.name] > 1), _MOST_STEPS):
        sendings = sendings_of(case, step)
        print_ = sendings[0].fingerprint() if sendings else None
        if not print_:
            continue
        earlier = seen.setdefault((step.declaration.name, print_), sendings[-1])
        later = sendings[0]
        shared = earlier.key and earlier.key == later.key
        resumed = crossed(case.recoveries, earlier.row, later.row)
        known = earlier.answered and not resumed
        if earlier.step is step or earlier.definite or shared or known or _is_usual(earlier):
            continue
        text = (
            f"{step.label} asks for the same as {earlier.step.label} did {_age(earlier, later)} before"
            f"{', in the process before' if resumed else ', whose outcome is not known'}, {_keys(earlier, later)}"
        )
        yield Evidence(_seqs(earlier, later), text, (earlier.step.label, step.label), 0.6 if earlier.answered else 0.8)


def _is_usual(earlier: Sending) -> bool:
    """Other engines know no kinds: there, to ask again is usual, except where nobody waited for the first to end."""
    case = earlier.case
    if case.history.engine == "native" or not earlier.step.declaration.kind_assumed:
        return False
    error = case.event(earlier.attempt.answer).error_type if earlier.attempt.answer >= 0 else ""
    return looks(earlier.step.declaration) or not went_on_unseen(error)


def _in_kin(case: Case, steps: list[StepRows]) -> Iterator[Evidence]:
    """The same call in another run for the same order or customer."""
    mine = [sending for sending in last_sendings(case, lambda _: steps) if not sending.definite]
    for own, theirs in asked_again_in_kin(case, mine, acting_steps):
        if theirs.definite or (own.key and own.key == theirs.key):
            continue
        text = (
            f"{own.step.label} asks for the same as {theirs.step.label} of run {theirs.case.run_id}, which has the "
            f"same business key, {_keys(theirs, own)}"
        )
        seqs = case.seqs(own.row, *([theirs.row] if theirs.case.history is case.history else []))
        yield Evidence(seqs, text, (own.step.label,), 0.9 if own.answered and theirs.answered else 0.7)


def _counted(case: Case) -> Iterator[Evidence]:
    """Another engine writes down the number of the last attempt, and how the one before it ended."""
    attempts = case.history.columns.attempt
    for row in case.rows_of(EventType.AttemptBegan):
        step = case.steps.get(case.history.position(row)) if attempts[row] > 1 else None
        error = case.body(row).get("last_error") if step is not None and _acts(step) else None
        if step is None or not isinstance(error, RecordedError) or not went_on_unseen(error.type_name):
            continue
        if not key_of(case, step.first):
            text = (
                f"{step.label} was sent {attempts[row]} times, and {said(error.type_name)} does not prove that the "
                "attempt before the last did nothing, without a key"
            )
            yield Evidence(case.seqs(row, step.first), text, (step.label,), 0.7)


def _acts(step: StepRows) -> bool:
    return step.declaration.kind not in HARMLESS and not looks(step.declaration)


def _age(earlier: Sending, later: Sending) -> str:
    return ago(earlier.case.time_ns(earlier.row), later.case.time_ns(later.row))


def _keys(earlier: Sending, later: Sending) -> str:
    if earlier.key and later.key:
        return "under another key"
    return "with a key on only one side" if earlier.key or later.key else "without a key"


def _seqs(earlier: Sending, later: Sending) -> tuple[int, ...]:
    return later.case.seqs(later.row, earlier.row)


DUPLICATE_EFFECT = Hazard(
    id="duplicate-effect",
    number=6,
    title="Duplicate execution of what must not repeat",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "The same call went out twice, and nothing lets the other side see that it is the same: a client that gave up "
        "after two seconds and asked again has paid twice."
    ),
    fix="""\
Make the key before the first attempt, out of what the call is about, and let the other side refuse the second:

    @wb.step(kind="keyed", key=lambda order, amount: f"charge/{order}")
    def charge(order, amount):
        return api.post("/charges", {"amount": amount}, headers={"Idempotency-Key": wb.current_key()})
""",
    false_alarm_if="doing it twice was meant (two instalments), or the other side has a unique constraint.",
    detect=_detect,
    source="Why an idempotency key isn't an idempotency guarantee (2026); docs.stripe.com/idempotency",
)
