"""Retries that no single step shows: layers of them that multiply, and loops of the code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.expiry import plain_text
from workbench.analysis.hazards.fingerprint import fingerprint_of
from workbench.model import EventType, History

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["again_by_code", "children_again", "tried_below"]

_FEW: Final = 2
_MANY: Final = 4
"""Attempts of one name below which there is neither a loop nor a layer."""
_DEEPEST: Final = 8
_MOST_CHILDREN: Final = 100


def again_by_code(case: Case) -> Iterator[list[StepRows]]:
    """Calls for the same that the code made one after the other because the one before had failed.

    Args:
        case: The run.

    Yields:
        Two steps or more, of which all but perhaps the last have failed.
    """
    names = _tried_again(case) if case.has(EventType.StepFailed) else ()
    calls: dict[object, list[StepRows]] = {}
    for step in case.steps.values() if names else ():
        if step.declaration.name not in names:
            continue
        call = step.declaration.name, fingerprint_of(case, step.first)
        streak = calls.setdefault(call, [])
        if streak and step.first < streak[-1].answer:
            continue  # side by side: not because of a failure
        streak.append(step)
        if not _failed(case, step):
            del calls[call]
            if len(streak) >= _FEW:
                yield streak
    yield from (streak for streak in calls.values() if len(streak) >= _FEW)


def _tried_again(case: Case) -> set[str]:
    """Names of steps that failed and were tried often enough, by columns: payloads are read of no others."""
    column = case.history.columns.name
    failed = {column[row] for row in case.rows_of(EventType.StepFailed)}
    tried = Counter(column[row] for row in case.rows_of(EventType.StepStarted))
    return {case.history.names[name].name for name in failed if tried[name] >= _MANY}


def _failed(case: Case, step: StepRows) -> bool:
    return step.answer >= 0 and case.history.columns.type[step.answer] == EventType.StepFailed


def children_again(case: Case) -> Iterator[list[tuple[int, Case]]]:
    """Children for the same that were started one after the other because the one before had failed.

    Args:
        case: The run.

    Yields:
        Row of each start, and the child's run; two or more.
    """
    if not case.has(EventType.ChildStarted):
        return
    history = case.history
    ends = {history.position(row): row for row in case.rows_of(EventType.ChildFailed, EventType.ChildCompleted)}
    names = Counter(history.columns.name[row] for row in case.rows_of(EventType.ChildStarted))
    calls: dict[object, list[tuple[int, Case]]] = {}
    over: dict[object, int] = {}
    for row in case.rows_of(EventType.ChildStarted):
        if names[history.columns.name[row]] < _FEW:
            continue
        end, run_id = ends.get(history.position(row), len(history)), plain_text(case.body(row).get("id"))
        if _child_failed(history, end, run_id):
            call = history.columns.name[row], fingerprint_of(case, row)
            if row > over.get(call, -1):
                calls.setdefault(call, []).append((row, type(case)(history, run_id, case.now_ns, case.report)))
                over[call] = end
    yield from (starts for starts in calls.values() if len(starts) >= _FEW)


def _child_failed(history: History, end: int, run_id: str) -> bool:
    """Whether a child failed, by its parent's word or by its own: code that catches the error may hand it on."""
    types = history.columns.type
    if end < len(history) and types[end] == EventType.ChildFailed:
        return True
    rows = history.rows_of(run_id)
    return len(rows) > 0 and types[rows[-1]] == EventType.RunFailed


def tried_below(starts: Sequence[tuple[int, Case]], depth: int = 0) -> int:
    """How often one call was tried in these children and theirs: layers of retries multiply.

    Args:
        starts: Children, as of `children_again`.
        depth: How many layers are above.
    """
    if depth >= _DEEPEST:
        return 0
    return sum(_tried(child, depth) for _, child in starts[:_MOST_CHILDREN])


def _tried(child: Case, depth: int) -> int:
    if not child.rows:
        return 0
    calls: Counter[object] = Counter()
    for step in child.steps.values():
        if len(step.attempts) > 1 or _failed(child, step):
            calls[step.declaration.name, fingerprint_of(child, step.first)] += len(step.attempts)
    deeper = [tried_below(starts, depth + 1) for starts in children_again(child)]
    return max([*calls.values(), *deeper], default=0)
