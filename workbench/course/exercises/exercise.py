"""The one shape of an exercise: trials that a learner's own code goes through, none of which looks at its text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.course.exercises.result import Check, Result
from workbench.course.misfortune import Misfortune
from workbench.recording import CrashSweep
from workbench.simulate.life import Life

__all__ = ["Exercise", "Ordeal", "Trial"]

_GOOD = frozenset({"completed", "compensated"})


@dataclass(frozen=True)
class Trial:
    """A hidden scenario: what happens to the learner's code, and what must hold.

    Attributes:
        name: What happens, as a learner reads it: `"killed after the charge, nobody there for an hour"`.
        misfortune: The same for the machine.
        hint: A question that helps, where it fails; never the solution.
        endings: How lives may end.
    """

    name: str
    misfortune: Misfortune
    hint: str
    endings: frozenset[str] = _GOOD

    def befalls(self, code: Callable[..., Any]) -> Result:
        """Let it happen."""
        return self.result_of(self.misfortune.befalls(code))

    def result_of(self, sweep: CrashSweep) -> Result:
        """What became of the lives."""
        return Result(self.name, self.hint, tuple(map(self._fault, sweep)), sweep.open, sweep.world)

    def _fault(self, life: Life) -> str:
        if life.wrong:
            return life.wrong
        word = life.error or next(reversed(life.trail), "")
        return "" if life.ending in self.endings else f"it ended {life.ending}: {word}"


class Ordeal(Protocol):
    """What an exercise is made of: a `Trial`, or anything else that lets something happen to the learner's code."""

    def befalls(self, code: Any) -> Result:
        """Let it happen."""
        ...


@dataclass(frozen=True)
class Exercise:
    """What a learner mends.

    Attributes:
        id: Number of its notebook, with a letter where there are several.
        title: What is to be mended.
        trials: The hidden scenarios; the first is the undisturbed one, so that code that does nothing fails.
        prepare: Makes of what the learner wrote what is swept; as it is by default.
    """

    id: str
    title: str
    trials: tuple[Ordeal, ...]
    prepare: Callable[[Any], Any] = lambda code: code

    def check(self, code: Any) -> Check:
        """Play all trials with the learner's code.

        Args:
            code: What the exercise asks for, mostly a workflow.
        """
        prepared = self.prepare(code)
        return Check(f"{self.id} · {self.title}", [trial.befalls(prepared) for trial in self.trials])
