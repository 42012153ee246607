"""What a detector is given: one run, with everything about it that is worth reading once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workbench.analysis.bodies import Bodies
from workbench.analysis.facts import RunFacts, read_facts
from workbench.analysis.provenance import Link, links_of
from workbench.journal import Report
from workbench.machine import RunRecord, read_run
from workbench.model import Event, EventType, History

__all__ = ["Case"]


@dataclass(eq=False)
class Case:
    """One run as a detector sees it. Whatever is expensive is made at first use and shared by all detectors.

    Attributes:
        history: The log.
        run_id: The run.
        now_ns: The moment of looking, nanoseconds since the epoch: credentials and keys age until then.
        report: How the log was found; `None` where the engine vouches.
        code: The workflow at hand, for detectors that replay it or read its source; `None` for none.
        siblings: Other runs of the same business key, in other logs or in this one.
    """

    history: History
    run_id: str
    now_ns: int
    report: Report | None = None
    code: Callable[..., Any] | None = None
    siblings: Sequence[Case] = field(default=())

    @cached_property
    def facts(self) -> RunFacts:
        """The run and its steps, read once."""
        return read_facts(self.history, self.run_id, self.report)

    @cached_property
    def record(self) -> RunRecord:
        """The run by position, as replay sees it."""
        return read_run(self.history, self.run_id)

    @cached_property
    def bodies(self) -> Bodies:
        """Reads payloads; one that cannot be read is empty and remembered in `bodies.unreadable`."""
        return Bodies(self.history)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Which later call used which earlier result, in the order of the uses."""
        return links_of(self.history, self.run_id, self.bodies)

    @cached_property
    def rows(self) -> Sequence[int]:
        """Rows of the run, in log order."""
        return self.history.rows_of(self.run_id)

    def body(self, row: int) -> Mapping[str, Any]:
        """The payload in this row."""
        return self.bodies(row)

    def seq(self, row: int) -> int:
        """Number of the event in this row."""
        return self.history.columns.seq[row]

    def time_ns(self, row: int) -> int:
        """Wall clock of the event in this row, nanoseconds since the epoch."""
        return self.history.columns.time_ns[row]

    def rows_of(self, *types: EventType) -> Iterator[int]:
        """Rows of these types, in log order."""
        wanted, column = set(map(int, types)), self.history.columns.type
        return (row for row in self.rows if column[row] in wanted)

    def event(self, row: int) -> Event:
        """The event in this row."""
        return self.history.event(row)
