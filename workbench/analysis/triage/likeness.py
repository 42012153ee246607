"""Facts of many runs, read once per kind: runs of one shape whose payloads say the same where it counts.

What counts is not written down here: it is found out by watching `read_facts` (`workbench.analysis.triage.watched`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cached_property
from typing import Any, Final, Self

from workbench.analysis.bodies import Bodies
from workbench.analysis.facts import RunFacts, read_facts
from workbench.analysis.freshness import reliance_of
from workbench.analysis.hazards import Case
from workbench.analysis.judgement import ASSUMED_KEY_LIFETIME_SECONDS, is_made_of
from workbench.analysis.step_facts import NS, StepFacts
from workbench.analysis.triage.alike import FreshCalls
from workbench.analysis.triage.outlook import Judged, Outlook, Outlooks, failing_step, resting_of
from workbench.analysis.triage.quiet import is_over, rough_places
from workbench.analysis.triage.shapes import Shapes
from workbench.analysis.triage.watched import Look, WatchedPayloads
from workbench.journal import Report
from workbench.model import EventType, History, Payloads

__all__ = ["AlikeCase", "Likeness", "OwnBodies", "Pattern"]

_MOST_PATTERNS: Final = 64
"""A shape whose runs all say something else is read run by run."""

_NOT_ALIKE: Final = frozenset({EventType.DecisionMade, EventType.ChildStarted, EventType.ChildBegan})
"""Events that bring in other runs, or other events by their numbers."""

_PASSED_ON: Final = frozenset({"business_key", "error", "at"})
"""Fields whose text is handed on and decides nothing: what they say is not compared."""

_SCALARS: Final = frozenset({str, int, float, bool, bytes, type(None)})
_STARTED: Final = int(EventType.RunStarted)

Looks = dict[int, frozenset[str]]
"""Names of the fields that are looked at, by which of a run's events they are in."""


_STEP_FIELDS: Final = tuple(field.name for field in fields(StepFacts))
_RUN_ID, _OPENED, _ANSWER, _KEY = map(_STEP_FIELDS.index, ("run_id", "opened", "answer", "key"))
"""Where in a step's facts those stand that are told of each run by itself."""


class Pattern:
    """Runs whose facts differ in ids, rows, times, keys and texts only.

    Args:
        facts: Those of the first one.
        rows: Its rows, in log order.
        history: Where they are.
        looks: Fields of payloads by which runs are told to be of it.

    Attributes:
        facts: Those of the first one.
        place: Which of the run's events a row of the first one is, counted from 0; -1 for no row.
        fresh: Kinds of their calls, where nothing was stale.
        hazards: Ids of hazards that all of them have; `None` while nobody has found them out.
        began: Which event says with what the run began; -1 for none.
    """

    def __init__(self, facts: RunFacts, rows: Sequence[int], history: History, looks: Looks) -> None:
        self.facts = facts
        self._looks = looks
        self.place = {row: number for number, row in enumerate(rows)} | {-1: -1}
        self.reliance = reliance_of(history, rows, facts)
        self.began = self.place[max((row for row in rows if history.columns.type[row] == _STARTED), default=-1)]
        self.fresh = FreshCalls()
        self.hazards: tuple[str, ...] | None = None
        self._steps = [
            ([getattr(step, name) for name in _STEP_FIELDS], self.place[step.opened], self.place[step.answer])
            for step in facts.steps
        ]
        self._ages = tuple(_ages(facts, self.place))
        self._judged: dict[tuple[bool, ...], Judged] = {}

    @cached_property
    def resting(self) -> Outlook:
        """The outlook of such runs where they are over."""
        return resting_of(self.facts)

    @cached_property
    def failing(self) -> StepFacts | None:
        """Where it hurts, see `failing_step`."""
        return failing_step(self.facts)

    def depends_on(self, looks: Sequence[Look]) -> bool:
        """Whether runs are told to be of the pattern by all that was looked at, and more it may be."""
        return _covered(self._looks, looks, self.place)

    def held(self, case: Case) -> tuple[bool, ...]:
        """Which keys of a run of the pattern still hold."""
        times_ns, rows, now_ns = case.history.columns.time_ns, case.rows, case.now_ns
        return tuple([(now_ns - times_ns[rows[place]]) / NS < lifetime for place, lifetime in self._ages])

    def judged(self, case: Case, outlooks: Outlooks) -> Judged:
        """What holds for runs of the pattern with the same keys that still hold.

        Args:
            case: One of them.
            outlooks: Judges the first of each.
        """
        held = self.held(case)
        known = self._judged.get(held)
        if known is None:
            facts = read_facts(case.history, case.run_id, case.report)
            known = self._judged[held] = outlooks.judged(facts, case.report)
        return known

    def facts_at(self, case: AlikeCase) -> RunFacts:
        """The facts of a run of the pattern; times, later attempts and texts of errors stay the example's."""
        own_rows = (*case.rows, -1)  # -1, for no row, finds itself at the end
        steps = []
        for values, opened, answer in self._steps:
            own = values.copy()
            own[_RUN_ID], own[_OPENED], own[_ANSWER] = case.run_id, own_rows[opened], own_rows[answer]
            if own[_KEY]:
                own[_KEY] = str(case.body(own_rows[opened])["key"])
            steps.append(StepFacts(*own))
        business_key, last = case.business_key, case.rows[-1]
        return replace(self.facts, run_id=case.run_id, business_key=business_key, last=last, steps=tuple(steps))


