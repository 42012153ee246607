"""Hazard 1: replay returns the token of yesterday."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.grants import Grant
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.wording import NS, ago, moment_text, ns_in, said
from workbench.model import EventType

__all__ = ["EXPIRED_CREDENTIAL", "SKEW_NS", "resumes_ns", "still_held"]

SKEW_NS: Final = 30 * NS
"""A credential with less than this left is as good as gone when somebody resumes: calls take time, clocks differ."""

_REFUSED: Final = re.compile(
    r"\b401\b|unauthori[sz]ed|expired.?(?:access)?.?token|(?:token|credential|signature|session)s?\b.{0,30}\bexpired|invalid.?token",
    re.IGNORECASE,
)

_RENEWS: Final = re.compile(r"refresh|renew|rotate|re_?auth", re.IGNORECASE)


def _detect(case: Case) -> Iterator[Evidence]:
    grants = [grant for grant in case.grants if grant.credential]
    if not grants:
        return
    told: set[Grant] = set()
    last_ns = case.time_ns(case.rows[-1])
    if any(grant.expires_ns < last_ns for grant in grants):
        yield from _used_late(case, told)
        yield from _refused(case, grants, told)
    if case.is_open:
        yield from _held(case, told)


def _used_late(case: Case, told: set[Grant]) -> Iterator[Evidence]:
    """Used in the log after its end: once per step, with the first attempt that did."""
    seen: set[tuple[Grant, str]] = set()
    for use in case.uses:
        grant, used_ns = use.grant, case.time_ns(use.row)
        if not grant.credential or used_ns <= grant.expires_ns or (grant, use.label) in seen:
            continue
        seen.add((grant, use.label))
        told.add(grant)
        text = (
            f"{use.label} was given `{grant.what}` {ago(grant.expires_ns, used_ns)} after its end; "
            f"it was recorded in event {case.seq(grant.row)} and good until {moment_text(grant.expires_ns)}"
        )
        sure = max(use.link.confidence, 0.8)
        yield Evidence(case.seqs(use.row, grant.row), text, (use.label,), sure)


def _refused(case: Case, grants: list[Grant], told: set[Grant]) -> Iterator[Evidence]:
    """A step was refused for its credentials after one had ended; how it came by them is not in the log."""
    if told or not case.has(EventType.StepFailed, EventType.AttemptFailed):
        return
    for row in case.rows_of(EventType.StepFailed, EventType.AttemptFailed):
        failed_ns = case.time_ns(row)
        ended = [grant for grant in grants if grant.row < row and grant.expires_ns < failed_ns]
        fresh = [grant for grant in grants if grant.row < row and grant.expires_ns >= failed_ns]
        error = case.body(row).get("error")
        text = f"{case.event(row).error_type} {said(getattr(error, 'message', error))}"
        if not ended or fresh or _REFUSED.search(text) is None:
            continue
        grant = ended[-1]
        told.add(grant)
        label = case.steps[case.history.position(row)].label if case.history.position(row) in case.steps else ""
        text = (
            f"{label or 'a step'} was refused for its credentials {ago(grant.expires_ns, failed_ns)} after "
            f"`{grant.what}` of event {case.seq(grant.row)} had ended"
        )
        yield Evidence(case.seqs(row, grant.row), text, (label,) if label else (), 0.7)
        return


def _held(case: Case, told: set[Grant]) -> Iterator[Evidence]:
    """An open run would go on with it."""
    resumes = resumes_ns(case)
    waiting = [use for use in case.uses if _unanswered(case, use.row)]
    for grant in still_held(case):
        if grant in told or grant.expires_ns - SKEW_NS >= resumes:
            continue
        users = tuple(dict.fromkeys(use.label for use in waiting if use.grant is grant))
        when = "when its timer fires" if resumes > case.now_ns else "now"
        left = (
            f"ended {ago(grant.expires_ns, resumes)} earlier"
            if grant.expires_ns < resumes
            else f"has {ago(resumes, grant.expires_ns)} left"
        )
        text = (
            f"the run is open, and going on {when} it would be handed `{grant.what}` of event {case.seq(grant.row)}, "
            f"which {left}" + (f": {users[0]} uses it" if users else "")
        )
        sure = 0.95 if users else 0.8
        yield Evidence(case.seqs(grant.row), text, users, sure, Severity.DANGER if users else Severity.WARNING)


def still_held(case: Case) -> Iterator[Grant]:
    """Credentials of the log that no newer one has replaced: of the same step, or got by means of the old one."""
    grants = [grant for grant in case.grants if grant.credential]
    own = {(grant.row, grant.what) for grant in grants if grant.own}
    last = {(_giver(case, grant), grant.what): grant.row for grant in grants}
    renewals = _renewals(case, grants)
    for grant in grants:
        newest = max(last[_giver(case, grant), grant.what], renewals.get(grant.what, -1))
        said_better = not grant.own and (grant.row, grant.what) in own
        if newest <= grant.row and not said_better:
            yield grant


def _giver(case: Case, grant: Grant) -> int:
    return case.history.columns.name[grant.row]


def _renewals(case: Case, grants: Sequence[Grant]) -> dict[str, int]:
    """Last row in which a credential was renewed, by its name: by a step that says so, or that took the old one."""
    if len({grant.row for grant in grants}) < 2:  # noqa: PLR2004 - one that renews another
        return {}
    takers = {case.history.position(link.to_row) for link in case.links if link.from_row in {g.row for g in grants}}
    return {
        grant.what: grant.row
        for grant in grants
        if _RENEWS.search(case.history.declaration(grant.row).name) or case.history.position(grant.row) in takers
    }


def resumes_ns(case: Case) -> int:
    """When the run would go on at the earliest: now, or when the timer fires that it waits for."""
    if not case.has(EventType.TimerStarted):
        return case.now_ns
    closed = {case.history.position(row) for row in case.rows_of(EventType.TimerFired, EventType.TimerCancelled)}
    last = case.rows[-1]
    types = case.history.columns.type
    while types[last] in {EventType.RunRecovered, EventType.SignalReceived} and last != case.rows[0]:
        last -= 1
    if types[last] != EventType.TimerStarted or case.history.position(last) in closed:
        return case.now_ns
    return max(case.now_ns, ns_in(case.body(last).get("due_ns")) or 0)


def _unanswered(case: Case, row: int) -> bool:
    step = case.steps.get(case.history.position(row))
    return step is not None and step.answer < 0


EXPIRED_CREDENTIAL = Hazard(
    id="expired-credential",
    number=1,
    title="Expired credential in a cached result",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "A token that a step fetched is part of the recorded history. After a long wait or a crash, replay hands the "
        "code that same token, though it has expired meanwhile. The call is refused, or worse: it acts with old rights."
    ),
    fix="""\
Fetch the token inside the step that uses it, so that every attempt has a fresh one:

    @wb.step(kind="keyed", key=lambda order: f"upload/{order}")
    def upload(order):
        token = tokens.current("uploader")   # cached outside the history, renewed when it is about to end
        return api.put(f"/orders/{order}", token=token)
""",
    false_alarm_if="the service renews this credential on use, or the step fetches its own and only carries this one.",
    detect=_detect,
    source="scalekit.com, OAuth refresh for long-running agents; community.temporal.io/t/904; RFC 7519 section 4.1.4",
)
