"""Hazard 11: a value that the workflow draws by itself, and that is another one at every replay."""

from __future__ import annotations

import uuid
from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.design import RUN, Durable
from workbench.simulate.policies import rerun

__all__ = ["SCENARIO"]


@wb.step(kind="keyed", key=lambda _, request: request, key_lifetime_seconds=86_400)
def charge(order: str, request: str) -> dict[str, Any]:
    """Take the money; the provider knows a request by its id."""
    return here().payment.charge(order, 4200, key=request)


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.workflow
def draws_by_itself(order: str) -> None:
    """An id for the request, so that the provider can tell a repetition."""
    request = str(uuid.uuid4())  # noqa: TID251 - the mistake that is taught
    charge(order, request)
    ship(order)


@wb.workflow
def draws_through_the_recorder(order: str) -> None:
    """The same id, which the log keeps: whoever goes on with the run has it too."""
    request = str(wb.uuid4())
    charge(order, request)
    ship(order)


def begun_anew_if_need_be(design: Durable, world: World) -> str:
    """The next worker takes the run up; where its log does not fit, somebody begins it again."""
    try:
        return design.run(world, RUN)
    except wb.errors.DivergenceError as error:
        world.trail.append(f"{type(error).__name__}: {error}")
        return rerun(design, world)


SCENARIO = Scenario(
    hazard="ambient-values",
    story="The checkout drew a fresh id for its request, to be safe from charging twice. After a crash the replay drew "
    "another one, the log did not fit any more, somebody began the order again, and the card was charged twice.",
    lesson="Draw ids, random numbers and the time through the recorder: `wb.uuid4()`, `wb.random()`, `wb.now()`.",
    failing=draws_by_itself,
    fixed=draws_through_the_recorder,
    misfortune=Misfortune(args=("order-1",), policies=(begun_anew_if_need_be,)),
    harm="was charged 2 times",
    with_code=True,
)
