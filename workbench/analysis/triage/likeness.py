"""Facts of many runs, read once per kind: runs of one shape whose payloads say the same where it counts.

What counts is not written down here: it is found out by watching `read_facts` (`workbench.analysis.triage.watched`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final, Self

from workbench.analysis.facts import RunFacts, read_facts
from workbench.analysis.judgement import ASSUMED_KEY_LIFETIME_SECONDS, is_made_of
from workbench.analysis.step_facts import NS, StepFacts
from workbench.analysis.triage.outlook import Judged
from workbench.analysis.triage.shapes import Shapes
from workbench.analysis.triage.watched import WatchedPayloads
from workbench.journal import Report
from workbench.model import EventType, History, Payloads

__all__ = ["Likeness", "Pattern"]

_MOST_PATTERNS: Final = 64
"""A shape whose runs all say something else is read run by run."""

_NOT_ALIKE: Final = frozenset({EventType.DecisionMade, EventType.ChildStarted, EventType.ChildBegan})
"""Events that bring in other runs, or other events by their numbers."""

_PASSED_ON: Final = frozenset({"business_key", "error"})
"""Fields whose text is handed on and decides nothing: what they say is not compared."""

_SCALARS: Final = frozenset({str, int, float, bool, bytes, type(None)})


_STEP_FIELDS: Final = tuple(field.name for field in fields(StepFacts))
_OWN: Final = tuple(map(_STEP_FIELDS.index, ("run_id", "opened", "answer")))
"""Where in a step's facts those stand that are told of each run by itself."""


class Pattern:
    """Runs whose facts differ in ids, rows, times and texts only.

    Args:
        facts: Those of the first one.
        rows: Its rows, in log order.
        types: The type of each of them.

    Attributes:
        judged: What was found out about runs like it, by which of their keys hold.
        fresh: Kinds of their calls, where nothing was stale.
        began: Which of the rows says with what the run began; -1 for none.
    """

    def __init__(self, facts: RunFacts, rows: Sequence[int], types: Sequence[int]) -> None:
        place = {row: number for number, row in enumerate(rows)} | {-1: -1}
        self._facts = facts
        self._steps = [
            ([getattr(step, name) for name in _STEP_FIELDS], place[step.opened], place[step.answer])
            for step in facts.steps
        ]
        self._ages = tuple(_ages(facts, place))
        self.began = max((number for number, kind in enumerate(types) if kind == EventType.RunStarted), default=-1)
        self.judged: dict[tuple[bool, ...], Judged] = {}
        self.fresh: set[Hashable] = set()

    def held(self, rows: Sequence[int], times_ns: Sequence[int], now_ns: int) -> tuple[bool, ...]:
        """Which keys of a run of the pattern still hold.

        Args:
            rows: Its rows, in log order.
            times_ns: Wall clock of all events, nanoseconds since the epoch.
            now_ns: The moment of acting.
        """
        return tuple([(now_ns - times_ns[rows[place]]) / NS < lifetime for place, lifetime in self._ages])

    def facts_at(self, run_id: str, rows: Sequence[int], business_key: str) -> RunFacts:
        """The facts of a run of the pattern; times, keys of steps and texts of errors stay the example's.

        Args:
            run_id: The run.
            rows: Its rows, in log order.
            business_key: Its own.
        """
        own_rows = (*rows, -1)  # -1, for no row, finds itself at the end
        steps = []
        for values, opened, answer in self._steps:
            own = values.copy()
            own[_OWN[0]], own[_OWN[1]], own[_OWN[2]] = run_id, own_rows[opened], own_rows[answer]
            steps.append(StepFacts(*own))
        return replace(self._facts, run_id=run_id, business_key=business_key, steps=tuple(steps))


class _Shape:
    """What was found out about runs of one shape."""

    def __init__(self) -> None:
        self.looks: list[tuple[int, str]] = []
        self.patterns: dict[Hashable, Pattern] = {}
        self.shared = True


class _WatchedHistory(History):
    """A history whose payloads are watched, and whose runs have been told apart already."""

    @classmethod
    def of(cls, history: History, shapes: Shapes, payloads: Payloads) -> Self:
        """The same events, looked at through other payloads."""
        own: dict[str, Any] = {field.name: getattr(history, field.name) for field in fields(History) if field.init}
        own["payloads"] = payloads
        watched = cls(**own)
        watched.kept.update({"shapes": shapes, "numbers": {name: at for at, name in enumerate(shapes.run_ids)}})
        return watched

    def rows_of(self, run_id: str) -> Sequence[int]:
        number = self.kept["numbers"].get(run_id)
        return () if number is None else self.kept["shapes"].rows_of(number).tolist()


