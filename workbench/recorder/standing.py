"""Effects that stand while the code goes over their steps again: it may meet them under their own keys only.

A verdict that calls a repetition SAFE says "the other side recognises the key". Whether code makes the same key again
shows when it makes it: a drawn id, a price that is read again or a mended key function give another one. So the last
look is here, before the step is executed (semantics, G13 and footnote 5).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbench._errors import UnsafeError
from workbench.machine import Call, RunRecord, Slot, Verb, execution_at, executions_of, root_of
from workbench.model import EventType, Kind, Position, position_text
from workbench.recorder.spent import renewed, spent_keys

__all__ = ["Standing", "standing_effects"]

_SETTLED_BY_ITSELF = frozenset({Kind.PURE, Kind.READ, Kind.IDEMPOTENT})
"""Kinds that need no key to be repeated."""

Reveal = Callable[[Any], Any]


class _Effect(NamedTuple):
    """Something that was done, or may have been, and was not undone."""

    name: str
    position: Position
    key: str

    @property
    def label(self) -> str:
        return f"{self.name} ({position_text(self.position)})"


@dataclass
class Standing:
    """What the code has not met again yet.

    Attributes:
        effects: The effects, in the order in which they were done.
    """

    effects: list[_Effect]

    def meet(self, call: Call, key: str) -> None:
        """A step is about to be executed under a key.

        Raises:
            UnsafeError: It was done under another key, and would be done twice.
        """
        same = [effect for effect in self.effects if effect.name == call.name]
        if any(effect.key == key for effect in same):
            self.effects = [effect for effect in self.effects if effect not in same or effect.key != key]
            return
        here = [effect for effect in self.effects if effect.position == call.position]
        if call.request.step.declaration.kind in _SETTLED_BY_ITSELF or not (same or here):
            return
        effect = (same or here)[0]
        asked = f"{call.name} ({position_text(call.position)})"
        raise UnsafeError(
            f"{effect.label} was done and stands, and the code now calls {asked} "
            f"{'under another key' if key else 'without a key'}, which would do it twice. It was not executed",
            objections=(effect.label,),
            hint=f"make the key of what does not change, or accept it: accept=[{effect.label!r}]",
        )


def standing_effects(record: RunRecord, instead_of: Sequence[RunRecord], reveal: Reveal) -> Standing:
    """The effects of a run that a decision has superseded, and those of the runs that it replaces.

    Args:
        record: The run.
        instead_of: The runs that it replaces.
        reveal: Opens sealed secrets.
    """
    if not record.superseded and not instead_of:
        return Standing([])
    found = [effect for old in instead_of for effect in _of_run(old, (*old.superseded, *old.slots.values()), reveal)]
    found += _of_run(record, record.superseded, reveal)
    met = {(slot.name, key) for slot in record.slots.values() for key in _keys(record, slot, reveal)}
    return Standing([effect for effect in dict.fromkeys(found) if (effect.name, effect.key) not in met])


def _of_run(record: RunRecord, slots: Iterable[Slot], reveal: Reveal) -> Iterator[_Effect]:
    accepted, denied = _accepted(record), _denied(record)
    spent = spent_keys(record, reveal)
    for slot in slots:
        if slot.verb is not Verb.CALL_STEP or not _may_stand(record, slot, denied):
            continue
        for key in dict.fromkeys(_keys(record, slot, reveal)):
            effect = _Effect(slot.name, slot.position, key)
            if (
                key
                and renewed(slot.name, key, spent) == key
                and not accepted & {effect.label, position_text(slot.position)}
            ):
                yield effect


def _keys(record: RunRecord, slot: Slot, reveal: Reveal) -> list[str]:
    if slot.verb is not Verb.CALL_STEP:
        return []
    history, types = record.history, record.history.columns.type
    begun = [row for row in (slot.opened, *slot.between) if types[row] == EventType.StepStarted]
    return [str(reveal(history.payload(row).get("key", ""))) for row in begun]


def _denied(record: RunRecord) -> frozenset[int]:
    """Intents of executions that did not happen, as somebody says, and of which no attempt began after that."""
    history, types = record.history, record.history.columns.type
    executions = executions_of(record)
    denied: set[int] = set()
    for row in history.rows_of(record.run_id):
        if types[row] == EventType.StepResolved:
            one = execution_at(executions.get(history.position(row), ()), root_of(history, row))
            begun = [] if one is None else [later for later in one.between if types[later] == EventType.StepStarted]
            if one is not None and not history.payload(row).get("happened") and max(begun, default=-1) < row:
                denied.add(one.opened)
            elif one is not None:
                denied.discard(one.opened)
    return frozenset(denied)


def _may_stand(record: RunRecord, slot: Slot, denied: Container[int]) -> bool:
    """It was done, or nothing proves that it was not, and it needs its key."""
    if record.history.declaration(slot.opened).kind in _SETTLED_BY_ITSELF:
        return False
    if slot.opened in denied and slot.type is not EventType.StepCompleted:
        return False
    if slot.type is EventType.StepFailed:
        return record.history.payload(slot.answer).get("definite") is not True
    return slot.type is not None or slot.cancelled or slot.in_doubt(record.history)


def _accepted(record: RunRecord) -> frozenset[str]:
    """What people accepted when they last decided to do it again, and since."""
    types, accepted = record.history.columns.type, set[str]()
    for row in reversed(record.ambient):
        if types[row] == EventType.DecisionMade:
            body = record.history.payload(row)
            accepted.update(map(str, body.get("accepted") or ()))
            if body.get("action") in {"retry_from", "rerun"}:
                break
    return frozenset(accepted)
