"""Why code no longer fits its log, and why it soon may not: one list of causes for explanations and for lint."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["AMBIENT", "Cause", "remedy_of"]


class Cause(StrEnum):
    """What makes code ask for something else than the log holds (hazards 11 to 16)."""

    STEP_INSERTED = "step inserted"
    STEP_REMOVED = "step removed"
    STEP_REORDERED = "step reordered"
    STEP_RENAMED = "step renamed"
    ARGUMENT_CHANGED = "argument changed"
    TYPE_CHANGED = "type changed"
    BRANCH_FLIPPED = "branch flipped"
    CLOCK = "clock"
    RANDOM = "random"
    UUID = "uuid"
    HASH_ORDER = "hash order"
    """The order of a set, a hash or an object's address: other in every process."""
    ENVIRONMENT = "environment"
    GLOBAL_STATE = "global state"
    """A module global, a closure variable or a default argument that something changed."""
    CONCURRENCY = "concurrency"
    """Which calls are made side by side, and in which order."""
    OUTSIDE = "outside call"
    """Workflow code itself touches files, the network, processes or threads."""
    TIMER_CHANGED = "timer changed"
    SIGNAL_CHANGED = "signal changed"
    CHILD_CHANGED = "child changed"
    PATCH = "patch"
    """`wb.patched` was added, removed or renamed without need."""
    ENDED_EARLY = "ended early"
    GOES_ON = "goes on"
    ERROR_HIDDEN = "error hidden"
    """`except BaseException` around a call: the driver's own control flow is caught."""
    UNKNOWN = "unknown"


AMBIENT = frozenset(
    {Cause.CLOCK, Cause.RANDOM, Cause.UUID, Cause.HASH_ORDER, Cause.ENVIRONMENT, Cause.GLOBAL_STATE, Cause.OUTSIDE}
)
"""Causes that need no change of code: the code reads what no log holds."""

_GUARD = 'guard the change, so that runs of the old code keep the old path: `if wb.patched("name-of-the-change"):`'
_REMEDIES: dict[Cause, str] = {
    Cause.STEP_INSERTED: _GUARD,
    Cause.STEP_REMOVED: f"{_GUARD} … `else:` the removed call",
    Cause.STEP_REORDERED: _GUARD,
    Cause.STEP_RENAMED: 'keep the recorded name: `@wb.step(name="the old name")`; for another call: ' + _GUARD,
    Cause.ARGUMENT_CHANGED: _GUARD,
    Cause.TYPE_CHANGED: "keep the recorded type, or convert inside the step; else " + _GUARD,
    Cause.BRANCH_FLIPPED: "keep the old condition for old runs; " + _GUARD,
    Cause.CLOCK: "read the time with `wb.now()` and wait with `wb.sleep()`: both are recorded",
    Cause.RANDOM: "draw with `wb.random()`, or inside a step: both are recorded",
    Cause.UUID: "make the id with `wb.uuid4()`, or inside a step: both are recorded",
    Cause.HASH_ORDER: "give it an order that every process shares: iterate over `sorted(…)`, key by a value and not "
    "by `hash()` or `id()`",
    Cause.ENVIRONMENT: "pass configuration in as an argument of the workflow, or read it in a step: recorded input "
    "stays the same",
    Cause.GLOBAL_STATE: "keep state in local variables, pass it in as an argument, or read it in a step",
    Cause.CONCURRENCY: "make calls side by side in a fixed order (`wb.gather`), and handle results in the order of the "
    "calls; a change needs `wb.patched(…)`",
    Cause.OUTSIDE: "move the call into a function marked `@wb.step`",
    Cause.TIMER_CHANGED: "keep the recorded duration for old runs; " + _GUARD,
    Cause.SIGNAL_CHANGED: "keep the recorded name of the signal for old runs; " + _GUARD,
    Cause.CHILD_CHANGED: "keep name and arguments of the child for old runs; " + _GUARD,
    Cause.PATCH: "keep `wb.patched(…)` and its name until no run that was recorded before is open, and never reuse one",
    Cause.ENDED_EARLY: _GUARD,
    Cause.GOES_ON: _GUARD,
    Cause.ERROR_HIDDEN: "write `except Exception:`, or raise again",
    Cause.UNKNOWN: "compare the recorded source with the present one, and replay in the process that recorded",
}


def remedy_of(cause: Cause) -> str:
    """What to do about it, in words."""
    return _REMEDIES[cause]
