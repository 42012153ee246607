"""Hazard 17: the dead process is not dead."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.checks import crossed
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.writers import second_result, writers_differ
from workbench.model import EventType, Process

__all__ = ["TWO_WRITERS"]

_ENDS: Final = (EventType.AttemptFailed, EventType.StepCompleted, EventType.StepFailed)
_GOES_ON: Final = frozenset(
    {EventType.StepStarted, EventType.TimerStarted, EventType.ChildStarted, EventType.ClockRead}
)


def _zombie(case: Case) -> Iterator[Evidence]:
    found = (
        _came_back(case)
        or _took_over(case)
        or _answered_from_the_grave(case)
        or _twice_at_once(case)
        or _in_two_logs(case)
    )
    if found is not None:
        yield found


def _came_back(case: Case) -> Evidence | None:
    """A process writes again after another one had taken over, and has not taken the run up again itself."""
    processes = case.history.processes
    if len(processes) < 3:  # noqa: PLR2004 - one, another, the first again
        return None
    firsts, types = [process.first_seq for process in processes], case.history.columns.type
    seen: dict[tuple[object, ...], int] = {}
    before: tuple[object, ...] | None = None
    taken_over: dict[tuple[object, ...], int] = {}
    for row in case.rows:
        number = bisect_right(firsts, case.seq(row)) - 1
        if number < 0:
            continue
        process = processes[number]
        who = _who(process)
        if types[row] == EventType.RunRecovered:
            taken_over.pop(who, None)
        if before is not None and who != before:
            taken_over.setdefault(before, row)
            if who in taken_over:
                text = f"process {process.pid} wrote again after another process had gone on with the run"
                return Evidence(case.seqs(row, taken_over[who], seen[who]), text)
        seen[who] = row
        before = who
    return None


def _took_over(case: Case) -> Evidence | None:
    """Another process goes on with the run, or begins it again, without taking it up first."""
    types = case.history.columns.type
    began = list(case.rows_of(EventType.RunStarted))
    if len(began) > 1:
        return Evidence(case.seqs(began[1], began[0]), "the run was begun twice")
    processes = case.history.processes
    if len(processes) < 2 or case.history.engine != "native":  # noqa: PLR2004 - one after the other
        return None
    firsts = [process.first_seq for process in processes]
    owner = bisect_right(firsts, case.seq(case.rows[0]))
    for row in case.rows:
        writer = bisect_right(firsts, case.seq(row))
        if types[row] == EventType.RunRecovered:
            owner = writer
        elif types[row] in _GOES_ON and _who(processes[writer - 1]) != _who(processes[owner - 1]):
            text = f"process {processes[writer - 1].pid} went on with the run without having taken it up"
            return Evidence(case.seqs(row), text)
    return None


def _who(process: Process) -> tuple[int, str, int]:
    return process.pid, process.host, process.boot


def _answered_from_the_grave(case: Case) -> Evidence | None:
    """An attempt from before the recovery is answered after it: whoever ran it was alive."""
    if not case.recoveries:
        return None
    for step in case.steps.values():
        for attempt in step.attempts:
            if attempt.type in _ENDS and crossed(case.recoveries, attempt.row, attempt.answer):
                recovered = case.recoveries[bisect_right(case.recoveries, attempt.row)]
                text = f"{step.label} was answered by the process before the one that had taken over"
                return Evidence(case.seqs(attempt.answer, recovered, attempt.row), text, (step.label,), 0.9)
    return None


def _twice_at_once(case: Case) -> Evidence | None:
    """The same attempt was begun twice, or a step has two results."""
    for step in case.steps.values():
        for first, second in pairwise(step.attempts):
            over = 0 <= first.answer < second.row or crossed(case.recoveries, first.row, second.row)
            if (
                first.number
                and first.number == second.number
                and not over
                and writers_differ(case, first.row, second.row)
                and not step.settled_between(first.row, second.row)
            ):
                text = f"attempt {first.number} of {step.label} was begun twice"
                return Evidence(case.seqs(second.row, first.row), text, (step.label,), 0.9)
        twice = second_result(case, step)
        if twice is not None and writers_differ(case, *twice):
            return Evidence(case.seqs(*twice[:2]), f"{step.label} has two results", (step.label,), 0.9)
    return None


def _in_two_logs(case: Case) -> Evidence | None:
    """Two logs tell of the same run at the same time."""
    first_ns, last_ns = case.time_ns(case.rows[0]), case.time_ns(case.rows[-1])
    for other in case.siblings:
        if other.run_id != case.run_id or other.history is case.history or not other.rows:
            continue
        began, ended = other.time_ns(other.rows[0]), other.time_ns(other.rows[-1])
        if began < last_ns and first_ns < ended:
            text = f"the log {other.history.origin} tells of the same run in the same time"
            return Evidence(case.seqs(case.rows[-1], case.rows[0]), text)
    return None


TWO_WRITERS = Hazard(
    id="two-writers",
    number=17,
    title="Two workers on one run",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "A worker paused for longer than its lease (a garbage collection, a suspended machine), another one took "
        "over, and the first went on: every step is executed by both."
    ),
    fix="""\
A lease alone does not help, the resource must refuse the old one: hand it a token that grows with every takeover.

    @wb.step(kind="write")
    def ship(order, fencing_token):
        db.execute("update orders set shipped = 1, fence = :f where id = :id and fence < :f", ...)
""",
    false_alarm_if="two processes only read this run, or the log was pieced together from copies.",
    detect=_zombie,
    source="Kleppmann, How to do distributed locking; dbos-transact-java#491, #493; dbos-transact-py#545, #804",
    columns_only=True,
)
