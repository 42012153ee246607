"""Effects that would be done again under other keys, which the other side does not recognise.

`charge(order, wb.uuid4())` under the key of the drawn id is protected while the draw is kept: a retry from before the
draw draws another one. And mended code may make its keys in another way. The table of `workbench.analysis.safety` says
"same key"; here is what is known against that before anything is done. `workbench.recorder.standing` looks again when
the key is made.
"""

from __future__ import annotations

import re
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbench.analysis.judgement import is_made_of
from workbench.analysis.provenance import leaves
from workbench.analysis.safety import Safety
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.machine import INSTANT, RunRecord, Slot, Verb
from workbench.model import EventType, Kind, Position, position_text

__all__ = ["AskedKey", "DryReplay", "Keys", "MadeKey", "done_again", "holders_of", "made_keys"]

_WORDS = re.compile(r"\w+")
_STANDING = frozenset({State.COMMITTED, State.IN_DOUBT})
_NS = 1_000_000_000
_SHORTEST = 4

Body = Callable[[int], Mapping[str, Any]]


class MadeKey(NamedTuple):
    """One thing that a key is made of and that can come out differently.

    Attributes:
        step: Label of the step with the key.
        source: Label of the reading step, or what was drawn and where.
        row: Row in which the value is recorded: a retry that keeps it keeps the key. `sys.maxsize` where a decision
            has superseded it already.
        drawn: Chance or the clock, which never gives the same again; else a step that reads.
    """

    step: str
    source: str
    row: int
    drawn: bool

    @property
    def ruling(self) -> tuple[Safety, str]:
        """What doing the step again without this value means, and why."""
        if self.drawn:
            reason = f"{self.step} is done under a key made of {self.source}, which would be drawn anew"
            return Safety.UNSAFE, f"{reason}: it would be done twice"
        reason = f"the key of {self.step} is made of what {self.source} reads"
        return Safety.CHECK, f"{reason}: should that be another now, the run stops before it is done twice"


class AskedKey(NamedTuple):
    """One of the first steps that code beyond the cut asks for, and its key.

    Attributes:
        name: Name of the step.
        position: Where it is called.
        kind: What the code at hand says of repeating it.
        key: Its key; `""` for none.
    """

    name: str
    position: Position
    kind: Kind
    key: str

    def against(
        self, steps: Sequence[StepFacts], again: Sequence[StepFacts], known: Container[str]
    ) -> Iterator[tuple[Safety, str, str]]:
        """What speaks against it, with the label of the step that it would double.

        Args:
            steps: The steps of the run.
            again: Effects that stand and are done again.
            known: Labels of those of which it is known already.
        """
        same = [step for step in again if step.name == self.name]
        renamed = all(step.name != self.name for step in steps)
        found = same or [step for step in again if renamed and step.position == self.position]
        repeats = not self.kind.acts or self.kind is Kind.IDEMPOTENT
        if repeats or not found or found[0].label in known or any(step.key == self.key for step in same):
            return
        asked = f"{self.name} ({position_text(self.position)}) {'under another key' if self.key else 'without a key'}"
        reason = f"{found[0].label} stands, and the code at hand calls {asked}: it would be done twice"
        yield Safety.UNSAFE, reason, found[0].label

    def told_elsewhere(self, steps: Sequence[StepFacts], first: int) -> Iterator[tuple[Safety, str, str]]:
        """A step that has happened, by a word, where the code is about to call it elsewhere, or something else there.

        Args:
            steps: The steps of the run.
            first: The row from which on what was recorded is done again.
        """
        for step in steps:
            taken = step.takes_word and step.acts and step.state is State.COMMITTED
            gone = step.superseded or max(step.opened, step.answer) >= first
            keyed = step.key and self.key  # then it is known by its key
            if taken and gone and not keyed and (step.name == self.name) != (step.position == self.position):
                here = f"{self.name} ({position_text(self.position)})"
                reason = f"{step.label} has happened, as somebody says, and the code at hand calls {here}"
                yield Safety.CHECK, f"{reason}: the run may stop before anything is done twice", "G15"


