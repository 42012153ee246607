"""What happened: columnar, immutable, engine-neutral.

A history holds the hot facts of every event as machine integers, one array per column, so that a million
events fit in memory and become a DataFrame without a Python object per row. Payloads stay where they are (a
mapped file, a database) until one is asked for.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Protocol

from workbench.model.declaration import UNNAMED, Declaration
from workbench.model.event import Event, EventType
from workbench.model.position import Position
from workbench.model.unsaid import Unsaid

__all__ = ["Columns", "History", "Payloads", "Process", "Source"]


class Payloads(Protocol):
    """Where payloads are read from, one at a time."""

    def __call__(self, row: int) -> Any:
        """The decoded body of the event in this row: a mapping of plain values."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """One source file as it was when the workflow ran.

    Attributes:
        digest: SHA-256 of the text, hexadecimal.
        file: File name as the interpreter knew it (also `<ipython-input-…>`).
        module: Importable module name, or `__main__`.
        text: The source.
    """

    digest: str
    file: str
    module: str
    text: str


@dataclass(frozen=True, slots=True)
class Process:
    """One process that wrote to the log.

    Attributes:
        first_seq: First event number it wrote.
        pid: Process id on its host.
        host: Host name; `""` where unknown.
        boot: Hash of the boot id: equal means the machine was not restarted in between; `0` unknown.
        started_ns: Wall clock at start.
    """

    first_seq: int
    pid: int
    host: str
    boot: int
    started_ns: int


@dataclass(frozen=True, slots=True)
class Columns:
    """Parallel arrays, one element per event.

    `run`, `name`, `tag` are indices into the history's tables; `path` holds all positions one after the
    other and `path_end` where each one ends. Where an index of the log is there, read-only views of its numbers
    stand in for the arrays. `texts` holds the same positions as text where somebody has them ready: where each
    begins and the last one ends, and their characters in ASCII.
    """

    seq: array[int] = field(default_factory=lambda: array("Q"))
    time_ns: array[int] = field(default_factory=lambda: array("q"))
    mono_ns: array[int] = field(default_factory=lambda: array("q"))
    type: array[int] = field(default_factory=lambda: array("B"))
    run: array[int] = field(default_factory=lambda: array("I"))
    name: array[int] = field(default_factory=lambda: array("I"))
    tag: array[int] = field(default_factory=lambda: array("I"))
    attempt: array[int] = field(default_factory=lambda: array("H"))
    cause: array[int] = field(default_factory=lambda: array("Q"))
    path: array[int] = field(default_factory=lambda: array("I"))
    path_end: array[int] = field(default_factory=lambda: array("Q"))
    texts: tuple[Any, Any] | None = field(default=None, compare=False, repr=False)


_PER_EVENT = [column.name for column in fields(Columns) if column.name not in {"path", "texts"}]
"""Columns of one element per event."""


@dataclass(frozen=True)
class History:
    """The events of one log, in log order.

    Attributes:
        columns: The hot facts.
        runs: Run ids by number.
        names: Declarations by number; number 0 is the nameless one.
        tags: Error class names by number; number 0 is `""`.
        payloads: Reads one body.
        sources: Recorded sources by digest.
        processes: Who wrote, in order.
        engine: Name of the system that wrote the history.
        origin: Where it was read from, for people.
        unsaid: What the engine does not write down; nothing for our own logs.
    """

    columns: Columns
    runs: Sequence[str]
    names: Sequence[Declaration]
    tags: Sequence[str]
    payloads: Payloads
    sources: Mapping[str, Source] = field(default_factory=dict)
    processes: Sequence[Process] = ()
    engine: str = "native"
    origin: str = ""
    unsaid: frozenset[Unsaid] = frozenset()
    kept: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What rooms above have worked out of these events, by a name of theirs; never shared with a changed copy."""

    def __len__(self) -> int:
        """Number of events."""
        return len(self.columns.seq)

    def position(self, row: int) -> Position:
        """Position of the event in this row."""
        ends = self.columns.path_end
        return tuple(self.columns.path[ends[row - 1] if row else 0 : ends[row]])

    def declaration(self, row: int) -> Declaration:
        """Declaration behind the event's name."""
        number = self.columns.name[row]
        return self.names[number] if number < len(self.names) else UNNAMED

    def event(self, row: int) -> Event:
        """The event in this row."""
        columns = self.columns
        return Event(
            seq=columns.seq[row],
            time_ns=columns.time_ns[row],
            mono_ns=columns.mono_ns[row],
            type=EventType(columns.type[row]),
            run_id=self.runs[columns.run[row]],
            position=self.position(row),
            name=self.declaration(row).name,
            attempt=columns.attempt[row],
            error_type=self.tags[columns.tag[row]],
            cause=columns.cause[row],
        )

    def payload(self, row: int) -> Any:
        """Decoded body of the event in this row."""
        return self.payloads(row)

    @cached_property
    def _rows_by_run(self) -> dict[str, array[int]]:
        rows: dict[int, array[int]] = {}
        for row, run in enumerate(self.columns.run):
            if (known := rows.get(run)) is None:
                known = rows[run] = array("Q")
            known.append(row)
        return {self.runs[run]: known for run, known in rows.items()}

    @property
    def run_ids(self) -> list[str]:
        """Ids of the runs that have events, in order of their first one."""
        return list(self._rows_by_run)

    def rows_of(self, run_id: str) -> Sequence[int]:
        """Row numbers of one run, in log order; empty when there is no such run."""
        return self._rows_by_run.get(run_id, array("Q"))

    def until(self, seq: int) -> History:
        """The same history as it was when the event of this number was its last; nothing is copied."""
        rows = bisect_right(self.columns.seq, seq)
        cut: dict[str, Any] = {name: memoryview(getattr(self.columns, name))[:rows] for name in _PER_EVENT}
        return replace(self, columns=replace(self.columns, texts=None, **cut))

    def row_of_seq(self, seq: int) -> int | None:
        """Row of the event with this number, or `None` (it may lie in a gap)."""
        row = bisect_left(self.columns.seq, seq)
        return row if row < len(self) and self.columns.seq[row] == seq else None
