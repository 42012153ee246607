"""Steps of a run in which somebody decided to retry: what happened before the decision has happened all the same.

For the code, a superseded step never was. For the world it was. So each step is read once per *era* (the part of
the log between two decisions that it lies in), and what concerns one effect is added up: executions under one key,
wherever the code made them, and without a key those of one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.machine import LATE, RunRecord, Slot, Verb, execution_at, executions_of, is_given, root_of
from workbench.model import Position, position_text
from workbench.recorder import first_key

__all__ = ["ambiguous", "steps_done_again"]

_MAY_BE_THERE = frozenset({State.COMMITTED, State.IN_DOUBT, State.COMPENSATION_IN_DOUBT, State.COMPENSATION_FAILED})
"""States in which the effect of an earlier era may still stand."""

Read = Callable[[Slot, Sequence[int]], StepFacts]
Body = Callable[[int], Mapping[str, Any]]


def steps_done_again(
    record: RunRecord, late: Mapping[Position, Sequence[int]], read: Read, body: Body
) -> tuple[StepFacts, ...]:
    """The steps of a run with superseded parts, in the order in which they first began.

    Args:
        record: The run.
        late: Rows of compensations and resolutions by position.
        read: Reads one era of a step.
        body: Reads one payload.
    """
    executions = executions_of(record)
    rows: dict[int, list[int]] = {}
    for position, eras in executions.items():
        for row in late.get(position, ()):
            era = execution_at(eras, root_of(record.history, row))
            rows.setdefault(era.opened if era is not None else -1, []).append(row)
    every = sorted((era for eras in executions.values() for era in eras), key=lambda era: era.opened)
    steps = [_summed(record, eras, rows, read, body) for eras in _effects(record, every, body)]
    return tuple(sorted(steps, key=lambda step: step.opened))


def ambiguous(record: RunRecord) -> Iterator[str]:
    """Places at which an undo or a word may be about one of several steps, in sentences.

    Those that name the execution that they are about can be told apart; old logs have some that do not.
    """
    called: dict[Position, set[str]] = {}
    for slot in (*record.superseded, *record.slots.values()) if record.superseded else ():
        if slot.verb is Verb.CALL_STEP and record.history.declaration(slot.opened).kind.acts:
            called.setdefault(slot.position, set()).add(slot.name)
    history, types = record.history, record.history.columns.type
    doubtful = {position for position, names in called.items() if len(names) > 1}
    for row in history.rows_of(record.run_id) if doubtful else ():
        position = history.position(row)
        if position in doubtful and types[row] in LATE and types[root_of(history, row)] in LATE:
            doubtful.discard(position)
            names, seq = " and ".join(sorted(called[position])), history.columns.seq[row]
            yield f"{names} were called at {position_text(position)}, and event {seq} does not say which it is about"


def _effects(record: RunRecord, every: Sequence[Slot], body: Body) -> list[list[Slot]]:
    """The executions of each effect, in order.

    An execution goes on in the next one under its key, also where the code makes that at another place by now: a
    cart that was read again has another order. Without such a one it goes on in the next one of its name and place,
    unless that goes on with an effect from elsewhere.

    Args:
        record: The run.
        every: All its executions, in order.
        body: Reads one payload.
    """
    heirs = _heirs_by_key(record, every, body)
    moved = {heir.opened for opened, heir in heirs.items() if heir.position != record.history.position(opened)}
    latest: dict[tuple[Position, str], Slot] = {}
    effects: dict[int, list[Slot]] = {}
    home: dict[int, int] = {}
    for era in reversed(every):
        place = (era.position, era.name)
        heir = heirs.get(era.opened)
        if heir is None and place in latest and latest[place].opened not in moved:
            heir = latest[place]
        latest[place] = era
        home[era.opened] = era.opened if heir is None else home[heir.opened]
        effects.setdefault(home[era.opened], []).insert(0, era)
    return list(effects.values())


def _heirs_by_key(record: RunRecord, every: Sequence[Slot], body: Body) -> dict[int, Slot]:
    """The next execution under the same key, by the row of the one before.

    It is the one at the same place; else, where the code is not given the one before any more, the next one anywhere.
    """
    heirs: dict[int, Slot] = {}
    under: dict[tuple[str, str], dict[Position, Slot]] = {}
    for era in reversed(every):
        key = first_key(str(body(era.opened).get("key") or ""))
        if not key:
            continue
        later = under.setdefault((era.name, key), {})
        now = record.slots.get(era.position)
        heir = later.get(era.position)
        if heir is None and later and not (now is not None and is_given(now, era.opened)):
            heir = min(later.values(), key=lambda one: one.opened)
        if heir is not None:
            heirs[era.opened] = heir
        later[era.position] = era
    return heirs


def _summed(
    record: RunRecord,
    eras: Sequence[Slot],
    late: Mapping[int, Sequence[int]],
    read: Read,
    body: Body,
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
    if now.name != step.name or now.opened > eras[-1].opened:
        # The code calls something else here: what was done stands, and is not told to anybody.
        displaced = now.name == step.name
        return replace(step, answered=True, contradicted=step.contradicted or _stands(step), displaced=displaced)
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
