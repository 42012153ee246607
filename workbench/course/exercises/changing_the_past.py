"""Exercise 7: a what-if in which a workflow sells what is gone. The branch is replayed; nothing acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench._errors import UsageError
from workbench.course.exercises.exercise import Exercise
from workbench.course.exercises.result import Result
from workbench.machine import Delays, Drops
from workbench.recording import Branch, Run, open_recording
from workbench.replay import Completed

__all__ = ["EXERCISE", "Question"]

GONE_AFTER_SECONDS = 600.0
"""When somebody else bought the last lamp, counted from the look at the shelf."""


@dataclass(frozen=True)
class Question:
    """What is asked of a branch.

    Attributes:
        name: What must be so.
        hint: A question that helps.
        fault: Says what is wrong with it; `""` for nothing.
    """

    name: str
    hint: str
    fault: Callable[[Branch], str]

    def befalls(self, code: Branch) -> Result:
        """Ask it."""

        def show(_: int) -> Run:
            return open_recording(code.history.origin).run(code.run_id)

        return Result(self.name, self.hint, (self.fault(code),), show)


def _receipt(branch: Branch) -> dict[str, Any]:
    outcome = branch.outcome
    return outcome.value if isinstance(outcome, Completed) and isinstance(outcome.value, dict) else {}


def _comes_to_its_end(branch: Branch) -> str:
    return "" if _receipt(branch) else f"the branch does not come to its end: {branch.outcome.word}"


def _only_late(branch: Branch) -> str:
    other = [edit for edit in branch.edits if not isinstance(edit, Delays | Drops)]
    return f"it also pretends: {', '.join(type(edit).__name__.lower() for edit in other)}" if other else ""


def _sells(branch: Branch) -> str:
    status = _receipt(branch).get("status", "")
    return "" if status == "sold" else f"nothing is sold: {status}"


def _is_gone_by_then(branch: Branch) -> str:
    seconds = float(_receipt(branch).get("seconds_later", 0.0))
    late = seconds >= GONE_AFTER_SECONDS
    return "" if late else f"it ships {seconds:.0f} s after the look, and the lamp is still there"


def _prepared(code: Any) -> Branch:
    if not isinstance(code, Branch):
        raise UsageError(f"a branch is asked for, not {type(code).__name__}", hint="run.what_if().delays(…)")
    return code


EXERCISE = Exercise(
    "7",
    "a lamp that is gone",
    (
        Question("the branch comes to its end", "What does it wait for?", _comes_to_its_end),
        Question("only answers are late, or lost", "What else could you leave as it was?", _only_late),
        Question("the lamp is shipped", "Who said no, and why?", _sells),
        Question("and somebody else has it by then", "How long after the look does it ship?", _is_gone_by_then),
    ),
    prepare=_prepared,
)  # fmt: skip
