"""Runs of which nothing recorded can be stale, told without the long way that finds out what is.

A necessary condition for each thing that `workbench.analysis.hazards.stale_steps` finds: where none of them holds, it
finds nothing. Written for speed, and to err on the side of looking: a test compares the two on random runs.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from workbench.analysis.facts import RunFacts
from workbench.analysis.hazards import Case, stale_steps
from workbench.analysis.hazards.expiry import term_of
from workbench.analysis.hazards.gaps import LONG_NS
from workbench.analysis.hazards.resources import looks
from workbench.analysis.provenance.links import GIVES
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.journal.codec import EnumValue, Record, RecordedError
from workbench.model import EventType, History, Position

__all__ = ["Reliance", "reliance_of", "stale_in"]

_GIVERS: Final = frozenset(map(int, GIVES))
_SCALARS: Final = frozenset(
    {int, float, bool, bytes, type(None), Decimal, uuid.UUID, dt.datetime, dt.date, dt.time, dt.timedelta}
)
_LONGEST_NAME: Final = 80
"""Longer names are cut where they are looked at closely."""


class Reliance(NamedTuple):
    """What in a run relies on what it has read, as far as it is the same in all runs with these facts.

    Attributes:
        givers: Which of its events give values, counted from its first.
        read: It looked at the world.
        waits: It may still act on what it looked at.
        anew: It was recovered, so everything that it looked at is old.
        decided: Somebody decided about it: what was read before counts as well.
    """

    givers: tuple[int, ...]
    read: bool
    waits: bool
    anew: bool
    decided: bool


def reliance_of(history: History, rows: Sequence[int], facts: RunFacts) -> Reliance:
    """What in a run relies on what it has read.

    Args:
        history: Where it is.
        rows: Its rows, in log order.
        facts: What the log says of its steps; texts and times are not looked at.
    """
    types = [history.columns.type[row] for row in rows]
    reads = [step.declaration for step in facts.steps if looks(step.declaration)]
    waits = facts.ended_ns < 0 and any(declaration.resource for declaration in reads)
    return Reliance(
        givers=tuple([place for place, kind in enumerate(types) if kind in _GIVERS]),
        read=bool(reads),
        waits=waits or any(not looks(step.declaration) and _in_trouble(step) for step in facts.steps),
        anew=facts.recoveries > 0,
        decided=EventType.DecisionMade in types,
    )


def stale_in(
    case: Case, reliance: Reliance, closely: Callable[[Case], Mapping[Position, str]] = stale_steps
) -> Mapping[Position, str]:
    """As `stale_steps`, without looking closely where there can be nothing.

    Args:
        case: The run.
        reliance: What in it relies on what it has read.
        closely: Looks closely at a run to which nothing was given for a limited time.
    """
    rows, body = case.rows, case.bodies
    if any(_may_end(body(rows[place])) for place in reliance.givers):
        return stale_steps(case)
    case.grants = ()
    return closely(case) if _reads_are_old(case, reliance) else {}


def _reads_are_old(case: Case, reliance: Reliance) -> bool:
    """An act that is not done, or has not come yet, in a run that read something a while ago."""
    if not reliance.read or reliance.decided:
        return reliance.read
    times = case.history.columns.time_ns
    return reliance.waits and (reliance.anew or case.now_ns - min([times[row] for row in case.rows]) > LONG_NS)


def _in_trouble(step: StepFacts) -> bool:
    return not step.answered or step.state in {State.FAILED, State.IN_DOUBT}


def _may_end(value: Any) -> bool:
    """Whether anything in a payload could say when something ends: by its name, or as a token or signed address."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        kind = type(part)
        if kind is str:
            if "eyJ" in part or "?" in part:
                return True
        elif kind is dict or kind is Record:
            fields = part if kind is dict else part.fields
            if any(map(_is_term, fields)):
                return True
            waiting += fields.values()
        elif kind is list or kind is tuple:
            waiting += part
        elif kind is RecordedError:
            waiting += (part.message, part.args, part.attributes)
        elif kind is EnumValue:
            waiting.append(part.value)
        elif kind not in _SCALARS:
            return True  # a secret that was taken out, or something rare
    return False


def _is_term(name: Any) -> bool:
    if type(name) is not str:
        return type(name) is not int
    return len(name) > _LONGEST_NAME or _says_when(name)


@lru_cache(4096)
def _says_when(name: str) -> bool:
    return term_of(name) is not None
