"""Hazard 20: a run that kills every worker that takes it up."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.children import in_child
from workbench.simulate.crash import die
from workbench.simulate.design import RUN, Durable

__all__ = ["SCENARIO"]

MENDED = "barcode-library-3.1"
ENOUGH_DEATHS = 2
"""That is nobody's bad luck any more: it is this run."""


def old_library() -> World:
    """A world in whose workers the barcode library is still the old one."""
    return World(flags={MENDED: False})


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200, key=wb.current_key())


@wb.step(kind="read")
def draw_label(order: str, zip_code: str) -> str:
    """The barcode is drawn by a library in C, whose old version does not survive a letter where a digit should be."""
    if not zip_code.isdigit() and not here().flags.is_on(MENDED):
        die()
    return f"{order}/{zip_code}"


@wb.step(kind="idempotent")
def ship(order: str) -> dict[str, Any]:
    """Hand it over; the same order gets the same parcel."""
    return here().stock.reserve("sku-7", order)


@wb.workflow
def parcel(order: str, zip_code: str) -> None:
    """Money, label, parcel."""
    charge(order)
    draw_label(order, zip_code)
    ship(order)


def restarted_for_ever(design: Durable, world: World) -> str:
    """A supervisor starts a new worker whenever one dies; here for as long as somebody looks."""
    return "completed" if _comes_to_an_end(design, world, workers=5) else "died"


def set_aside(design: Durable, world: World) -> str:
    """A supervisor that counts deaths: soon a person gets the run, finds the cause, mends it and goes on."""
    if not _comes_to_an_end(design, world, workers=ENOUGH_DEATHS - 1):
        world.flags.switch(MENDED, on=True)
        return design.run(world, RUN)
    return "completed"


def _comes_to_an_end(design: Durable, world: World, workers: int) -> bool:
    """Whether one of so many workers does, each of them a process of its own."""
    world.close()
    return any(not in_child(lambda: design.run(world, RUN)).died for _ in range(workers))


SCENARIO = Scenario(
    hazard="crash-loop",
    story="One address had a letter in its zip code, and the barcode library dies of that, with the whole process. The "
    "supervisor started worker after worker, each took up the same run and died: the customer paid and waits.",
    lesson="Count the deaths of a run: after a few it goes to a person, and not to the next worker.",
    failing=parcel,
    fixed=parcel,
    misfortune=Misfortune(args=("order-1", "1O115"), world=old_library, policies=(restarted_for_ever,)),
    fixed_misfortune=Misfortune(args=("order-1", "1O115"), world=old_library, policies=(set_aside,)),
    harm="charged and got nothing",
)
