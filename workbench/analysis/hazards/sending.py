"""Each time a call may have reached the other side: under which key, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from workbench.analysis.hazards.attempts import Attempt, StepRows
from workbench.analysis.hazards.fingerprint import Fingerprint, fingerprint_of, key_of
from workbench.model import EventType, Kind

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["HARMLESS", "Sending", "acting_steps", "called_steps", "sendings_of", "went_on_unseen"]

HARMLESS: Final = frozenset({Kind.PURE, Kind.READ, Kind.IDEMPOTENT})
"""Kinds that may be done again."""


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

    def fingerprint(self, *, renamed: bool = True) -> Fingerprint | None:
        """What its step asks for; arguments as of `fingerprint_of`."""
        return fingerprint_of(self.case, self.step.first, renamed=renamed)


def went_on_unseen(error_type: str) -> bool:
    """Whether an error only says that somebody stopped waiting: what was asked for may be done all the same.

    Temporal's `ScheduleToStartTimeout` says that nobody had begun.
    """
    name = error_type.lower()
    return ("timeout" in name or "heartbeat" in name) and "scheduletostart" not in name


def acting_steps(case: Case) -> Iterator[StepRows]:
    """Steps of which a second execution would act a second time."""
    return (step for step in called_steps(case) if step.declaration.kind not in HARMLESS)


def called_steps(case: Case) -> Iterator[StepRows]:
    """The steps; after somebody went back, mended code may call another one at the same place: each is then its own."""
    if not case.has(EventType.DecisionMade):
        yield from case.steps.values()
        return
    for step in case.steps.values():
        called: dict[str, list[Attempt]] = {}
        for attempt in step.attempts:
            called.setdefault(case.history.declaration(attempt.row).name, []).append(attempt)
        if len(called) < 2:  # noqa: PLR2004 - one at a place
            yield step
            continue
        for attempts in called.values():
            yield replace(step, declaration=case.history.declaration(attempts[0].row), attempts=attempts)


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
