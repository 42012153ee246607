"""What the account alone says: how log and code differ where the code left the log."""

from __future__ import annotations

from collections.abc import Sequence

from workbench._errors import PayloadError
from workbench.analysis.cause import Cause
from workbench.analysis.divergence.account import Row, What
from workbench.machine import Verb
from workbench.replay.explore import Exploration

__all__ = ["asked_row", "left_row", "structural_cause"]

_BY_VERB = {
    Verb.START_TIMER: Cause.TIMER_CHANGED,
    Verb.AWAIT_SIGNAL: Cause.SIGNAL_CHANGED,
    Verb.START_CHILD: Cause.CHILD_CHANGED,
}
_KEPT = {What.SAME, What.MOVED}


def structural_cause(rows: Sequence[Row], exploration: Exploration) -> Cause:
    """The cause by the account; the source may know better."""
    asked, left = asked_row(rows, exploration), left_row(rows, exploration)
    if isinstance(exploration.error, PayloadError):
        return Cause.TYPE_CHANGED
    if left is None:
        return Cause.GOES_ON
    if asked is None:
        return Cause.ENDED_EARLY
    if asked is left:
        return _one(asked)
    return _two(asked, left)


def asked_row(rows: Sequence[Row], exploration: Exploration) -> Row | None:
    """The row of the call that the code made where it left the log."""
    asked = exploration.first
    return None if asked is None else next((row for row in rows if row.asked is asked), None)


def left_row(rows: Sequence[Row], exploration: Exploration) -> Row | None:
    """The row of the recorded call that did not come; `None` where the log holds no more calls."""
    return next((row for row in rows if row.slot is not None and row.slot.opened == exploration.left_at), None)


def _one(row: Row) -> Cause:
    """The recorded call and the one made instead are one row."""
    verb = row.slot.verb if row.slot is not None else Verb.CALL_STEP
    same_verb = row.asked is not None and row.asked.call.verb is verb
    if row.what in {What.ARGUMENTS, What.TYPE, What.RENAMED} and same_verb and verb in _BY_VERB:
        return _BY_VERB[verb]
    if row.what is What.TYPE:
        return Cause.TYPE_CHANGED
    if row.what is What.ARGUMENTS:
        return Cause.ARGUMENT_CHANGED
    if row.what is What.RENAMED:
        return Cause.STEP_RENAMED if same_verb else _replaced(verb)
    return Cause.CONCURRENCY  # the same call, but not at this moment: something else is waited for first


def _replaced(verb: Verb) -> Cause:
    """Something else than a call of the recorded sort: no name that could be kept."""
    return Cause.CHILD_CHANGED if verb is Verb.START_CHILD else Cause.STEP_REMOVED


def _two(asked: Row, left: Row) -> Cause:
    if What.REORDERED in {asked.what, left.what} or (asked.what in _KEPT and left.what in _KEPT):
        return Cause.CONCURRENCY if _other_branch(asked) or _other_branch(left) else Cause.STEP_REORDERED
    if asked.what is What.INSERTED:
        return Cause.STEP_INSERTED
    if left.what in {What.REMOVED, What.NOT_REACHED}:
        return Cause.CONCURRENCY if _other_depth(asked) else Cause.STEP_REMOVED
    return Cause.STEP_REORDERED


def _other_branch(row: Row) -> bool:
    """Whether the call moved from one branch of the workflow to another."""
    if row.slot is None or row.asked is None:
        return False
    return row.slot.position[:-1] != row.asked.call.position[:-1]


def _other_depth(row: Row) -> bool:
    """Whether the call moved into a branch of its own, or out of one."""
    return (
        _other_branch(row)
        and row.slot is not None
        and row.asked is not None
        and (len(row.slot.position) != len(row.asked.call.position))
    )
