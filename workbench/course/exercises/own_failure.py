"""Exercise 12: a failure of the learner's own. It must be a failure and no bug, and its fix must be one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench._errors import UsageError
from workbench.course.exercises.exercise import Exercise
from workbench.course.exercises.result import Result
from workbench.course.failure import Failure
from workbench.recording import CrashSweep, Run
from workbench.simulate import World

__all__ = ["EXERCISE", "Question"]

_GOOD = {"completed", "compensated"}
_ACTING = {"stock", "payment", "subscription", "mail"}


@dataclass(frozen=True)
class Question:
    """What is asked of a failure.

    Attributes:
        name: What must be so.
        hint: A question that helps.
        faults: Plays lives, and says for each what is wrong with it.
    """

    name: str
    hint: str
    faults: Callable[[Failure], tuple[Sequence[CrashSweep], Sequence[str]]]

    def befalls(self, code: Failure) -> Result:
        """Ask it."""
        sweeps, faults = self.faults(code)
        lives = [(sweep, number) for sweep in sweeps for number in range(len(sweep))]

        def show(number: int) -> Run:
            sweep, row = lives[number]
            return sweep.open(row)

        def world(number: int) -> World:
            sweep, row = lives[number]
            return sweep.world(row)

        return Result(self.name, self.hint, tuple(faults), show, world)


def _quiet(failure: Failure) -> list[CrashSweep]:
    """Both, when nobody dies and nothing fails."""
    calm = replace(failure.misfortune, points=("nowhere",), steps=None, faults=((),))
    return [calm.befalls(failure.failing), calm.befalls(failure.fixed)]


def _everywhere(failure: Failure, code: Callable[..., Any]) -> CrashSweep:
    return replace(failure.misfortune, points=None, steps=None).befalls(code)


def _ends_well(failure: Failure) -> tuple[list[CrashSweep], list[str]]:
    sweeps = _quiet(failure)
    return sweeps, [
        "" if life.ending in _GOOD else f"it ended {life.ending}: {life.error}" for sweep in sweeps for life in sweep
    ]


def _harmless_when_calm(failure: Failure) -> tuple[list[CrashSweep], list[str]]:
    sweeps = _quiet(failure)
    return sweeps, [life.wrong for sweep in sweeps for life in sweep]


def _does_harm(failure: Failure) -> tuple[list[CrashSweep], list[str]]:
    sweep = _everywhere(failure, failure.failing)
    harmful = any(life.violations for life in sweep)
    return [sweep], ["" if harmful else "no harm is done, wherever it dies" for _ in sweep]


def _is_mended(failure: Failure) -> tuple[list[CrashSweep], list[str]]:
    sweep = _everywhere(failure, failure.fixed)
    return [sweep], [life.wrong for life in sweep]


def _does_the_same(failure: Failure) -> tuple[list[CrashSweep], list[str]]:
    sweeps = _quiet(failure)
    acted = [set().union(*(_services(sweep.world(row)) for row in range(len(sweep)))) for sweep in sweeps]
    missing = ", ".join(sorted(acted[0] - acted[1]))
    said = f"the fixed one does nothing with: {missing}" if missing else ""
    said = said or ("" if acted[0] else "neither of them does anything")
    return sweeps, [said for sweep in sweeps for _ in sweep]


def _services(world: World) -> Iterator[str]:
    return (entry.service for entry in world.entries if entry.service in _ACTING)


def _prepared(code: Any) -> Failure:
    if not isinstance(code, Failure):
        raise UsageError(
            f"this exercise takes a course.Failure, not {type(code).__name__}",
            hint="course.Failure(failing, fixed, course.Misfortune(args=…, invariants=(…,)))",
        )
    return code


_ASKED: Sequence[tuple[str, str, Callable[[Failure], Any]]] = (
    ("both run to their end when nothing goes wrong", "What do they wait for, or raise?", _ends_well),
    ("and no harm is done then", "Is that a failure, or a bug that any test would find?", _harmless_when_calm),
    ("the failing one does harm", "Who goes on with it, and what do they do twice, or too late?", _does_harm),
    ("the fixed one does none, wherever it dies", "At which point is it bad? Open it.", _is_mended),
    ("the fixed one does what the failing one did", "What does a customer get from the fixed one?", _does_the_same),
)  # fmt: skip

EXERCISE = Exercise(
    "12", "a failure of your own", tuple(Question(*asked) for asked in _ASKED), prepare=_prepared
)  # fmt: skip
