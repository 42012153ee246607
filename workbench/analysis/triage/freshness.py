"""Runs of which nothing recorded can be stale, told without the long way that finds out what is.

A necessary condition for each thing that `workbench.analysis.hazards.stale_steps` finds: where none of them holds, it
finds nothing. Written for speed, and to err on the side of looking: a test compares the two on random runs.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Hashable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from workbench.analysis.facts import RunFacts
from workbench.analysis.hazards import Case, stale_steps
from workbench.analysis.hazards.expiry import term_of
from workbench.analysis.hazards.gaps import LONG_NS
from workbench.analysis.hazards.resources import looks
from workbench.analysis.provenance.links import GIVES
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.analysis.triage.alike import kind_of_calls
from workbench.journal.codec import EnumValue, Record, RecordedError
from workbench.model import EventType, Position

__all__ = ["stale_in"]

_GIVERS: Final = frozenset(map(int, GIVES))
_SCALARS: Final = frozenset(
    {int, float, bool, bytes, type(None), Decimal, uuid.UUID, dt.datetime, dt.date, dt.time, dt.timedelta}
)
_MOST_KINDS: Final = 256
_LONGEST_NAME: Final = 80
"""Longer names are cut where they are looked at closely."""


def stale_in(case: Case, facts: RunFacts, fresh: set[Hashable] | None = None) -> Mapping[Position, str]:
    """As `stale_steps`, without looking closely where there can be nothing.

    Args:
        case: The run.
        facts: What the log says of its steps; texts and times are not looked at.
        fresh: Kinds of calls of runs with the same facts in which nothing was stale; more are added.
    """
    types = case.history.columns.type
    if not any(_may_end(case.body(row)) for row in case.rows if types[row] in _GIVERS):
        case.grants = ()
        if not _reads_are_old(case, facts):
            return {}
        return stale_steps(case) if fresh is None else _checked(case, fresh)
    return stale_steps(case)


def _checked(case: Case, fresh: set[Hashable]) -> Mapping[Position, str]:
    """What is stale in a run without grants: only what it checked and relies on can be."""
    kind = kind_of_calls(case)
    if kind is not None and kind in fresh:
        return {}
    stale = stale_steps(case)
    if not stale and kind is not None and len(fresh) < _MOST_KINDS:
        fresh.add(kind)
    return stale


def _reads_are_old(case: Case, facts: RunFacts) -> bool:
    """An act that is not done, or has not come yet, in a run that read something a while ago."""
    reads = [step.declaration for step in facts.steps if looks(step.declaration)]
    if not reads:
        return False
    types, times = case.history.columns.type, case.history.columns.time_ns
    if any(types[row] == EventType.DecisionMade for row in case.rows):
        return True  # what was read before the decision counts as well
    if not facts.recoveries and case.now_ns - min(times[row] for row in case.rows) <= LONG_NS:
        return False
    if facts.ended_ns < 0 and any(declaration.resource for declaration in reads):
        return True
    return any(not looks(step.declaration) and _in_trouble(step) for step in facts.steps)


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
