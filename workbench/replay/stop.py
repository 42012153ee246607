"""One moment of a trace: where the code stood, what it saw, what it asked, and where the answer came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workbench.model import Position, instant, visible
from workbench.program import Place

__all__ = ["Frame", "Stop"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One user function on the call stack.

    Attributes:
        place: File, line, function.
        locals: Bounded text of each local variable; see `safe_repr`.
    """

    place: Place
    locals: Mapping[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class Stop:
    """One stop of a trace.

    Attributes:
        index: 0-based number in the trace.
        seq: Number of the recorded event; 0 beyond the log.
        event: Name of the event type.
        position: Where in the program.
        name: Step, signal or child name.
        source: Where the answer came from: `recorded edited supplied virtual`; `""` for questions.
        stack: User frames, innermost first.
        changed: Names of locals, innermost frame, that differ from the last stop in that function.
        note: What was asked or answered, in words.
        time_ns: When, by the clock of this trace: as recorded, or as the edits moved it.
    """

    index: int
    seq: int
    event: str
    position: Position
    name: str
    source: str
    stack: tuple[Frame, ...] = ()
    changed: tuple[str, ...] = ()
    note: str = field(default="", compare=False)
    time_ns: int = 0

    @property
    def time(self) -> datetime:
        """When, as an aware UTC datetime, by the clock of this trace."""
        return instant(self.time_ns)

    @property
    def file(self) -> str:
        """File of the innermost user frame; `""` when no user code runs."""
        return self.stack[0].place.file if self.stack else ""

    @property
    def line(self) -> int:
        """Line of the innermost user frame; 0 when no user code runs."""
        return self.stack[0].place.line if self.stack else 0

    @property
    def function(self) -> str:
        """Function of the innermost user frame."""
        return self.stack[0].place.function if self.stack else ""

    @property
    def locals(self) -> Mapping[str, str]:
        """Locals of the innermost user frame, as bounded text."""
        return self.stack[0].locals if self.stack else {}

    def __repr__(self) -> str:
        """The line, and the locals below it with a mark on what changed."""
        shown = [f"    {name} = {text}{'  ●' if name in self.changed else ''}" for name, text in self.locals.items()]
        return "\n".join([str(self), *shown])

    def __str__(self) -> str:
        """One line for terminals."""
        where = f"{self.file.rpartition('/')[2]}:{self.line}" if self.line else "-"
        path = ".".join(map(str, self.position)) or "run"
        source = f" ({self.source})" if self.source and self.source != "recorded" else ""
        name = visible(f" {self.name}" if self.name else "", lines=False)
        return f"#{self.index} {self.event}{name} at {path} · {where} {self.function}{source}"
