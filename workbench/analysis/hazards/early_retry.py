"""Hazard 18: the attempt that was given up goes on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.checks import crossed
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.sending import HARMLESS
from workbench.analysis.hazards.wording import said
from workbench.analysis.hazards.writers import second_result, writers_differ
from workbench.journal.codec import RecordedError
from workbench.journal.redaction.names import words_of
from workbench.model import EventType

__all__ = ["EARLY_RETRY"]

_SECOND: Final = 2

_ENDS: Final = (EventType.AttemptFailed, EventType.StepCompleted, EventType.StepFailed)
_STILL_ALIVE: Final = ("heartbeat", "starttoclosetimeout")
_TAKEN_AWAY: Final = frozenset({"lease", "stalled", "zombie"})
"""Words in names of errors of queues: the work was given to somebody else because nobody heard of it."""
_WORK: Final = frozenset({"step", "activity", "task", "job", "attempt", "worker", "visibility"})
_OVER: Final = ("timeout", "timedout")
"""In names of errors: the caller stopped waiting, and nobody stopped the work. A step that no worker took in time
(`ScheduleToStartTimeout`) never began, and one that is over for good (`ScheduleToCloseTimeout`) is not tried again.
A plain `TimeoutError` may be the body's own, which is over with it."""


def _detect(case: Case) -> Iterator[Evidence]:
    if case.has(EventType.AttemptBegan):
        yield from _given_up(case)
    for step in case.steps.values():
        if len(step.answers) > 1 or len(step.attempts) > 1:
            found = _overlap(case, step) or _done_twice(case, step)
            if found is not None:
                yield found


def _overlap(case: Case, step: StepRows) -> Evidence | None:
    """A later attempt began while the one before was not over."""
    if step.late:
        return _answered_late(case, step)
    for first, second in pairwise(step.attempts):
        if first.number and first.number == second.number and writers_differ(case, first.row, second.row):
            continue  # two writers, not two attempts
        late = first.type in _ENDS and first.answer > second.row
        lost = first.answer < 0 and not crossed(case.recoveries, first.row, second.row)
        if (late or lost) and not step.settled_between(first.row, second.row):
            end = "had answered" if late else "was over"
            text = f"{step.label}: attempt {second.number or 'two'} began before the one before {end}"
            rows = (second.row, first.row, first.answer)
            return Evidence(case.seqs(*rows), text, (step.label,), 1.0 if late else 0.8)
        error = case.event(first.answer).error_type if first.type is EventType.AttemptFailed else ""
        if _is_alive(error) and first.answer < second.row and not _may_repeat(step):
            text = (
                f"{step.label} was given up with {case.event(first.answer).error_type} and tried again; nothing stops "
                "the attempt that was given up"
            )
            return Evidence(case.seqs(second.row, first.answer), text, (step.label,), 0.7, Severity.WARNING)
    return None


def _done_twice(case: Case, step: StepRows) -> Evidence | None:
    """Two results of one process, of which one has no beginning: somebody there did it at the same time."""
    twice = second_result(case, step)
    if twice is None or writers_differ(case, *twice):
        return None
    return Evidence(case.seqs(*twice), f"{step.label} has two results of one process", (step.label,), 0.9)


def _answered_late(case: Case, step: StepRows) -> Evidence:
    """An attempt that was given up answered after the next one had begun: it was alive."""
    late = step.late[0]
    begun = [attempt.row for attempt in step.attempts if attempt.row < late]
    text = f"{step.label}: an attempt that had been given up answered after the next one had begun"
    return Evidence(case.seqs(late, *reversed(begun)), text, (step.label,))


def _may_repeat(step: StepRows) -> bool:
    """Whether it is declared that doing it twice is doing it once: then what was given up does no harm by going on."""
    return step.declaration.kind in HARMLESS and not step.declaration.kind_assumed


def _is_alive(error: str) -> bool:
    """Whether an error of this name only says that the caller stopped waiting."""
    name, words = error.lower(), frozenset(words_of(error))
    if any(word in name for word in _STILL_ALIVE) or not _TAKEN_AWAY.isdisjoint(words):
        return True
    timed_out = any(word in "".join(words_of(error)) for word in _OVER)
    return timed_out and not _WORK.isdisjoint(words) and "schedule" not in words


def _given_up(case: Case) -> Iterator[Evidence]:
    """Other engines write down the last attempt, and why the one before was given up."""
    attempts = case.history.columns.attempt
    for row in case.rows_of(EventType.AttemptBegan):
        if attempts[row] < _SECOND:
            continue
        error = case.body(row).get("last_error")
        name = error.type_name if isinstance(error, RecordedError) else ""
        step = case.steps.get(case.history.position(row))
        if step is not None and _is_alive(name):
            text = (
                f"{step.label}: attempt {attempts[row]} began after {said(name)} of the one before; nothing stops the "
                "attempt that was given up"
            )
            yield Evidence(case.seqs(row, step.first), text, (step.label,), 0.7, Severity.WARNING)


EARLY_RETRY = Hazard(
    id="early-retry",
    number=18,
    title="Retry while the first attempt lives",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "A timeout or a lost heartbeat ends the waiting, not the work. The next attempt begins while the first one "
        "goes on, and a batch of ten becomes thirteen."
    ),
    fix="""\
Send heartbeats from the loop that works, stop when the attempt is over, and go on where the last one stood:

    for number, part in enumerate(parts[done:], start=done):
        upload(part, key=f"{batch}/{number}")       # a key per part: twice is once
        heartbeat(number)
""",
    false_alarm_if="the first attempt was stopped and not just given up, or acting twice is harmless.",
    detect=_detect,
    source="community.temporal.io/t/718, /t/8225",
    columns_only=True,
)
