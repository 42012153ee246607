"""Exercise 10: whom to call, for orders that three engines have written down."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from weakref import finalize

from workbench.course.elsewhere import Order, write_dbos, write_restate, write_temporal
from workbench.course.exercises.exercise import Exercise
from workbench.course.exercises.result import Result
from workbench.recording import Recording, Run, open_recording

__all__ = ["EXERCISE", "Morning"]


@dataclass(frozen=True)
class Morning:
    """Orders of one engine, as they are found in the morning.

    Attributes:
        name: What a learner reads.
        engine: `temporal dbos restate`.
        orders: How far each came.
        hint: A question that helps.
    """

    name: str
    engine: str
    orders: tuple[Order, ...]
    hint: str

    def befalls(self, code: Callable[[Recording], Collection[str]]) -> Result:
        """Ask the learner's function, and compare with what is really in doubt."""
        folder = Path(tempfile.mkdtemp(prefix="morning-"))
        recording = open_recording(self._write(folder))
        try:
            named, error = set(code(recording)), ""
        except Exception as raised:  # noqa: BLE001 - what the learner's function raises is what became of the morning
            named, error = set[str](), f"{type(raised).__name__}: {raised}"

        def show(number: int) -> Run:
            return recording.run(self._run_id(self.orders[number]))

        finalize(show, shutil.rmtree, folder, ignore_errors=True)
        return Result(
            f"{self.engine}: {self.name}", self.hint, tuple(error or text for text in self._faults(named)), show
        )

    def _write(self, folder: Path) -> str | list[str]:
        if self.engine == "temporal":
            return [str(write_temporal(order, folder)) for order in self.orders]
        return str((write_dbos if self.engine == "dbos" else write_restate)(self.orders, folder))

    def _faults(self, named: Collection[str]) -> Iterator[str]:
        for order in self.orders:
            doubtful, is_named = self._is_doubtful(order), self._run_id(order) in named
            if doubtful and not is_named:
                yield f"{order.id}: a step may or may not have happened, and nobody asks"
            elif not doubtful and is_named:
                yield f"{order.id}: everything is known, and somebody is called at night"
            else:
                yield ""

    def _run_id(self, order: Order) -> str:
        return f"inv_{order.id}" if self.engine == "restate" else order.id

    def _is_doubtful(self, order: Order) -> bool:
        """A step has failed, or may be under way: DBOS writes a step down when it is over, so any next one may be."""
        return bool(order.then) or (self.engine == "dbos" and not order.ended)


QUIET = (Order("order-1", 3), Order("order-2", 3))
KILLED = (Order("order-1", 3), Order("order-2", 1, "open"), Order("order-3", 2, "open"))
FAILED = (Order("order-1", 1, "failed"), Order("order-2", 3), Order("order-3", 2, "failed"))
BETWEEN = (Order("order-1", 1), Order("order-2", 1, "open"), Order("order-3", 3))

EXERCISE = Exercise(
    "10",
    "whom to call",
    (
        Morning("all is well", "temporal", QUIET, "Who has to be called where nothing happened?"),
        Morning("workers were killed", "temporal", KILLED, "Is a run that is not over in doubt for that alone?"),
        Morning("steps have failed", "restate", FAILED, "Does an error prove that nothing happened?"),
        Morning("killed between two steps", "restate", BETWEEN, "Which of them is in doubt, which only open?"),
        Morning("killed between two steps", "dbos", BETWEEN, "What does this engine write down, and when?"),
        Morning("steps have failed", "dbos", FAILED, "Does an error prove that nothing happened?"),
    ),
)  # fmt: skip