class DryReplay(NamedTuple):
    """What the code at hand did with the part of the log that an action keeps.

    Attributes:
        fits: It did not diverge.
        asked: The steps that it asked for next, side by side.
    """

    fits: bool
    asked: tuple[AskedKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """What is known of the keys of a run's effects that stand.

    Attributes:
        made: What they are made of, as far as that can come out differently.
        other: Labels of steps whose code at hand makes another key of the same arguments, and the reasons.
    """

    made: tuple[MadeKey, ...] = ()
    other: tuple[tuple[str, str], ...] = ()

    def against(
        self, steps: Sequence[StepFacts], first: int, asked: Sequence[AskedKey]
    ) -> Iterator[tuple[Safety, str, str]]:
        """What speaks against doing again what was recorded from a row on, each with the id by which it is accepted.

        That an effect will be done twice is accepted by the label of its step, as if its kind protected nothing. That
        it may be is accepted as G15, and the recorder still stops before it happens.

        Args:
            steps: The steps of the run.
            first: The row, see `done_again`.
            asked: The first steps that the code at hand asks for from there on.
        """
        for one in asked:
            yield from one.told_elsewhere(steps, first)
        lost = [made for made in self.made if made.row >= first]
        again = done_again(steps, first) if lost or self.other or asked else []
        if not again:
            return
        yield from ((*made.ruling, made.step) for made in lost if made.drawn)
        yield from ((*made.ruling, "G15") for made in lost if not made.drawn)
        known, other = {made.step for made in lost if made.drawn}, dict(self.other)
        for step in again:
            if step.label in other and step.label not in known:
                yield Safety.UNSAFE, f"{other[step.label]}: it would be done twice", step.label
        known |= set(other)
        for one in asked:
            found = list(one.against(steps, again, known))
            known |= {label for _, _, label in found}
            yield from found


def done_again(steps: Sequence[StepFacts], first: int) -> list[StepFacts]:
    """Effects under a key that stand, and that are done again by whoever keeps only what was recorded before a row.

    Args:
        steps: The steps of the run.
        first: The row; `sys.maxsize` for one beyond the log, which leaves those that a decision has superseded.
    """
    return [
        step
        for step in steps
        if step.kind is Kind.KEYED and step.key and step.state in _STANDING
        and (step.superseded or max(step.opened, step.answer) >= first)
    ]  # fmt: skip


def made_keys(record: Callable[[], RunRecord], steps: Sequence[StepFacts], body: Body) -> tuple[MadeKey, ...]:
    """What the keys of effects that stand are made of. A value that the run was given counts as its own.

    Found by value, so a digest of a drawn id is not: the recorder looks again when it makes the key.

    Args:
        record: Reads the run; most runs have no such keys, and need none.
        steps: Its steps.
        body: Reads one payload.
    """
    keyed = done_again(steps, -1)
    sources = list(_sources(record(), keyed)) if keyed else []
    if not sources:
        return ()
    started = record().started
    given = {text for leaf in _leaves(body(started)) for text in _texts(leaf)} if started >= 0 else set[str]()
    texts = [{text for leaf in _values(slot, body) for text in _texts(leaf)} - given for slot, _, _ in sources]
    holders = holders_of([step.key for step in keyed], set().union(*texts))
    found = []
    for (slot, drawn, row), said in zip(sources, texts, strict=True):
        label = f"{slot.name or _DRAWN.get(slot.verb, 'a draw')} ({position_text(slot.position)})"
        numbers = sorted({number for text in said for number in holders.get(text, ())})
        found += [
            MadeKey(keyed[number].label, label, row, drawn) for number in numbers if slot.opened < keyed[number].opened
        ]
    return tuple(found)


_DRAWN = {Verb.READ_CLOCK: "the clock", Verb.DRAW_RANDOM: "a random number", Verb.DRAW_UUID: "a drawn id"}


def _sources(record: RunRecord, keyed: Sequence[StepFacts]) -> Iterator[tuple[Slot, bool, int]]:
    """Draws and answered reads before the last of the keys: each with the row that a retry must keep."""
    last = max(step.opened for step in keyed)
    history = record.history
    for gone, slots in ((True, record.superseded), (False, record.slots.values())):
        for slot in slots:
            if slot.opened >= last:
                continue
            row = sys.maxsize if gone else slot.answer
            if slot.verb in INSTANT:
                yield slot, True, row
            elif slot.type is EventType.StepCompleted and history.declaration(slot.opened).kind is Kind.READ:
                yield slot, False, row


def _values(slot: Slot, body: Body) -> Iterator[Any]:
    said = body(slot.answer)
    return _leaves(said.get("value" if slot.verb in INSTANT else "result"))


def _leaves(value: Any) -> Iterator[Any]:
    return (leaf.value for leaf in leaves(value))


def _texts(value: Any) -> Iterator[str]:
    """How a value may be written in a key."""
    if value is None or isinstance(value, (bool, bytes)):
        return
    if isinstance(value, int) and value > _NS:
        yield str(value // _NS)  # a clock reading in seconds
    if isinstance(value, uuid.UUID):
        yield value.hex
    yield str.__str__(value) if isinstance(value, str) else str(value)


def holders_of(keys: Sequence[str], texts: Iterable[str]) -> dict[str, list[int]]:
    """Numbers of the keys in which a text stands as a word of its own, by text; a short one may stand there by chance.

    Every word of such a text is one of the key, so a key is compared with those texts only whose rarest it has.
    """
    words = {text: _WORDS.findall(text) or [""] for text in texts if len(text) >= _SHORTEST}
    often = Counter(word for found in words.values() for word in found)
    by_word: dict[str, list[str]] = {}
    for text, found in words.items():
        by_word.setdefault(min(found, key=often.__getitem__), []).append(text)
    holders: dict[str, list[int]] = {}
    for number, key in enumerate(keys):
        for word in {"", *_WORDS.findall(key)}:
            for text in by_word.get(word, ()):
                if is_made_of(key, text):
                    holders.setdefault(text, []).append(number)
    return holders
