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
from workbench.recorder.spent import first_key, renewed, spent_keys

__all__ = ["Standing", "accepted_by", "standing_effects"]

_SETTLED_BY_ITSELF = frozenset({Kind.PURE, Kind.READ, Kind.IDEMPOTENT})
"""Kinds that need no key to be repeated."""

Reveal = Callable[[Any], Any]


class _Effect(NamedTuple):
    """Something that was done, or may have been, and was not undone.

    Attributes:
        accepted: Somebody has accepted that one other call is made beside it.
    """

    name: str
    position: Position
    key: str
    seq: int
    accepted: bool = False

    @property
    def label(self) -> str:
        return f"{self.name} ({position_text(self.position)})"

    @property
    def names(self) -> set[str]:
        """By what it is accepted: as plans and stops name it."""
        place = position_text(self.position)
        return {self.label, place, f"{place}, event {self.seq}", f"{self.name} ({place}, event {self.seq})"}


@dataclass
class Standing:
    """What the code has not met again yet.

    Attributes:
        effects: The effects, in the order in which they were done.
        names: Names of the steps that the code called before: another one at the place of an effect is that effect
            under a new name.
    """

    effects: list[_Effect]
    names: frozenset[str] = frozenset()

    def meet(self, call: Call, key: str, run_id: str) -> None:
        """A step is about to be executed under a key.

        Args:
            call: The call.
            key: The key.
            run_id: The run that makes it.

        Raises:
            UnsafeError: It was done under another key, and would be done twice.
        """
        if call.request.step.declaration.kind in _SETTLED_BY_ITSELF:
            return
        effect = self.passed(call.name, call.position, key)
        if effect is None:
            return
        asked = f"{call.name} ({position_text(call.position)})"
        raise UnsafeError(
            f"{effect.label} was done and stands, and the code now calls {asked} "
            f"{'under another key' if key else 'without a key'}, which would do it twice. It was not executed",
            run_id=run_id,
            objections=(effect.label,),
            hint="make the key of what does not change, or accept it: "
            f"rec.run({run_id!r}).resume(accept=[{effect.label!r}])",
        )

    def passed(self, name: str, position: Position, key: str) -> _Effect | None:
        """Go by a call: the effect that it would double, or `None`.

        One call under another key uses up what was accepted about one effect. A key that was made new is that of
        something undone.
        """
        if first_key(key) != key:
            return None
        if self.knows(name, key):
            self.effects = [effect for effect in self.effects if (effect.name, effect.key) != (name, key)]
            return None
        renamed = name not in self.names
        near = [effect for effect in self.effects if effect.name == name] or [
            effect for effect in self.effects if renamed and effect.position == position
        ]
        accepted = next((effect for effect in near if effect.accepted), None)
        if accepted is not None:
            self.effects[self.effects.index(accepted)] = accepted._replace(accepted=False)
            return None
        return near[0] if near else None

    def knows(self, name: str, key: str) -> bool:
        """Whether it is the key of one of them."""
        return any((effect.name, effect.key) == (name, key) for effect in self.effects)


def standing_effects(record: RunRecord, instead_of: Sequence[RunRecord], reveal: Reveal) -> Standing:
    """The effects of a run that a decision has superseded, and those of the runs that it replaces.

    Args:
        record: The run.
        instead_of: The runs that it replaces.
        reveal: Opens sealed secrets.
    """
    if not record.superseded and not instead_of:
        return Standing([])
    since = accepted_by(record)
    found = [
        effect
        for number, old in enumerate(instead_of)  # what was accepted for an earlier rerun is used up
        for effect in _of_run(
            old, (*old.superseded, *old.slots.values()), since if number else since | accepted_by(old), reveal
        )
    ]
    found += _of_run(record, record.superseded, since, reveal)
    names = {slot.name for one in (record, *instead_of) for slot in (*one.superseded, *one.slots.values())}
    standing = Standing(_each_once(found), frozenset(names))
    decided = _decided(record)
    for slot in sorted(record.slots.values(), key=lambda slot: slot.opened):
        for key in dict.fromkeys(_keys(record, slot, reveal)):
            if slot.asked > decided or standing.knows(slot.name, key):
                standing.passed(slot.name, slot.position, key)
    return standing


def _each_once(effects: Iterable[_Effect]) -> list[_Effect]:
    """By name and key: executions under one key are one effect, which is accepted by any of them."""
    found: dict[tuple[str, str], _Effect] = {}
    for effect in effects:
        known = found.setdefault((effect.name, effect.key), effect)
        if effect.accepted and not known.accepted:
            found[effect.name, effect.key] = effect
    return list(found.values())


def _of_run(record: RunRecord, slots: Iterable[Slot], accepted: frozenset[str], reveal: Reveal) -> Iterator[_Effect]:
    denied, spent = _denied(record), spent_keys(record, reveal)
    for slot in slots:
        if slot.verb is not Verb.CALL_STEP or not _may_stand(record, slot, denied):
            continue
        for key in dict.fromkeys(_keys(record, slot, reveal)):
            if key and renewed(slot.name, key, spent) == key:
                effect = _Effect(slot.name, slot.position, key, record.history.columns.seq[slot.opened])
                yield effect._replace(accepted=bool(effect.names & accepted))


def _decided(record: RunRecord) -> int:
    """Row of the last decision to do something again; -1 for none."""
    types = record.history.columns.type
    decisions = (row for row in reversed(record.ambient) if types[row] == EventType.DecisionMade)
    return next((row for row in decisions if record.history.payload(row).get("action") == "retry_from"), -1)


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


def accepted_by(record: RunRecord) -> frozenset[str]:
    """What people accepted when they last decided to do it again, and since."""
    types, accepted = record.history.columns.type, set[str]()
    for row in reversed(record.ambient):
        if types[row] == EventType.DecisionMade:
            body = record.history.payload(row)
            accepted.update(map(str, body.get("accepted") or ()))
            if body.get("action") in {"retry_from", "rerun"}:
                break
    return frozenset(accepted)
