"""Runs of which nothing recorded can be stale, told without the long way that finds out what is.

A necessary condition for each thing that `workbench.analysis.hazards.stale_steps` finds: where none of them holds, it
finds nothing. Written for speed, and to err on the side of looking: a test compares the two on random runs.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
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
from workbench.journal.codec import EnumValue, Record, RecordedError
from workbench.model import Position

__all__ = ["stale_in"]

_GIVERS: Final = frozenset(map(int, GIVES))
_SCALARS: Final = frozenset(
    {int, float, bool, bytes, type(None), Decimal, uuid.UUID, dt.datetime, dt.date, dt.time, dt.timedelta}
)
_LONGEST_NAME: Final = 80
"""Longer names are cut where they are looked at closely."""


def stale_in(case: Case, facts: RunFacts) -> Mapping[Position, str]:
    """As `stale_steps`, without looking closely where there can be nothing.

    Args:
        case: The run.
        facts: What the log says of its steps; texts and times are not looked at.
    """
    types = case.history.columns.type
    if not any(_may_end(case.body(row)) for row in case.rows if types[row] in _GIVERS):
        case.grants = ()
        if not _reads_are_old(case, facts):
            return {}
    return stale_steps(case)


def _reads_are_old(case: Case, facts: RunFacts) -> bool:
    """An act that is not done, or has not come yet, behind a read from before."""
    times, last_read = case.history.columns.time_ns, -1
    declared = False
    for step in facts.steps:
        if step.answer >= 0 and looks(step.declaration):
            old = case.now_ns - times[step.answer] > LONG_NS or facts.recoveries > 0
            last_read = step.opened if old and last_read < 0 else last_read
            declared |= old and step.declaration.resource != ""
    if last_read < 0:
        return False
    if declared and facts.ended_ns < 0:
        return True
    return any(step.opened > last_read and not looks(step.declaration) and _in_trouble(step) for step in facts.steps)


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
