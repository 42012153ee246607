"""Hazard 12: a set is gone through in another order by every process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

import workbench as wb
from workbench import WorkbenchError
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.circumstances import live_in
from workbench.simulate.design import RUN, Durable
from workbench.simulate.invariants import charged_is_delivered

__all__ = ["SCENARIO", "go_on"]

ORDERS = ["order-1", "order-2", "order-3"]
FIRST_OF_A_SET = "import sys; print(next(iter(set(sys.argv[1:]))))"
GO_ON = f"import sys; from {__name__} import go_on; print(go_on(*sys.argv[1:]))"


def money_and_goods_belong_together(world: World) -> Iterator[str]:
    """As `charged_is_delivered`; which orders it hits is chance, and how many is not."""
    wrong = list(charged_is_delivered(world))
    for what in ("was charged and got nothing", "got something and was not charged"):
        hit = sum(sentence.endswith(what) for sentence in wrong)
        if hit:
            yield f"{hit} of {len(ORDERS)} orders {what}"


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.workflow
def each_once(orders: list[str]) -> None:
    """A set, so that none is done twice."""
    for order in set(orders):
        charge(order)
        ship(order)


@wb.workflow
def each_once_in_order(orders: list[str]) -> None:
    """A set, so that none is done twice, in an order that every process shares."""
    for order in sorted(set(orders)):
        charge(order)
        ship(order)


def in_another_process(design: Durable, world: World) -> str:
    """Go on in a new process, as always after a crash: it hashes texts in another way, so another order comes first."""
    world.close()
    mine = next(iter(set(ORDERS)))
    seed = next(seed for seed in map(str, count(1)) if _python(seed, FIRST_OF_A_SET, *ORDERS) != mine)
    return _python(seed, GO_ON, design.workflow.name, str(world.folder), str(world.life))


def _python(hash_seed: str, program: str, *arguments: str) -> str:
    """What a Python process prints that hashes with this seed."""
    around = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, env=around, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    return done.stdout.strip()


def go_on(name: str, folder: str, life: str) -> str:
    """What the new process does.

    Args:
        name: Name of the workflow in this module.
        folder: Where the world is.
        life: Number of the worker.
    """
    world = World(folder=folder)
    world.life = int(life)
    live_in(world)
    try:
        return Durable(globals()[name], (ORDERS,)).run(world, RUN)
    except WorkbenchError:
        return "stuck"


SCENARIO = Scenario(
    hazard="unordered",
    story="Three orders were put into a set, so that none would be done twice. The next worker hashed in another way "
    "and began with another order than the log: nobody can go on with it, and the first customer has paid for nothing.",
    lesson="Sort what came out of a set: the order must be one that every process shares.",
    failing=each_once,
    fixed=each_once_in_order,
    misfortune=Misfortune(
        args=(ORDERS,), policies=(in_another_process,), steps=("charge (1)",), points=("after_result",),
        invariants=(money_and_goods_belong_together,),
    ),
    harm="of 3 orders",
    with_code=True,
)  # fmt: skip
