"""What traces and diagrams tell of a run, read once: its spans, its instants, and which event led to which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from workbench.analysis import RunFacts, Span, read_facts, spans_of
from workbench.analysis.provenance import links_of
from workbench.engines import Loaded
from workbench.model import EventType, instant, position_text

__all__ = ["Arrow", "Instant", "Telling", "name_of_type"]

_NAMES: Final = {int(kind): str(kind.name) for kind in EventType}

_INSTANTS: Final = frozenset(
    {
        EventType.RunRecovered,
        EventType.TimerFired,
        EventType.SignalReceived,
        EventType.StepResolved,
        EventType.DecisionMade,
        EventType.UpdateReceived,
        EventType.CancelRequested,
    }
)
"""Events that a trace shows as a moment."""


_SURE: Final = 0.5
_MOST_LINKS: Final = 2000


@dataclass(frozen=True, slots=True)
class Instant:
    """Something that takes no time.

    Attributes:
        event: Name of its type.
        name: Name of signal or step; `""` where there is none.
        time: When, aware UTC.
        seq: Its number.
    """

    event: str
    name: str
    time: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """One event led to another at another place, of this run or of another.

    Attributes:
        name: What it is: `signal`, `child` or what flows.
        from_run: Run of the cause.
        from_position: Position of the cause as text; `""` for the run itself.
        from_time: When.
        to_run: Run of the effect.
        to_position: Position of the effect as text; `""` for the run itself.
        to_time: When.
    """

    name: str
    from_run: str
    from_position: str
    from_time: datetime
    to_run: str
    to_position: str
    to_time: datetime


def name_of_type(number: int) -> str:
    """Name of an event type, also of one that a newer version wrote."""
    return _NAMES.get(number, f"type {number}")


class Telling:
    """One run, as an export tells it.

    Args:
        log: The log that holds it.
        run_id: The run.
    """

    def __init__(self, log: Loaded, run_id: str) -> None:
        self.log = log
        self.history = log.history
        self.run_id = run_id

    @cached_property
    def facts(self) -> RunFacts:
        """What the log says of the run."""
        return read_facts(self.history, self.run_id, self.log.report)

    @cached_property
    def spans(self) -> Sequence[Span]:
        """Attempts, undos and waits, in the order in which they began."""
        return spans_of(self.history, self.run_id, self.log.report)

    @property
    def began(self) -> datetime:
        """Time of the first event."""
        return instant(self.history.columns.time_ns[self.history.rows_of(self.run_id)[0]])

    @property
    def ended(self) -> datetime:
        """Time of the last event."""
        return instant(self.history.columns.time_ns[self.history.rows_of(self.run_id)[-1]])

    @property
    def title(self) -> str:
        """Run and workflow for people."""
        return f"{self.run_id} · {self.facts.workflow or 'unknown workflow'}"

    def instants(self) -> Iterator[Instant]:
        """Its moments, in log order."""
        columns = self.history.columns
        for row in self.history.rows_of(self.run_id):
            if columns.type[row] in _INSTANTS:
                event = self.history.event(row)
                name = "" if event.type is EventType.RunRecovered else event.name  # it carries the workflow's
                yield Instant(event.type.name, name, event.time, event.seq)

    def arrows(self) -> Iterator[Arrow]:
        """Which event led to which: a signal to its wait, a call to its child run, a value to the call that used it."""
        yield from self._signals()
        yield from self._children()
        yield from self._provenance()

    def _signals(self) -> Iterator[Arrow]:
        columns = self.history.columns
        for row in self.history.rows_of(self.run_id):
            if columns.type[row] != EventType.SignalConsumed:
                continue
            arrived = self.history.row_of_seq(columns.cause[row])
            if arrived is not None:
                yield self._arrow(f"signal {self.history.declaration(row).name}", arrived, row)

    def _children(self) -> Iterator[Arrow]:
        for child in self.facts.children:
            rows = self.history.rows_of(child.run_id)
            if rows:
                yield self._arrow("child", child.opened, rows[0])
                if child.answer >= 0:
                    yield self._arrow("child", rows[-1], child.answer)

    def _provenance(self) -> Iterator[Arrow]:
        """From the call that gave a value to the calls that used it; what came from the run's arguments is left out."""
        drawn: set[tuple[int, int]] = set()
        for link in links_of(self.history, self.run_id):
            ends = (link.from_row, link.to_row)
            given, used = map(self.history.position, ends)
            if link.confidence < _SURE or not given or not used or given == used or ends in drawn:
                continue
            drawn.add(ends)
            yield self._arrow(f"{link.from_path.removeprefix('$.')} → {link.to_path.removeprefix('$.')}", *ends)
            if len(drawn) == _MOST_LINKS:
                return

    def _arrow(self, name: str, cause: int, effect: int) -> Arrow:
        columns, history = self.history.columns, self.history
        ends = (
            (history.runs[columns.run[row]], position_text(history.position(row)), instant(columns.time_ns[row]))
            for row in (cause, effect)
        )
        return Arrow(name, *next(ends), *next(ends))
