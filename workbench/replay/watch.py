"""Replaying once more to look: watched expressions, one value at one stop, words at each pass of a line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from workbench._errors import UsageError
from workbench.model import Position
from workbench.replay.expression import Expression
from workbench.replay.live import Moment
from workbench.replay.safe_repr import safe_repr
from workbench.replay.stop import Stop
from workbench.replay.stops import Stops
from workbench.replay.trace import Trace
from workbench.replay.tracer import LINE

__all__ = ["Again", "Pass", "Sighting", "first_true", "passes", "value_at", "watched"]

Again = Callable[..., Trace]
"""Replays as a trace was replayed; options of `replay` may be given besides."""


class Sighting(NamedTuple):
    """What a watched expression was at one stop.

    Attributes:
        at: The stop.
        expression: Its text.
        value: Bounded text; `None` where it cannot be evaluated.
        changed: It differs from what it was before in the same function of the same branch.
        error: Why it cannot be evaluated there; `""` where it can.
    """

    at: int
    expression: str
    value: str | None
    changed: bool
    error: str


def watched(again: Again, steps: Sequence[Stop], expressions: Sequence[Expression]) -> list[Sighting]:
    """Evaluate at every stop where user code stands.

    Args:
        again: Replays.
        steps: The stops of the trace that is watched.
        expressions: What to evaluate.

    Raises:
        UsageError: An expression changed what the code did after it.
    """
    found: list[Sighting] = []
    last: dict[tuple[int, Position, str], str | None] = {}

    def look(moment: Moment) -> bool:
        if not moment.frames and moment.entry is None:
            return False
        branch = moment.position if moment.event == LINE else moment.position[:-1]
        for number, expression in enumerate(expressions):
            seen = expression.at(moment)
            key, text = (number, branch, moment.where[0][0].function), seen.text
            changed = text is not None and last.get(key) != text
            if text is not None:
                last[key] = text
            found.append(Sighting(moment.at, expression.text, text, changed, seen.error))
        return False

    _check_unmoved(steps, again(observer=look, with_locals=False).steps, expressions)
    return found


def _check_unmoved(before: Sequence[Stop], after: Sequence[Stop], expressions: Sequence[Expression]) -> None:
    """Looking moves nothing, unless an expression changes an object that the code goes on with."""
    mine, theirs = _walked(before), _walked(after)
    if mine == theirs:
        return
    index = next((n for n, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] != pair[1]), len(theirs))
    raise UsageError(
        f"looking at {', '.join(repr(each.text) for each in expressions)} changed what the code did at stop {index}",
        hint="an expression must not change objects (append, pop, next(…)); look at a copy",
    )


def _walked(steps: Sequence[Stop]) -> list[tuple[Any, ...]]:
    if isinstance(steps, Stops):
        walked: list[tuple[Any, ...]] = [*zip(steps.rows, steps.events, steps.positions, steps.places, strict=True)]
    else:
        walked = [(stop.seq, stop.event, stop.position, stop.file, stop.line) for stop in steps]
    if walked:
        walked[-1] += (steps[-1].note,)  # what the workflow returned or raised
    return walked


def value_at(again: Again, index: int, expression: Expression, frame: int = 0) -> Any:
    """The real value of an expression at one stop: the code is replayed up to there and ended.

    Args:
        again: Replays.
        index: The stop.
        expression: What to evaluate.
        frame: 0 for the innermost user frame, 1 for its caller, and so on.

    Raises:
        UsageError: It cannot be evaluated there.
    """
    moments: list[Any] = []

    def look(moment: Moment) -> bool:
        if moment.at < index:
            return False
        moments.append(expression.at(moment, frame))
        return True

    again(observer=look, with_locals=False)
    seen = moments[0]
    if seen.error:
        raise UsageError(f"{expression.text!r} cannot be evaluated at stop {index}: {seen.error}", hint=_ELSEWHERE)
    return seen.value


_ELSEWHERE = "trace.stop.locals names what is there; frame=1 looks from the caller's side"


def first_true(
    again: Again, candidates: Collection[int], expression: Expression, *, last_before: int | None = None
) -> tuple[int | None, str]:
    """The stop at which a condition is true: the first of the candidates, or the last one before a stop.

    Args:
        again: Replays.
        candidates: Stops that come into question.
        expression: The condition.
        last_before: Look for the last one before this stop, instead of the first one.

    Returns:
        The stop, or `None`; and, when it could be evaluated nowhere, why.
    """
    truth, wanted, errors, hits = expression.truth, frozenset(candidates), list[str](), list[int]()

    def look(moment: Moment) -> bool:
        if last_before is not None and moment.at >= last_before:
            return True
        if moment.at in wanted:
            seen = truth.at(moment)
            errors.append(seen.error)
            if seen.value:
                hits.append(moment.at)
        return bool(hits) and last_before is None

    again(observer=look, with_locals=False)
    return (hits[-1] if hits else None), (errors[0] if errors and all(errors) else "")


class Pass(NamedTuple):
    """One pass of a line with a logpoint.

    Attributes:
        event: Number of the last event stop before it.
        file: The file.
        line: The line.
        function: The function.
        text: What the logpoint says.
        error: Why it says nothing; `""` where it does.
    """

    event: int
    file: str
    line: int
    function: str
    text: str | None
    error: str


def passes(again: Again, points: Mapping[tuple[str, int], Expression]) -> list[Pass]:
    """Words at each pass of some lines, as if the code printed them.

    Args:
        again: Replays; lines are followed whatever it does by itself.
        points: What to say, by file and line.
    """
    found: list[Pass] = []
    events = -1

    def look(moment: Moment) -> bool:
        nonlocal events
        if moment.event != LINE:
            events += 1
            return False
        place = moment.where[0][0]
        expression = points.get((place.file, place.line))
        if expression is not None:
            value, error = expression.at(moment)
            text = None if error else value if type(value) is str else safe_repr(value)
            found.append(Pass(max(events, 0), *place, text, error))
        return False

    again(observer=look, with_locals=False, lines=True)
    return found
