"""Steps of a run in which somebody decided to retry: what happened before the decision has happened all the same.

For the code, a superseded step never was. For the world it was. So each step is read once per *era* (the part of
the log between two decisions that it lies in), and the eras are added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.machine import RunRecord, Slot, Verb, execution_at, executions_of, is_given, root_of
from workbench.model import Position, position_text

__all__ = ["ambiguous", "steps_done_again"]

_MAY_BE_THERE = frozenset({State.COMMITTED, State.IN_DOUBT, State.COMPENSATION_IN_DOUBT, State.COMPENSATION_FAILED})
"""States in which the effect of an earlier era may still stand."""

Read = Callable[[Slot, Sequence[int]], StepFacts]


def steps_done_again(
    record: RunRecord, late: Mapping[Position, Sequence[int]], read: Read, body: Callable[[int], Mapping[str, Any]]
) -> tuple[StepFacts, ...]:
    """The steps of a run with superseded parts, in the order in which they first began.

    Args:
        record: The run.
        late: Rows of compensations and resolutions by position.
        read: Reads one era of a step.
        body: Reads one payload.
    """
    steps = []
    for position, eras in executions_of(record).items():
        rows: dict[int, list[int]] = {}
        for row in late.get(position, ()):
            era = execution_at(eras, root_of(record.history, row))
            rows.setdefault(era.opened if era is not None else -1, []).append(row)
        names = dict.fromkeys(era.name for era in eras)
        steps += [_summed(record, [era for era in eras if era.name == name], rows, read, body) for name in names]
    return tuple(sorted(steps, key=lambda step: step.opened))


def ambiguous(record: RunRecord) -> Iterator[str]:
    """Places at which different steps were called before and after a decision, in sentences.

    Undos and people's words about a step are recorded by its place: there they cannot be told apart.
    """
    names: dict[Position, dict[str, bool]] = {}
    for slot in (*record.superseded, *record.slots.values()) if record.superseded else ():
        if slot.verb is Verb.CALL_STEP:
            names.setdefault(slot.position, {})[slot.name] = record.history.declaration(slot.opened).kind.acts
    for position, called in names.items():
        if len(called) > 1 and any(called.values()):
            where = position_text(position)
            yield f"{' and '.join(called)} were both called at {where}, and events there cannot be told apart"


def _summed(
    record: RunRecord,
    eras: Sequence[Slot],
    late: Mapping[int, Sequence[int]],
    read: Read,
    body: Callable[[int], Mapping[str, Any]],
) -> StepFacts:
    facts = [read(era, late.get(era.opened, ())) for era in eras]
    step = facts[0]
    for later in facts[1:]:
        step = _added(step, later)
    bodies = [_arguments(body(era.opened)) for era in eras if record.history.columns.attempt[era.opened] <= 1]
    changed = step.key != "" and any(one != bodies[0] for one in bodies)
    step = replace(step, body_changed=changed, executions=tuple(facts))
    now = record.slots.get(step.position)
    if now is None:
        return replace(step, superseded=True, answered=False, answer=-1)
    if now.name != step.name:  # the code calls something else here: what was done stands, and is not told to anybody
        return replace(step, answered=True, contradicted=step.contradicted or _stands(step))
    if is_given(now, eras[-1].opened):
        return step
    if now.type is None:  # it has not begun again
        return replace(step, superseded=True, answered=False, answer=-1)
    return replace(  # the code was given what somebody had said of it
        step, superseded=False, answered=True, answer=now.answer, contradicted=False, takes_word=False
    )


def _added(earlier: StepFacts, later: StepFacts) -> StepFacts:
    """Two eras of one step: what the later one says, and what the earlier one left in the world."""
    undone = earlier.undone_before or later.undone_before or earlier.state is State.COMPENSATED
    if not earlier.acts or earlier.state not in _MAY_BE_THERE:
        return replace(later, started_ns=min(earlier.started_ns, later.started_ns), undone_before=undone)
    both = replace(
        later,
        declaration=later.declaration if later.acts else earlier.declaration,
        undone_before=undone,
        started_ns=min(earlier.started_ns, later.started_ns),
        attempts=max(earlier.attempts, later.attempts),
        key_changed=earlier.key_changed or later.key_changed or earlier.key != later.key,
        assumed=tuple(dict.fromkeys([*earlier.assumed, *later.assumed])),
    )
    if later.state in {State.NOT_STARTED, State.FAILED}:
        stands = replace(
            both, state=earlier.state, repeated=earlier.repeated, twice=earlier.twice, takes_word=earlier.takes_word
        )
        return replace(stands, contradicted=_stands(earlier)) if later.answered else replace(stands, superseded=True)
    unprotected = both.key_changed or not both.key
    if later.state is State.COMPENSATED and _stands(earlier) and unprotected:
        return replace(both, state=State.COMMITTED, repeated=True)  # of two executions one is undone
    if later.state is State.IN_DOUBT and _stands(earlier):
        return replace(both, state=State.COMMITTED, repeated=True, superseded=True)
    twice = earlier.twice or later.twice or (unprotected and _stands(earlier) and _stands(later))
    return replace(both, repeated=True, twice=twice)


def _stands(step: StepFacts) -> bool:
    """It certainly acted and was not undone."""
    return step.acts and step.state in {State.COMMITTED, State.COMPENSATION_FAILED}


def _arguments(intent: Mapping[str, Any]) -> tuple[Any, Any]:
    return intent.get("args"), intent.get("kwargs")
