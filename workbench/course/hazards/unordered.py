"""Hazard 12: a set is walked through in another order in every process."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.design import RUN, Durable

__all__ = ["SCENARIO"]

NAMES = ["ada", "bob", "ada"]
salt = [0]
"""Python salts the hash of text anew in every process; workers of a sweep are forks of one, so they get theirs here."""


class Customer(str):
    """The name of a customer, with a hash as a `str` has it: good for one process."""

    __slots__ = ()

    def __hash__(self) -> int:
        """Another one in every worker."""
        return ord(self[0]) + salt[0]


@wb.step(kind="keyed", key=lambda customer: f"charge/{customer}", key_lifetime_seconds=86_400)
def charge(customer: str) -> dict[str, Any]:
    """Take the money for the month."""
    return here().payment.charge(customer, 900, key=wb.current_key())


@wb.step(kind="idempotent")
def deliver(customer: str) -> dict[str, Any]:
    """Send the box of the month; a customer gets one."""
    return here().stock.reserve("sku-1", customer)


@wb.workflow
def in_any_order(names: list[str]) -> None:
    """A set, because somebody is on the list twice."""
    for customer in set(map(Customer, names)):
        charge(customer)
        deliver(customer)


@wb.workflow
def in_one_order(names: list[str]) -> None:
    """The same set, in an order that every process shares."""
    for customer in sorted(set(map(Customer, names))):
        charge(customer)
        deliver(customer)


def in_another_process(design: Durable, world: World) -> str:
    """A new worker, with a salt of its own, takes the run up; where its log does not fit, the run stays where it is."""
    salt[0] = 6
    try:
        return design.run(world, RUN)
    except wb.errors.DivergenceError as error:
        world.trail.append(f"{type(error).__name__}: {error}")
        return "stuck"


SCENARIO = Scenario(
    hazard="unordered",
    story="The monthly billing put its customers into a set, because some were on the list twice. The next worker "
    "walked through the same set in another order and asked for Bob where the log holds Ada: Ada paid and got no box.",
    lesson="Give what you walk through an order that every process shares: `for customer in sorted(customers)`.",
    failing=in_any_order,
    fixed=in_one_order,
    misfortune=Misfortune(args=(NAMES,), policies=(in_another_process,), points=("after_effect", "after_result")),
    fixed_misfortune=Misfortune(args=(NAMES,), policies=(in_another_process,)),
    harm="ada was charged and got nothing",
    with_code=True,
)
