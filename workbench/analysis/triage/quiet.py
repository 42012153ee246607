"""What columns alone say of a run: that it completed, and that every effect came at the first try.

No payload could change that such a run is at rest; one with another effect may have done something twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.model import ENDINGS, EventType, History, Position

__all__ = ["is_over", "is_smooth", "rough_places"]

_UNTOUCHED = frozenset(
    {
        EventType.RunStarted, EventType.RunCompleted, EventType.StepStarted, EventType.StepCompleted,
        EventType.TimerStarted, EventType.TimerFired, EventType.TimerCancelled,
        EventType.SignalReceived, EventType.SignalAwaited, EventType.SignalConsumed, EventType.SignalTimedOut,
        EventType.SignalCancelled, EventType.ClockRead, EventType.RandomDrawn, EventType.UuidDrawn,
        EventType.PatchChecked, EventType.RunRecovered,
    }
)  # fmt: skip
"""Events that leave no doubt about an effect. Failures and cancellations of steps that only look are none either."""

_OVER = -1
"""Stands for the name of an effect that has come: another call at its position would be news."""

_OF_STEPS_THAT_LOOK = frozenset({EventType.AttemptFailed, EventType.StepFailed, EventType.StepCancelled})


def is_over(history: History, rows: Sequence[int]) -> bool:
    """Whether these events, all those of one run in log order, tell of one that completed.

    Args:
        history: Where they are. Other engines' histories say less by their columns, and a run about which somebody
            decided may go on: none of these is over by its columns alone.
        rows: Their row numbers.
    """
    types = history.columns.type
    if history.engine != "native" or history.unsaid or types[rows[0]] != EventType.RunStarted:
        return False
    kinds = [types[row] for row in rows]
    endings = [kind for kind in kinds if kind in ENDINGS]
    return endings[-1:] == [EventType.RunCompleted] and EventType.DecisionMade not in kinds


def is_smooth(history: History, rows: Sequence[int]) -> bool:
    """Whether each of the effects of a run came at the first try, and is not undone, doubted or settled by anybody.

    Args:
        history: Where the run is.
        rows: Its rows, in log order.
    """
    return not rough_places(history, rows)


def rough_places(history: History, rows: Sequence[int]) -> set[Position]:
    """Where effects of a run did not come at the first try, or are undone, doubted or settled by somebody.

    Args:
        history: Where the run is.
        rows: Its rows, in log order.
    """
    columns = history.columns
    called: dict[Position, int] = {}
    waiting: set[Position] = set()
    rough: set[Position] = set()
    for row in rows:
        kind, acts, position = columns.type[row], history.declaration(row).kind.acts, history.position(row)
        if kind == EventType.StepStarted:
            other = called.setdefault(position, columns.name[row]) != columns.name[row]
            if other or (acts and (position in waiting or columns.attempt[row] != 1)):
                rough.add(position)
            waiting |= {position} if acts else set()
        elif kind == EventType.StepCompleted and acts:
            if position not in waiting:
                rough.add(position)
            waiting.discard(position)
            called[position] = _OVER
        elif kind not in _UNTOUCHED and not (kind in _OF_STEPS_THAT_LOOK and not acts):
            rough.add(position)
    return rough | waiting
