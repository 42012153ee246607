"""Hazard 7: a key that changes with every attempt protects nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.fingerprint import Fingerprint, fingerprint_of
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.same_calls import ask_the_same, asked_again_in_kin, last_sendings
from workbench.analysis.hazards.sending import Sending, called_steps, sendings_of
from workbench.analysis.hazards.wording import quoted
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
    return (step for step in called_steps(case) if step.declaration.kind.acts and step.attempts)


def _attempts(case: Case, sendings: list[Sending]) -> Iterator[Evidence]:
    """Attempts of one step under different keys; a new one is right once nothing is left of the one before.

    That somebody decided to go back is no reason for a new key: what was done stands, and the old key finds it.
    """
    for earlier, later in pairwise(sendings):
        if not earlier.key:
            continue
        other_body = _other_body(case, earlier, later)
        if earlier.key == later.key and other_body:
            text = f"{later.step.label} went out again under the key {quoted(later.key)} with other arguments"
            yield Evidence(case.seqs(later.row, earlier.row), text, (later.step.label,), 0.95)
            return
        if earlier.key == later.key or other_body or earlier.definite:
            continue
        text = f"{later.step.label} went out under the key {quoted(earlier.key)}, then under {quoted(later.key)}"
        yield Evidence(case.seqs(later.row, earlier.row), text, (later.step.label,))
        return


def _other_body(case: Case, earlier: Sending, later: Sending) -> bool:
    """Whether an attempt says its arguments again, and they differ."""
    again = fingerprint_of(case, later.row) if "args" in case.body(later.row) else None
    before = fingerprint_of(case, earlier.row) or earlier.fingerprint()
    return again is not None and before is not None and again != before


def _retried_by_hand(case: Case, sent: list[Sending]) -> Iterator[Evidence]:
    """The code calls again what failed, was lost or was taken back, as a new call with a new key."""
    cuts = [(body, row) for row in case.rows_of(EventType.DecisionMade) if (body := case.body(row).get("cut"))]
    standing: dict[tuple[str, Fingerprint], list[Sending]] = {}
    for sending in sent:
        print_ = sending.fingerprint()
        if print_ is None:
            continue
        before = standing.setdefault((sending.step.declaration.name, print_), [])
        open_ones = [one for one in before if one.key and (not one.answered or _taken_back(one, sending, cuts))]
        if sending.key and open_ones and all(one.key != sending.key for one in open_ones):
            earlier = open_ones[-1]
            text = (
                f"{sending.step.label} asks again for what {earlier.step.label} may have done, under the key "
                f"{quoted(sending.key)} instead of {quoted(earlier.key)}"
            )
            steps = (earlier.step.label, sending.step.label)
            yield Evidence(case.seqs(sending.row, earlier.row), text, steps, 0.9)
        if sending.definite or sending.answered:
            before[:] = [one for one in before if one.answered]  # what was lost has been asked for again
        if not sending.definite and (cuts or not sending.answered):
            before.append(sending)


def _taken_back(earlier: Sending, later: Sending, cuts: list[tuple[object, int]]) -> bool:
    """Whether somebody decided, between the two, to go back to before the earlier one."""
    seq = earlier.case.seq(earlier.row)
    return any(
        isinstance(cut, int) and cut <= seq and earlier.row < decided < later.row for cut, decided in cuts
    )  # fmt: skip


def _reused(case: Case, sent: list[Sending]) -> Iterator[Evidence]:
    """One key for two different requests, here or in a run of the same business key."""
    first: dict[tuple[str, str], Sending] = {}
    theirs = (sending for other in case.kin for sending in last_sendings(other, _keyed))
    for sending in (*theirs, *sent):
        if not sending.key:
            continue
        known = first.setdefault((sending.step.declaration.name, sending.key), sending)
        if known is sending or sending.case is not case or ask_the_same(known, sending) is not False:
            continue
        here = known.case.history is case.history
        text = (
            f"{sending.step.label} used the key {quoted(sending.key)} again for other arguments than "
            f"{_whose(known, case)}"
        )
        seqs = case.seqs(sending.row, *([known.row] if here else []))
        yield Evidence(seqs, text, (sending.step.label,), 0.95)


def _forked(case: Case, sent: list[Sending]) -> Iterator[Evidence]:
    """The same request in another run of the same business key, under another key."""
    mine = [sending for sending in sent if sending.key and not sending.definite]
    told: set[int] = set()
    for own, other in asked_again_in_kin(case, mine, _keyed):
        if not other.key or other.definite or other.key == own.key or own.row in told:
            continue
        told.add(own.row)
        here = other.case.history is case.history
        text = (
            f"{own.step.label} has the key {quoted(own.key)}; the same call has {quoted(other.key)} in run "
            f"{other.case.run_id} of the same business key"
        )
        yield Evidence(case.seqs(own.row, *([other.row] if here else [])), text, (own.step.label,), 0.9)


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
