"""Also flagged: the second poll gets the answer of the first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.expiry import instant_of, plain_text
from workbench.analysis.hazards.fingerprint import fingerprint_of, key_of
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.memo_code import remembered_in_loops
from workbench.analysis.hazards.places import name_at
from workbench.analysis.hazards.resources import looks
from workbench.analysis.hazards.wording import quoted
from workbench.analysis.provenance import leaves
from workbench.journal.codec import same
from workbench.journal.redaction.names import folded
from workbench.model import EventType, Kind

__all__ = ["MEMO_KEY"]

_MOMENTS: Final = frozenset({
    "asof", "at", "now", "time", "timestamp", "ts", "checkedat", "servedat", "generatedat", "date", "fetchedat",
    "polledat",    "respondedat", "servertime", "requestid", "traceid", "nonce",
})  # fmt: skip
"""Names of what a fresh answer has anew."""
_ALIKE: Final = frozenset({Kind.PURE, Kind.IDEMPOTENT})
"""Doing it again is meant to come to the same."""


def _detect(case: Case) -> Iterator[Evidence]:
    for found in remembered_in_loops(case.visits):
        text = f"{found.place}: {found.what} is kept under a key that is the same in every turn of its loop"
        yield Evidence((), text, (), 0.8, None, found.place)
    if case.has(EventType.ChildStarted):
        yield from _of_children(case)
    if len(case.steps) < 2:  # noqa: PLR2004 - a first and a second
        return
    yield from _crossed(case)
    calls: dict[object, list[StepRows]] = {}
    for step in case.steps.values():
        if step.attempts and step.answer >= 0 and step.declaration.kind not in _ALIKE:
            calls.setdefault(step.declaration.name, []).append(step)
    for steps in calls.values():
        if len(steps) > 1:
            for key, asked in _by_key(case, steps).items():
                if len(asked) > 1:
                    yield from _of_polls(case, key, asked)


def _of_children(case: Case) -> Iterator[Evidence]:
    """Two children under one id: the second call was answered with what the first one had found."""
    results = {case.history.position(row): row for row in case.rows_of(EventType.ChildCompleted)}
    first: dict[str, int] = {}
    for row in case.rows_of(EventType.ChildStarted):
        run_id, answered = plain_text(case.body(row).get("id")), results.get(case.history.position(row), -1)
        if not run_id or answered < row:
            continue
        before = first.setdefault(run_id, answered)
        if before != answered and same(case.body(before).get("result"), case.body(answered).get("result")):
            name = case.history.declaration(row).name
            text = f"child {name} was begun a second time under the id {quoted(run_id)} and got the result of the first"
            yield Evidence(case.seqs(answered, before, row), text, (name,), 0.9)


def _by_key(case: Case, steps: list[StepRows]) -> dict[str, list[StepRows]]:
    """Steps by idempotency key; of those without, only looks: whoever acts without a key acts each time."""
    found: dict[str, list[StepRows]] = {}
    for step in steps:
        key = key_of(case, step.first)
        if key or looks(step.declaration):
            found.setdefault(key, []).append(step)
    return found


def _crossed(case: Case) -> Iterator[Evidence]:
    """A result that says itself that it answers another call."""
    seqs, causes = case.history.columns.seq, case.history.columns.cause
    where = {seqs[attempt.row]: step for step in case.steps.values() for attempt in step.attempts}
    for step in case.steps.values():
        for row in step.answers:
            other = where.get(causes[row], step)
            if other is not step:
                text = f"{step.label} was answered with the outcome of {other.label}"
                yield Evidence(case.seqs(row, other.first), text, (other.label, step.label))


def _of_polls(case: Case, key: str, steps: list[StepRows]) -> Iterator[Evidence]:
    """Calls for the same that got the same: under one key, or with the moment of the first answer."""
    last: dict[object, StepRows] = {}
    told: set[object] = set()
    for step in steps:
        asked = fingerprint_of(case, step.first)
        before = last.get(asked)
        last[asked] = step
        if before is None or asked is None or asked in told:
            continue
        found = _alike(case, before, step, key)
        if found:
            told.add(asked)
            text = f"{step.label} got the same answer as {before.label}: {found[0]}"
            rows = (step.answer, before.answer, step.first, before.first)
            yield Evidence(case.seqs(*rows), text, (before.label, step.label), found[1])


def _alike(case: Case, first: StepRows, second: StepRows, key: str) -> tuple[str, float] | None:
    types = case.history.columns.type
    if any(types[step.answer] != EventType.StepCompleted for step in (first, second)):
        return None
    one, two = case.body(first.answer).get("result"), case.body(second.answer).get("result")
    if not same(one, two):
        return None
    if key:  # nothing is a telling answer only of what acts: a look may well find nothing twice
        sure = 0.9 if one is not None else 0.7
        return (f"both have the key {quoted(key)}", sure) if one is not None or not looks(second.declaration) else None
    return _told_before(two, case.time_ns(second.first)) if one is not None else None


def _told_before(result: Any, asked_ns: int) -> tuple[str, float] | None:
    """Whether an answer that is the same as the one before says by itself that it is an old one."""
    for leaf in leaves(result):
        if folded(name_at(leaf.path)) in _MOMENTS:
            moment = instant_of(leaf.value)
            if moment is None and leaf.value and folded(name_at(leaf.path)).endswith("id"):
                return f"even its `{name_at(leaf.path)}` is that of the first", 0.8
            if moment is not None and moment < asked_ns:
                return f"its `{name_at(leaf.path)}` lies before it was asked", 0.7
    return None


MEMO_KEY = Hazard(
    id="memo-key",
    number=0,
    title="Memo key without occurrence index",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "Results that are remembered by name and arguments alone are handed out again when the same question is "
        "asked a second time: a poll sees the first answer for ever."
    ),
    fix="""\
Make the occurrence part of the key, or do not remember what is meant to change:

    for number in itertools.count():
        status = poll(job, number)          # key: f"poll/{job}/{number}"
""",
    false_alarm_if="nothing had changed between the two questions.",
    detect=_detect,
    source="Trajectory-IR#229, #281",
)
