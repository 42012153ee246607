"""Two runs side by side: what is the same, what one has and the other has not, what came out differently.

The same call at the same position is matched first, since a position is the structural address of a call. What is left
between two matches is matched by name and arguments, then by name, in order, so that an inserted call does not make
all later ones look new or changed. Two runs of 25,000 calls are compared in about a second.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbench._errors import PayloadError
from workbench.analysis.cells import category, text
from workbench.analysis.step_facts import NS
from workbench.journal.codec import encode, same
from workbench.machine import Slot, Verb, read_run
from workbench.model import EventType, History, Position, instant, position_text

__all__ = ["Change", "Item", "align", "diff_runs", "items_of"]

_NAN = float("nan")
_SQUARE = 1_000_000
"""Comparing all with all is affordable up to here."""
_OFTEN = 50
"""A key that occurs oftener makes comparing all with all dear."""
_ASKED = ("args", "kwargs", "seconds", "timeout_seconds", "id")


class Change(StrEnum):
    """How a pair of calls differs."""

    SAME = "same"
    ARGUMENTS = "arguments"
    """The same call with other arguments."""
    OUTCOME = "outcome"
    """The same call with another result or error."""
    INSERTED = "inserted"
    """Only the right side has it."""
    DELETED = "deleted"
    """Only the left side has it."""


class Item(NamedTuple):
    """One call, of a run or a trace.

    Attributes:
        position: Where.
        verb: What was asked.
        name: Step, signal or child name.
        arguments: With what, as plain values.
        outcome: What came back, as plain values; `None` for nothing yet.
        seconds: How long it took; NaN for unknown.
    """

    position: Position
    verb: str
    name: str
    arguments: Any = None
    outcome: Any = None
    seconds: float = _NAN


Side = Sequence[Item] | tuple[History, str]


def diff_runs(left: Side, right: Side) -> pd.DataFrame:
    """The aligned calls of two runs, each given as `(history, run_id)` or as items; see `align`."""
    return align(_items(left), _items(right))


def align(left: Sequence[Item], right: Sequence[Item]) -> pd.DataFrame:
    """Match the calls of two sequences; one row per pair or single call, in order.

    Columns:
        what: category, `same arguments outcome inserted deleted`.
        position: str, on the right where it is there, else on the left.
        name: str, name of the call, or what was asked where it has no name.
        left: object, outcome on the left; for `arguments` the arguments; None where there is none.
        right: object, the same on the right.
        left_seconds: float64, how long the call took on the left; NaN where it is not there.
        right_seconds: float64, the same on the right.
        seconds_more: float64, how much longer it took on the right; NaN where it is not known on both sides.
        first: bool, True in the row of the first difference.
    """
    rows = [_row(one, other) for one, other in _pairs(left, right)]
    differs = [number for number, row in enumerate(rows) if row[0] is not Change.SAME]
    took = [np.array([row[side] for row in rows], dtype=np.float64) for side in (4, 5)]
    return pd.DataFrame(
        {
            "what": category([str(row[0]) for row in rows], [str(change) for change in Change]),
            "position": text(position_text(row[1].position) for row in rows),
            "name": text(row[1].name or row[1].verb for row in rows),
            "left": pd.Series([row[2] for row in rows], dtype="object"),
            "right": pd.Series([row[3] for row in rows], dtype="object"),
            "left_seconds": took[0],
            "right_seconds": took[1],
            "seconds_more": took[1] - took[0],
            "first": np.array([number == differs[0] if differs else False for number in range(len(rows))], dtype=bool),
        }
    )


def items_of(history: History, run_id: str) -> list[Item]:
    """The calls of a recorded run, in the order in which they were made."""
    record = read_run(history, run_id)
    return [_item(history, slot) for slot in record.slots.values()]


def _items(side: Side) -> Sequence[Item]:
    if isinstance(side, tuple) and len(side) == 2 and isinstance(side[0], History):  # noqa: PLR2004 - two make a pair
        return items_of(side[0], str(side[1]))
    return [item for item in side if isinstance(item, Item)]


def _item(history: History, slot: Slot) -> Item:
    body = history.payload(slot.opened)
    arguments = {name: body[name] for name in _ASKED if name in body}
    outcome, seconds = None, _NAN
    if slot.answer >= 0:
        answer = history.payload(_outcome_row(history, slot))
        outcome = next((answer[name] for name in ("result", "error", "value", "unrecorded") if name in answer), None)
        if slot.verb is Verb.READ_CLOCK and type(outcome) is int:
            outcome = instant(outcome)
        seconds = (history.columns.time_ns[slot.answer] - history.columns.time_ns[slot.opened]) / NS
    return Item(slot.position, str(slot.verb), slot.name, arguments, outcome, seconds)


def _outcome_row(history: History, slot: Slot) -> int:
    """Row whose body holds the outcome: the value of a signal stands where it arrived."""
    if slot.type is not EventType.SignalConsumed:
        return slot.answer
    arrived = history.row_of_seq(history.columns.cause[slot.answer])
    return slot.answer if arrived is None else arrived


def _pairs(left: Sequence[Item], right: Sequence[Item]) -> Iterator[tuple[Item | None, Item | None]]:
    """Matches in order; stretches without a match come left side first."""
    for mine, theirs in _matches(left, right, lambda item: (item.position, _identity(item))):
        if len(mine) == len(theirs) and all(
            one.position == other.position and _same_call(one, other) for one, other in zip(mine, theirs, strict=True)
        ):
            yield from zip(mine, theirs, strict=True)
        else:
            yield from _pairs_by_arguments(mine, theirs)


def _pairs_by_arguments(left: Sequence[Item], right: Sequence[Item]) -> Iterator[tuple[Item | None, Item | None]]:
    """Calls that moved: the same name with the same arguments is the same call, wherever it stands."""
    for mine, theirs in _matches(left, right, _identity):
        if len(mine) == len(theirs) and all(map(_same_call, mine, theirs)):
            yield from zip(mine, theirs, strict=True)
        elif len(mine) * len(theirs) <= _SQUARE:
            yield from _pairs_by_name(mine, theirs)
        else:
            yield from _pairs_in_order(mine, theirs)


def _pairs_by_name(left: Sequence[Item], right: Sequence[Item]) -> Iterator[tuple[Item | None, Item | None]]:
    for mine, theirs in _matches(left, right, lambda item: item[1:3]):
        if len(mine) == len(theirs) and all(one[1:3] == other[1:3] for one, other in zip(mine, theirs, strict=True)):
            yield from zip(mine, theirs, strict=True)
        else:
            yield from ((item, None) for item in mine)
            yield from ((None, item) for item in theirs)


def _pairs_in_order(left: Sequence[Item], right: Sequence[Item]) -> Iterator[tuple[Item | None, Item | None]]:
    """Long stretches that have little in common: the n-th call of a name goes with the n-th of that name."""
    waiting: dict[tuple[str, str], deque[Item]] = defaultdict(deque)
    for item in left:
        waiting[item[1:3]].append(item)
    gone: set[Position] = set()
    for other in right:
        same_name = waiting[other[1:3]]
        partner = same_name.popleft() if same_name else None
        if partner is not None:
            gone.add(partner.position)
        yield partner, other
    yield from ((item, None) for item in left if item.position not in gone)


def _matches(
    left: Sequence[Item], right: Sequence[Item], key: Callable[[Item], Hashable]
) -> Iterator[tuple[Sequence[Item], Sequence[Item]]]:
    """Cut both sides into stretches that are equal under a key and stretches between; ends in common go first."""
    one, other = [key(item) for item in left], [key(item) for item in right]
    head = _common(one, other)
    tail = _common(one[head:][::-1], other[head:][::-1])
    if head:
        yield left[:head], right[:head]
    mine, theirs = left[head : len(left) - tail], right[head : len(right) - tail]
    middle = SequenceMatcher(None, one[head : len(one) - tail], other[head : len(other) - tail], autojunk=False)
    if not mine or not theirs or (len(mine) * len(theirs) > _SQUARE and _repeats(one, other)):
        yield mine, theirs
    else:
        for _, left_from, left_to, right_from, right_to in middle.get_opcodes():
            yield mine[left_from:left_to], theirs[right_from:right_to]
    if tail:
        yield left[len(left) - tail :], right[len(right) - tail :]


def _repeats(one: Sequence[Hashable], other: Sequence[Hashable]) -> bool:
    """Whether keys occur so often that comparing all with all would take minutes."""
    return max(Counter(one).most_common(1)[0][1], Counter(other).most_common(1)[0][1]) > _OFTEN


def _common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _identity(item: Item) -> Hashable:
    arguments = item.arguments
    if isinstance(arguments, (str, int)):  # of a trace: words, or the number of an event
        return item.verb, item.name, arguments
    try:
        return item.verb, item.name, encode(arguments)
    except PayloadError:
        return item.verb, item.name, item.position  # stands for itself only


def _same_call(one: Item, other: Item) -> bool:
    return one[1:3] == other[1:3] and same(one.arguments, other.arguments)


def _row(left: Item | None, right: Item | None) -> tuple[Change, Item, Any, Any, float, float]:
    if left is not None and right is not None:
        return _pair(left, right)
    if left is not None:
        return Change.DELETED, left, left.outcome, None, left.seconds, _NAN
    if right is not None:
        return Change.INSERTED, right, None, right.outcome, _NAN, right.seconds
    raise ValueError("a row of a comparison has at least one side")


def _pair(left: Item, right: Item) -> tuple[Change, Item, Any, Any, float, float]:
    if not same(left.arguments, right.arguments):
        return Change.ARGUMENTS, right, left.arguments, right.arguments, left.seconds, right.seconds
    change = Change.SAME if same(left.outcome, right.outcome) else Change.OUTCOME
    return change, right, left.outcome, right.outcome, left.seconds, right.seconds
