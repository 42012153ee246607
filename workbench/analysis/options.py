"""What each action would do to each step, and how safe that makes it: the worst over gates and steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbench.analysis.doubts import DOUBTFUL, on_its_way
from workbench.analysis.facts import RunStatus
from workbench.analysis.gates import Action, Gates, Ruling, cut_of
from workbench.analysis.judgement import ASSUMED_KEY_LIFETIME_SECONDS, Judge
from workbench.analysis.safety import ORDER, Deed, Group, Safety
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.model import Position

__all__ = ["END", "PREFERENCE", "Objection", "Option", "again", "consider", "deeds_of"]

PREFERENCE = (Action.RESUME, Action.RETRY_FROM, Action.COMPENSATE, Action.RERUN)
"""Among SAFE actions: the one that disturbs least first."""

END = "end"
"""`from_step` of a retry that keeps every step and forgets only how the run ended: for code that was mended."""

_READ = frozenset({Deed.KEEP, Deed.TAKE})
_NOT_EXECUTED = _READ | {Deed.UNDO}
_DONE = frozenset({State.COMMITTED, State.COMPENSATION_FAILED})
_TO_UNDO = _DONE | DOUBTFUL


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


def deeds_of(steps: Sequence[StepFacts], action: Action, start: int = 0) -> list[Deed]:
    """What the action does to each step.

    `retry_from` keeps the log before the first intent of its step: a step that began earlier and had no outcome by
    then is executed again as well. `resume` executes what has no outcome; a recorded failure is an outcome.
    """
    if action is Action.RERUN:
        return [Deed.RERUN] * len(steps)
    if action is Action.COMPENSATE:
        return [Deed.UNDO] * len(steps)
    if action is Action.RESUME:
        return [Deed.KEEP if step.answered else again(step) if step.superseded else Deed.RESUME for step in steps]
    cut = cut_of(steps, start)
    return [
        again(step) if number >= start or not step.answered or step.answer >= cut else Deed.KEEP
        for number, step in enumerate(steps)
    ]


def again(step: StepFacts) -> Deed:
    """What a retry does where the code comes to a step again: it is executed, unless somebody said that it happened."""
    return Deed.TAKE if step.takes_word and step.acts and step.state is State.COMMITTED else Deed.RETRY


def consider(steps: Sequence[StepFacts], gates: Gates, judge: Judge, action: Action, start: int = 0) -> Option:
    """Judge one action.

    Args:
        steps: All steps of the run, in the order in which they began.
        gates: What holds for the whole run.
        judge: Judges single steps.
        action: The action.
        start: `retry_from`: number of the first step to execute again; their count for none of them.
    """
    deeds = deeds_of(steps, action, start)
    rulings = [*gates.rulings(action, steps, start)]
    rulings += [Ruling(*judge(step, deed), step.label) for step, deed in zip(steps, deeds, strict=True)]
    safety = max((ruling.safety for ruling in rulings), key=ORDER.__getitem__, default=Safety.SAFE)
    executed = [step for step, deed in zip(steps, deeds, strict=True) if deed not in _NOT_EXECUTED]
    reasons = tuple(dict.fromkeys(ruling.reason for ruling in rulings if ruling.safety is safety))
    undo = _to_undo(steps, deeds)
    is_retry = action is Action.RETRY_FROM
    return Option(
        action=action,
        from_step=(steps[start].label if start < len(steps) else END) if is_retry else "",
        from_position=steps[start].position if is_retry and start < len(steps) else (),
        safety=safety,
        because=_because(safety, reasons, action, executed, undo),
        reasons=reasons,
        reads_from_log=_labels(step for step, deed in zip(steps, deeds, strict=True) if deed in _READ),
        executes_again=_labels(executed),
        already_done=_labels(step for step in steps if step.acts and step.state in _DONE),
        must_compensate=_labels(undo),
        in_doubt=_labels(step for step in steps if step.acts and step.state in DOUBTFUL),
        assumed=(*gates.assumptions(action), *_assumed(steps, deeds, judge)),
        useful=_useful(action, gates, undo),
        objections=tuple(
            Objection(ruling.gate, ruling.safety, ruling.reason)
            for ruling in rulings
            if ruling.safety is not Safety.SAFE
        ),
    )


def _to_undo(steps: Sequence[StepFacts], deeds: Sequence[Deed]) -> list[StepFacts]:
    """Sagas are undone backwards: Cj … C1 (Garcia-Molina and Salem 1987)."""
    found = [
        step
        for step, deed in zip(steps, deeds, strict=True)
        if step.acts
        and step.undoable
        and deed not in _READ
        and step.state in (_TO_UNDO if deed is Deed.UNDO else _DONE)
    ]
    return found[::-1]


def _because(
    safety: Safety, reasons: Sequence[str], action: Action, again: Sequence[StepFacts], undo: Sequence[StepFacts]
) -> str:
    """The reason that decides; for a SAFE action, what it comes to."""
    if safety is not Safety.SAFE:
        return reasons[0]
    for reason in reasons:
        if reason.startswith("the run has "):
            return reason
    if action is Action.COMPENSATE:
        return f"every effect can be undone: {', '.join(_labels(undo))}" if undo else "there is nothing to undo"
    acting = [step.label for step in again if step.acts]
    if not acting:
        return "no recorded effect is executed again"
    decisive = [reason for reason in reasons if acting[0] in reason]
    return f"every step that would be executed again can be: {decisive[0]}" if decisive else reasons[0]


def _assumed(steps: Iterable[StepFacts], deeds: Iterable[Deed], judge: Judge) -> Iterable[str]:
    for step, deed in zip(steps, deeds, strict=True):
        for reason in step.assumed:
            yield f"{step.label}: {reason}"
        yield from on_its_way(step, judge.now_ns)
        trusted = deed in {Deed.RESUME, Deed.RETRY, Deed.RERUN} and judge.group(step, deed) is Group.KEYED
        if trusted and step.declaration.key_lifetime_seconds is None:
            yield f"{step.label}: its key lives {ASSUMED_KEY_LIFETIME_SECONDS / 3600:g} h, nobody declared for how long"


def _useful(action: Action, gates: Gates, undo: Sequence[StepFacts]) -> bool:
    if action is Action.RESUME:
        return gates.status not in {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.COMPENSATED}
    return bool(undo) if action is Action.COMPENSATE else True


def _labels(steps: Iterable[StepFacts]) -> tuple[str, ...]:
    return tuple(step.label for step in steps)
