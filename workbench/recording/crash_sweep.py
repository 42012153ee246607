"""`sweep_crashes`, and the lives that it gives as a person holds them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench._errors import LogNotFoundError, UsageError
from workbench.analysis.cells import category
from workbench.model import visible
from workbench.recording.crashing import Field, design_of, place_for_lives, play, sampled
from workbench.recording.following import run_that_counts
from workbench.recording.minimising import Failure, minimised
from workbench.recording.run import Run
from workbench.replay import safe_repr
from workbench.simulate.crash import CrashPoint
from workbench.simulate.design import Design, Durable, Policy, Script
from workbench.simulate.faults import FaultPlan
from workbench.simulate.invariants import DEFAULT, Invariant
from workbench.simulate.life import Life, Stage
from workbench.simulate.plan import Plan
from workbench.simulate.world import World
from workbench.views.crash_sweep import LIFE_LOOKS, LifeCell, crash_sweep_figure
from workbench.views.markup import html_text

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["CrashSweep", "Failure", "Faults", "as_faults", "call_of", "sweep_crashes"]

Faults = FaultPlan | Sequence[Mapping[str, object]]


def sweep_crashes(  # noqa: PLR0913 - what can be varied, all by name
    code: Design | Callable[..., Any],
    args: Sequence[Any] = (),
    world: World | Callable[[], World] = World,
    *,
    kwargs: Mapping[str, Any] | None = None,
    downtime: Sequence[float] = (60.0,),
    policies: Sequence[str | Policy] = ("resume", "rerun", "retry", "verdict"),
    faults: Sequence[Faults] = ((),),
    invariants: Sequence[Invariant] = DEFAULT,
    points: Sequence[str] | None = None,
    steps: Sequence[str] | None = None,
    sample: int | None = None,
    seed: int | None = None,
    by_request: bool = False,
    folder: Path | str | None = None,
    jobs: int = 0,
    executor: Executor | None = None,
) -> CrashSweep:
    """Kill a workflow at every place where it can die, go on in every way, and ask the world what is wrong.

    A life without a crash shows the places: each event of the log and each request. For each place, downtime, plan of
    faults and policy a worker really runs in a process of its own, is killed (SIGKILL), and somebody goes on with what
    it left. All time is virtual.

    Args:
        code: A workflow; or a `Design`, such as `Script(function)`, which brings its own policies.
        args: Arguments of the workflow.
        world: What the world is like: a function without arguments that makes one, or a world; each life gets a new
            one of its kind.
        kwargs: Keyword arguments of the workflow.
        downtime: How long it takes until somebody goes on, seconds of virtual time.
        policies: Who goes on how: `resume`, `rerun`, `retry` (`workbench.simulate.policies`), `verdict` (what the
            verdict says, `workbench.recording.following`), or functions of a `Durable` and a `World`.
        faults: Plans of what else goes wrong, each a list of rules (`workbench.simulate.faults`).
        invariants: What must hold: functions of the world (`workbench.simulate.invariants`).
        points: Only these points to die at, see `workbench.simulate.crash.CrashPoint`.
        steps: Only at these steps, by label or name.
        sample: So many lives, chosen by seed, where all are too many.
        seed: Of the world, and of the sample; the world's own by default.
        by_request: Die around requests only, as code must that records nothing; see `compare_designs`.
        folder: Where logs and ledgers go, an empty one; by default a temporary one that goes with the sweep.
        jobs: How many processes at once; as many as there are processors by default.
        executor: Plays the lives instead, for other machines that share the folder.

    Returns:
        A `CrashSweep`: `.frame`, `.figure()`, `.open(row)`, `.failures`, `.smallest`.

    Raises:
        UsageError: There is no such policy or point, or nothing to try.
        ChildError: A life broke: it hangs, or the simulation failed.
    """
    template = world if isinstance(world, World) else world()
    place, temporary = place_for_lives(folder)
    design = design_of(code, args, kwargs or {}, policies)
    stage = Stage(design, template, tuple(invariants), place)
    sown = template.seed if seed is None else seed
    varied = Field(tuple(downtime), tuple(map(as_faults, faults)), _points(points), _set(steps), sown, by_request)
    plans = sampled(varied.plans(stage, place), sample, sown)
    if not plans or not downtime or not design.policies:
        raise UsageError("there is no place to die", hint="fewer limits: points=…, steps=…, downtime=…, policies=…")
    swept = CrashSweep(
        stage, plans, play(stage, plans, jobs=jobs, executor=executor), call_of(design, by_request=by_request), varied
    )
    swept.keep(temporary)
    swept.smallest  # noqa: B018 - found now, while the reader waits for lives anyway
    return swept


class CrashSweep:
    """Lives, and what became of the world in each.

    Args:
        stage: Where they were played.
        plans: Their plans.
        lives: What became of them.
        call: How `sweep_crashes` was called, without what was varied.
        varied: What was varied.
    """

    def __init__(self, stage: Stage, plans: Sequence[Plan], lives: Sequence[Life], call: str, varied: Field) -> None:
        self.stage = stage
        self.plans = tuple(plans)
        self.lives = tuple(lives)
        self._call = call
        self._varied = varied
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._more = len(plans)

    def keep(self, temporary: tempfile.TemporaryDirectory[str] | None) -> None:
        """Let a temporary folder live as long as this does."""
        self._temporary = temporary

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per life.

        Columns:
            step: str, label of the step at which the worker died; `""` for none.
            point: category, at which moment of it, see `CrashPoint`; `nowhere` for a life without a crash.
            downtime_seconds: float64.
            policy: category, who went on how.
            faults: str, what else went wrong, as JSON; `""` for nothing.
            outcome: ordered category, `completed < compensated < failed < stopped < person < died < violated`.
            ending: str, how the run ended, whatever is wrong.
            violations: str, sentences; `""` for none.
            error: str, what was raised at last.
            trail: str, what was done to go on.
            died: bool, the worker came to where it should die.
            seed: int64.
            log: str, the recording; `""` for code that records nothing.
            folder: str, where log and ledger are.
        """
        import pandas as pd

        plans, lives = self.plans, self.lives
        logs = [str(Path(life.folder) / "run.wlog") for life in lives]
        columns: dict[str, Any] = {
            "step": pd.array([plan.place.step for plan in plans], dtype="str"),
            "point": category([plan.place.point for plan in plans], list(CrashPoint)),
            "downtime_seconds": pd.array([plan.downtime_seconds for plan in plans], dtype="float64"),
            "policy": category([plan.policy for plan in plans], list(self.stage.design.policies)),
            "faults": _texts([plan.faults.dumps() if plan.faults.rules else "" for plan in plans]),
            "outcome": pd.Categorical([life.outcome for life in lives], list(LIFE_LOOKS), ordered=True),
            "ending": _texts([life.ending for life in lives]),
            "violations": _texts([life.wrong for life in lives]),
            "error": _texts([life.error for life in lives]),
            "trail": _texts([" > ".join(life.trail) for life in lives]),
            "died": pd.array([life.died for life in lives], dtype="bool"),
            "seed": pd.array([plan.seed for plan in plans], dtype="int64"),
            "log": _texts([log if Path(log).exists() else "" for log in logs]),
            "folder": _texts([life.folder for life in lives]),
        }
        return pd.DataFrame(columns)

    @property
    def failures(self) -> pd.DataFrame:
        """The rows of lives that did harm."""
        return self.frame[self.frame["outcome"] == "violated"]

    @property
    def counts(self) -> pd.DataFrame:
        """How many lives of each policy had which outcome: a row per policy, a column per outcome that occurs."""
        import pandas as pd

        counted = pd.crosstab(self.frame["policy"], self.frame["outcome"])
        return counted.loc[:, counted.any()]

    def figure(self) -> go.Figure:
        """A heat map: where the worker died against who went on how, the worst outcome of each cell."""
        cells: dict[tuple[str, str], list[int]] = {}
        for number, plan in enumerate(self.plans):
            place = f"{plan.place.step} · {plan.place.point}".strip(" ·")
            cells.setdefault((place, plan.policy), []).append(number)
        drawn = [
            LifeCell(place, policy, [self.lives[one].outcome for one in rows], *self._worst(rows))
            for (place, policy), rows in cells.items()
        ]
        return crash_sweep_figure(f"{self.stage.design.name}: {self._head}", drawn)

    def _worst(self, rows: Sequence[int]) -> tuple[str, int]:
        """What is wrong in the worst life of a cell, and its row."""
        worst = max(rows, key=lambda row: list(LIFE_LOOKS).index(self.lives[row].outcome))
        return self.lives[worst].wrong, worst

    # --- one life -------------------------------------------------------------------------------------------

    def open(self, row: Any) -> Run:
        """The recording of a life, for the debugger, looked at as of the end of that life.

        Args:
            row: Number of the row, or a row of `.frame`.

        Raises:
            UsageError: There is no such row, or its code records nothing.
        """
        life = self.lives[self._number(row)]
        try:
            world = self.stage.template.at(life.folder)
            return run_that_counts(world).as_of(world.now())
        except LogNotFoundError as error:
            hint = "sweep.world(row).ledger shows what happened"
            raise UsageError(f"{self.stage.design.name} records nothing", hint=hint) from error

    def world(self, row: Any) -> World:
        """The world of a life as it was in the end: `.ledger`, `.requests`, `.services`.

        Args:
            row: Number of the row, or a row of `.frame`.

        Raises:
            UsageError: There is no such row.
        """
        life = self.lives[self._number(row)]
        world = self.stage.template.at(life.folder)
        world.ending = life.ending
        return world

    def _number(self, row: Any) -> int:
        number = int(getattr(row, "name", row) if not isinstance(row, int) else row)
        if not 0 <= number < len(self.lives):
            raise UsageError(f"there is no row {number}", hint=f"rows are numbered from 0 to {len(self.lives) - 1}")
        return number

    # --- the smallest failure -------------------------------------------------------------------------------

    @cached_property
    def smallest(self) -> Failure | None:
        """The simplest life that does harm, made smaller still; `None` where none does harm."""
        bad = [number for number, life in enumerate(self.lives) if life.violations]
        return self.minimise(min(bad, key=lambda number: self.plans[number].cost)) if bad else None

    def minimise(self, row: Any) -> Failure:
        """Make a plan that does harm as small as it can be made while it breaks the same invariant.

        Faults are left out one by one, then the downtime is made shorter.

        Args:
            row: Number of the row, or a row of `.frame`.

        Raises:
            UsageError: There is no such row, or it does no harm.
        """
        number = self._number(row)
        if not self.lives[number].violations:
            raise UsageError(f"row {number} did no harm", hint="sweep.failures lists those that did")
        tried = sorted({plan.downtime_seconds for plan in self.plans})
        plan, life = minimised(self._live_again, self.plans[number], self.lives[number], tried)
        return Failure(plan, life, f"{self._call}, {plan.arguments()})")

    def _live_again(self, plan: Plan) -> tuple[Plan, Life] | None:
        """A plan lived at the same place of its own world; `None` where that has no such place."""
        number = self._more
        self._more += 1
        if plan.faults not in {one.faults for one in self.plans}:  # other faults, other requests: where is it now?
            varied = replace(
                self._varied, faults=(plan.faults,), downtime=(plan.downtime_seconds,), seed=plan.seed,
                points=frozenset({plan.place.point}), steps=frozenset({plan.place.step}),
            )  # fmt: skip
            found = varied.plans(self.stage, self.stage.folder / f"smaller-{number:05d}")
            same = next((one for one in found if one.policy == plan.policy), None)
            if same is None:
                return None
            plan = same
        return plan, play(self.stage, [plan], jobs=1, numbers_from=number)[0]

    # --- for people -----------------------------------------------------------------------------------------

    @property
    def _head(self) -> str:
        bad = sum(bool(life.violations) for life in self.lives)
        return f"{len(self)} lives, {bad or 'none'} did harm"

    def __len__(self) -> int:
        """Number of lives."""
        return len(self.lives)

    def __iter__(self) -> Iterator[Life]:
        """The lives, row by row."""
        return iter(self.lives)

    def __repr__(self) -> str:
        """How many ended how under each policy, the smallest failure, and what can be done next."""
        lines = [f"CrashSweep of {self.stage.design.name}: {self._head}", *self.counts.to_string().splitlines()]
        lines += [f"smallest: {self.smallest!r}"] if self.smallest is not None else []
        lines.append("  next: .frame .failures .figure() .open(row) .world(row).ledger .minimise(row)")
        return visible("\n".join(lines))

    def _repr_html_(self) -> str:
        small = f"<pre>{html_text(repr(self.smallest))}</pre>" if self.smallest is not None else ""
        head = html_text(f"CrashSweep of {self.stage.design.name}: {self._head}")
        return f"<p><b>{head}</b></p>{self.counts.to_html(escape=True)}{small}"


