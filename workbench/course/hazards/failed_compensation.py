"""Hazard 10: the undo itself goes wrong."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.recording.following import run_that_counts
from workbench.simulate import World, here
from workbench.simulate.design import Durable

__all__ = ["SCENARIO"]


def sold_out() -> World:
    """A world with an empty shelf."""
    return World(stock={"sku-7": 0})


def refund_what_was_returned(order: str, charge: dict[str, Any]) -> None:
    """Give the money back: the step has returned which charge it was, so here it is."""
    del order
    here().payment.refund(charge["id"])


def refund_what_is_there(order: str, charge: dict[str, Any] | None) -> None:
    """Give back what was really taken, be that something or nothing; twice is once."""
    del charge
    for one in here().payment.charges(order):
        here().payment.refund(one["id"])


@wb.step(kind="compensatable", undo=refund_what_was_returned, undo_null_safe=True)
def charge(order: str) -> dict[str, Any]:
    """Take the money. That its undo is harmless where nothing happened was declared, and never tried."""
    return here().payment.charge(order, 4200, key=f"charge/{order}")


@wb.step(kind="compensatable", undo=refund_what_is_there, undo_null_safe=True)
def charge_with_a_tried_undo(order: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(order, 4200, key=f"charge/{order}")


@wb.step(kind="read")
def look(sku: str) -> int:
    """How many are there."""
    return here().stock.available(sku)


def send(order: str) -> None:
    """Only what is there can be sent; here nothing is."""
    if look("sku-7") < 1:
        raise LookupError(order)


@wb.workflow
def sale_with_a_hopeful_undo(order: str) -> None:
    """Money, then goods."""
    charge(order)
    send(order)


@wb.workflow
def sale_with_a_harmless_undo(order: str) -> None:
    """Money, then goods."""
    charge_with_a_tried_undo(order)
    send(order)


def cleaned_up(design: Durable, world: World) -> str:
    """A nightly job undoes every run that is not completed, and writes to its log what it could not undo."""
    undoing = run_that_counts(world).compensate(design.workflow)
    return "compensated" if undoing.failed is None else "stuck"


SCENARIO = Scenario(
    hazard="failed-compensation",
    story="The worker died between the charge and its receipt. A nightly job rolled the order back, but the refund "
    "wanted to know the id of the charge, and that had never been recorded: a TypeError in a log, and 42 euros kept.",
    lesson="An undo must cope with a step of which nobody knows whether it happened: let it look at what is there.",
    failing=sale_with_a_hopeful_undo,
    fixed=sale_with_a_harmless_undo,
    misfortune=Misfortune(args=("order-1",), world=sold_out, policies=(cleaned_up,)),
    harm="charged and got nothing",
)
