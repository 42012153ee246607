"""Which events show what a verdict says: the numbers behind the steps that its lists and reasons name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from workbench.analysis import RunFacts
from workbench.model import ENDINGS, History, position_text

__all__ = ["Evidence"]

_IN_BRACKETS: Final = re.compile(r" \([^()]*\)")
_LONGEST_NAME: Final = 6
"""Words: names of other engines' steps may hold spaces."""
_AT: Final = re.compile(r"diverges from the log at ([\d.]+)")
_SEQS: Final = 8


class Evidence:
    """Numbers of events, by what names them.

    Args:
        facts: The run.
        history: Its log.
        labels: Labels of steps of which the events are wanted; of a run of a million steps they are few.
        reasons: Sentences of which the events are wanted.
    """

    def __init__(self, facts: RunFacts, history: History, labels: Iterable[str], reasons: Iterable[str]) -> None:
        told = list(reasons)
        self._facts = facts
        self._history = history
        self._places = {found[1] for reason in told if (found := _AT.search(reason))}
        self._seqs: dict[str, list[int]] = defaultdict(list)
        wanted = {*labels, *(name for reason in told for name in _named(reason))}
        for name, rows in self._rows(wanted):
            columns = history.columns
            self._seqs[name] += [columns.seq[row] for row in rows if 0 <= row < len(columns.seq)]

    def of(self, label: str) -> list[int]:
        """Events of a step or child run: where it began, and its answer; none for an unknown one."""
        return list(dict.fromkeys(self._seqs.get(label, ())))[:_SEQS]

    def behind(self, reason: str) -> list[int]:
        """Events that a reason speaks of."""
        found = [seq for name in _named(reason) for seq in self.of(name)]
        at = _AT.search(reason)
        found += self.of(at[1]) if at else []
        found += [seq for name, seq in self._signals() if f"{name} was " in reason]
        return list(dict.fromkeys(found or self._of_the_run(reason)))[:_SEQS]

    def _rows(self, wanted: set[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
        for step in self._facts.steps:
            if step.label in wanted:
                yield step.label, (step.opened, step.answer)
            if self._places and (place := position_text(step.position)) in self._places:
                yield place, (step.opened, step.answer)
        for child in self._facts.children:
            if child.label in wanted:
                yield child.label, (child.opened, child.answer)

    def _signals(self) -> Iterator[tuple[str, int]]:
        for name, row in (*self._facts.signals, *self._facts.received):
            yield name, self._history.columns.seq[row]

    def _of_the_run(self, reason: str) -> list[int]:
        """What a gate says about the run as a whole: its end, the last decision, where it stands now."""
        columns, facts = self._history.columns, self._facts
        if reason.startswith("the run has "):
            ended = [row for row in self._history.rows_of(facts.run_id) if columns.type[row] in ENDINGS]
            return [columns.seq[row] for row in ended[-1:]]
        if reason.startswith("somebody decided"):
            return [decision.seq for decision in facts.decisions[-1:]]
        if reason.startswith("a live process ") or "may be executing it right now" in reason:
            return [columns.seq[facts.last]] if facts.last >= 0 else []
        return []


def _named(reason: str) -> Iterator[str]:
    """What may be labels in a sentence: up to some words before each bracket, and it."""
    for bracket in _IN_BRACKETS.finditer(reason):
        words = reason[: bracket.start()].split(" ")
        for count in range(1, min(_LONGEST_NAME, len(words)) + 1):
            yield " ".join(words[-count:]) + bracket[0]