class AlikeCase(Case):
    """A run of a pattern. What is not its own it has from the example: `facts` are made when somebody needs them."""

    pattern: Pattern

    @cached_property
    def facts(self) -> RunFacts:
        """The facts of this run, see `Pattern.facts_at`."""
        return self.pattern.facts_at(self)

    @property
    def business_key(self) -> str:
        """Ties runs of one order together; `""` for none."""
        began = self.pattern.began
        return str(self.body(self.rows[began]).get("business_key") or "") if began >= 0 else ""


class OwnBodies(Bodies):
    """Reads payloads of one run for the facts of another one of its pattern."""

    def __init__(self, case: AlikeCase) -> None:
        super().__init__(case.history)
        self._case = case

    def __call__(self, row: int) -> Mapping[str, Any]:
        """The body of this run's event in the place of that row."""
        return self._case.body(self._case.rows[self._case.pattern.place[row]])


class _Shape:
    """What was found out about runs of one shape."""

    def __init__(self) -> None:
        self.looks: Looks = {}
        self.patterns: dict[Hashable, Pattern] = {}
        self.shared = True
        self.over = False


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
            known.over = is_over(self.history, rows)
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
        if shape.over:  # whatever the others say, nothing is left to be settled about them
            rough = rough_places(self.history, rows)
            looks = [look for look in looks if self.history.position(look.row) in rough]
        place = {row: number for number, row in enumerate(rows)}
        if any(look.name is None or look.row not in place for look in looks):
            shape.shared = False
            return None
        times = self.history.columns.time_ns
        if any(step.started_ns != times[step.opened] for step in facts.steps):
            shape.shared = False  # a payload says when it began
            return None
        if not _covered(shape.looks, looks, place):
            shape.looks = dict(shape.looks)
            for look in looks:
                known = shape.looks.get(place[look.row], frozenset())
                shape.looks[place[look.row]] = known if look.name in _PASSED_ON else known | {look.name or ""}
            shape.patterns.clear()  # they were told apart by fewer looks
        if len(shape.patterns) >= _MOST_PATTERNS:
            shape.shared = False
        said = self._said(run_id, shape.looks, rows)
        pattern = Pattern(facts, rows, self.history, shape.looks)
        if said is not None:
            shape.patterns[said] = pattern
        return pattern

    def _said(self, run_id: str, looks: Looks, rows: Sequence[int]) -> Hashable | None:
        """What a run's payloads say where somebody would look; `None` when that cannot be compared."""
        said: list[Hashable] = []
        keys: dict[str, int] = {}
        for place, names in looks.items():
            body = self._payloads.plain(rows[place])
            if body is None:
                return None
            if names.isdisjoint(body):
                continue  # most looks find nothing
            for name in sorted(names & body.keys()):
                told = _told(name, body[name], run_id, keys)
                if told is None:
                    return None
                said.append((place, name, told))
        return tuple(said)


def _covered(known: Looks, looks: Sequence[Look], place: Mapping[int, int]) -> bool:
    """Whether each look is among those that are known already."""
    return all(
        look.name in _PASSED_ON or (look.name is not None and look.name in known.get(place.get(look.row, -2), ()))
        for look in looks
    )


def _told(name: str, value: Any, run_id: str, keys: dict[str, int]) -> Hashable | None:
    """A field as far as it matters; `None` when it cannot be compared."""
    if name == "key":
        return _key(value, run_id, keys)
    if type(value) not in _SCALARS:
        return _comparable(value)
    return type(value), value


def _ages(facts: RunFacts, place: Mapping[int, int]) -> Iterator[tuple[int, float]]:
    for step in facts.steps:
        if step.key:
            lifetime = step.declaration.key_lifetime_seconds
            yield place[step.opened], ASSUMED_KEY_LIFETIME_SECONDS if lifetime is None else lifetime


def _key(value: Any, run_id: str, keys: dict[str, int]) -> Hashable | None:
    """A key as the verdict sees it: whether there is one, the same as which other, and if the run's id is in it."""
    if not value:
        return (type(value), value) if type(value) in _SCALARS else None
    if type(value) is not str:
        return None
    return keys.setdefault(value, len(keys)), run_id in value, is_made_of(value, run_id)


def _comparable(value: Any) -> tuple[Any, ...] | None:
    """A list of plain values as a tuple of types and values, `None` for anything that is not."""
    if type(value) not in {list, tuple} or any(type(item) not in _SCALARS for item in value):
        return None
    return tuple((type(item), item) for item in value)
