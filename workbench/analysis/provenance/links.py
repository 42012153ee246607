"""Which later call used which earlier result, told by the values alone: any engine's history, no code needed.

A value that is distinctive enough (`workbench.analysis.provenance.values`) and occurs again later was probably
passed on. The run's own arguments come first: a value that was given to the run keeps the run as its source,
however many steps give it back. Of several steps that gave a value, the last one before the use is taken, and the
confidence is lower; a step that was itself given the value only handed it on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from workbench.analysis.bodies import Bodies
from workbench.analysis.provenance.index import Hit, Producer, Seen, marks_of
from workbench.analysis.provenance.values import SMALL, Leaf, leaves
from workbench.journal.codec import RecordedError
from workbench.model import EventType, History, Position, instant

__all__ = ["GIVES", "TAKES", "Link", "links_of"]

GIVES: Final[dict[EventType, tuple[str, ...]]] = {
    EventType.RunStarted: ("args", "kwargs"),
    EventType.StepCompleted: ("result",),
    EventType.StepRecorded: ("result",),
    EventType.StepResolved: ("result",),
    EventType.StepFailed: ("error",),
    EventType.SignalReceived: ("value",),
    EventType.UpdateReceived: ("args",),
    EventType.ChildCompleted: ("result",),
    EventType.ChildFailed: ("error",),
    EventType.ClockRead: ("value",),
    EventType.RandomDrawn: ("value",),
    EventType.UuidDrawn: ("value",),
    EventType.ValueRecorded: ("value",),
}
"""Where values come up, by type of event."""

TAKES: Final[dict[EventType, tuple[str, ...]]] = {
    EventType.StepStarted: ("args", "kwargs", "key"),
    EventType.ChildStarted: ("args", "kwargs", "id"),
    EventType.CompensationStarted: ("key",),
    EventType.AttemptFailed: ("error",),
    EventType.StepFailed: ("error",),
    EventType.ChildFailed: ("error",),
    EventType.CompensationFailed: ("error",),
    EventType.UpdateAnswered: ("result",),
    EventType.RunCompleted: ("result",),
    EventType.RunFailed: ("error",),
}
"""Where values are used, by type of event."""

_SEVERAL: Final = 0.6
"""Several steps gave the value: the nearest one is a guess."""
_HANDED_ON: Final = 0.9
"""One gave it, and others that were given it gave it back."""
_NAMESAKE: Final = 0.3
"""An amount or a short id that stands under the same name in both places is surer by this."""


@dataclass(frozen=True, slots=True)
class Link:
    """One use of an earlier value.

    Attributes:
        from_row: Row of the event that gave the value: of the run's arguments, a result, a signal, a draw.
        from_path: Where it stands in that event's payload: `$.result.access_token`.
        to_row: Row of the event that used it: an intent, a child's start, the end of the run, an error.
        to_path: Where it stands there: `$.args[0].token`.
        mark: Identity of the value, see `mark_of`.
        confidence: 0 to 1: how sure it is that the value was taken from there.
        exact: Proven by a replay, and not by equality alone.
        whole: The whole value, not a part of a longer text.
        others: Rows of other events that gave the same value before the use.
    """

    from_row: int
    from_path: str
    to_row: int
    to_path: str
    mark: str
    confidence: float
    exact: bool = False
    whole: bool = True
    others: tuple[int, ...] = ()


def links_of(history: History, run_id: str, bodies: Bodies | None = None) -> tuple[Link, ...]:
    """Every use of an earlier value in one run, in the order of the uses.

    Args:
        history: Where the run is.
        run_id: The run; an unknown one has no links.
        bodies: Reads payloads; one that cannot be read gives and takes nothing.
    """
    return tuple(_Reader(history, bodies or Bodies(history)).links(history.rows_of(run_id)))


class _Reader:
    """Reads one run from its first event to its last."""

    def __init__(self, history: History, bodies: Bodies) -> None:
        self._history = history
        self._bodies = bodies
        self._seen = Seen()
        self._given: dict[Position, set[str]] = {}

    def links(self, rows: Sequence[int]) -> Iterator[Link]:
        types, seqs = self._history.columns.type, self._history.columns.seq
        for row in rows:
            kind = EventType(types[row])
            if kind is EventType.DecisionMade:
                self._cut(row, rows, seqs)
                continue
            takes, gives = TAKES.get(kind, ()), GIVES.get(kind, ())
            if not takes and not gives:
                continue
            body, position = self._bodies(row), self._history.position(row)
            yield from self._uses(row, position, _parts(body, takes))
            self._add(row, position, _parts(body, gives, clock=kind is EventType.ClockRead))

    def _cut(self, row: int, rows: Sequence[int], seqs: Sequence[int]) -> None:
        """A decision to do again what came after an event: its results are not handed to the code any more."""
        cut = self._bodies(row).get("cut")
        if not isinstance(cut, int) or isinstance(cut, bool):
            return
        types = self._history.columns.type
        kept = EventType.SignalReceived
        self._seen.forget({past for past in rows if past < row and seqs[past] >= cut and types[past] != kept})

    def _uses(self, row: int, position: Position, parts: Iterator[Leaf]) -> Iterator[Link]:
        given = self._given.setdefault(position, set()) if position else set()
        for leaf in parts:
            given.update(marks_of(leaf.value))
            for hit in self._seen.hits(leaf.value):
                given.add(hit.mark)
                yield self._link(row, leaf, hit)

    def _add(self, row: int, position: Position, parts: Iterator[Leaf]) -> None:
        for leaf in parts:
            self._seen.add(leaf, row, position)

    def _link(self, row: int, leaf: Leaf, hit: Hit) -> Link:
        known = self._seen.producers(hit.mark)
        source, certainty = self._source(hit.mark, known)
        confidence = hit.confidence * certainty
        if hit.confidence <= SMALL and _last_name(source.path) == _last_name(leaf.path):
            confidence += _NAMESAKE
        others = tuple(dict.fromkeys(other.row for other in known if other.row != source.row))
        return Link(
            source.row, source.path, row, leaf.path, hit.mark, round(confidence, 3), whole=hit.whole, others=others
        )

    def _source(self, mark: str, known: Sequence[Producer]) -> tuple[Producer, float]:
        """The place that a value was taken from, and how sure that is."""
        if not known[0].position:
            return known[0], 1.0 if len(known) == 1 else _HANDED_ON
        own = [producer for producer in known if mark not in self._given.get(producer.position, ())]
        if len({producer.row for producer in own}) > 1:
            return own[-1], _SEVERAL
        return own[-1] if own else known[0], 1.0 if len(known) == 1 else _HANDED_ON


def _parts(body: Mapping[str, Any], names: Sequence[str], *, clock: bool = False) -> Iterator[Leaf]:
    """The leaves of some entries of a payload."""
    for name in names:
        value = body.get(name)
        if clock and isinstance(value, int) and 0 <= value < 1 << 63:
            value = instant(value)  # what the code was handed
        if isinstance(value, RecordedError):
            value = {"message": value.message, "args": value.args, "attributes": value.attributes}
        if value is not None:
            yield from leaves(value, path=f"$.{name}")


def _last_name(path: str) -> str:
    """The last name in a path: `amount` of `$.args[0].amount`."""
    return path.rpartition(".")[2].partition("[")[0]
