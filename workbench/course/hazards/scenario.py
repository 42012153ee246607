"""The one shape of a hazard's scenario: the same misfortune for code that has the hazard, and for code that was mended.

SCENARIO = Scenario(
    hazard="expired-credential",
    story="A job fetches a token, waits for the bank, and is killed; …",
    lesson="Fetch the token inside the step that uses it.",
    failing=renew_with_old_token, fixed=renew_with_fresh_token,
    misfortune=Misfortune(args=("ada",), downtime=(3600,), policies=("resume",)),
    harm="expired token",
)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workbench.analysis.hazards import HAZARDS, Hazard
from workbench.course.misfortune import Misfortune
from workbench.recording import CrashSweep

__all__ = ["Misfortune", "Played", "Scenario"]


@dataclass(frozen=True)
class Played:
    """What became of the world.

    Attributes:
        sweep: The lives.
        hazard: What is looked for in their recordings.
    """

    sweep: CrashSweep
    hazard: Hazard
    code: Callable[..., Any] | None = field(default=None, repr=False)

    @cached_property
    def harmed(self) -> list[int]:
        """Numbers of the lives after which something is wrong in the world."""
        return [number for number, life in enumerate(self.sweep) if life.violations]

    @cached_property
    def flagged(self) -> list[int]:
        """Numbers of the lives in whose recording the hazard is found."""
        return [number for number in range(len(self.sweep)) if self._is_flagged(number)]

    def _is_flagged(self, number: int) -> bool:
        return any(one.hazard.id == self.hazard.id for one in self.sweep.open(number).hazards(self.code))

    @cached_property
    def wrong(self) -> list[str]:
        """What is wrong, each sentence once, in the order of the lives."""
        return list(dict.fromkeys(life.wrong for life in self.sweep if life.violations))


@dataclass(frozen=True)
class Scenario:
    """A hazard that does harm, and the fix after which it does none.

    Attributes:
        hazard: Id of the hazard in the catalogue, for example `"expired-credential"`.
        story: What happens, in a sentence or two, as one would tell a colleague.
        lesson: What the fix is, in one sentence.
        failing: The workflow as people write it.
        fixed: The workflow as it is taught.
        misfortune: What happens to both.
        harm: Part of the sentence that says what is wrong in the world.
        fixed_misfortune: What happens to the mended code, where it differs, because the fix is how one goes on, or what
            the world is asked to be like; at least as much as happens to the failing one.
        with_code: The detector needs the code: it looks at a dry replay, or at the source.
        began: The workflow in which the run begins, where the hazard is another one in which it is gone on with: then
            the policies bring `failing` and `fixed` (`workbench.course.hazards.deployment`).
    """

    hazard: str
    story: str
    lesson: str
    failing: Callable[..., Any]
    fixed: Callable[..., Any]
    misfortune: Misfortune
    harm: str
    fixed_misfortune: Misfortune | None = None
    with_code: bool = False
    began: Callable[..., Any] | None = None

    @property
    def kind(self) -> Hazard:
        """The hazard, as the catalogue has it."""
        return next(one for one in HAZARDS if one.id == self.hazard)

    def fails(self) -> Played:
        """Let it happen to the failing code."""
        return self._played(self.failing, self.misfortune)

    def holds(self) -> Played:
        """Let it happen to the mended code."""
        return self._played(self.fixed, self.fixed_misfortune or self.misfortune)

    def _played(self, code: Callable[..., Any], misfortune: Misfortune) -> Played:
        return Played(misfortune.befalls(self.began or code), self.kind, code if self.with_code else None)
