"""The same process written in several ways, through the same sweep: how often each does harm, and what it costs."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError
from workbench.model import visible
from workbench.program import Step, Workflow
from workbench.recording.crash_sweep import CrashSweep, Faults, as_faults, call_of
from workbench.recording.crashing import Field, design_of, place_for_lives, play, sampled
from workbench.simulate.design import Design, Policy, Script
from workbench.simulate.invariants import DEFAULT, Invariant
from workbench.simulate.life import Stage
from workbench.simulate.world import World
from workbench.views.crash_sweep import designs_figure
from workbench.views.markup import html_text

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["Designs", "compare_designs"]

Written = Design | Callable[..., Any] | tuple[Any, ...]
"""A design; a plain function `run(world, folder)`, called again after a crash; or a workflow with its arguments."""


def compare_designs(  # noqa: PLR0913 - what can be varied, all by name
    designs: Mapping[str, Written],
    world: World | Callable[[], World] = World,
    *,
    downtime: Sequence[float] = (60.0,),
    faults: Sequence[Faults] = ((),),
    invariants: Sequence[Invariant] = DEFAULT,
    policy: str | Policy = "verdict",
    sample: int | None = None,
    jobs: int = 0,
) -> Designs:
    """Kill each design around each request that it makes, let it recover in its own way, and count the harm.

    All die in the same places: before a request, while it is on its way, when it is done and its reply is lost, and at
    the end. Whether they keep a log of their own makes no difference to where they die.

    Args:
        designs: By name: plain functions `run(world, folder)`, which are called again after a crash and find what they
            wrote into the folder; workflows with their arguments, `(checkout, ("order-7",))`; or designs. The first one
            is taken as the one that handles no failure: lines of the others beyond its own count as failure handling.
        world: As in `sweep_crashes`.
        downtime: As in `sweep_crashes`.
        faults: As in `sweep_crashes`.
        invariants: As in `sweep_crashes`.
        policy: Who goes on with an interrupted workflow, and how.
        sample: So many lives per design, where all are too many.
        jobs: How many processes at once.

    Raises:
        UsageError: There is nothing to compare.
    """
    if not designs:
        raise UsageError("there is nothing to compare", hint="{'script': run, 'workflow': (checkout, ('order-7',))}")
    template = world if isinstance(world, World) else world()
    varied = Field(tuple(downtime), tuple(map(as_faults, faults)), seed=template.seed, by_request=True)
    sweeps = {}
    for name, written in designs.items():
        place, temporary = place_for_lives(None)
        stage = Stage(_design(written, policy), template, tuple(invariants), place)
        plans = sampled(varied.plans(stage, place), sample, template.seed)
        sweeps[name] = CrashSweep(
            stage, plans, play(stage, plans, jobs=jobs), call_of(stage.design, by_request=True), varied
        )
        sweeps[name].keep(temporary)
    return Designs(sweeps, {name: lines_of(written) for name, written in designs.items()})


def _design(written: Written, policy: str | Policy) -> Design:
    if isinstance(written, tuple):
        workflow, args = written
        return design_of(workflow, args, {}, (policy,))
    if isinstance(written, Workflow):
        return design_of(written, (), {}, (policy,))
    return Script(written) if callable(written) else written


@dataclass(frozen=True)
class Designs:
    """Sweeps of several designs of one process.

    Attributes:
        sweeps: By name of the design.
        lines: Lines of code of each.
    """

    sweeps: Mapping[str, CrashSweep]
    lines: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per design.

        Columns:
            design: str.
            lives, harmful: int64, how many there were, and how many did harm.
            harmful_share: float64, 0 to 1.
            undecided: int64, how many wait for a person.
            lines: int64, lines of code without blank ones, comments and texts.
            failure_lines: int64, those beyond the first design's.
        """
        import pandas as pd

        first = next(iter(self.lines.values()), 0)
        rows = []
        for name, swept in self.sweeps.items():
            outcomes = [life.outcome for life in swept]
            harmful, undecided = outcomes.count("violated"), sum(one in {"person", "stopped"} for one in outcomes)
            share = harmful / len(outcomes) if outcomes else 0.0
            lines = self.lines[name]
            rows.append((name, len(outcomes), harmful, share, undecided, lines, max(0, lines - first)))
        columns = ["design", "lives", "harmful", "harmful_share", "undecided", "lines", "failure_lines"]
        return pd.DataFrame(rows, columns=columns).astype({"design": "str"})

    def figure(self) -> go.Figure:
        """Share of harmful lives, and lines of failure handling, a bar per design."""
        frame = self.frame
        return designs_figure(list(frame["design"]), list(frame["harmful_share"]), list(frame["failure_lines"]))

    def __getitem__(self, name: str) -> CrashSweep:
        """The sweep of one design."""
        return self.sweeps[name]

    def __repr__(self) -> str:
        """The table."""
        return visible(f"{self.frame.to_string(index=False)}\n  next: .figure() .frame designs[name].failures")

    def _repr_html_(self) -> str:
        shown: str = self.frame.to_html(index=False, escape=True)
        return f"<p><b>{html_text(f'{len(self.sweeps)} designs')}</b></p>{shown}"


# --- lines of code ------------------------------------------------------------------------------------------


def lines_of(written: Written) -> int:
    """Lines of code of a design: of its function and all that it names in its module, undos and probes included."""
    start: Any = written[0] if isinstance(written, tuple) else written
    return sum(len(_code_lines(source)) for source in _sources(getattr(start, "function", start)))


def _sources(function: Any) -> Iterator[str]:
    """Sources of a function or class and of what it names in its module, each once."""
    seen: set[int] = set()
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Step | Workflow):
            declared = (getattr(one, "undo", None), getattr(one, "probe", None), getattr(one, "undo_probe", None))
            waiting += [named for named in declared if named is not None]
            one = one.function
        if id(one) in seen or not (inspect.isfunction(one) or inspect.isclass(one)):
            continue
        seen.add(id(one))
        try:
            source = textwrap.dedent(inspect.getsource(one))
        except (OSError, TypeError):
            continue  # written where no source is kept: it counts as nothing
        yield source
        waiting += _named(one, source)


def _function_of(one: Any) -> Any:
    return one.function if isinstance(one, Step | Workflow) else one


def _named(code: Any, source: str) -> list[Any]:
    module = inspect.getmodule(code)
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    known = vars(module) if module is not None else getattr(code, "__globals__", {})
    found = [known[name] for name in sorted(names) if name in known]
    return [one for one in found if getattr(_function_of(one), "__module__", "") == code.__module__]


def _code_lines(source: str) -> set[int]:
    """Numbers of the lines that do something."""
    tree = ast.parse(source)
    texts = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = dict(enumerate(map(str.strip, source.splitlines()), 1))
    return {number for number, line in lines.items() if line and line[0] != "#"} - texts
