"""Proof by identity: during a replay the very object that a result held is passed to a later call.

The code is replayed once, without acting. Every value that the log hands to it is remembered by its identity; every
argument that it passes on is looked up. An object that is the same object has come from there for certain. A value
that was copied, joined to a text or computed with is another object, and proves nothing either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from workbench.analysis.provenance.links import GIVES, Link
from workbench.analysis.provenance.values import clue_of, leaves
from workbench.journal.codec import Redacted
from workbench.journal.codec.standins import bounded_repr
from workbench.machine import Call, RunRecord, read_run
from workbench.model import EventType, History
from workbench.replay import Completed, replay
from workbench.replay.live import Moment

__all__ = ["exact_links"]

_SMALL_INT: Final = 256
"""CPython keeps one object for each integer up to here."""
_PASSED: Final = frozenset({EventType.StepStarted.name, EventType.ChildStarted.name})
_MAX_ORIGINS: Final = 1_000_000
_SHOWN: Final = 80


class _Origin(NamedTuple):
    value: Any  # kept alive, so that its identity is not given to another object
    row: int
    path: str


def exact_links(
    code: Callable[..., Any], history: History, run_id: str, links: tuple[Link, ...] = ()
) -> tuple[Link, ...]:
    """Links, those that a replay proves marked `exact`; what it proves besides is added, what it disproves corrected.

    Args:
        code: The workflow. Its steps are not called.
        history: Where the run is.
        run_id: The run.
        links: What the values alone say, see `links_of`.

    Returns:
        The links in the order of the uses. Beyond the point where the code no longer follows the log, they are those
        of the values alone.

    Raises:
        ActedDuringReplayError: Workflow code tried to touch the world outside a step.
        UndecodableError: A recorded value does not fit the code's types.
    """
    witness = _Witness(history, run_id)
    outcome = replay(code, witness.history, run_id=run_id, with_locals=False, observer=witness.look).outcome
    if isinstance(outcome, Completed):
        witness.returned(outcome.value)
    proven = {(link.to_row, link.to_path): link for link in witness.found}
    merged = [_proven(link, proven.get((link.to_row, link.to_path))) for link in links]
    known = {(link.to_row, link.to_path) for link in merged if link.exact}
    added = [link for place, link in proven.items() if place not in known]
    return tuple(sorted([*merged, *added], key=lambda link: link.to_row))


def _proven(link: Link, proof: Link | None) -> Link:
    """A link with its proof, or corrected by it; a part of a text may be from elsewhere than the text itself."""
    if proof is None or (proof.from_row != link.from_row and not link.whole):
        return link
    others = tuple(row for row in dict.fromkeys((link.from_row, *link.others)) if row != proof.from_row)
    return replace(proof, mark=link.mark, whole=link.whole, others=others)


class _Witness:
    """Sees what is handed to the code, and what the code passes on."""

    def __init__(self, history: History, run_id: str) -> None:
        self._record: RunRecord = read_run(history, run_id)
        self._types = history.columns.type
        self._read = history.payloads
        self._origins: dict[int, _Origin] = {}
        self.history = replace(history, payloads=self._payload)
        self.found: list[Link] = []

    def _payload(self, row: int) -> Any:
        body = self._read(row)
        names = GIVES.get(EventType(self._types[row]), ())
        if names and isinstance(body, Mapping) and len(self._origins) < _MAX_ORIGINS:
            for name in names:
                for leaf in leaves(body.get(name), path=f"$.{name}"):
                    if _is_one_object(leaf.value):
                        self._origins[id(leaf.value)] = _Origin(leaf.value, row, leaf.path)
        return body

    def look(self, moment: Moment) -> bool:
        """Called at each stop of the replay; never has enough."""
        call = moment.call
        if call is not None and moment.event in _PASSED and call.position == moment.position:
            slot = self._record.slots.get(call.position)
            if slot is not None:
                self.found += self._links(call, slot.opened)
        return False

    def _links(self, call: Call, row: int) -> Iterator[Link]:
        for name in ("args", "kwargs"):
            yield from self._same_objects((call.arguments or {}).get(name), f"$.{name}", row)

    def returned(self, value: Any) -> None:
        """The code ended with this value."""
        row = self._record.ended
        if row >= 0 and self._types[row] == EventType.RunCompleted:
            self.found += self._same_objects(value, "$.result", row)

    def _same_objects(self, value: Any, path: str, row: int) -> Iterator[Link]:
        for leaf in leaves(value, path=path):
            origin = self._origins.get(id(leaf.value))
            if origin is not None and origin.row < row:
                mark = _mark(leaf.value)
                yield Link(origin.row, origin.path, row, leaf.path, mark, confidence=1.0, exact=True)


def _is_one_object(value: Any) -> bool:
    """Whether Python makes a new object for each value of this kind, so that the same object means the same origin."""
    if value is None or isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) > _SMALL_INT
    return isinstance(value, Redacted) or not isinstance(value, (str, bytes)) or len(value) > 1


def _mark(value: Any) -> str:
    if isinstance(value, str) and not isinstance(value, Redacted) and len(value) <= _SHOWN:
        return value
    clue = clue_of(value)
    return clue.mark if clue is not None else bounded_repr(value)[:_SHOWN]
