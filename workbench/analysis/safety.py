"""The per-effect table: what doing something to a step means, for each kind and state.

Each cell quantifies over the worlds that agree with the log. SAFE: the step ends well in all of them. UNSAFE: in
none, or not in all and nobody can tell which one we are in. CHECK: not in all, and a read-only question tells.
"Well" is *applied once* for going forward and *nothing left* for compensating. The states are those of the
two-phase commit and saga literature (Garcia-Molina and Salem 1987); `tests/analysis/test_verdict_oracle.py`
enumerates the worlds and compares every cell.

The table assumes the best case: keys hold, undos are harmless to repeat, a probe exists. What is known to be worse
is brought in by `workbench.analysis.judgement`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.analysis.state import State

__all__ = ["ORDER", "TABLE", "Cell", "Deed", "Group", "Safety", "cell_of", "check"]


class Safety(StrEnum):
    """May one do it?"""

    SAFE = "SAFE"
    CHECK = "CHECK"
    UNSAFE = "UNSAFE"


ORDER = {Safety.SAFE: 0, Safety.CHECK: 1, Safety.UNSAFE: 2}
"""How bad each word is."""


class Deed(StrEnum):
    """What an action does to one step."""

    KEEP = "keep"
    """The recorded outcome is handed to the code again; the step is not executed."""
    RESUME = "resume"
    """Go on where the log ends, with the recorded keys; what has a result keeps it."""
    RETRY = "retry"
    """Execute again in the same run, with the recorded keys."""
    RERUN = "rerun"
    """Execute again in a new run."""
    TAKE = "take"
    """Give the code what somebody said that the step returned; it is not executed."""
    UNDO = "undo"
    """Compensate."""


class Group(StrEnum):
    """Kinds that behave alike."""

    LOOKS = "looks"
    """`pure`, `read`."""
    IDEMPOTENT = "idempotent"
    KEYED = "keyed"
    """With a key that the other side will recognise; without one, a keyed step is a write."""
    COMPENSATABLE = "compensatable"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table.

    Attributes:
        safety: The verdict.
        reason: Why, with `{step}` for its label.
        knowable: A CHECK that needs no probe: a person can find out, or doing it again settles it.
    """

    safety: Safety
    reason: str
    knowable: bool = False


def _safe(reason: str) -> Cell:
    return Cell(Safety.SAFE, reason)


def check(reason: str, *, knowable: bool = False) -> Cell:
    """A CHECK cell."""
    return Cell(Safety.CHECK, reason, knowable=knowable)


def _unsafe(reason: str) -> Cell:
    return Cell(Safety.UNSAFE, reason)


LOOK = _safe("{step} changes nothing")
IDLE = _safe("{step} has not acted")
NAUGHT = _safe("{step} failed and certainly did nothing")
STUCK = _safe("{step} certainly did nothing; a service that remembers failures needs a new key to try again")
KEPT = _safe("{step} is done; its result is read from the log")
HARMLESS = _safe("doing {step} twice is doing it once")
SAME_KEY = _safe("the other side recognises the key of {step}")
UNDO = _safe("{step} is done and has an undo")
UNDO_MAYBE = _safe("the undo of {step} is harmless if it never happened")
UNDO_AGAIN = _safe("the undo of {step} is harmless to repeat")
UNDONE = _safe("{step} is undone")
ANEW = _safe("{step} was undone and is done anew")

ASK = check("{step} may or may not have happened; doing it again could do it twice")
TOLD = check("{step} may have happened although the code was told otherwise")
TOLD_REPEATABLE = check("{step} may have happened although the code was told otherwise; repeat it", knowable=True)
NO_UNDO_ASK = check("{step} may have happened and has no undo")
HALF_UNDONE = check("{step} may or may not be undone yet; doing it again could do it twice")

TWICE = _unsafe("{step} is done and would be done twice")
NO_UNDO = _unsafe("{step} is done and has no undo")
STILL_DONE = _unsafe("the undo of {step} failed, so it is still done and would be done twice")
BACKWARDS = _unsafe("the run is rolling back: {step} was to be undone, and going forward breaks the saga")

TABLE: dict[Group, dict[Deed, tuple[Cell, ...]]] = {
    # by state:    not_started in_doubt   committed failed  compensated compensation_in_doubt compensation_failed
    Group.LOOKS: {
        Deed.KEEP:   (LOOK, LOOK,            LOOK,     LOOK),
        Deed.RESUME: (LOOK, LOOK,            LOOK,     LOOK),
        Deed.RETRY:  (LOOK, LOOK,            LOOK,     LOOK),
        Deed.RERUN:  (LOOK, LOOK,            LOOK,     LOOK),
        Deed.UNDO:   (LOOK, LOOK,            LOOK,     LOOK),
    },
    Group.IDEMPOTENT: {
        Deed.KEEP:   (IDLE, TOLD_REPEATABLE, KEPT,     NAUGHT),
        Deed.RESUME: (IDLE, HARMLESS,        KEPT,     NAUGHT),
        Deed.RETRY:  (IDLE, HARMLESS,        HARMLESS, NAUGHT),
        Deed.RERUN:  (IDLE, HARMLESS,        HARMLESS, NAUGHT),
        Deed.UNDO:   (IDLE, NO_UNDO_ASK,     NO_UNDO,  NAUGHT),
    },
    Group.KEYED: {
        Deed.KEEP:   (IDLE, TOLD_REPEATABLE, KEPT,     NAUGHT),
        Deed.RESUME: (IDLE, SAME_KEY,        KEPT,     STUCK),
        Deed.RETRY:  (IDLE, SAME_KEY,        SAME_KEY, STUCK),
        Deed.RERUN:  (IDLE, SAME_KEY,        SAME_KEY, STUCK),
        Deed.UNDO:   (IDLE, NO_UNDO_ASK,     NO_UNDO,  NAUGHT),
    },
    Group.COMPENSATABLE: {
        Deed.KEEP:   (IDLE, TOLD,            KEPT,     NAUGHT,   BACKWARDS,  BACKWARDS,   BACKWARDS),
        Deed.RESUME: (IDLE, ASK,             KEPT,     NAUGHT,   BACKWARDS,  BACKWARDS,   BACKWARDS),
        Deed.RETRY:  (IDLE, ASK,             TWICE,    NAUGHT,   ANEW,       HALF_UNDONE, STILL_DONE),
        Deed.RERUN:  (IDLE, ASK,             TWICE,    NAUGHT,   ANEW,       HALF_UNDONE, STILL_DONE),
        Deed.UNDO:   (IDLE, UNDO_MAYBE,      UNDO,     NAUGHT,   UNDONE,     UNDO_AGAIN,  UNDO),
    },
    Group.WRITE: {
        Deed.KEEP:   (IDLE, TOLD,            KEPT,     NAUGHT),
        Deed.RESUME: (IDLE, ASK,             KEPT,     NAUGHT),
        Deed.RETRY:  (IDLE, ASK,             TWICE,    NAUGHT),
        Deed.RERUN:  (IDLE, ASK,             TWICE,    NAUGHT),
        Deed.UNDO:   (IDLE, NO_UNDO_ASK,     NO_UNDO,  NAUGHT),
    },
}  # fmt: skip

_COLUMN = {state: number for number, state in enumerate(State)}


def cell_of(group: Group, deed: Deed, state: State) -> Cell:
    """The cell; undone states exist for compensatable steps only, whatever kind was declared."""
    row = TABLE[group][deed]
    column = _COLUMN[state]
    return row[column] if column < len(row) else TABLE[Group.COMPENSATABLE][deed][column]
