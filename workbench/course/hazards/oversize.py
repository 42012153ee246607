"""Hazard 21: documents are handed from step to step, until one call is larger than the engine carries."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import here

__all__ = ["SCENARIO"]

MOST_BYTES = 2 << 20
"""Temporal refuses a payload above 2 MiB; AWS Step Functions takes 256 KiB."""
SCAN_BYTES = 3 << 19


def carried(body: Callable[..., Any]) -> Callable[..., Any]:
    """A model of an engine that carries arguments up to its limit to a worker, and refuses larger ones."""

    @functools.wraps(body)
    def refusing(*args: Any) -> Any:
        size = sum(len(argument) for argument in args)
        if size > MOST_BYTES:
            message = f"BadScheduleActivityAttributes: {size:,} bytes of input exceed the limit of {MOST_BYTES:,}"
            raise ValueError(message)
        return body(*args)

    return refusing


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
@carried
def charge(order: str) -> dict[str, Any]:
    """Take the money."""
    charged: dict[str, Any] = here().payment.charge(order, 4200, key=wb.current_key())
    return charged


@wb.step(kind="read")
@carried
def scan(page: str) -> bytes:
    """One page of the signed contract, one and a half mebibytes."""
    return page.encode().ljust(SCAN_BYTES, b".")


@wb.step(kind="idempotent")
@carried
def store_scan(page: str) -> dict[str, str]:
    """The same page, put where documents belong; what is handed on is where it is, and its hash."""
    content = page.encode().ljust(SCAN_BYTES, b".")
    (here().state / page).write_bytes(content)
    return {"where": page, "sha256": hashlib.sha256(content).hexdigest()}


@wb.step(kind="idempotent")
@carried
def activate(order: str, *pages: Any) -> dict[str, Any]:
    """Give what was paid for, to who has signed."""
    del pages
    reserved: dict[str, Any] = here().stock.reserve("sku-7", order)
    return reserved


@wb.workflow
def contract_by_value(order: str) -> None:
    """Hands on what it has got, as one does."""
    charge(order)
    activate(order, scan("page-1"), scan("page-2"))


@wb.workflow
def contract_by_reference(order: str) -> None:
    """Hands on where it is."""
    charge(order)
    activate(order, store_scan("page-1"), store_scan("page-2"))


SCENARIO = Scenario(
    hazard="oversize-payload",
    story="Contracts of one page went through for months. The first one of two pages made a call of three mebibytes, "
    "which the engine refused in the middle of the run: the customer had been charged and was never activated.",
    lesson="Store documents outside, and hand on where they are with a hash.",
    failing=contract_by_value,
    fixed=contract_by_reference,
    misfortune=Misfortune(args=("order-1",), points=("nowhere", "after_end")),
    fixed_misfortune=Misfortune(args=("order-1",)),
    harm="charged and got nothing",
)
