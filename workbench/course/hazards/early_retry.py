"""Hazard 18: an attempt is given up, goes on all the same, and the next one begins from the start."""

from __future__ import annotations

from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here
from workbench.simulate.invariants import no_double_delivery

__all__ = ["SCENARIO"]

ORDERS = ["order-1", "order-2", "order-3"]
PACKING_SECONDS = 10
DEADLINE_SECONDS = 45
THE_SECOND_TAKES_LONG = [{"service": "stock", "kind": "delay", "delay_seconds": 20, "method": "POST", "occurrence": 2}]
BETWEEN_REQUESTS = ("nowhere", "before_intent", "before_call", "between_attempts", "after_result")
"""Whoever dies in the middle of the batch ships twice for another reason: it is in doubt (hazard 5)."""
IN_TIME = wb.Retry(max_attempts=3, first_delay_seconds=1)


@wb.step(kind="keyed", key=lambda orders: f"batch/{orders[0]}", timeout_seconds=DEADLINE_SECONDS, retry=IN_TIME)
def ship_all(orders: list[str]) -> int:
    """Pack and ship a batch; its key protects the batch, and the warehouse has never heard of batches."""
    for order in orders:
        here().sleep(PACKING_SECONDS)
        here().stock.sell("sku-7", order)
    return len(orders)


@wb.step(kind="idempotent", timeout_seconds=DEADLINE_SECONDS / 3, retry=IN_TIME)
def ship(order: str) -> dict[str, Any]:
    """Pack and ship one parcel under its own number: asked twice, the warehouse gives the same parcel."""
    here().sleep(PACKING_SECONDS)
    return here().stock.reserve("sku-7", order)


@wb.workflow
def a_batch_at_once(orders: list[str]) -> None:
    """One step for everything, with a deadline and another try."""
    ship_all(orders)


@wb.workflow
def parcel_by_parcel(orders: list[str]) -> None:
    """What is done is in the log, and the next attempt is one of a single parcel."""
    for order in orders:
        ship(order)


SCENARIO = Scenario(
    hazard="early-retry",
    story="The warehouse was slow with one parcel, so the batch ran out of time. Nobody told the worker that was "
    "packing: it went on to the end while the second attempt began from the start, and three orders left twice.",
    lesson="A timeout stops the waiting, not the work: give each part a key of its own and go on behind the last one.",
    failing=a_batch_at_once,
    fixed=parcel_by_parcel,
    misfortune=Misfortune(
        args=(ORDERS,), faults=(THE_SECOND_TAKES_LONG,), invariants=(no_double_delivery,), points=BETWEEN_REQUESTS
    ),
    fixed_misfortune=Misfortune(args=(ORDERS,), faults=(THE_SECOND_TAKES_LONG,), invariants=(no_double_delivery,)),
    harm="was shipped 2 times",
)
