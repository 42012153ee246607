"""`wb.diff`: two runs, branches or traces, aligned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

from workbench.analysis import Item, align, diff_runs
from workbench.machine import ASKS
from workbench.model import Position
from workbench.recording.branch import Branch
from workbench.recording.calls import DRAWS, Asked, calls_of
from workbench.recording.compared import Comparison, Said
from workbench.recording.run import Run
from workbench.recording.trace import Trace
from workbench.replay import Columns

__all__ = ["Comparable", "diff"]

Comparable = Run | Branch | Trace

_NS = 1_000_000_000
_UNKNOWN = float("nan")
_VERBS = {event.name: str(verb) for event, verb in ASKS.items()}


class _Side(NamedTuple):
    """One trace of a comparison.

    Attributes:
        columns: Its stops.
        calls: Its calls, in the order in which they were made.
    """

    columns: Columns
    calls: Mapping[Position, Asked]

    @classmethod
    def of(cls, trace: Trace) -> Self:
        """The stops of a trace, call by call."""
        columns = Columns(trace.steps)
        return cls(columns, calls_of(columns))


def diff(left: Comparable, right: Comparable) -> Comparison:
    """What differs between two runs, branches or traces.

    Args:
        left: The one that things are compared with, usually the recorded run.
        right: The other.

    Returns:
        The aligned calls: `.frame` (see `workbench.analysis.align`), `.differences`, `.figure()`. Two runs are
        compared by their logs. As soon as a branch or trace takes part, both are compared by their stops: what was
        asked and answered is then bounded text, and seconds are those of the branch's clock.
    """
    titles = _title(left), _title(right)
    if isinstance(left, Run) and isinstance(right, Run):
        return Comparison(diff_runs((left.history, left.id), (right.history, right.id)), titles)
    code = next((side.code for side in (left, right) if isinstance(side, Branch)), None)
    one, other = _trace(left, code), _trace(right, code)
    sides = _Side.of(one), _Side.of(other)
    alike = _alike(*sides) if one.run_id == other.run_id else {}
    return Comparison(align(*([*_items(side, alike)] for side in sides)), titles)


def _title(side: Comparable) -> str:
    if isinstance(side, Run):
        return f"run {side.id}"
    return f"a branch of {side.run_id}" if isinstance(side, Branch) else f"a trace of {side.run_id}"


def _trace(side: Comparable, code: Callable[..., Any] | None) -> Trace:
    if isinstance(side, Run):
        return side.replay(code)
    return side.trace if isinstance(side, Branch) else side


def _alike(one: _Side, other: _Side) -> Mapping[Position, tuple[int, int]]:
    """Calls that two traces of one run have from the log, question and answer: nobody needs to read these."""
    mine, theirs = one.columns.seqs, other.columns.seqs
    sources, their_sources = one.columns.sources, other.columns.sources
    found = {}
    for position, (asked, answered) in one.calls.items():
        call = other.calls.get(position)
        if call is None or sources[answered] != their_sources[call.answered]:  # a clock that edits moved
            continue
        seqs = mine[asked], mine[answered]
        if min(seqs) > 0 and seqs == (theirs[call.asked], theirs[call.answered]):
            found[position] = seqs
    return found


def _items(side: _Side, alike: Mapping[Position, tuple[int, int]]) -> Iterator[Item]:
    columns, steps = side.columns, side.columns.steps
    events, names, times = columns.events, columns.names, columns.times
    for position, (asked, answered) in side.calls.items():
        arguments: Any
        outcome: Any
        if position in alike:
            seqs = alike[position]
            arguments = Said.at(seqs[0], steps, asked)
            outcome = Said.at(seqs[1], steps, answered)
        else:
            drawn = events[asked] in DRAWS
            arguments = None if drawn else steps[asked].note
            outcome = steps[answered].note if drawn or answered > asked else None
        took = (times[answered] - times[asked]) / _NS if answered > asked else _UNKNOWN
        yield Item(position, _VERBS.get(events[asked], events[asked]), names[asked], arguments, outcome, took)
