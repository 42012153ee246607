"""A trace: every stop of one replay, how it ended, and a cursor to step along it both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench._errors import UsageError
from workbench.machine import Edit
from workbench.replay.outcome import Outcome
from workbench.replay.stop import Stop

__all__ = ["Trace"]


@dataclass
class Trace:
    """The result of `replay`. Immutable but for its cursor.

    Attributes:
        run_id: The run that was replayed.
        steps: Every stop, in order.
        outcome: How it ended: `Completed`, `Failed`, `Needs` or `Diverged`.
        edits: What was pretended.
        isolation: What stood behind the structure that never acts: `hook` or `none`.
        unused: Edits that no call met.
        cursor: Index of the current stop.
    """

    run_id: str
    steps: Sequence[Stop]
    outcome: Outcome
    edits: tuple[Edit, ...] = ()
    isolation: str = "none"
    unused: tuple[Edit, ...] = ()
    cursor: int = field(default=0)

    def __len__(self) -> int:
        """Number of stops."""
        return len(self.steps)

    @property
    def stop(self) -> Stop:
        """The stop at the cursor.

        Raises:
            UsageError: The trace has no stop at all.
        """
        if not self.steps:
            raise UsageError("this trace has no stops", hint="the run has no events that code could meet")
        return self.steps[self.cursor]

    def step(self, count: int = 1) -> Stop:
        """Move forwards; at the last stop it stays."""
        return self.goto(max(0, min(self.cursor + count, len(self.steps) - 1)))

    def back(self, count: int = 1) -> Stop:
        """Move backwards; at the first stop it stays."""
        return self.step(-count)

    def goto(self, index: int) -> Stop:
        """Move to a stop by its index; negative counts from the end.

        Raises:
            UsageError: There is no such stop.
        """
        if not -len(self.steps) <= index < len(self.steps):
            raise UsageError(f"stop {index} does not exist", hint=f"this trace has stops 0 to {len(self.steps) - 1}")
        self.cursor = index % len(self.steps) if self.steps else 0
        return self.stop

    def __str__(self) -> str:
        """Run, number of stops and how it ended."""
        return f"trace of {self.run_id}: {len(self.steps)} stops, {self.outcome}"
