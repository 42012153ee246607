"""Which execution of a step a person means: by label, position, name, idempotency key, or number of its intent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench._errors import UsageError
from workbench.analysis import RunFacts, State, StepFacts
from workbench.analysis.doubts import is_doubtful
from workbench.recording.basis import step_named

__all__ = ["execution_said", "executions_named", "in_doubt", "standing_of"]

_EVENT = re.compile(r"event (\d+)")
_STANDING = frozenset({State.COMMITTED, State.COMPENSATION_FAILED, State.IN_DOUBT})
_TO_UNDO = _STANDING | {State.COMPENSATION_IN_DOUBT}


def executions_named(facts: RunFacts, which: str | int) -> Sequence[StepFacts]:
    """The executions of one step, or the one execution of this number.

    Args:
        facts: The run.
        which: `"charge_card (3)"`, `"3"`, `"charge_card"` where it is called once, its idempotency key, the number of
            its intent, or that as verdicts print it: `"event 7"`.

    Raises:
        UsageError: None or several steps are called so.
    """
    everything = [one for step in facts.steps for one in step.executions or (step,)]
    event = _EVENT.fullmatch(which) if isinstance(which, str) else None
    seq = which if isinstance(which, int) else int(event[1]) if event is not None else 0
    if seq:
        found = [one for one in everything if one.seq == seq]
        if not found:
            known = ", ".join(f"event {one.seq}: {one.label}" for one in everything[:8]) or "none"
            raise UsageError(f"event {seq} of run {facts.run_id!r} is no intent of a step", hint=f"there are {known}")
        return found
    under = [one for one in everything if which and one.key == which]
    if under:
        return under
    step = step_named(facts, str(which))
    return step.executions or (step,)


def execution_said(facts: RunFacts, which: str | int, *, undo: bool) -> StepFacts:
    """The execution about which a person says something.

    Args:
        facts: The run.
        which: See `executions_named`.
        undo: They say something about its undo.

    Raises:
        UsageError: None or several can be meant.
    """
    found = executions_named(facts, which)
    about_undo = [one for one in found if one.state is State.COMPENSATION_IN_DOUBT]
    fitting = about_undo if undo else [one for one in found if is_doubtful(one) and one not in about_undo]
    if undo and not fitting:
        fitting = [one for one in found if one.state in _STANDING]
    fitting = fitting or about_undo or list(found[-1:])
    if fitting[0].key and len({one.key for one in fitting}) == 1:
        fitting = fitting[-1:]  # under one key they are one effect
    if len(fitting) > 1:
        events = " or ".join(f"{one.seq}" for one in fitting)
        raise UsageError(
            f"{len(fitting)} executions of {fitting[0].label} can be meant",
            hint=f"say which by the number of its intent: run.resolve({events}, …)",
        )
    return fitting[0]


def standing_of(step: StepFacts) -> StepFacts:
    """The execution of a step that is there to be undone: the last one that acted, or may have."""
    return next((one for one in reversed(step.executions) if one.state in _TO_UNDO), step)


def in_doubt(executions: Sequence[StepFacts]) -> list[StepFacts]:
    """Those of which nobody knows whether they happened, happened once, or are undone."""
    return [one for one in executions if one.acts and is_doubtful(one)]