def as_faults(faults: Faults) -> FaultPlan:
    """A plan of faults, or the list of rules that makes one."""
    return faults if isinstance(faults, FaultPlan) else FaultPlan.from_json(list(faults))


def call_of(design: Design, *, by_request: bool) -> str:
    """How `sweep_crashes` is called for a design, without what is varied."""
    if isinstance(design, Durable):
        kwargs = f", kwargs={safe_repr(dict(design.kwargs))}" if design.kwargs else ""
        given = f"{design.workflow.function.__name__}, {safe_repr(design.args)}, world{kwargs}"
    elif isinstance(design, Script):
        given = f"wb.simulate.Script({design.name}), (), world"
    else:
        given = f"{design.name}, (), world"
    return f"wb.sweep_crashes({given}" + (", by_request=True" if by_request else "")


def _points(points: Sequence[str] | None) -> frozenset[CrashPoint] | None:
    try:
        return None if points is None else frozenset(CrashPoint(point) for point in points)
    except ValueError as error:
        raise UsageError(str(error), hint=f"the points are {', '.join(CrashPoint)}") from None


def _set(steps: Sequence[str] | None) -> frozenset[str] | None:
    return None if steps is None else frozenset(steps)


def _texts(values: Sequence[str]) -> Any:
    import pandas as pd

    return pd.array(values, dtype="str")
