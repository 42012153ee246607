"""Hazard 20: a run that kills every worker that takes it up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.state import State
from workbench.model import EventType, Position, position_text

__all__ = ["CRASH_LOOP"]

_LOOP: Final = 3
"""So many deaths at one place are no accident."""
_AMBIENT: Final = frozenset({EventType.RunRecovered, EventType.SignalReceived, EventType.DecisionMade})
_WAITS: Final = frozenset({EventType.TimerStarted, EventType.SignalAwaited, EventType.ChildStarted})
_BEGINS: Final = frozenset({EventType.StepStarted, EventType.CompensationStarted})
_ANSWERED: Final = frozenset({
    EventType.StepCompleted, EventType.StepFailed, EventType.StepCancelled, EventType.StepResolved,
    EventType.CompensationCompleted, EventType.CompensationFailed,
})  # fmt: skip
_DONE: Final = frozenset({EventType.StepCompleted, EventType.StepRecorded, EventType.RunCompleted})


def _detect(case: Case) -> Iterator[Evidence]:
    if len(case.recoveries) >= _LOOP:
        found = _same_place(case) or _beside_others(case)
        if found is not None:
            yield found
    if case.has(EventType.TurnFailed):
        yield from _turns(case)
    yield from _counted(case)


def _same_place(case: Case) -> Evidence | None:
    """The last deaths were all at one place, and the run never came past it.

    A process that goes while the run only waits has not died of it: somebody deployed, or another run was the poison.
    """
    deaths: list[tuple[Position, int]] = []
    types = case.history.columns.type
    last = case.rows[0]
    at_work: set[Position] = set()
    for row in case.rows:
        if types[row] == EventType.RunRecovered:
            if at_work or types[last] not in _WAITS:
                deaths.append((case.history.position(last), row))
        elif types[row] not in _AMBIENT:
            if types[row] in _DONE:
                deaths = []
            if types[row] in _BEGINS:
                at_work.add(case.history.position(row))
            else:
                at_work.discard(case.history.position(row))
            last = row
    if case.ended >= 0 and types[case.ended] == EventType.RunCompleted:
        return None
    runs = [list(group) for _, group in groupby(deaths, key=lambda death: death[0])]
    longest = max(runs, key=len, default=[])
    if len(longest) < _LOOP:
        return None
    where = longest[0][0]
    step = case.steps.get(where)
    label = step.label if step is not None else f"call {position_text(where)}" if where else "its beginning"
    text = f"the run was resumed {len(longest)} times and died at {label} each time"
    rows = [row for _, row in reversed(longest)]
    return Evidence(case.seqs(*rows[:20]), text, (label,) if step is not None else ())


def _beside_others(case: Case) -> Evidence | None:
    """One call that no life of the process survived, while branches beside it got their results."""
    if case.ended >= 0 and case.history.columns.type[case.ended] == EventType.RunCompleted:
        return None
    deaths: dict[Position, list[int]] = {}
    begun: set[Position] = set()
    types = case.history.columns.type
    for row in case.rows:
        position = case.history.position(row)
        if types[row] == EventType.RunRecovered:
            for one in begun:
                deaths.setdefault(one, []).append(row)
            begun = set()
        elif types[row] in _BEGINS:
            begun.add(position)
        elif types[row] in _ANSWERED:
            begun.discard(position)
            deaths = {one: rows for one, rows in deaths.items() if one in begun}  # what came before it is progress
        elif types[row] == EventType.AttemptFailed:
            begun.discard(position)
    where = max(deaths, key=lambda position: len(deaths[position]), default=None)
    step = case.steps.get(where) if where is not None else None
    if where is None or step is None or len(deaths[where]) < _LOOP:
        return None
    text = f"the run was resumed {len(deaths[where])} times while {step.label} was at work, which never ended"
    return Evidence(case.seqs(*reversed(deaths[where][-20:])), text, (step.label,), 0.7)


def _turns(case: Case) -> Iterator[Evidence]:
    """Another engine's worker failed again and again to go on with the code."""
    failed: list[int] = []
    for row in case.rows_of(EventType.TurnFailed, EventType.TurnCompleted):
        if case.history.columns.type[row] == EventType.TurnCompleted:
            failed = []
        else:
            failed.append(row)
    if len(failed) >= _LOOP:
        yield Evidence(
            case.seqs(*reversed(failed[-20:])), f"a worker failed {len(failed)} times in a row to go on with it"
        )


def _counted(case: Case) -> Iterator[Evidence]:
    """An engine that only counts recoveries."""
    row = case.rows[0]
    if case.history.columns.type[row] != EventType.RunStarted or case.recoveries or case.history.engine == "native":
        return
    said = case.body(row).get("recoveries")
    if not isinstance(said, int) or said < _LOOP or (case.ended >= 0 and _completed(case)):
        return
    doubtful = any(step.state is State.IN_DOUBT for step in case.facts.steps)
    yield Evidence(
        case.seqs(row), f"the run was recovered {said} times and has not completed", (), 0.7 if doubtful else 0.6
    )


def _completed(case: Case) -> bool:
    return case.history.columns.type[case.ended] == EventType.RunCompleted


CRASH_LOOP = Hazard(
    id="crash-loop",
    number=20,
    title="Poison pill, crash loop",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "Something in this run kills the process that executes it: a malformed id, an input that needs more memory "
        "than "
        "there is. Every restart takes it up again and dies at the same place, and so does all that shares the process."
    ),
    fix="""\
Stop after a few deaths and put the run aside for a person; mend the code, then go on or fork:

    stuck = rec.runs.query("recoveries >= 3 and status == 'interrupted'")
    for run_id in stuck.run_id: ...      # to a person, not to the next worker
""",
    false_alarm_if="the machine was restarted for other reasons, and this step is just where it spends its time.",
    detect=_detect,
    source="DBOS, MaxRecoveryAttemptsExceeded; Upstash, dead letter queues",
    columns_only=True,
)
