"""How a run is gone on with in other code than it began in: somebody deployed while no worker was there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench import WorkbenchError
from workbench.program import as_workflow
from workbench.simulate import World
from workbench.simulate.design import RUN, Durable, Policy

__all__ = ["deployed"]


def deployed(code: Callable[..., Any]) -> Policy:
    """The new worker takes the run up; where its code cannot go on with the log, the run stays where it is.

    Args:
        code: The workflow as it is deployed; it has the name of the old one.

    Returns:
        A policy of crash sweeps. A run that stays where it is ends as `stuck`: nobody is asked any more.
    """

    def deployed(design: Durable, world: World) -> str:
        try:
            return replace(design, workflow=as_workflow(code)).run(world, RUN)
        except WorkbenchError as error:
            world.trail.append(f"{type(error).__name__}: {error}")
            return "stuck"

    return deployed
