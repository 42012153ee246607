"""Hazard 26: a failure was recorded as if it were a success."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Final

from workbench.analysis.hazards.answers import is_looked_at, is_used, steps_of_code, swallows
from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.error_shape import error_shape
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.journal.redaction.names import words_of
from workbench.model import ENDINGS, EventType

__all__ = ["SWALLOWED_ERROR"]

_READS: Final = frozenset({"get", "fetch", "load", "read"})
_GOES_ON: Final = (
    EventType.StepStarted, EventType.StepRecorded, EventType.ChildStarted, EventType.TimerStarted,
    EventType.CompensationStarted, *ENDINGS,
)  # fmt: skip
_MAY_FIND_NONE: Final = frozenset({"find", "look", "lookup", "search", "peek", "poll", "maybe", "optional", "try"})
_COMPARED: Final = 50
_SHOWN: Final = 20
_RULE: Final = "WB111"


def _detect(case: Case) -> Iterator[Evidence]:
    results = (EventType.StepCompleted, EventType.StepRecorded, EventType.ChildCompleted, EventType.ValueRecorded)
    for row in case.rows_of(*results):
        body = case.body(row)
        if "result" not in body and "value" not in body:
            continue
        value = body.get("result", body.get("value"))
        what, sure = error_shape(value)
        if value is None and (_should_give(case, row) or _is_missed(case, row)):
            what, sure = "nothing", 0.5
        name = case.history.declaration(row).name
        if what and (follower := _went_on(case, row)) is not None and not is_looked_at(case.visits, name):
            text = f"{name} returned {what} as an ordinary result, and the run went on"
            known = Severity.NOTE if value is None else None
            yield Evidence(case.seqs(row, follower), text, (_label(case, row) or name,), sure, known)
    yield from _in_bodies(case)
    for remark in case.remarks if case.code is not None else ():
        if remark.rule == _RULE:
            place = f"{remark.file.rpartition('/')[2]}:{remark.line}"
            yield Evidence((), f"{place}: {remark.message}", (), 0.9, None, f"{place}:{remark.column}")


def _in_bodies(case: Case) -> Iterator[Evidence]:
    """Steps whose code turns every error into nothing, and whose answer is used without a look."""
    for name, step in steps_of_code(case.visits).items():
        place = swallows(step)
        if place and is_used(case.visits, name) and not is_looked_at(case.visits, name):
            rows = [row for row in case.rows_of(EventType.StepCompleted) if case.history.declaration(row).name == name]
            empty = [row for row in rows if case.body(row).get("result", row) is None]
            text = f"{place}: {name} turns every error into None, and the workflow goes on with that"
            labels = tuple(dict.fromkeys(_label(case, row) or name for row in empty[:_SHOWN]))
            yield Evidence(case.seqs(*empty[:_SHOWN]), text, labels, 0.9 if empty else 0.7, None, place)


def _label(case: Case, row: int) -> str:
    step: StepRows | None = case.steps.get(case.history.position(row))
    return step.label if step is not None else ""


def _should_give(case: Case, row: int) -> bool:
    """Whether a step that returned nothing is one that gets something: `find_charge` may well find none."""
    declared = case.history.declaration(row)
    if case.history.columns.type[row] not in {EventType.StepCompleted, EventType.StepRecorded}:
        return False
    return words_of(declared.name)[:1] != () and words_of(declared.name)[0] in _READS and (
        declared.kind_assumed or not declared.kind.acts
    )  # fmt: skip


def _is_missed(case: Case, row: int) -> bool:
    """Whether nothing came where something should, and the next call was given the nothing."""
    following = _went_on(case, row)
    if following is None or case.history.columns.type[row] != EventType.StepCompleted:
        return False
    if case.history.columns.type[following] != EventType.StepStarted or case.time_ns(following) < case.time_ns(row):
        return False
    given = [leaf.value for leaf in case.leaves(following) if leaf.path.startswith(("$.args", "$.kwargs"))]
    return None in given and (_promised(case, row) or _usually_gives(case, row))


def _promised(case: Case, row: int) -> bool:
    """Whether the step at hand is annotated with something that nothing is not."""
    step = steps_of_code(case.visits).get(case.history.declaration(row).name) if case.visits else None
    meant = step.returns if step is not None else None
    return isinstance(meant, type) and meant not in {object, type(None)}


def _usually_gives(case: Case, row: int) -> bool:
    """Whether the same step returned something each other time that the log knows of, twice at least."""
    columns, name = case.history.columns, case.history.columns.name[row]
    if not _MAY_FIND_NONE.isdisjoint(words_of(case.history.declaration(row).name)):
        return False
    known = (
        other for other, number in enumerate(columns.name)
        if number == name and columns.type[other] == EventType.StepCompleted and other != row
    )  # fmt: skip
    results = [case.body(other).get("result") for other in islice(known, _COMPARED)]
    return len(results) > 1 and None not in results


def _went_on(case: Case, row: int) -> int | None:
    """What the run did next, when it was not a reaction: a failure, an undo, or the same call once more."""
    types, columns = case.history.columns.type, case.history.columns
    later = (rows for rows in _after(case, row) if types[rows] in _GOES_ON)
    following = next(later, None)
    if following is None or types[following] in {
        EventType.RunFailed, EventType.RunCancelled, EventType.CompensationStarted,
    }:  # fmt: skip
        return None
    if types[following] == EventType.TimerStarted:
        after = next(later, None)
        following = after if after is not None else following
    again = types[following] in {EventType.StepStarted, EventType.StepRecorded, EventType.ChildStarted}
    return None if again and columns.name[following] == columns.name[row] else following


def _after(case: Case, row: int) -> Iterator[int]:
    rows = case.rows
    return (rows[at] for at in range(bisect_right(rows, row), len(rows)))


SWALLOWED_ERROR = Hazard(
    id="swallowed-error",
    number=26,
    title="Swallowed error, failure cached as success",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "A step returned its failure instead of raising it. For the engine it has succeeded: it is never tried "
        "again, and every replay hands out the same failure."
    ),
    fix="""\
Raise, so that the failure is a failure, and say which ones prove that nothing happened:

    @wb.step(kind="read", definite_errors=(NotFound,))
    def fetch(url):
        answer = http.get(url)
        answer.raise_for_status()
        return answer.json()
""",
    false_alarm_if="the code looks at the result and deals with the failure.",
    detect=_detect,
    source="Golem, atomic block (a 500 recorded as success); PraisonAI#4999; saga-lara-flow#49, #51",
)
