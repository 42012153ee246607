"""A shop whose steps tell what they did in a list, and die, fail or forget when a test wants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import workbench as wb


class Died(BaseException):
    """Stands for the death of the process: nobody catches it, and the run stays open."""


@dataclass
class World:
    """What really happened, in order, and what goes wrong next.

    Attributes:
        did: Each act: `"charge charge/42"`, `"undo charge charge/42/undo"`.
        trouble: By act: raised before it (`"before charge"`), or after it (`"charge"`).
    """

    did: list[str] = field(default_factory=list)
    trouble: dict[str, BaseException] = field(default_factory=dict)

    def act(self, name: str) -> None:
        """Do it, unless something goes wrong before; then go wrong, where something does after."""
        before = self.trouble.pop(f"before {name}", None)
        if before is not None:
            raise before
        self.did.append(f"{name} {wb.current_key()}")
        after = self.trouble.pop(name, None)
        if after is not None:
            raise after

    def count(self, name: str) -> int:
        """How often it was done."""
        return sum(done.split()[0] == name for done in self.did)


@dataclass(frozen=True)
class Shop:
    """A world and the workflow that acts on it."""

    world: World
    log: Path
    sell: Callable[..., Any]

    def open(self) -> wb.Run:
        """The run, read from the log now."""
        return wb.open(self.log).run("order-42")

    def run(self) -> Any:
        """Sell, until it ends, fails or dies."""
        with wb.Recorder(self.log) as recorder:
            return recorder.run(self.sell, "42", id="order-42", business_key="42")

    def dies(self, act: str) -> wb.Run:
        """Sell, and die at an act."""
        self.world.trouble[act] = Died()
        try:
            self.run()
        except Died:
            return self.open()
        raise AssertionError(f"nobody came to {act}")

    def fails(self, act: str, error: Exception) -> wb.Run:
        """Sell, and fail at an act."""
        self.world.trouble[act] = error
        try:
            self.run()
        except type(error):
            return self.open()
        raise AssertionError(f"nobody came to {act}")


def shop(folder: Path, *, null_safe: bool = True, charge_kind: str = "compensatable") -> Shop:
    """Hold (compensatable) → charge → mail (write): each with a key of the order, charge with a probe."""
    world = World()

    def release(order: str, held: str | None) -> None:
        del order, held
        world.act("release")

    def refund(order: str, charge: str | None) -> str:
        del order
        world.act("refund")
        return f"refunded {charge}"

    def find_charge(order: str) -> str | None:
        del order
        return "ch-1" if world.count("charge") else None

    @wb.step(kind="compensatable", undo=release, undo_null_safe=null_safe, key=lambda order: f"hold/{order}")
    def hold(order: str) -> str:
        world.act("hold")
        return f"held {order}"

    undo: dict[str, Any] = {"undo": refund, "undo_null_safe": null_safe} if charge_kind == "compensatable" else {}

    @wb.step(kind=charge_kind, key=lambda order: f"charge/{order}", probe=find_charge, **undo)
    def charge(order: str) -> str:
        del order
        world.act("charge")
        return "ch-1"

    @wb.step(kind="write", key=lambda order: f"mail/{order}", definite_errors=(ValueError,))
    def mail(order: str) -> str:
        del order
        world.act("mail")
        return "sent"

    @wb.workflow
    def sell(order: str) -> str:
        held = hold(order)
        paid = charge(order)
        return f"{held}, {paid}, {mail(order)}"

    return Shop(world, folder / "shop.wlog", sell)
