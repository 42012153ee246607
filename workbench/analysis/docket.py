"""The steps of a run laid out for judging: what all options of a verdict need of them, worked out once.

Options differ in what they do to each step. The steps of a run of a million events are of a few kinds, so each kind
is judged once per deed, and an option is put together from stretches of steps.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any

from workbench.analysis.doubts import DOUBTFUL, on_its_way
from workbench.analysis.judgement import ASSUMED_KEY_LIFETIME_SECONDS, Judge
from workbench.analysis.safety import Cell, Deed, Group
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts

__all__ = ["Course", "Docket", "Doing", "again"]

_DONE = frozenset({State.COMMITTED, State.COMPENSATION_FAILED})
_TO_UNDO = _DONE | DOUBTFUL
_READ = frozenset({Deed.KEEP, Deed.TAKE})
_EXECUTED = frozenset({Deed.RESUME, Deed.RETRY, Deed.RERUN})


@dataclass(frozen=True, slots=True, eq=False)
class Doing:
    """One deed done to steps of one kind; each is one object, and known by that.

    Attributes:
        deed: The deed.
        cell: What it means.
        reads: The code is handed what was recorded or said.
        executes: The step is executed.
        acts: It is, and changes the world.
        undoes: There is something to undo: by the deed itself, or before it.
        trusts: It relies on a key of which nobody declared how long it lives.
    """

    deed: Deed
    cell: Cell
    reads: bool
    executes: bool
    acts: bool
    undoes: bool
    trusts: bool


class Course:
    """What an action does, step by step.

    Args:
        doings: One per step.
        reasons: Says why, in the same order; asked for at most once.
    """

    def __init__(self, doings: list[Doing], reasons: Callable[[], list[str]]) -> None:
        self.doings = doings
        self._reasons = reasons

    @cached_property
    def reasons(self) -> list[str]:
        """What each doing means for its step, in words."""
        return self._reasons()

    @cached_property
    def different(self) -> frozenset[Doing]:
        """Each doing once: there are few."""
        return frozenset(self.doings)

    def where(self, among: Sequence[Any], wanted: Callable[[Doing], bool]) -> list[Any]:
        """Those of a column whose step has such a doing, in order."""
        found = {doing for doing in self.different if wanted(doing)}
        return list(compress(among, map(found.__contains__, self.doings))) if found else []


class Docket:
    """The steps of a run, and what can be done to them.

    Args:
        steps: All of them, in the order in which they began.
        judge: Judges single steps.

    Attributes:
        steps: The steps.
        labels: Their labels.
    """

    def __init__(self, steps: Sequence[StepFacts], judge: Judge) -> None:
        self.steps = steps
        self.labels = [step.label for step in steps]
        self._judge = judge
        kinds: dict[Hashable, int] = {}
        self._kinds = [kinds.setdefault(judge.kind_of(step), len(kinds)) for step in steps]
        examples = dict(zip(self._kinds, steps, strict=True))
        self._examples = [examples[kind] for kind in range(len(kinds))]
        self._courses: dict[str, Course] = {}

    def all(self, deed: Deed) -> Course:
        """The same is done to every step."""
        return self._course(deed, lambda _: deed)

    @property
    def anew(self) -> Course:
        """The code comes to every step again."""
        return self._course("anew", again)

    @property
    def resumed(self) -> Course:
        """What has an outcome keeps it, be it a failure; all else is executed."""
        return self._course("resumed", _resumed)

    def retried(self, start: int, cut: int) -> Course:
        """What was recorded before a row is kept, as far as it belongs to steps before the first that is done again.

        A step that began earlier and had no outcome by then is executed again as well.

        Args:
            start: Number of the first step that is done again; their count for none.
            cut: The row.
        """
        kept, anew = self.all(Deed.KEEP), self.anew
        open_ones = [number for number, answer in enumerate(self._answers[:start]) if answer >= cut]

        def joined(before: list[Any], after: list[Any]) -> list[Any]:
            found = before[:start] + after[start:]
            for number in open_ones:
                found[number] = after[number]
            return found

        return Course(joined(kept.doings, anew.doings), lambda: joined(kept.reasons, anew.reasons))

    @cached_property
    def _answers(self) -> list[int]:
        """The row of each outcome; beyond the log where there is none."""
        return [step.answer if step.answered else sys.maxsize for step in self.steps]

    def _course(self, name: str, deed_of: Callable[[StepFacts], Deed]) -> Course:
        if name not in self._courses:
            of_kind = [self._doing(example, deed_of(example)) for example in self._examples]
            doings = [of_kind[kind] for kind in self._kinds]
            self._courses[name] = Course(doings, lambda: list(map(_said, doings, self.labels)))
        return self._courses[name]

    def _doing(self, step: StepFacts, deed: Deed) -> Doing:
        executes = deed in _EXECUTED
        to_undo = step.acts and step.undoable and step.state in (_TO_UNDO if deed is Deed.UNDO else _DONE)
        trusts = executes and step.declaration.key_lifetime_seconds is None
        return Doing(
            deed,
            self._judge.cell(step, deed),
            reads=deed in _READ,
            executes=executes,
            acts=executes and step.acts,
            undoes=to_undo and deed not in _READ,
            trusts=trusts and self._judge.group(step, deed) is Group.KEYED,
        )

    @cached_property
    def already_done(self) -> tuple[str, ...]:
        """Labels of effects that have happened and are not undone."""
        return self._acting(_DONE)

    @cached_property
    def in_doubt(self) -> tuple[str, ...]:
        """Labels of effects of which nobody knows whether they happened, or are undone."""
        return self._acting(DOUBTFUL)

    def _acting(self, states: frozenset[State]) -> tuple[str, ...]:
        pairs = zip(self.labels, self.steps, strict=True)
        return tuple([label for label, step in pairs if step.state in states and step.acts])

    def assumed(self, course: Course) -> Iterator[str]:
        """What is taken for granted about the steps, in their order."""
        trusting = {doing for doing in course.different if doing.trusts}
        if not trusting:
            yield from (text for texts in self._notes.values() for text in texts)
            return
        for number, doing in enumerate(course.doings):
            if number in self._notes:
                yield from self._notes[number]
            if doing in trusting:
                yield self._key_notes[number]

    @cached_property
    def _notes(self) -> dict[int, list[str]]:
        """What is taken for granted about a step whatever is done to it, by its number."""
        notes: dict[int, list[str]] = {}
        for number, step in enumerate(self.steps):
            texts = [f"{step.label}: {reason}" for reason in step.assumed]
            texts += on_its_way(step, self._judge.now_ns)
            if texts:
                notes[number] = texts
        return notes

    @cached_property
    def _key_notes(self) -> list[str]:
        hours = ASSUMED_KEY_LIFETIME_SECONDS / 3600
        return [f"{label}: its key lives {hours:g} h, nobody declared for how long" for label in self.labels]


def again(step: StepFacts) -> Deed:
    """What a retry does where the code comes to a step again: it is executed, unless somebody said that it happened."""
    return Deed.TAKE if step.takes_word and step.acts and step.state is State.COMMITTED else Deed.RETRY


def _resumed(step: StepFacts) -> Deed:
    if step.answered:
        return Deed.KEEP
    return again(step) if step.superseded else Deed.RESUME


def _said(doing: Doing, label: str) -> str:
    return doing.cell.reason.format(step=label)
