"""A night in which the payment provider was down, the mail server did not answer, and workers died.

    night = Outage(orders=3000, refused=range(1000, 1150), unheard=range(1300, 1340), deaths=12).happen(folder)
    rec = wb.open(night.log)
    night.world.ledger

Every order is recorded for real, by worker processes that are really killed; the next one goes on with the next order
and leaves the open one as it is, as pools of workers do when nobody resumes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.course.orders import SKU, purchase
from workbench.recorder import Recorder
from workbench.simulate import World
from workbench.simulate.children import in_child
from workbench.simulate.circumstances import wait_for_no_disk

__all__ = ["Night", "Outage"]


@dataclass(frozen=True)
class Night:
    """What is left in the morning.

    Attributes:
        log: What was recorded.
        world: What really happened; its services are well again.
        orders: How many orders came.
    """

    log: Path
    world: World
    orders: int


@dataclass(frozen=True)
class Outage:
    """What goes wrong.

    Attributes:
        orders: How many orders come.
        refused: Charges, counted from 1, that the provider answers with 503 without doing anything.
        declined: Charges whose card is declined.
        unheard: Mails that are sent, and whose reply is lost.
        deaths: How many workers are killed, each while a request is being answered.
        seed: Decides where they die.
    """

    orders: int
    refused: Sequence[int] = ()
    declined: Sequence[int] = ()
    unheard: Sequence[int] = ()
    deaths: int = 0
    seed: int = 0

    def happen(self, folder: Path | str) -> Night:
        """Let it happen.

        Args:
            folder: Where log and ledger go.
        """
        world = World(
            seed=self.seed, folder=folder, stock={SKU: 10 * self.orders}, faults=list(self._faults()),
            charge_errors=dict.fromkeys(self.declined, 402),
        )  # fmt: skip
        night = Night(world.folder / "night.wlog", world, self.orders)
        dooms = sorted(random.Random(self.seed).sample(range(5, 3 * self.orders - 5), self.deaths))  # noqa: S311 - where workers die is no secret
        first = 0
        for doom in [*dooms, 0]:
            in_child(lambda: self._shift(night, first, doom))  # noqa: B023 - called at once
            first = len({entry.text("order") for entry in world.entries if entry.service == "stock"})
        return night

    def _faults(self) -> Any:
        for number in self.refused:
            yield {"service": "payment", "method": "POST", "kind": "error", "status": 503, "occurrence": number}
        for number in self.unheard:
            yield {"service": "mail", "method": "POST", "kind": "drop_reply", "occurrence": number}

    def _shift(self, night: Night, first: int, doom: int) -> int:
        """One worker, in a process of its own, from an order to the end or to its death."""
        wait_for_no_disk()
        night.world.wire.doom = lambda number, at: at == "done" and 0 < doom <= number
        with night.world, Recorder(night.log) as recorder:
            for number in range(first, self.orders):
                order = f"o-{number:04d}"
                with suppress(Exception):
                    recorder.run(purchase, order, 1000 + number, id=f"purchase-{number:04d}", business_key=order)
        return 0
