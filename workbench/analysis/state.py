"""How a step stands, by its own events: begun, in doubt, committed, undone.

The states are those of a participant in a distributed commit: between intent and result a step is *in doubt*, as
a database is between prepare and decision (Oracle `DBA_2PC_PENDING`, Db2 `LIST INDOUBT TRANSACTIONS`). A failure
proves that nothing happened only when the log says that it is definite; everything else leaves the doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from workbench.machine import Slot
from workbench.model import EventType, History

__all__ = ["UNDONE_STATES", "Standing", "State", "standing_of"]

Body = Callable[[int], Mapping[str, Any]]


class State(StrEnum):
    """What the log says about a step's effect. Steps that do not act use the first four, read as their words say."""

    NOT_STARTED = "not_started"
    """No attempt, or a person or probe said that it did not happen."""
    IN_DOUBT = "in_doubt"
    """An attempt began and nothing proves how it ended."""
    COMMITTED = "committed"
    """It returned, or a person or probe said that it happened."""
    FAILED = "failed"
    """It failed and certainly did nothing."""
    COMPENSATED = "compensated"
    COMPENSATION_IN_DOUBT = "compensation_in_doubt"
    COMPENSATION_FAILED = "compensation_failed"


UNDONE_STATES = frozenset({State.COMPENSATED, State.COMPENSATION_IN_DOUBT, State.COMPENSATION_FAILED})
"""The run is rolling back, or has."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of one step and what qualifies it.

    Attributes:
        state: The state.
        answered: The log holds what a resumed run is handed here: a result, an error or a cancellation.
        repeated: An earlier attempt may have acted as well as the one that returned.
        contradicted: It happened, but the log hands the code a failure or a cancellation here.
        twice: Another attempt than the one that counts has acted as well: somebody says so.
        takes_word: It happened, and the code was told otherwise or nothing: one that comes there again after a decision
            to retry is given what somebody said that it returned.
        denied: Row at which somebody said that it did not happen; -1 for never.
        hidden: Attempts before the first one in the log are known by number only.
        undo_failures: How often the undo failed.
        undo_definite: The last failure of the undo proves that it did nothing.
    """

    state: State
    answered: bool = False
    repeated: bool = False
    contradicted: bool = False
    twice: bool = False
    takes_word: bool = False
    denied: int = -1
    hidden: bool = False
    undo_failures: int = 0
    undo_definite: bool = False


_RETURNED = Standing(State.COMMITTED, answered=True)
"""How a step stands that returned at the first attempt."""


def standing_of(history: History, slot: Slot, late: Sequence[int], body: Body, *, acts: bool) -> Standing:
    """Read the state of a step off its events.

    Args:
        history: Where the events are.
        slot: The step's events as replay sees them.
        late: Rows of its compensation's events, and of resolutions, in log order: for replay a resolution that
            comes after the outcome changes nothing, for the truth about the world it does.
        body: Reads one payload; an unreadable one gives an empty mapping, which proves nothing.
        acts: The step changes the world; for one that only looks, every failure is definite.
    """
    at_once = slot.type is EventType.StepCompleted and not slot.between and history.columns.attempt[slot.opened] <= 1
    if at_once and not late:  # nearly all of a long run
        return _RETURNED
    standing = _Attempts(history, slot, body, acts=acts).standing()
    types = history.columns.type
    told = _told_row(history, slot)
    settled = [row for row in late if types[row] == EventType.StepResolved]
    if told < 0:  # replay has taken these into account; those of a superseded step it has not
        settled = [row for row in settled if row != slot.answer and row not in slot.between]
    resolved = [row for row in settled if row > told]
    if resolved:
        happened = bool(body(resolved[-1]).get("happened"))
        given = any(types[root] == EventType.StepResolved for root in _causes(history, resolved))
        standing = _settled(standing, slot.type, happened=happened, given=given)
    words = [row for row in late if types[row] == EventType.StepResolved]
    if words and not body(words[-1]).get("happened"):
        standing = replace(standing, denied=words[-1])
    undo_rows = _undos_that_hold(history, [row for row in late if types[row] != EventType.StepResolved], body)
    begun = max((row for row in slot.between if types[row] == EventType.StepStarted), default=-1)
    if undo_rows and undo_rows[-1] > begun:
        return _undone(history, undo_rows, body, standing)
    return _begun_again(standing, undone=bool(undo_rows)) if acts and begun > told >= 0 else standing


def _undos_that_hold(history: History, rows: Sequence[int], body: Body) -> list[int]:
    """Without what somebody said to have undone by hand, where they have said since that it is not undone."""
    types, held = history.columns.type, list[int]()
    for row in rows:
        taken_back = (
            types[row] == EventType.CompensationFailed and len(held) == 1 and "by" in body(row)
            and types[held[0]] == EventType.CompensationCompleted and "by" in body(held[0])
        )  # fmt: skip
        held = [] if taken_back else [*held, row]
    return held


