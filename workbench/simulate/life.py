"""One life: a worker runs, dies, and somebody goes on with what it left; then the world is judged.

Lives that die at the same place share their first half: the wreck is made once and copied for each way to go on.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from workbench.simulate.children import Heard, in_child
from workbench.simulate.circumstances import live_in
from workbench.simulate.crash import Moment, RequestMoment
from workbench.simulate.design import Design, ending_of, started
from workbench.simulate.faults import FaultPlan
from workbench.simulate.invariants import Invariant, violations_of
from workbench.simulate.plan import Plan
from workbench.simulate.world import World

__all__ = ["Life", "Stage", "Wreck", "document_of", "life_of"]

_MOST_DEATHS = 3
_ENDINGS = frozenset({"completed", "compensated", "failed", "stopped", "person", "died"})


@dataclass(frozen=True, slots=True)
class Life:
    """What became of one plan.

    Attributes:
        number: Its number among all plans.
        ending: `completed compensated failed stopped` (the recorder refuses to go on before somebody has looked),
            `person` (a person must decide), `died` (more often than planned), or a word of a policy's own.
        died: The worker died where it should; False where it never came there.
        violations: What is wrong in the world, by invariant.
        error: What was raised at last; `""` for nothing.
        trail: What was done to go on.
        folder: Where log and ledger are.
    """

    number: int
    ending: str
    died: bool
    violations: dict[str, list[str]] = field(default_factory=dict)
    error: str = ""
    trail: tuple[str, ...] = ()
    folder: str = ""

    @property
    def outcome(self) -> str:
        """`violated` where anything is wrong, else the ending; a word of a policy's own counts as `failed`."""
        if self.violations:
            return "violated"
        return self.ending if self.ending in _ENDINGS else "failed"

    @property
    def wrong(self) -> str:
        """What is wrong in the world, in sentences; `""` for nothing."""
        return "; ".join(sentence for sentences in self.violations.values() for sentence in sentences)


@dataclass(frozen=True)
class Stage:
    """Where lives are played.

    Attributes:
        design: What is killed.
        template: What the world is like.
        invariants: What must hold.
        folder: Where the files go.
    """

    design: Design
    template: World
    invariants: Sequence[Invariant]
    folder: Path

    def wreck(self, plan: Plan, folder: Path) -> Wreck:
        """Let a worker run and die.

        Args:
            plan: Where it dies, and in what world.
            folder: An empty folder.
        """
        moment = plan.place.moment
        heard = in_child(lambda: self.shift(plan, folder, 0, moment, lambda world: started(self.design, world, moment)))
        return Wreck(self, plan, folder, heard)

    def shift(
        self,
        plan: Plan,
        folder: Path,
        number: int,
        moment: Moment | RequestMoment | None,
        work: Callable[[World], str],
    ) -> dict[str, Any]:
        """The time of one worker, in this process, which has no future.

        Args:
            plan: The plan.
            folder: Where the world is.
            number: Number of the worker, from 0; later ones come after the downtime, and are judged in the end.
            moment: When it dies.
            work: What it does; gives the word for how it ended.
        """
        faults = FaultPlan((*self.template.faults.rules, *plan.faults.rules))
        world = self.template.at(folder, faults=faults, seed=plan.seed)
        world.life = number
        live_in(world, moment)
        if number:
            world.sleep(plan.downtime_seconds if number == 1 else 0.0)
        error = ""
        try:
            ending = work(world)
        except Exception as raised:  # noqa: BLE001 - how the code fails is the outcome of this life
            ending, error = ending_of(raised), f"{type(raised).__name__}: {raised}"
        if not number:
            return {"ending": ending, "error": error}
        return self._judged(world, ending, error)

    def _judged(self, world: World, ending: str, error: str) -> dict[str, Any]:
        world.settle()
        world.ending = ending
        violations = violations_of(world, self.invariants)
        return {"ending": ending, "error": error, "violations": violations, "trail": world.trail}


@dataclass(frozen=True)
class Wreck:
    """What a worker left.

    Attributes:
        stage: Where it was played.
        plan: How it died; the downtime and the policy do not matter yet.
        folder: Log and ledger.
        heard: What it said, if it did not die.
    """

    stage: Stage
    plan: Plan
    folder: Path
    heard: Heard

    def recovered(self, number: int, plan: Plan, folder: Path) -> Life:
        """Let somebody go on with a copy of it.

        Args:
            number: Number of the life.
            plan: How long nobody was there, and who goes on how.
            folder: Where the copy goes.
        """
        shutil.copytree(self.folder, folder)
        first = self.heard.said
        if first is not None and first["ending"] == "completed":
            heard = in_child(lambda: self.stage.shift(plan, folder, 1, None, lambda _: "completed"))
            return _life(number, heard, folder, died=False)
        moment = plan.place.moment if plan.place.point.in_undo and not self.heard.died else None
        died = self.heard.died
        for shift in range(1, _MOST_DEATHS + 1):
            heard = in_child(
                lambda: self.stage.shift(plan, folder, shift, moment, lambda world: self._go_on(world, plan))  # noqa: B023 - called at once
            )
            if not heard.died:
                return _life(number, heard, folder, died=died)
            died, moment = True, None
        return Life(number, "died", died, folder=str(folder))

    def _go_on(self, world: World, plan: Plan) -> str:
        return self.stage.design.recover(world, plan.policy)


def _life(number: int, heard: Heard, folder: Path, *, died: bool) -> Life:
    said = heard.said
    wrong, error, trail = said["violations"], said["error"], tuple(said["trail"])
    return Life(number, said["ending"], died, wrong, error, trail, str(folder))


def document_of(life: Life) -> dict[str, Any]:
    """A life as JSON."""
    return asdict(life)


def life_of(document: dict[str, Any]) -> Life:
    """A life from JSON."""
    document["trail"] = tuple(document["trail"])
    return Life(**document)
