"""Hazard 7: a key that changes with every attempt protects nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.fingerprint import Fingerprint, fingerprint_of
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.sending import Sending, sendings_of
from workbench.model import EventType

__all__ = ["CHANGED_KEY"]

_MOST_STEPS = 5_000


def _detect(case: Case) -> Iterator[Evidence]:
    sent: list[Sending] = []
    for step in islice(_keyed(case), _MOST_STEPS):
        sendings = sendings_of(case, step)
        if not any(sending.key for sending in sendings):
            continue
        yield from _attempts(case, sendings)
        sent.append(sendings[-1])
    called = Counter(sending.step.declaration.name for sending in sent)
    again = [sending for sending in sent if called[sending.step.declaration.name] > 1]
    yield from _retried_by_hand(case, again)
    yield from _reused(case, sent if case.kin else again)
    if case.kin:
        yield from _forked(case, sent)


def _keyed(case: Case) -> Iterator[StepRows]:
    return (step for step in case.steps.values() if step.declaration.kind.acts and step.attempts)


def _attempts(case: Case, sendings: list[Sending]) -> Iterator[Evidence]:
    """Attempts of one step under different keys; a new one after an undo, or by decision, is right."""
    for earlier, later in pairwise(sendings):
        if earlier.key and earlier.key == later.key and _other_body(case, earlier, later):
            text = f"{later.step.label} went out again under the key {later.key!r} with other arguments"
            yield Evidence(case.seqs(later.row, earlier.row), text, (later.step.label,), 0.95)
            return
        if not earlier.key or earlier.key == later.key or _renewed(case, earlier, later):
            continue
        text = f"{later.step.label} went out under the key {earlier.key!r}, then under {later.key!r}"
        known = Severity.NOTE if earlier.definite else None
        yield Evidence(case.seqs(later.row, earlier.row), text, (later.step.label,), 1.0, known)
        return


def _other_body(case: Case, earlier: Sending, later: Sending) -> bool:
    """Whether an attempt says its arguments again, and they differ."""
    again = fingerprint_of(case, later.row) if "args" in case.body(later.row) else None
    before = fingerprint_of(case, earlier.row) or earlier.fingerprint()
    return again is not None and before is not None and again != before


def _renewed(case: Case, earlier: Sending, later: Sending) -> bool:
    types = case.history.columns.type
    undone = any(
        types[row] == EventType.CompensationCompleted for row in earlier.step.undo if earlier.row < row < later.row
    )
    return undone or any(earlier.row < row < later.row for row in case.rows_of(EventType.DecisionMade))


def _retried_by_hand(case: Case, sent: list[Sending]) -> Iterator[Evidence]:
    """The code calls again what failed or was lost, as a new call with a new key."""
    lost: dict[tuple[str, Fingerprint], Sending] = {}
    for sending in sent:
        print_ = sending.fingerprint()
        if print_ is None:
            continue
        asked = sending.step.declaration.name, print_
        earlier = lost.get(asked)
        if earlier is not None and earlier.key and sending.key and earlier.key != sending.key:
            text = (
                f"{sending.step.label} asks again for what {earlier.step.label} may have done, under the key "
                f"{sending.key!r} instead of {earlier.key!r}"
            )
            steps = (earlier.step.label, sending.step.label)
            yield Evidence(case.seqs(sending.row, earlier.row), text, steps, 0.9)
        if sending.answered or sending.definite:
            lost.pop(asked, None)
        else:
            lost[asked] = sending


def _reused(case: Case, sent: list[Sending]) -> Iterator[Evidence]:
    """One key for two different requests, here or in a run of the same business key."""
    first: dict[tuple[str, str], Sending] = {}
    for sending in (*_of_kin(case), *sent):
        if not sending.key:
            continue
        known = first.setdefault((sending.step.declaration.name, sending.key), sending)
        if known is sending or sending.case is not case:
            continue
        left, right = known.fingerprint(), sending.fingerprint()
        if left is None or right is None or left == right:
            continue
        here = known.case.history is case.history
        text = f"{sending.step.label} used the key {sending.key!r} again for other arguments than {_whose(known, case)}"
        seqs = case.seqs(sending.row, *([known.row] if here else []))
        yield Evidence(seqs, text, (sending.step.label,), 0.95)


def _forked(case: Case, sent: list[Sending]) -> Iterator[Evidence]:
    """The same request in another run of the same business key, under another key."""
    theirs = {
        (sending.step.declaration.name, print_): sending
        for sending in _of_kin(case)
        if sending.key and not sending.definite and (print_ := sending.fingerprint()) is not None
    }
    for sending in sent if theirs else ():
        print_ = sending.fingerprint()
        other = theirs.get((sending.step.declaration.name, print_)) if print_ is not None else None
        if other is None or sending.definite or not sending.key or other.key == sending.key:
            continue
        here = other.case.history is case.history
        text = (
            f"{sending.step.label} has the key {sending.key!r}; the same call has {other.key!r} in run "
            f"{other.case.run_id} of the same business key"
        )
        yield Evidence(case.seqs(sending.row, *([other.row] if here else [])), text, (sending.step.label,), 0.9)


def _of_kin(case: Case) -> Iterator[Sending]:
    for other in case.kin:
        for step in islice(_keyed(other), _MOST_STEPS):
            yield from sendings_of(other, step)[-1:]


def _whose(sending: Sending, case: Case) -> str:
    return sending.step.label if sending.case is case else f"{sending.step.label} of run {sending.case.run_id}"


CHANGED_KEY = Hazard(
    id="changed-key",
    number=7,
    title="Key made anew per attempt, or changed by a fork",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "An idempotency key works only while it is the same for the same request. One that is drawn in the attempt, or "
        "made of the run's id, is new after a retry or a fork, and the effect is doubled; one that is used for another "
        "request gets the old answer or an error."
    ),
    fix="""\
Derive the key from what the call is about, not from the attempt or the run; it is then in the log with the intent:

    @wb.step(kind="keyed", key=lambda order, amount: f"charge/{order}/{amount}")
    def charge(order, amount): ...
""",
    false_alarm_if="the first call was refused for certain, or each call was meant to act.",
    detect=_detect,
    source="Pratik Nayak, idempotent payment APIs; draft-ietf-httpapi-idempotency-key-header-07",
)