def _told_row(history: History, slot: Slot) -> int:
    """Row of the outcome that the code was told: a result, an error or a cancellation; -1 for none yet."""
    if slot.type is not None and slot.type is not EventType.StepResolved:
        return slot.answer
    types = history.columns.type
    return max((row for row in slot.between if types[row] == EventType.StepCancelled), default=-1)


def _causes(history: History, rows: Sequence[int]) -> list[int]:
    found = (history.row_of_seq(history.columns.cause[row]) for row in rows)
    return [row for row in found if row is not None]


def _settled(standing: Standing, told: EventType | None, *, happened: bool, given: bool) -> Standing:
    """A person or probe has the last word on what happened; what the code was told stays as it is.

    Of a step that returned, the word is about another attempt of it: that one acted as well, or did not.
    """
    if told is EventType.StepCompleted:
        return replace(standing, repeated=happened, twice=happened)
    if happened:
        return replace(standing, state=State.COMMITTED, repeated=False, contradicted=True, takes_word=not given)
    return replace(standing, state=State.FAILED)


def _begun_again(standing: Standing, *, undone: bool) -> Standing:
    """An attempt began after the outcome, or after the undo of it; replay keeps to the first outcome."""
    if standing.state is State.COMMITTED and not undone:
        return replace(standing, repeated=True)
    return replace(standing, state=State.IN_DOUBT, repeated=False)


class _Attempts:
    """Walks the attempts of a step and keeps what is not proven about them."""

    def __init__(self, history: History, slot: Slot, body: Body, *, acts: bool) -> None:
        self._types = history.columns.type
        self._numbers = history.columns.attempt
        self._slot = slot
        self._body = body
        self._acts = acts
        # Of other engines, the last one's number; earlier ones of a call that was opened again are another execution.
        self.hidden = acts and history.columns.attempt[slot.opened] > 1 and slot.reopened < 0
        self._doubt = self.hidden
        self._open = False
        self._last = EventType.StepStarted
        for row in sorted([slot.opened, *slot.between]):
            self._add(row)

    def _add(self, row: int) -> None:
        self._last = EventType(self._types[row])
        if self._last is EventType.AttemptBegan and self._acts and self._numbers[row] > 1:
            self.hidden = self._doubt = True
        elif self._last is EventType.StepStarted:
            self._doubt |= self._open and self._acts
            self._open = True
        elif self._last is EventType.AttemptFailed:
            self._open = False
            self._doubt |= not self._definite(row)
        elif self._last is EventType.StepCancelled:
            self._open = False
            self._doubt = True
        elif self._last is EventType.StepResolved:  # the record keeps "it did not happen" here
            self._open = self._doubt = False

    def _definite(self, row: int) -> bool:
        """What is not known to be definite is not (workbench.recorder.failure)."""
        return not self._acts or self._body(row).get("definite") is True

    def standing(self) -> Standing:
        slot = self._slot
        answered = slot.type is not None or slot.cancelled
        if slot.type is EventType.StepCompleted:
            return Standing(State.COMMITTED, answered, repeated=self._doubt, hidden=self.hidden)
        if slot.type is EventType.StepResolved:
            return Standing(State.COMMITTED, answered)
        if slot.type is EventType.StepFailed:
            proven = self._definite(slot.answer) and not self._doubt
        else:
            proven = not (self._open or self._doubt)
        state = State.FAILED if proven else State.IN_DOUBT
        if proven and self._last is EventType.StepResolved and slot.type is None:
            state = State.NOT_STARTED
        return Standing(state, answered, hidden=self.hidden)


def _undone(history: History, rows: Sequence[int], body: Body, standing: Standing) -> Standing:
    """The compensation's events come last: they decide."""
    types = [EventType(history.columns.type[row]) for row in rows]
    tried = [row for row, kind in zip(rows, types, strict=True) if kind is EventType.CompensationFailed]
    failures = sum("by" not in body(row) for row in tried)  # what a person found out is no attempt
    state = State.COMPENSATION_IN_DOUBT
    definite = False
    if types[-1] is EventType.CompensationCompleted:
        state = State.COMPENSATED
    elif types[-1] is EventType.CompensationFailed:
        said = body(rows[-1]).get("definite")
        definite = said is True
        if said is not False:
            state = State.COMPENSATION_FAILED
    if standing.twice and state is State.COMPENSATED:
        state = State.COMPENSATED if types.count(EventType.CompensationCompleted) > 1 else State.COMMITTED
        standing = replace(standing, twice=False, repeated=False)
    return replace(standing, state=state, undo_failures=failures, undo_definite=definite, takes_word=False)
