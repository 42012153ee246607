"""Exercise 9: a function that brings a night of orders to rest."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import finalize

from workbench.course.exercises.exercise import Exercise
from workbench.course.exercises.result import Result
from workbench.course.outage import Night, Outage
from workbench.recording import Recording, Run, open_recording
from workbench.simulate import no_double_charge, no_double_delivery
from workbench.simulate.ledger import LedgerEntry

__all__ = ["EXERCISE", "HiddenNight"]

ORDERS = 40


@dataclass(frozen=True)
class HiddenNight:
    """A night that the learner's function is given.

    Attributes:
        name: What happened in it.
        outage: The same for the machine.
        hint: A question that helps.
    """

    name: str
    outage: Outage
    hint: str

    def befalls(self, code: Callable[[Recording], Any]) -> Result:
        """Let it happen, let the learner's function put it right, and look at every order."""
        folder = Path(tempfile.mkdtemp(prefix="night-"))
        night = self.outage.happen(folder)
        error = ""
        with night.world:
            try:
                code(open_recording(night.log))
            except Exception as raised:  # noqa: BLE001 - what the learner's function raises is what became of the night
                error = f"{type(raised).__name__}: {raised}"
        night.world.ending = "completed"
        faults = tuple(_faults(night, error))

        def show(number: int) -> Run:
            return open_recording(night.log).run(f"purchase-{number:04d}")

        finalize(show, shutil.rmtree, folder, ignore_errors=True)  # the files stay as long as they can be opened
        return Result(self.name, self.hint, faults, show)


def _faults(night: Night, error: str) -> Iterator[str]:
    """For each order what is wrong with it."""
    entries = night.world.entries
    charged = _standing(entries, "charged", "refunded")
    reserved = _standing(entries, "reserved", "released")
    told = _standing(entries, "sent")
    declined = {entry.text("order") for entry in entries if entry.action == "erred"}
    doubled = [*no_double_charge(night.world), *no_double_delivery(night.world)]
    for number in range(night.orders):
        order = f"o-{number:04d}"
        stands = {"charged": charged[order], "given its goods": reserved[order], "told": told[order]}
        own = [sentence for sentence in doubled if sentence.startswith(order)]
        if order in declined:
            own += [f"{order}: the card was declined, and its goods are still put aside"] if reserved[order] else []
        elif not all(stands.values()):
            missing = ", ".join(word for word, count in stands.items() if not count)
            own.append(f"{order} could have been served, and was not {missing}")
        yield "; ".join([*own, error] if own and error else own)


def _standing(entries: Sequence[LedgerEntry], done: str, undone: str = "") -> Counter[str]:
    """How often something was done to each order and not taken back."""
    signs = {done: 1, undone: -1}
    found = Counter[str]()
    for entry in entries:
        found[entry.text("order") or entry.text("to")] += signs.get(entry.action, 0)
    return found


EXERCISE = Exercise(
    "9",
    "a night of orders",
    (
        HiddenNight("nothing happens", Outage(ORDERS), "What is there to do?"),
        HiddenNight("workers die", Outage(ORDERS, deaths=8, seed=2), "Whom can you ask about what is in doubt?"),
        HiddenNight(
            "the provider is down for a while", Outage(ORDERS, refused=range(11, 20)),
            "Is there something better than to undo it all?",
        ),
        HiddenNight("mails are not acknowledged", Outage(ORDERS, unheard=range(7, 16)), "Which of them have arrived?"),
        HiddenNight("some cards are declined", Outage(ORDERS, declined=(3, 9, 24)), "What is left of such an order?"),
        HiddenNight(
            "all of that", Outage(ORDERS, range(10, 15), (5, 21), range(18, 22), deaths=5, seed=5),
            "Does one surprise stop all that comes after it?",
        ),
    ),
)  # fmt: skip
