"""For the verdict: results that must not be used again (gates G9, G10, G11), and resources that others changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from workbench.analysis.facts import RunStatus
from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.checks import Check, checks_of, touches
from workbench.analysis.hazards.expired_credential import SKEW_NS, resumes_ns, still_held
from workbench.analysis.hazards.gaps import LONG_NS
from workbench.analysis.hazards.resources import ids_of, looks, reads
from workbench.analysis.hazards.wording import ago, moment_text
from workbench.analysis.state import State
from workbench.model import EventType, History, Kind, Position

__all__ = ["contested", "stale_steps"]

_MOST_ACTS: Final = 1_000
_OVER: Final = frozenset({RunStatus.COMPLETED, RunStatus.COMPENSATED})
_CALLS: Final = frozenset({EventType.StepStarted, EventType.StepRecorded})


def stale_steps(case: Case) -> Mapping[Position, str]:
    """Steps whose recorded result must not be used again, each with the reason in words.

    A credential that has ended, or is about to, and is still to be used (in an open run), or was what the failing step
    used; a price, hold or lock whose term is over; a check that guards an act which is not done yet, when what was
    read is older than five minutes or the run was resumed since.

    Args:
        case: The run; `case.now_ns` is the moment of acting.

    Returns:
        By position of the step that gave the result; nothing for a run that is at rest.
    """
    if not case.rows or case.facts.status in _OVER:
        return {}
    found: dict[Position, str] = {}
    for position, reason in (*_credentials(case), *_promises(case), *_checks(case)):
        found.setdefault(position, reason)
    known = case.steps
    return {position: reason for position, reason in found.items() if position in known}


def _credentials(case: Case) -> Iterator[tuple[Position, str]]:
    grants = [grant for grant in case.grants if grant.credential]
    moment = resumes_ns(case)
    if not any(grant.expires_ns - SKEW_NS < moment for grant in grants):
        return
    troubled = {use.grant for use in case.uses if _in_trouble(case, case.history.position(use.row))}
    held = set(still_held(case)) if case.is_open else set()
    for grant in grants:
        if grant.expires_ns - SKEW_NS < moment and grant in held | troubled:
            when = "expired" if grant.expires_ns <= moment else "expires"
            yield case.history.position(grant.row), f"`{grant.what}` {when} at {moment_text(grant.expires_ns)}"


def _in_trouble(case: Case, position: Position) -> bool:
    """Whether a step has not succeeded: it is what a retry would do again."""
    facts = case.facts_at.get(position)
    return facts is not None and (not facts.answered or facts.state in {State.FAILED, State.IN_DOUBT})


def _promises(case: Case) -> Iterator[tuple[Position, str]]:
    if not case.is_open:
        return
    for grant in case.grants:
        given_ns = case.time_ns(grant.row)
        if not grant.credential and given_ns < grant.expires_ns < case.now_ns:
            late = ago(grant.expires_ns, case.now_ns)
            yield (
                case.history.position(grant.row),
                f"`{grant.what}` was good until {moment_text(grant.expires_ns)}, {late} ago",
            )


def _checks(case: Case) -> Iterator[tuple[Position, str]]:
    """Reads that guard an act that is not done, or one that the code has not come to."""
    guarded: set[Position] = set()
    for checked in checks_of(case):
        guarded.add(checked.check.step.position)
        if _in_trouble(case, checked.act.position) and _is_old(case, checked.check.row):
            yield checked.check.step.position, _old(case, checked.check.row, f"and {checked.act.label} relies on it")
    if not case.is_open:
        return
    for step in case.steps.values():
        declared = step.declaration
        if not declared.resource or not reads(declared) or step.position in guarded or not _succeeded(case, step):
            continue
        check = Check(step, step.answer, ids_of(case, step.first))
        if _is_old(case, check.row) and not _acted_since(case, check):
            why = f"and what it read of {declared.resource} may have changed"
            yield step.position, _old(case, check.row, why)


def _succeeded(case: Case, step: StepRows) -> bool:
    return step.answer >= 0 and case.history.columns.type[step.answer] == EventType.StepCompleted


def _is_old(case: Case, row: int) -> bool:
    return case.now_ns - case.time_ns(row) > LONG_NS or any(at > row for at in case.recoveries)


def _old(case: Case, row: int, why: str) -> str:
    return f"it was read {ago(case.time_ns(row), case.now_ns)} ago, {why}"


def _acted_since(case: Case, check: Check) -> bool:
    """Whether the run itself has acted on the same thing since: then the check has done its work."""
    return any(
        step.first > check.row
        and not looks(step.declaration)
        and touches(check.resource, check.ids, step.declaration.resource, ids_of(case, step.first)) is not None
        for step in case.steps.values()
    )


def contested(case: Case) -> frozenset[Position]:
    """Idempotent steps that succeeded, and whose declared resource another run of the logs at hand has acted on since.

    Args:
        case: The run; other runs are those of its log, and its `siblings`.
    """
    if len(case.history.runs) == 1 and not case.siblings:
        return frozenset()
    steps = [
        step
        for step in case.steps.values()
        if step.declaration.kind is Kind.IDEMPOTENT and step.declaration.resource and _succeeded(case, step)
    ]
    return frozenset(step.position for step in steps if _written_since(case, step))


def _written_since(case: Case, step: StepRows) -> bool:
    resource, ids = step.declaration.resource, ids_of(case, step.first)
    return any(
        touches(resource, ids, resource, others) is not None for others in _other_acts(case, resource, step.answer)
    )


def _other_acts(case: Case, resource: str, since: int) -> Iterator[frozenset[str]]:
    """What other runs acted on after a row, of one resource; acts in other logs are compared by time."""
    columns, own = case.history.columns, case.history.columns.run[case.rows[0]]
    acts = _acts_on(case.history, resource)
    first = bisect_right(acts, since)
    for row in acts[first : first + _MOST_ACTS]:
        if columns.run[row] != own:
            yield ids_of(case, row)
    for other in case.siblings:
        if other.history is case.history:
            continue
        for step in other.steps.values():
            acted = step.declaration.resource == resource and not looks(step.declaration)
            if acted and step.first >= 0 and other.time_ns(step.first) > case.time_ns(since):
                yield ids_of(other, step.first)


def _acts_on(history: History, resource: str) -> Sequence[int]:
    """Rows of a log in which a step that declares this resource and acts was called; found once for all its runs."""
    known: dict[str, Sequence[int]] = history.kept.setdefault("acts by resource", {})
    if resource not in known:
        names = {
            number
            for number, declared in enumerate(history.names)
            if declared.resource == resource and not looks(declared)
        }
        columns = history.columns
        pairs = enumerate(zip(columns.type, columns.name, strict=True))
        known[resource] = [row for row, (kind, name) in pairs if name in names and kind in _CALLS] if names else ()
    return known[resource]
