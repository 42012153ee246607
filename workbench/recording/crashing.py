"""The crash sweep: every place at which a worker may die, every way to go on with what it left.

Here plans are made and played. What a person then holds is `CrashSweep`. It stands in this room, not in `simulate`,
because one of the ways to go on is what `Run` says and does.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from workbench._errors import UsageError
from workbench.program import as_workflow
from workbench.recording.following import follow
from workbench.simulate.children import in_children
from workbench.simulate.crash import CrashPoint
from workbench.simulate.design import Design, Durable, Policy
from workbench.simulate.faults import FaultPlan
from workbench.simulate.invariants import Invariant
from workbench.simulate.life import Life, Stage, Wreck, document_of, life_of
from workbench.simulate.plan import NO_FAULTS, Place, Plan, places_of_log, places_of_requests
from workbench.simulate.policies import NAIVE
from workbench.simulate.world import World

__all__ = ["POLICIES", "Field", "design_of", "place_for_lives", "play", "played_elsewhere", "sampled"]

POLICIES: Mapping[str, Policy] = {**NAIVE, "verdict": follow}
"""Ways to go on, by name."""
_MANY = 20


def design_of(
    code: Design | Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], policies: Sequence[str | Policy]
) -> Design:
    """What is swept: a workflow with its arguments, or a design as it is.

    Raises:
        UsageError: There is no such policy.
    """
    if not callable(code):
        return code
    chosen: dict[str, Policy] = {}
    for policy in policies:
        if not isinstance(policy, str):
            chosen[getattr(policy, "__name__", "policy")] = policy
        elif policy in POLICIES:
            chosen[policy] = POLICIES[policy]
        else:
            raise UsageError(f"there is no policy {policy!r}", hint=f"one of {', '.join(POLICIES)}, or a function")
    return Durable(as_workflow(code), tuple(args), dict(kwargs), chosen)


@dataclass(frozen=True)
class Field:
    """What is varied.

    Attributes:
        downtime: How long nobody is there, seconds.
        faults: What else goes wrong.
        points: Points at which to die; all by default.
        steps: Labels or names of steps at which to die; all by default.
        seed: Of the world, and of the sample.
        by_request: Die around requests only, so that code that records and code that does not can be compared.
    """

    downtime: tuple[float, ...]
    faults: tuple[FaultPlan, ...] = (NO_FAULTS,)
    points: frozenset[CrashPoint] | None = None
    steps: frozenset[str] | None = None
    seed: int = 0
    by_request: bool = False

    def plans(self, stage: Stage, folder: Path) -> list[Plan]:
        """Every life.

        Args:
            stage: Where to play the lives without a crash that show where one may die.
            folder: Where those go.
        """
        found = []
        for number, faults in enumerate(self.faults):
            scout = stage.wreck(Plan(faults=faults, seed=self.seed), folder / f"scout-{number}")
            found += list(self._of(stage, faults, scout))
        return found

    def _of(self, stage: Stage, faults: FaultPlan, scout: Wreck) -> Iterator[Plan]:
        policies = stage.design.policies
        for place in self._places(stage, scout.folder):
            downtime = self.downtime if place.moment is not None else self.downtime[:1]
            for seconds in downtime:
                yield from (Plan(place, seconds, policy, faults, self.seed) for policy in policies)
        if scout.heard.died or scout.heard.said["ending"] == "completed" or self.by_request:
            return
        for number, policy in enumerate(policies):  # a run that fails is gone on with, and one may die doing that
            plan = replace(scout.plan, policy=policy, downtime_seconds=self.downtime[0])
            after = scout.recovered(number, plan, scout.folder.parent / f"{scout.folder.name}-{policy}")
            undoing = [place for place in self._places(stage, Path(after.folder)) if place.point.in_undo]
            for place in undoing:
                yield from (replace(plan, place=place, downtime_seconds=seconds) for seconds in self.downtime)

    def _places(self, stage: Stage, folder: Path) -> list[Place]:
        world = stage.template.at(folder)
        if self.by_request or not world.log.exists():
            places = list(places_of_requests(world.asked))
        else:
            places = places_of_log(world.log, world.asked)
        return [place for place in (Place(), *places) if self._is_wanted(place)]

    def _is_wanted(self, place: Place) -> bool:
        named = {place.step, place.step.rpartition(" (")[0]}
        return (self.points is None or place.point in self.points) and (self.steps is None or bool(named & self.steps))


def play(
    stage: Stage, plans: Sequence[Plan], *, jobs: int = 0, executor: Executor | None = None, numbers_from: int = 0
) -> list[Life]:
    """Play lives, each wreck once; in the order of the plans.

    Args:
        stage: Where.
        plans: The lives.
        jobs: How many processes at once; as many as there are processors by default.
        executor: Plays the wrecks instead.
        numbers_from: Number of the first life.
    """
    groups: dict[tuple[FaultPlan, Place, int], list[int]] = {}
    for number, plan in enumerate(plans):
        groups.setdefault((plan.faults, plan.place, plan.seed), []).append(number)
    work = [[(numbers_from + number, plans[number]) for number in numbers] for numbers in groups.values()]
    documents: Iterable[Any]
    if executor is None:
        at_once = jobs or os.cpu_count() or 1
        documents = in_children([partial(_play_wreck, stage, one) for one in work], at_once)
    elif isinstance(executor, ThreadPoolExecutor):
        documents = (one for lives in executor.map(partial(_listed, stage), work) for one in lives)
    else:
        documents = (one for lives in executor.map(partial(played_elsewhere, *_place_of(stage)), work) for one in lives)
    return sorted((life_of(one) for one in _tracked(documents, len(plans))), key=lambda life: life.number)


def sampled(plans: Sequence[Plan], sample: int | None, seed: int) -> list[Plan]:
    """All plans, or so many of them by chance, in their order."""
    if sample is None or sample >= len(plans):
        return list(plans)
    chosen = sorted(random.Random(seed).sample(range(len(plans)), sample))  # noqa: S311 - which lives are played is no secret
    return [plans[number] for number in chosen]


def place_for_lives(folder: Path | str | None) -> tuple[Path, tempfile.TemporaryDirectory[str] | None]:
    """Where lives are played: in memory where there is such a place, for a killed process loses nothing of it."""
    if folder is not None:
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        if any(place.iterdir()):
            raise UsageError(f"{place} is not empty", hint="give each sweep a folder of its own")
        return place, None
    memory = "/dev/shm"  # noqa: S108 - a folder of its own is made in it
    temporary = tempfile.TemporaryDirectory(prefix="sweep-", dir=memory if os.access(memory, os.W_OK) else None)
    return Path(temporary.name), temporary


def _play_wreck(stage: Stage, lives: Sequence[tuple[int, Plan]]) -> Iterator[dict[str, Any]]:
    """One wreck, and each way to go on with it."""
    first, plan = lives[0]
    wreck = stage.wreck(plan, stage.folder / f"wreck-{first:05d}")
    for number, one in lives:
        yield document_of(wreck.recovered(number, one, stage.folder / f"life-{number:05d}"))


def _listed(stage: Stage, lives: Sequence[tuple[int, Plan]]) -> list[dict[str, Any]]:
    return list(_play_wreck(stage, lives))


# --- elsewhere ----------------------------------------------------------------------------------------------


def _place_of(stage: Stage) -> tuple[Any, ...]:
    """What another process needs; it imports the code, and shares the folder."""
    design = stage.design
    if not isinstance(design, Durable):
        return design, stage.template, tuple(stage.invariants), str(stage.folder)
    reference = design.workflow.reference
    if reference.startswith("__main__:") or "<locals>" in reference:
        raise UsageError(
            f"another process cannot import {reference}",
            hint="put the workflow into a module, or use threads, or no executor: the sweep uses all processors itself",
        )
    policies = tuple(name if POLICIES.get(name) is policy else policy for name, policy in design.chosen.items())
    packed = (reference, design.args, dict(design.kwargs), policies)
    return packed, stage.template, tuple(stage.invariants), str(stage.folder)


def played_elsewhere(
    design: Any, template: World, invariants: Sequence[Invariant], folder: str, lives: Sequence[tuple[int, Plan]]
) -> list[dict[str, Any]]:
    """Play one wreck in another process."""
    from workbench.recording.code import code_of_reference

    if isinstance(design, tuple):
        reference, args, kwargs, policies = design
        design = design_of(code_of_reference(reference), args, kwargs, policies)
    return _listed(Stage(design, template, invariants, Path(folder)), lives)


def _tracked(documents: Iterable[Any], total: int) -> Iterable[Any]:
    if total < _MANY:
        return documents
    from rich.progress import track

    return track(documents, description="living and dying", total=total, transient=True)
