"""Hazard 17: a worker that everybody takes for dead, and another one that goes on with its run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.children import in_child
from workbench.simulate.design import RUN, Durable

__all__ = ["SCENARIO"]

LEASE_SECONDS = 600
suspended: list[Callable[[], None]] = []
"""What others do while the machine of this worker is suspended."""


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="read")
def find_address(order: str) -> str:
    """Look where it goes; the machine may be suspended while the worker waits for the answer."""
    while suspended:
        here().sleep(LEASE_SECONDS)
        suspended.pop()()
    return f"address of {order}"


@wb.step(kind="write")
def ship(order: str, address: str) -> dict[str, Any]:
    """Hand it over to whoever comes for it."""
    return here().stock.sell("sku-7", order) | {"address": address}


@wb.step(kind="idempotent")
def ship_once(order: str, address: str) -> dict[str, Any]:
    """Hand it over, if nobody has: the warehouse has one row for each order and checks it itself."""
    return here().stock.reserve("sku-7", order) | {"address": address}


@wb.workflow
def parcel(order: str) -> None:
    """Trusts to be the only one."""
    charge(order)
    ship(order, find_address(order))


@wb.workflow
def parcel_once(order: str) -> None:
    """Trusts the warehouse."""
    charge(order)
    ship_once(order, find_address(order))


def on_a_copy(design: Durable, world: World) -> str:
    """The lease is over and the log is locked, so the second worker goes on with a copy of the log."""
    return _beside_another(design, world, world.folder / "copy.wlog")


def on_the_log(design: Durable, world: World) -> str:
    """The second worker asks for the log itself; its lock says that the first one lives, and it goes away."""
    return _beside_another(design, world, world.log)


def _beside_another(design: Durable, world: World, log: Path) -> str:
    def take_up() -> None:
        if log != world.log:
            shutil.copy(world.log, log)
        with suppress(wb.errors.LogBusyError), wb.Recorder(log, clock=world.worker_clock, redact=False) as recorder:
            recorder.run(design.workflow, *design.args, id=RUN, business_key=RUN)

    def another_worker() -> None:
        world.close()
        in_child(take_up)

    suspended[:] = [another_worker]
    return design.run(world, RUN)


SCENARIO = Scenario(
    hazard="two-writers",
    story="A worker's machine was suspended for ten minutes. Its log was locked, so the night shift went on with a "
    "copy of it and shipped; then the machine woke up where it had stood, and its worker shipped as well.",
    lesson="Only who holds the log's lock goes on, and the resource itself refuses what has been done.",
    failing=parcel,
    fixed=parcel_once,
    misfortune=Misfortune(args=("order-1",), policies=(on_a_copy,)),
    fixed_misfortune=Misfortune(args=("order-1",), policies=(on_the_log,)),
    harm="order-1 was shipped 2 times",
)
