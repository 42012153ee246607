"""Hazard 2: the run went on as if no time had passed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.expiry import instant_of, term_of
from workbench.analysis.hazards.gaps import Gap
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.places import name_at
from workbench.analysis.hazards.resources import reads
from workbench.analysis.hazards.wording import NS, ago, moment_text, span
from workbench.model import EventType

__all__ = ["TIME_GAP"]

_CALLS: Final = frozenset({EventType.StepStarted, EventType.TimerStarted, EventType.ChildStarted})
_RESULTS: Final = frozenset({EventType.StepCompleted, EventType.StepRecorded})
_LOOKED_AHEAD: Final = 100
"""Calls after a gap whose arguments are looked at."""


def _detect(case: Case) -> Iterator[Evidence]:
    told: set[int] = set()
    for gap in case.gaps:
        passed = _passed_deadline(case, gap)
        if passed is None and _holds_longer(case, gap):
            continue
        how = "before it went on in a new process" if gap.resumed else "and nothing was waited for"
        text = f"nothing happened for {span(gap.lost_ns / NS)} {how}"
        rows = [gap.after, gap.before]
        if passed:
            text += f"; {passed[1]}"
            rows.append(passed[0])
            told.add(passed[0])
        sure = 1.0 if passed or gap.resumed else 0.7
        yield Evidence(case.seqs(*rows), text, (), sure, Severity.DANGER if passed else None)
    yield from _promises(case, told)


def _passed_deadline(case: Case, gap: Gap) -> tuple[int, str] | None:
    """The first call after a gap that is given a moment from before its own time: a deadline that has passed."""
    # A moment that had passed when the gap began is a date, and no deadline.
    before_ns, after_ns = case.time_ns(gap.before), case.time_ns(gap.after)
    for row in islice(_calls_from(case, gap.after), _LOOKED_AHEAD):
        for leaf in case.leaves(row):
            if term_of(name_at(leaf.path)) is None and not leaf.path.startswith("$.args["):
                continue
            moment = instant_of(leaf.value)
            if moment is not None and before_ns < moment < after_ns:
                label = case.history.declaration(row).name or "a timer"
                return row, f"{label} was then given {moment_text(moment)}, which had passed in that time"
    return None


def _holds_longer(case: Case, gap: Gap) -> bool:
    """Whether everything that was read before a gap says itself that it holds for longer than the gap."""
    types, after_ns = case.history.columns.type, case.time_ns(gap.after)
    read = [
        row for row in case.rows if row <= gap.before and (
            types[row] == EventType.ClockRead
            or (types[row] in _RESULTS and reads(case.history.declaration(row)))
        )
    ]  # fmt: skip
    if not read:
        return False
    terms: dict[int, list[int]] = {}
    for grant in case.grants:
        terms.setdefault(grant.row, []).append(grant.expires_ns)
    return all(min(terms.get(row, [0])) > after_ns for row in read)


def _calls_from(case: Case, first: int) -> Iterator[int]:
    types, rows = case.history.columns.type, case.rows
    return (rows[at] for at in range(bisect_left(rows, first), len(rows)) if types[rows[at]] in _CALLS)


def _promises(case: Case, told: set[int]) -> Iterator[Evidence]:
    """Prices, holds and locks that were used, or are about to be, after their end."""
    promises = [grant for grant in case.grants if not grant.credential and grant.expires_ns > case.time_ns(grant.row)]
    if not promises:
        return
    late = [use for use in case.uses if not use.grant.credential and case.time_ns(use.row) > use.grant.expires_ns]
    used: set[int] = set()
    for use in late:
        if use.row in told or use.grant.row in used or not _waited(case, use.grant.row, use.row):
            continue
        used.add(use.grant.row)
        text = (
            f"{use.label} relied on `{use.grant.what}` of event {case.seq(use.grant.row)}, which was good until "
            f"{moment_text(use.grant.expires_ns)}, {ago(use.grant.expires_ns, case.time_ns(use.row))} earlier"
        )
        yield Evidence(case.seqs(use.row, use.grant.row), text, (use.label,), 0.9, Severity.DANGER)
    if case.is_open:
        for grant in promises:
            if grant.row not in used and grant.expires_ns < case.now_ns:
                used.add(grant.row)
                text = (
                    f"the run is open, and `{grant.what}` of event {case.seq(grant.row)} was good until "
                    f"{moment_text(grant.expires_ns)}, {ago(grant.expires_ns, case.now_ns)} ago"
                )
                yield Evidence(case.seqs(grant.row), text, (), 0.7)


def _waited(case: Case, giver: int, user: int) -> bool:
    """Whether something longer than the usual pace lies between the two."""
    return bisect_right(case.pauses, giver) < bisect_right(case.pauses, user)


TIME_GAP = Hazard(
    id="time-gap",
    number=2,
    title="Time gap after replay",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "Between a crash and the resume hours can pass, and to the code no time at all: prices, deadlines, locks and "
        "clock readings from before the gap are handed to it as if they were fresh."
    ),
    fix="""\
Ask the clock again after every long wait, keep deadlines as moments, and check what has a term before it is used:

    quote = get_quote(order)                  # {"price": 118, "valid_until": "2026-10-02T12:00:00+00:00"}
    wb.sleep(3600)
    if wb.now() >= datetime.fromisoformat(quote["valid_until"]):
        quote = get_quote(order)
    charge(order, quote["price"])
""",
    false_alarm_if="everything that was read before the gap holds for longer than the gap.",
    detect=_detect,
    source="community.temporal.io/t/16956; microsoft/duroxide#34",
)
