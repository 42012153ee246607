"""What happens to a workflow: where its worker dies, how long nobody is there, who goes on how, in what world.

It is played by `wb.sweep_crashes`: every life in it really runs, dies and is gone on with. What is wrong in the world
afterwards is what the simulated services say, not what the log believes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.recording import CrashSweep, sweep_crashes
from workbench.simulate import World
from workbench.simulate.design import Policy
from workbench.simulate.invariants import DEFAULT, Invariant

__all__ = ["Misfortune"]


@dataclass(frozen=True)
class Misfortune:
    """What happens to the code: arguments of `wb.sweep_crashes`.

    Attributes:
        args: Arguments of the workflow.
        world: Makes the world.
        downtime: How long nobody is there, seconds.
        policies: Who goes on how.
        faults: What else goes wrong, each a list of rules.
        points: Only these points to die at; all by default.
        steps: Only at these steps; all by default.
        invariants: What must hold.
    """

    args: tuple[Any, ...] = ()
    world: Callable[[], World] = World
    downtime: tuple[float, ...] = (60.0,)
    policies: tuple[str | Policy, ...] = ("resume",)
    faults: tuple[Sequence[Mapping[str, object]], ...] = ((),)
    points: tuple[str, ...] | None = None
    steps: tuple[str, ...] | None = None
    invariants: tuple[Invariant, ...] = DEFAULT

    def befalls(self, code: Callable[..., Any]) -> CrashSweep:
        """Let it happen to a workflow, in every way in which it can."""
        return sweep_crashes(
            code, self.args, self.world, downtime=self.downtime, policies=self.policies, faults=self.faults,
            points=self.points, steps=self.steps, invariants=self.invariants,
        )  # fmt: skip
