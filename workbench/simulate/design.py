"""What a sweep kills: a way to run a business process, and to go on with it after a crash.

A `Design` is anything that can start in a world and recover there. `Durable` is a workflow with a recorder; `Script` is
a plain function that is called again after the crash and finds whatever it left on its disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from workbench._errors import WorkbenchError
from workbench.program import Workflow
from workbench.simulate.crash import RequestMoment, die
from workbench.simulate.world import World

__all__ = ["RUN", "Design", "Durable", "Policy", "Script", "ending_of", "started"]

RUN = "run"
"""Id of the run of a life."""


class Design(Protocol):
    """A way to run a process. Both halves are called in a process of their own, with the world as it is then."""

    @property
    def name(self) -> str:
        """For tables."""
        ...

    @property
    def policies(self) -> Sequence[str]:
        """Ways to recover."""
        ...

    def start(self, world: World) -> str:
        """Run from the beginning; `completed`, or another word for how it ended. What it raises is a failure."""
        ...

    def recover(self, world: World, policy: str) -> str:
        """Go on after a crash, or after a failure; how it ended."""
        ...


Policy = Callable[["Durable", World], str]
"""What somebody does with a run that did not end well: `completed`, `compensated`, or another word for how it ended."""


@dataclass(frozen=True)
class Durable:
    """A workflow that a recorder records.

    Attributes:
        workflow: The code.
        args: Its positional arguments.
        kwargs: Its keyword arguments.
        chosen: Policies by name.
    """

    workflow: Workflow[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    chosen: Mapping[str, Policy] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The workflow's."""
        return self.workflow.name

    @property
    def policies(self) -> Sequence[str]:
        """Their names."""
        return tuple(self.chosen)

    def start(self, world: World) -> str:
        """Record it."""
        return self.run(world, RUN)

    def run(self, world: World, run_id: str) -> str:
        """Run it under an id, or go on with it."""
        with world.recorder() as recorder:
            recorder.run(self.workflow, *self.args, id=run_id, business_key=RUN, **self.kwargs)
        return "completed"

    def recover(self, world: World, policy: str) -> str:
        """Do what the policy does."""
        return self.chosen[policy](self, world)


@dataclass(frozen=True)
class Script:
    """A plain function of a world and a folder: `def run(world, folder): …`, called again after a crash.

    `time.time()`, `time.sleep()` and `world.now()` are the world's time; `datetime.now()` cannot be, so use the latter.

    Attributes:
        function: The code; its folder is the disk of the worker, and all that is left of it.
        policies: How it goes on; there is one way.
    """

    function: Callable[[World, Path], Any]
    policies: Sequence[str] = ("again",)

    @property
    def name(self) -> str:
        """The function's."""
        return self.function.__name__

    def start(self, world: World) -> str:
        """Call it."""
        self.function(world, world.state)
        return "completed"

    def recover(self, world: World, policy: str) -> str:
        """Call it again."""
        del policy
        return self.start(world)


def started(design: Design, world: World, moment: object) -> str:
    """Start a design; where its end is the moment to die, die."""
    ending = design.start(world)
    if isinstance(moment, RequestMoment) and moment.at == "end":
        die()
    return ending


def ending_of(error: BaseException) -> str:
    """The word for how a life ended that raised: our refusals stop it, all else is the code's own failure."""
    return "stopped" if isinstance(error, WorkbenchError) else "failed"
