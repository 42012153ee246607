"""What a triage row says of a verdict: the best action and why, or what stands in the way of every one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.analysis.doubts import DOUBTFUL, Doubt, Surplus, doubts_of, surplus_of
from workbench.analysis.facts import Child, RunFacts, RunStatus, read_facts
from workbench.analysis.freshness import reliance_of, stale_in
from workbench.analysis.gates import Action, Gates, gates_of
from workbench.analysis.hazards import Case, contested
from workbench.analysis.judgement import traits_of
from workbench.analysis.options import PREFERENCE, Option
from workbench.analysis.other_keys import Keys, done_again, made_keys
from workbench.analysis.safety import ORDER, Safety
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.analysis.verdict import Verdict, verdict, verdict_of
from workbench.journal import Report
from workbench.model import Kind, Position

if TYPE_CHECKING:
    from workbench.analysis.triage.likeness import Pattern

__all__ = ["AT_REST", "Judged", "Outlook", "Outlooks", "failing_step", "kind_of", "outlook_of", "resting_of"]

AT_REST = {
    RunStatus.COMPLETED: "the run has completed: nothing needs to be done",
    RunStatus.COMPENSATED: "all that the run did is undone: nothing needs to be done",
}
"""Runs that need nothing, whatever could be done with them."""


class Outlook(NamedTuple):
    """A verdict in one line.

    Attributes:
        best: The preferred action; `""` when none is SAFE or none is needed.
        from_step: `retry_from`: label of the step; `""` for other actions.
        safety: That of the best action; where none is SAFE, that of the least bad one; SAFE for a run at rest.
        because: Its reason.
    """

    best: str
    from_step: str
    safety: Safety
    because: str


def outlook_of(verdict: Verdict) -> Outlook:
    """The best option of a verdict, or its blocking reason."""
    if verdict.status in AT_REST:
        return _resting(verdict.status, _labels(verdict.in_doubt, verdict.surplus))
    option = _shown(verdict)
    if option is verdict.best_option:
        return Outlook(str(option.action), option.from_step, option.safety, option.because)
    return Outlook("", "", option.safety, f"{option.action}: {option.because}")


def _resting(status: RunStatus, left: Sequence[str]) -> Outlook:
    """A run that is over; `left` are labels of steps that may have acted otherwise than the code knows."""
    if left:
        return Outlook("", "", Safety.CHECK, f"the run is over ({status}); left to be settled: {', '.join(left)}")
    return Outlook("", "", Safety.SAFE, AT_REST[status])


def _shown(verdict: Verdict) -> Option:
    """The best option, or the first of the least bad ones; there always is one, as a run can be run again."""
    rows = [row for action in PREFERENCE if (row := verdict.row(action)) is not None and row.useful]
    return verdict.best_option or min(rows, key=lambda row: ORDER[row.safety])


def failing_step(facts: RunFacts) -> StepFacts | None:
    """Where it hurts: of an open run the first step without an outcome, else the last one that failed."""
    if facts.status in AT_REST:
        return None
    if facts.ended_ns < 0:
        waiting = next((step for step in facts.steps if not step.answered), None)
        if waiting is not None:
            return waiting
    return next((step for step in reversed(facts.steps) if step.error_type), None)


class Judged(NamedTuple):
    """What was found out about runs of one kind.

    Attributes:
        outlook: The verdict in one line, as long as no run has a say of its own.
        overwrites: The action that it names writes idempotent steps anew: other runs may have written since.
        makes_keys: It makes keys again: they may come out differently.
    """

    outlook: Outlook
    overwrites: bool
    makes_keys: bool


class Outlooks:
    """Judges runs, each kind once: the verdict reads facts and gates, so runs that agree in these share it.

    What the verdict cannot see is left out of the comparison (texts of errors, where the code stands) or put as the
    verdict sees it: rows by their order, keys by whether they hold, ages by what they have outlived. Every other
    field of `StepFacts` and `Gates` counts as it is, those that will be added some day included.

    Args:
        now_ns: The moment of acting, nanoseconds since the epoch.
    """

    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns
        self._known: dict[Hashable, Judged] = {}

    def of(self, case: Case, pattern: Pattern | None = None) -> Outlook:
        """The outlook of one run.

        Args:
            case: The run, at this moment.
            pattern: What was found out about runs like it, where there are any.
        """
        if pattern is None:
            return self._of_its_own(case)
        if pattern.facts.status in AT_REST:
            return pattern.resting
        stale = stale_in(case, pattern.reliance, pattern.fresh.stale_in)
        return self._alone(case, stale) if stale else self._settled(case, pattern.judged(case, self))

    def _of_its_own(self, case: Case) -> Outlook:
        facts = case.facts
        if facts.status in AT_REST:
            return resting_of(facts)
        if facts.children:  # these are met again, resumed or done again: other runs have a say
            found = verdict_of(case.history, case.run_id, case.report, now_ns=self.now_ns)
            return outlook_of(found)
        stale = stale_in(case, reliance_of(case.history, case.rows, facts))
        return self._alone(case, stale) if stale else self._settled(case, self.judged(facts, case.report))

    def _settled(self, case: Case, judged: Judged) -> Outlook:
        """What holds for runs of a kind, unless other runs or the keys of this one have a say.

        That others may have written what it would write, or that a key may come out differently, only ever makes an
        option worse that would do it again, so for all others it needs not be found out.
        """
        if judged.overwrites and contested(case):
            return self._alone(case, {})
        if judged.makes_keys and made_keys(lambda: case.record, case.facts.steps, case.body):
            return self._alone(case, {})
        return judged.outlook

    def judged(self, facts: RunFacts, report: Report | None) -> Judged:
        """What holds for all runs of a kind in which nothing is stale."""
        gates = gates_of(facts, report)
        kind = kind_of(facts.steps, gates, self.now_ns)
        known = self._known.get(kind)
        if known is None:
            found = verdict(facts.run_id, facts.steps, gates, now_ns=self.now_ns, candidates=0)
            known = self._known[kind] = _judged(facts, found)
        return known

    def _alone(self, case: Case, stale: Mapping[Position, str]) -> Outlook:
        """A run that is like no other: something in it is stale, or others may have written what it would write."""
        facts = read_facts(case.history, case.run_id, case.report)
        made = made_keys(lambda: case.record, facts.steps, case.body)
        gates = replace(gates_of(facts, case.report), stale=stale, keys=Keys(made))
        found = verdict(case.run_id, facts.steps, gates, now_ns=self.now_ns, candidates=0)
        if _overwrites(facts, found) and (others := contested(case)):
            gates = replace(gates, contested=others)
            found = verdict(case.run_id, facts.steps, gates, now_ns=self.now_ns, candidates=0)
        return outlook_of(found)


def resting_of(facts: RunFacts) -> Outlook:
    """The outlook of a run that is over."""
    return _resting(facts.status, _left(facts))


def _left(facts: RunFacts) -> list[str]:
    """Steps about which something is left to be settled; most runs have none, so a glance comes first."""
    if not any(step.repeated or step.contradicted or step.state in DOUBTFUL for step in facts.steps):
        return []
    return _labels(doubts_of(facts.steps), surplus_of(facts.steps))


def _labels(doubts: Sequence[Doubt], surplus: Sequence[Surplus]) -> list[str]:
    return sorted({doubt.step for doubt in doubts} | {one.step for one in surplus})


def _judged(facts: RunFacts, found: Verdict) -> Judged:
    makes_keys = False
    if found.status not in AT_REST and _shown(found).action is not Action.RESUME:
        again = set(_shown(found).executes_again)
        makes_keys = any(step.label in again for step in done_again(facts.steps, -1))
    return Judged(outlook_of(found), _overwrites(facts, found), makes_keys)


def _overwrites(facts: RunFacts, found: Verdict) -> bool:
    """Whether the option that is shown would write anew what an idempotent step wrote."""
    if found.status in AT_REST:
        return False
    again = set(_shown(found).executes_again)
    return any(
        step.kind is Kind.IDEMPOTENT and step.state is State.COMMITTED and step.label in again for step in facts.steps
    )


_WITH_ROWS = {"children", "signals", "received", "resumed_children", "kin", "outdated"}
_GATES = attrgetter(*(field.name for field in fields(Gates) if field.name not in _WITH_ROWS))


def kind_of(steps: Sequence[StepFacts], gates: Gates, now_ns: int) -> Hashable:
    """Equal for runs whose verdicts are."""
    rows = {row for step in steps for row in (step.opened, step.answer)}
    rows |= {row for _, row in (*gates.signals, *gates.received)} | {child.opened for child in gates.children}
    order = {row: place for place, row in enumerate(sorted(rows))}
    company = (
        tuple((name, order[row]) for name, row in gates.signals),
        tuple((name, order[row]) for name, row in gates.received),
        tuple(_child(child, order) for child in gates.children),
    )
    return (
        tuple(_step(step, order, now_ns) for step in steps),
        company,
        tuple(_hashable(value) for value in _GATES(gates)),
    )


def _step(step: StepFacts, order: Mapping[int, int], now_ns: int) -> Hashable:
    return traits_of(step, now_ns), step.position, order[step.opened], order[step.answer]


def _child(child: Child, order: Mapping[int, int]) -> Hashable:
    return child.label, order[child.opened], child.answer >= 0


def _hashable(value: Any) -> Hashable:
    return tuple(sorted(value.items())) if isinstance(value, Mapping) else value
