"""The rows of each step, attempt by attempt, told by the columns alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from workbench.model import Declaration, EventType, History, Position, position_text

__all__ = ["Attempt", "StepRows", "steps_of"]


class Attempt(NamedTuple):
    """One attempt of a step.

    Attributes:
        row: Row of its intent.
        number: 1-based; 0 where the engine does not say.
        answer: Row of the event that says how it ended; -1 for none.
        type: Type of that event; `None` for none.
    """

    row: int
    number: int
    answer: int = -1
    type: EventType | None = None


@dataclass(slots=True)
class StepRows:
    """The events at one position that belong to a step.

    Attributes:
        position: Where in the program.
        declaration: What was declared of it, with its name.
        attempts: Its attempts, in log order.
        answers: Rows that say how an attempt ended, in log order: a failure, an outcome, a cancellation.
        settled: Rows of resolutions.
        undo: Rows of its compensation.
        late: Rows that say how an attempt ended that had been given up, after the next one began.
        recorded: Row of a step that is known by its outcome only; -1 for none.
    """

    position: Position
    declaration: Declaration
    attempts: list[Attempt] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    undo: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    recorded: int = -1

    @property
    def label(self) -> str:
        """Name and position for people: `charge_card (3)`."""
        return f"{self.declaration.name} ({position_text(self.position)})"

    @property
    def first(self) -> int:
        """Row of the first intent, or of the outcome that is all there is."""
        return self.attempts[0].row if self.attempts else self.recorded

    def settled_between(self, first: int, second: int) -> bool:
        """Whether somebody settled or undid it between two rows."""
        return any(first < row < second for row in (*self.settled, *self.undo))

    @property
    def answer(self) -> int:
        """Row of the last outcome that is not just a failed attempt; -1 for none."""
        for attempt in reversed(self.attempts):
            if attempt.type in _OUTCOMES:
                return attempt.answer
        return self.recorded


_OUTCOMES = frozenset({EventType.StepCompleted, EventType.StepFailed, EventType.StepCancelled})
_ENDS = frozenset({EventType.AttemptFailed, *_OUTCOMES})
_UNDO = frozenset(
    {EventType.CompensationStarted, EventType.CompensationCompleted, EventType.CompensationFailed}
)  # fmt: skip
_OF_STEPS = frozenset({EventType.StepStarted, EventType.StepRecorded, EventType.StepResolved, *_ENDS, *_UNDO})
_NUMBERS = frozenset(map(int, _OF_STEPS))
_LOOKED_BACK = 64
"""Attempts that an answer may belong to: a log of one step that was tried 50,000 times is read in one pass."""


def steps_of(history: History, rows: Sequence[int]) -> Mapping[Position, StepRows]:
    """The steps of one run.

    Args:
        history: Where the run is.
        rows: Its rows, in log order.
    """
    kinds = history.columns.type
    steps: dict[Position, StepRows] = {}
    for row in rows:
        number = kinds[row]
        if number not in _NUMBERS:
            continue
        position = history.position(row)
        step = steps.get(position)
        kind = EventType(number)
        if step is None:
            if kind not in {EventType.StepStarted, EventType.StepRecorded}:
                continue
            step = steps[position] = StepRows(position, history.declaration(row))
        _add(history, step, row, kind)
    return steps


def _add(history: History, step: StepRows, row: int, kind: EventType) -> None:
    if kind is EventType.StepStarted:
        step.attempts.append(Attempt(row, history.columns.attempt[row]))
    elif kind in _ENDS:
        step.answers.append(row)
        _answer(history, step, row, kind)
    elif kind in _UNDO:
        step.undo.append(row)
    elif kind is EventType.StepRecorded:
        step.recorded = row
    else:
        step.settled.append(row)


def _answer(history: History, step: StepRows, row: int, kind: EventType) -> None:
    """Which attempt it ends: the one that it names, else the last one; each is ended once."""
    number, cause, seqs = history.columns.attempt[row], history.columns.cause[row], history.columns.seq
    last = len(step.attempts)
    open_ones = [at for at in range(last - 1, max(last - _LOOKED_BACK, 0) - 1, -1) if step.attempts[at].type is None]
    named = [at for at in open_ones if cause and seqs[step.attempts[at].row] == cause]
    if not named and cause and any(_is_given_up(one, seqs[one.row], cause) for one in step.attempts[-_LOOKED_BACK:-1]):
        step.late.append(row)
        return
    named = named or [at for at in open_ones if number and step.attempts[at].number == number] or open_ones
    if named:
        step.attempts[named[0]] = step.attempts[named[0]]._replace(answer=row, type=kind)


def _is_given_up(attempt: Attempt, seq: int, cause: int) -> bool:
    """Whether it is the attempt that an event names, and had been given up before."""
    return seq == cause and attempt.type is EventType.AttemptFailed
