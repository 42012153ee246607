"""Hazard 8: the other side has forgotten the key."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.fingerprint import key_of
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.sending import Sending, acting_steps, sendings_of
from workbench.analysis.hazards.wording import NS, ago, span
from workbench.analysis.judgement import ASSUMED_KEY_LIFETIME_SECONDS
from workbench.analysis.state import State
from workbench.model import EventType

__all__ = ["KEY_WINDOW"]

_OPEN = frozenset({State.IN_DOUBT, State.FAILED})


def _detect(case: Case) -> Iterator[Evidence]:
    yield from _in_another_run(case)
    shortest = min((_lifetime_ns(step) for step in acting_steps(case)), default=0)
    last_ns = max(case.now_ns, case.time_ns(case.rows[-1]))
    if not shortest or last_ns - case.time_ns(case.rows[0]) <= shortest:
        return
    for step in acting_steps(case):
        if step.attempts and last_ns - case.time_ns(step.first) > _lifetime_ns(step):
            sendings = sendings_of(case, step)
            if sendings[0].key:
                yield from _sent_late(case, step, sendings) or _would_be(case, step, sendings)


def _in_another_run(case: Case) -> Iterator[Evidence]:
    """Another run for the same business sent the same under this key, so long ago that it is forgotten."""
    keyed = [step for step in acting_steps(case) if step.attempts and key_of(case, step.first)]
    if not keyed:
        return
    earlier: dict[tuple[str, str], Sending] = {}
    for other in case.kin:
        for step in acting_steps(other):
            for sending in sendings_of(other, step):
                if sending.key and not sending.definite:
                    earlier.setdefault((step.declaration.name, sending.key), sending)
    for step in keyed:
        known = earlier.get((step.declaration.name, key_of(case, step.first)))
        since_ns = case.time_ns(step.first) - known.case.time_ns(known.row) if known is not None else 0
        if known is not None and since_ns > _lifetime_ns(step):
            text = (
                f"{step.label} went out {span(since_ns / NS)} after another run had sent it under this key; "
                f"{_lives(step)}"
            )
            yield Evidence(case.seqs(step.first), text, (step.label,), _sure(step), Severity.DANGER)


def _sent_late(case: Case, step: StepRows, sendings: list[Sending]) -> list[Evidence]:
    """A later attempt went out when the key of an earlier one, which may have acted, was forgotten."""
    first = sendings[0]
    for sending in sendings[1:]:
        if first.definite or first.key != sending.key:
            first = sending
        elif case.time_ns(sending.row) - case.time_ns(first.row) > _lifetime_ns(step):
            age = ago(case.time_ns(first.row), case.time_ns(sending.row))
            text = f"{step.label} went out again under its key after {age}; {_lives(step)}"
            return [Evidence(case.seqs(sending.row, first.row), text, (step.label,), _sure(step), Severity.DANGER)]
    return []


def _would_be(case: Case, step: StepRows, sendings: list[Sending]) -> list[Evidence]:
    """The step has no success, and its key is too old to send it again."""
    if case.executing or (case.ended >= 0 and case.history.columns.type[case.ended] == EventType.RunCompleted):
        return []
    facts = case.facts_at.get(step.position)
    if facts is None or facts.state not in _OPEN:
        return []
    first = next((sending for sending in sendings if sending.key == sendings[-1].key), sendings[0])
    if case.now_ns - case.time_ns(first.row) <= _lifetime_ns(step):
        return []
    age = ago(case.time_ns(first.row), case.now_ns)
    text = (
        f"{step.label} is {str(facts.state).replace('_', ' ')} since {age}; {_lives(step)}, so its key protects no more"
    )
    known = Severity.NOTE if facts.state is State.FAILED else None
    return [Evidence(case.seqs(first.row), text, (step.label,), _sure(step), known)]


def _lifetime_ns(step: StepRows) -> int:
    lifetime = step.declaration.key_lifetime_seconds
    return int((ASSUMED_KEY_LIFETIME_SECONDS if lifetime is None else min(lifetime, 1e10)) * NS)


def _lives(step: StepRows) -> str:
    lifetime = step.declaration.key_lifetime_seconds
    if lifetime is None:
        return f"nobody declared how long the key lives, {span(ASSUMED_KEY_LIFETIME_SECONDS)} is usual"
    return f"the key lives {span(lifetime)}"


def _sure(step: StepRows) -> float:
    return 0.7 if step.declaration.key_lifetime_seconds is None else 1.0


KEY_WINDOW = Hazard(
    id="key-window",
    number=8,
    title="Idempotency window expired",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "Services remember keys for a time: a day, half an hour. What failed on Friday and is sent again on Monday "
        "under the same key is executed anew."
    ),
    fix="""\
Ask before sending again, and say how long the key lives, so that the verdict knows:

    @wb.step(kind="keyed", key=order_key, key_lifetime_seconds=24 * 3600, probe=find_charge)
    def charge(order): ...

    run.probe(); run.resume()
""",
    false_alarm_if="this service keeps keys for longer than was declared or is usual.",
    detect=_detect,
    source="docs.stripe.com/api/idempotent_requests (at least 24 hours); docs.qonto.com (30 minutes)",
)
