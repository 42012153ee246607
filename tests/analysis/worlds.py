"""The oracle of the verdict: every world that agrees with the log is tried, and the end of it looked at.

Written from the prose of the rules and independent of `workbench.analysis`, of which it uses the names of kinds,
states and facts only. A world says, for each step, how often it acted (`applied`), how often it was undone
(`undone`), and what else is not in the log. An action is

SAFE    when it ends well in every world,
UNSAFE  when it ends well in none, or when two worlds that nobody can tell apart end differently,
CHECK   otherwise: a probe or a person can tell beforehand.

Well means: going forward, every step acted once, net of undos; going back, net zero; and no step past the point of
no return is left behind.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from workbench.analysis import Action, StepFacts

DAY = 24 * 3600
NS = 1_000_000_000
FORWARD = {"resume", "retry_from", "rerun"}
ROLLED_BACK = {"compensated", "compensation_in_doubt", "compensation_failed"}
RANK = ["SAFE", "CHECK", "UNSAFE"]


class World(NamedTuple):
    """What may be true about one step.

    Attributes:
        applied: How often it acted.
        undone: How often it was undone.
        remembered: After an undo, the other side still answers its key with the old success.
        contested: Somebody else has written since what an idempotent step wrote.
        futile: Another undo would fail again.
        refused: The other side knows the key with another body, and refuses what comes under it now.
    """

    applied: int
    undone: int = 0
    remembered: bool = False
    contested: bool = False
    futile: bool = False
    refused: bool = False


def key_works(step: StepFacts, deed: str, now_ns: int) -> bool:
    if not step.key or step.key_changed or (deed == "rerun" and step.run_id in step.key):
        return False
    return (now_ns - step.started_ns) / NS < (step.declaration.key_lifetime_seconds or DAY)


def undoable(step: StepFacts) -> bool:
    return step.kind == "compensatable" and (step.declaration.undo != "" or step.state in ROLLED_BACK)


def given_by_word(step: StepFacts) -> bool:
    """Somebody said that it happened, after the code was told otherwise: a retry does nothing and tells the code."""
    return step.takes_word and step.state == "committed" and step.kind not in {"pure", "read"}


def worlds_of(step: StepFacts, deed: str, now_ns: int, *, contested: bool) -> Iterator[World]:
    """Every world of one step that agrees with its facts."""
    pairs = {
        "not_started": [(0, 0)],
        "failed": [(0, 0)],
        "in_doubt": [(0, 0), (1, 0)],
        "committed": [(1, 0)],
        "compensated": [(1, 1)],
        "compensation_in_doubt": [(1, 0), (1, 1)],
        "compensation_failed": [(1, 0)],
    }[step.state]
    if step.state == "compensation_failed" and deed == "compensate" and not step.undo_definite:
        pairs = [(1, 0), (1, 1)]  # "failed" is the engine's word; that it undid nothing is not proven
    unprotected = step.kind in {"write", "compensatable"} or (
        step.kind == "keyed" and (not step.key or step.key_changed)
    )
    if step.repeated and unprotected:
        known = (1,) if step.twice else (0, 1)
        pairs = [(applied + more, undone) for applied, undone in pairs for more in known]
    lifetime = step.declaration.key_lifetime_seconds
    young = lifetime is None or (now_ns - step.started_ns) / NS < lifetime
    # A retry renews the key of what was undone; a new run computes the same business key again.
    remembering = step.state == "compensated" and deed == "rerun" and bool(step.key) and step.run_id not in step.key
    remembering &= young
    sent = deed == "resume" or (deed == "retry" and not given_by_word(step))
    other_body = step.body_changed and step.kind not in {"pure", "read"} and sent
    for applied, undone in pairs:
        for remembered in (False, True) if remembering else (False,):
            for taken in (False, True) if contested and step.kind == "idempotent" else (False,):
                for futile in (False, True) if step.undo_failures > 1 else (False,):
                    for refused in (False, True) if other_body else (False,):
                        yield World(applied, undone, remembered, taken, futile, refused)


def visible(step: StepFacts, deed: str, world: World, now_ns: int) -> Any:
    """What can be found out before acting: with a probe all; without one what a person sees at a glance."""
    by_repeating = deed == "keep" and (
        step.kind == "idempotent" or (step.kind == "keyed" and key_works(step, "keep", now_ns))
    )
    undoing = step.state in ROLLED_BACK
    if (step.declaration.undo_probe if undoing else step.declaration.probe) or by_repeating:
        return world
    twice = step.state != "in_doubt" and world.applied > 1
    return (twice, world.remembered, world.contested, world.futile, world.refused)


def ends_well(step: StepFacts, deed: str, world: World, now_ns: int) -> bool:  # noqa: PLR0911 - one line per rule
    """Do it, and look."""
    if step.kind in {"pure", "read"} or world.refused:
        return not world.refused
    if deed == "compensate":
        return _undone_well(step, world)
    if deed == "keep" and step.state == "compensated" and step.contradicted:
        return world.applied == world.undone  # the code was told that it failed, and by now that is true
    if deed in {"keep", "resume"} and step.state in ROLLED_BACK:
        return False  # the code would be told that it is done, while it is being undone
    if deed == "retry" and given_by_word(step):
        return world.applied == 1  # the code is told what somebody said, and nothing is done
    if deed == "keep":
        return world.applied == (1 if step.state == "committed" and not step.contradicted else 0)
    if step.kind == "idempotent":
        return not (world.contested and step.state == "committed" and deed != "resume")
    applied = world.applied
    if step.kind == "keyed" and key_works(step, deed, now_ns):
        applied = max(1, applied)
    elif not (world.remembered and world.undone):
        applied += 1
    return applied - world.undone == 1


def _undone_well(step: StepFacts, world: World) -> bool:
    applied, undone = world.applied, world.undone
    if undoable(step) and step.state not in {"not_started", "failed", "compensated"}:
        if world.futile:
            return False
        harmless = step.declaration.undo_null_safe and (applied == 0 or undone > 0)
        undone += 0 if harmless else 1
    return applied == undone


def deeds(steps: Sequence[StepFacts], action: str, start: int) -> list[str]:
    """What the action does to each step; a retry keeps the log before the first event of its step."""
    if action in {"rerun", "compensate"}:
        return [action] * len(steps)
    if action == "resume":
        return ["keep" if step.answered else "retry" if step.superseded else "resume" for step in steps]
    cut = steps[start].opened if start < len(steps) else math.inf  # "end": nothing is done again
    return ["keep" if step.answered and step.opened < cut and step.answer < cut else "retry" for step in steps]


def past_return(step: StepFacts, world: World) -> bool:
    """The point of no return is behind the run; a failed undo has not brought it back."""
    stands = world.applied > world.undone or step.state == "compensation_failed"
    return step.declaration.pivot and step.kind not in {"pure", "read"} and stands


def oracle(
    steps: Sequence[StepFacts], action: Action, start: int, now_ns: int, contested: frozenset[Any] = frozenset()
) -> str:
    """The safety of an action by enumeration of all worlds of all steps together."""
    done = deeds(steps, action, start)
    spaces = [
        list(worlds_of(step, deed, now_ns, contested=step.position in contested))
        for step, deed in zip(steps, done, strict=True)
    ]
    ends: dict[Any, set[bool]] = {}
    for worlds in itertools.product(*spaces):
        seen = tuple(visible(*one, now_ns) for one in zip(steps, done, worlds, strict=True))
        well = all(ends_well(*one, now_ns) for one in zip(steps, done, worlds, strict=True))
        if action in {"rerun", "compensate"}:  # past the point of no return a run can only go forward
            well &= not any(past_return(step, world) for step, world in zip(steps, worlds, strict=True))
        ends.setdefault(seen, set()).add(well)
    if all(end == {True} for end in ends.values()):
        return "SAFE"
    if not any(True in end for end in ends.values()) or any(len(end) > 1 for end in ends.values()):
        return "UNSAFE"
    return "CHECK"