class Likeness:
    """Finds the pattern of a run.

    Args:
        history: The log.
        report: How it was found.
        shapes: Its runs by shape.

    Attributes:
        history: The same events, whose payloads are watched.
        report: How the log was found.
    """

    def __init__(self, history: History, report: Report | None, shapes: Shapes) -> None:
        self._payloads = WatchedPayloads(history.payloads)
        self.history: History = _WatchedHistory.of(history, shapes, self._payloads)
        self.report = report
        self._shapes: dict[int, _Shape] = {}
        self.watch = self._payloads.watch

    def pattern(self, run_id: str, shape: int, rows: Sequence[int]) -> Pattern | None:
        """The pattern of a run; `None` for one that is like no other, and has to be read by itself.

        Args:
            run_id: The run.
            shape: Number of its shape.
            rows: Its rows, in log order.
        """
        self._payloads.next_run()
        known = self._shapes.get(shape)
        if known is None:
            known = self._shapes[shape] = _Shape()
            types = self.history.columns.type
            known.shared = self.history.engine == "native" and not any(types[row] in _NOT_ALIKE for row in rows)
        if not known.shared or self._tail_may_be_lost(rows[-1]):
            return None
        said = self._said(run_id, known.looks, rows)
        pattern = known.patterns.get(said) if said is not None and known.patterns else None
        return pattern if pattern is not None or said is None else self._learned(known, run_id, rows)

    def _tail_may_be_lost(self, last_row: int) -> bool:
        """Behind the last sync of a machine that restarted (semantics, G3), facts depend on the numbers of events."""
        report = self.report
        if report is None or report.same_boot is not False or report.closed:
            return False
        return self.history.columns.seq[last_row] > report.synced_seq

    def _learned(self, shape: _Shape, run_id: str, rows: Sequence[int]) -> Pattern | None:
        """Read a run of a new pattern, and watch what is looked at."""
        facts, looks = self.watch(lambda: read_facts(self.history, run_id, self.report))
        place = {row: number for number, row in enumerate(rows)}
        if any(look.name is None or look.row not in place for look in looks):
            shape.shared = False
            return None
        times = self.history.columns.time_ns
        if any(step.started_ns != times[step.opened] for step in facts.steps):
            shape.shared = False  # a payload says when it began
            return None
        seen = {(place[look.row], look.name or "") for look in looks}
        if not seen <= set(shape.looks):
            shape.looks = sorted({*shape.looks, *seen})
            shape.patterns.clear()  # they were told apart by fewer looks
        if len(shape.patterns) >= _MOST_PATTERNS:
            shape.shared = False
        said = self._said(run_id, shape.looks, rows)
        pattern = Pattern(facts, rows, [self.history.columns.type[row] for row in rows])
        if said is not None:
            shape.patterns[said] = pattern
        return pattern

    def _said(self, run_id: str, looks: Sequence[tuple[int, str]], rows: Sequence[int]) -> Hashable | None:
        """What a run's payloads say where somebody would look; `None` when that cannot be compared."""
        said: list[Hashable] = []
        keys: dict[str, int] = {}
        at, body = -1, None
        for place, name in looks:
            if place != at:
                at, body = place, self._payloads.plain(rows[place])
            if body is None:
                return None
            value = body.get(name)
            if name == "key":
                if value is not None and type(value) is not str:
                    return None
                said.append(_key(value, run_id, keys))
            elif name not in _PASSED_ON:
                if value is None:
                    said.append(None)  # most looks find nothing
                    continue
                if type(value) not in _SCALARS:
                    value = _comparable(value)
                    if value is None:
                        return None
                said.append((type(value), value))
        return tuple(said)

    def business_key(self, pattern: Pattern, rows: Sequence[int]) -> str:
        """Ties runs of one order together: the event with which a run began says it."""
        body = self._payloads.plain(rows[pattern.began]) if pattern.began >= 0 else None
        return str((body or {}).get("business_key") or "")


def _ages(facts: RunFacts, place: Mapping[int, int]) -> Iterator[tuple[int, float]]:
    for step in facts.steps:
        if step.key:
            lifetime = step.declaration.key_lifetime_seconds
            yield place[step.opened], ASSUMED_KEY_LIFETIME_SECONDS if lifetime is None else lifetime


def _key(value: str | None, run_id: str, keys: dict[str, int]) -> Hashable:
    """A key as the verdict sees it: whether there is one, the same as which other, and if the run's id is in it."""
    return (keys.setdefault(value, len(keys)), run_id in value, is_made_of(value, run_id)) if value else None


def _comparable(value: Any) -> tuple[Any, ...] | None:
    """A list of plain values as a tuple of types and values, `None` for anything that is not."""
    if type(value) not in {list, tuple} or any(type(item) not in _SCALARS for item in value):
        return None
    return tuple((type(item), item) for item in value)
