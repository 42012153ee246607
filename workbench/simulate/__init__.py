"""Simulated services with a ledger that says what really happened.

A recording says what a workflow *believes* it did. To test and to teach what that belief is worth, something has
to know the truth: here it is the ledger, one line on disk per effect, written by the services themselves before
they answer.

For people, by the names below:

- `World`: virtual time, the services, and the truth about them; steps say `here().payment.charge(…)`.
- `crash`, `plan`, `life`: places at which a worker dies, really, by SIGKILL; what is varied; one life and what became
  of the world. `wb.sweep_crashes` plays them all.
- `design`, `policies`: what is killed, and how somebody goes on with it.
- `invariants`: what must hold, whatever crashed.

Below them:

- `ledger`: the append-only file, its reader, and the questions that tests ask of it.
- `services`: token, stock, payment, subscription, mail, flag, clock, and the `Shop` that holds them; no sockets, no
  clock of their own.
- `wire`, `traffic`, `client`: the way from a step to the services, on which requests are slow, late and lost; the book
  of requests; what steps say.
- `faults`: which request is delayed, refused, held or loses its reply.
- `virtual_clock`, `worker_clock`: time, chance and ids; the same as a machine shows it whose clock is wrong.
- `circumstances`, `children`: what a worker of a sweep lives in; processes that do one thing and are over.

The same services as a process, for the demo and for tests of real crashes:

- `shop`: one HTTP process, `python -m workbench.simulate.shop --folder DIR`.
- `process`: `running_shop(folder)`, that process for the length of a `with` block.
- `holds`, `control`: requests that wait for a test to let them go, and the routes by which it does.

Nothing is imported before it is used, so that the shop's process starts fast and a production worker pays nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.simulate.client import RefusedError
    from workbench.simulate.crash import CrashPoint
    from workbench.simulate.design import Design, Durable, Script
    from workbench.simulate.faults import FaultPlan
    from workbench.simulate.invariants import (
        at_rest,
        charged_is_delivered,
        net_zero_after_rollback,
        no_double_charge,
        no_double_delivery,
        no_expired_credential,
        no_oversell,
    )
    from workbench.simulate.world import World, here

__all__ = [
    "CrashPoint",
    "Design",
    "Durable",
    "FaultPlan",
    "RefusedError",
    "Script",
    "World",
    "at_rest",
    "charged_is_delivered",
    "here",
    "net_zero_after_rollback",
    "no_double_charge",
    "no_double_delivery",
    "no_expired_credential",
    "no_oversell",
]

_LAZY = {
    "CrashPoint": "crash",
    "FaultPlan": "faults",
    "RefusedError": "client",
    **dict.fromkeys(("Design", "Durable", "Script"), "design"),
    **dict.fromkeys(("World", "here"), "world"),
    **dict.fromkeys(
        (
            "at_rest",
            "charged_is_delivered",
            "net_zero_after_rollback",
            "no_double_charge",
            "no_double_delivery",
            "no_expired_credential",
            "no_oversell",
        ),
        "invariants",
    ),
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"workbench.simulate.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'workbench.simulate' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
