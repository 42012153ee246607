"""Each time a call may have reached the other side: under which key, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from workbench.analysis.hazards.attempts import Attempt, StepRows
from workbench.analysis.hazards.fingerprint import Fingerprint, fingerprint_of, key_of
from workbench.model import EventType, Kind

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["Sending", "acting_steps", "sendings_of"]

_HARMLESS: Final = frozenset({Kind.PURE, Kind.READ, Kind.IDEMPOTENT})


class Sending(NamedTuple):
    """One attempt that may have acted.

    Attributes:
        case: Its run.
        step: Its step.
        attempt: The attempt.
        key: Its idempotency key; `""` for none.
        definite: It certainly did nothing, or what it did is undone.
        answered: It returned.
    """

    case: Case
    step: StepRows
    attempt: Attempt
    key: str
    definite: bool
    answered: bool

    @property
    def row(self) -> int:
        """Row of its intent."""
        return self.attempt.row

    def fingerprint(self) -> Fingerprint | None:
        """What its step asks for."""
        return fingerprint_of(self.case, self.step.first)


def acting_steps(case: Case) -> Iterator[StepRows]:
    """Steps of which a second execution would act a second time."""
    return (step for step in case.steps.values() if step.declaration.kind not in _HARMLESS)


def sendings_of(case: Case, step: StepRows) -> list[Sending]:
    """The attempts of a step, in log order; later ones that say no key went on with the one before."""
    found: list[Sending] = []
    key = ""
    for attempt in step.attempts:
        key = key_of(case, attempt.row) or key
        answered = attempt.type is EventType.StepCompleted
        found.append(Sending(case, step, attempt, key, _undone(case, step, attempt), answered))
    return found


def _undone(case: Case, step: StepRows, attempt: Attempt) -> bool:
    """Whether nothing of an attempt is left in the world: it failed for certain, was ruled out, or was undone."""
    following = next((later.row for later in step.attempts if later.row > attempt.row), len(case.history))
    failed = attempt.type in {EventType.AttemptFailed, EventType.StepFailed}
    if failed and case.body(attempt.answer).get("definite") is True:
        return True
    types = case.history.columns.type
    if any(types[row] == EventType.CompensationCompleted for row in step.undo if attempt.row < row < following):
        return True
    settled = [row for row in step.settled if attempt.row < row < following]
    return bool(settled) and case.body(settled[-1]).get("happened") is False
