"""What each action would do to each step, and how safe that makes it: the worst over gates and steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbench.analysis.docket import Course, Docket
from workbench.analysis.facts import RunStatus
from workbench.analysis.gates import Action, Gates, Ruling, cut_of
from workbench.analysis.safety import ORDER, Deed, Safety
from workbench.model import Position

__all__ = ["END", "PREFERENCE", "Objection", "Option", "consider", "course_of"]

PREFERENCE = (Action.RESUME, Action.RETRY_FROM, Action.COMPENSATE, Action.RERUN)
"""Among SAFE actions: the one that disturbs least first."""

END = "end"
"""`from_step` of a retry that keeps every step and forgets only how the run ended: for code that was mended."""


class Objection(NamedTuple):
    """One thing that speaks against an action.

    Attributes:
        id: By what a person accepts it: the number of a gate (`"G4"`), or the label of a step (`"charge_card (3)"`).
        safety: CHECK or UNSAFE.
        reason: Why.
    """

    id: str
    safety: Safety
    reason: str


@dataclass(frozen=True, slots=True)
class Option:
    """One action, judged. Steps appear by label: `charge_card (3)`.

    Attributes:
        action: The action.
        from_step: `retry_from`: the first step that is executed again, or `"end"`; `""` for the other actions.
        from_position: Its position; `()` for the other actions.
        safety: The verdict.
        because: The reason that decides.
        reasons: All reasons of that weight, and the notes of the gates.
        reads_from_log: Steps whose recorded outcome the code is handed, in order.
        executes_again: Steps in the log that would be executed (again), in order. What the run has not reached
            yet is not in the log, so not here.
        already_done: Effects that have happened and are not undone.
        must_compensate: Compensatable effects to undo, last one first: by `compensate` itself; before the action
            where it would do them twice.
        in_doubt: Effects of which nobody knows whether they happened, or are undone.
        assumed: What the verdict takes for granted.
        useful: The action would change anything.
        objections: All that speaks against it, gates first.
    """

    action: Action
    from_step: str
    from_position: Position
    safety: Safety
    because: str
    reasons: tuple[str, ...]
    reads_from_log: tuple[str, ...]
    executes_again: tuple[str, ...]
    already_done: tuple[str, ...]
    must_compensate: tuple[str, ...]
    in_doubt: tuple[str, ...]
    assumed: tuple[str, ...]
    useful: bool
    objections: tuple[Objection, ...] = ()


def course_of(docket: Docket, action: Action, start: int = 0) -> Course:
    """What the action does to each step.

    `retry_from` keeps the log before the first intent of its step: a step that began earlier and had no outcome by
    then is executed again as well. `resume` executes what has no outcome; a recorded failure is an outcome.
    """
    if action is Action.RERUN:
        return docket.all(Deed.RERUN)
    if action is Action.COMPENSATE:
        return docket.all(Deed.UNDO)
    return docket.resumed if action is Action.RESUME else docket.retried(start, cut_of(docket.steps, start))


def consider(docket: Docket, gates: Gates, action: Action, start: int = 0) -> Option:
    """Judge one action.

    Args:
        docket: The steps of the run.
        gates: What holds for the whole run.
        action: The action.
        start: `retry_from`: number of the first step to execute again; their count for none of them.
    """
    steps, labels, course = docket.steps, docket.labels, course_of(docket, action, start)
    rulings = [*gates.rulings(action, steps, start)]
    levels = {*(ruling.safety for ruling in rulings), *(doing.cell.safety for doing in course.different)}
    safety = max(levels, key=ORDER.__getitem__, default=Safety.SAFE)
    against = _against(docket, course)
    undo = tuple(course.where(labels, lambda doing: doing.undoes)[::-1])  # Cj … C1 (Garcia-Molina and Salem 1987)
    reasons = tuple(dict.fromkeys(_reasons(safety, rulings, course, against)))
    is_retry = action is Action.RETRY_FROM
    return Option(
        action=action,
        from_step=(labels[start] if start < len(steps) else END) if is_retry else "",
        from_position=steps[start].position if is_retry and start < len(steps) else (),
        safety=safety,
        because=_because(action, rulings, reasons, safety, course.where(labels, lambda doing: doing.acts)[:1], undo),
        reasons=reasons,
        reads_from_log=tuple(course.where(labels, lambda doing: doing.reads)),
        executes_again=tuple(course.where(labels, lambda doing: doing.executes)),
        already_done=docket.already_done,
        must_compensate=undo,
        in_doubt=docket.in_doubt,
        assumed=(*gates.assumptions(action), *docket.assumed(course)),
        useful=_useful(action, gates, undo),
        objections=(
            *(Objection(one.gate, one.safety, one.reason) for one in rulings if one.safety is not Safety.SAFE),
            *against,
        ),
    )


def _against(docket: Docket, course: Course) -> list[Objection]:
    """What speaks against the action, step by step."""
    bad = {doing for doing in course.different if doing.cell.safety is not Safety.SAFE}
    if not bad:
        return []
    pairs = zip(course.doings, docket.labels, strict=True)
    return [Objection(label, one.cell.safety, one.cell.reason.format(step=label)) for one, label in pairs if one in bad]


def _reasons(safety: Safety, rulings: Sequence[Ruling], course: Course, against: Sequence[Objection]) -> Iterator[str]:
    """All reasons of a weight: of the gates, then of the steps in their order."""
    yield from (ruling.reason for ruling in rulings if ruling.safety is safety)
    if safety is Safety.SAFE:
        yield from course.reasons
    else:
        yield from (one.reason for one in against if one.safety is safety)


def _because(
    action: Action,
    rulings: Sequence[Ruling],
    reasons: Sequence[str],
    safety: Safety,
    acting: Sequence[str],
    undo: Sequence[str],
) -> str:
    """The reason that decides; for a SAFE action, what it comes to."""
    if safety is not Safety.SAFE:
        return reasons[0]
    for ruling in rulings:
        if ruling.reason.startswith("the run has "):
            return ruling.reason
    if action is Action.COMPENSATE:
        return f"every effect can be undone: {', '.join(undo)}" if undo else "there is nothing to undo"
    if not acting:
        return "no recorded effect is executed again"
    decisive = next((reason for reason in reasons if acting[0] in reason), "")
    return f"every step that would be executed again can be: {decisive}" if decisive else reasons[0]


def _useful(action: Action, gates: Gates, undo: Sequence[str]) -> bool:
    if action is Action.RESUME:
        return gates.status not in {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.COMPENSATED}
    return bool(undo) if action is Action.COMPENSATE else True
