"""What forbids or clouds an action whatever the single steps say: damage, other writers, other code, the pivot.

The numbers G1 … G14 are those of the rule table (G15 is our own) that this file is checked against by
`tests/analysis/test_gates.py`, one test per gate.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from typing import Final, Literal, NamedTuple

from workbench.analysis.facts import Child, RunFacts, RunStatus
from workbench.analysis.other_keys import DryReplay, Keys
from workbench.analysis.safety import Safety
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.journal import Report
from workbench.model import Position, Unsaid, position_text

__all__ = ["RESUMED", "Action", "CodeCheck", "Gates", "Kin", "Ruling", "cut_of", "gates_of"]

RESUMED: Final = -1
"""Stands for a row in `Gates.checks`: nothing is cut."""

CodeCheck = Literal["clean", "diverged", "unknown"]


class Action(StrEnum):
    """What a person can do with a run."""

    RESUME = "resume"
    RETRY_FROM = "retry_from"
    RERUN = "rerun"
    COMPENSATE = "compensate"


class Ruling(NamedTuple):
    """What a gate says about an action; SAFE ones are notes.

    Attributes:
        safety: The verdict of this gate.
        reason: Why.
        gate: Its number, `"G4"`; further rulings of one gate are `"G4.2"`, `"G4.3"`. By it a person accepts it.
    """

    safety: Safety
    reason: str
    gate: str = ""


class Kin(NamedTuple):
    """A child run of which the log says what it did.

    Attributes:
        again: What beginning it anew would mean; `None` where it is met again instead.
        stands: Something that it did is not undone, or may not be.
        failed: It ended in a failure, which its parent is told again.
        undone: It completed, and some of what it did is undone or being undone since.
    """

    again: Ruling | None
    stands: bool
    failed: bool
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Gates:
    """Facts about log, run and code that hold for every step.

    Attributes:
        status: Where the run stands.
        rotten: Events may be missing from the middle (G1).
        torn: The last write was cut off; its event was never acknowledged (G2).
        tail_lost: The machine restarted and the log's tail was not synced (G3).
        boot_unknown: Whether it restarted cannot be known.
        writer_alive: Another process may be executing the run right now (G4).
        code_check: What a dry replay of the code at hand found (G5); `None` when nobody replayed.
        diverged_at: Where it diverged; `None` for unknown, which counts as the beginning.
        checks: What dry replays of the part of the log that an action keeps found: by the row of the cut, and under
            `RESUMED` for resuming. Cuts that were not tried are judged by `diverged_at`.
        keys: What is known of the keys of effects that stand (G15).
        unfit: Why the code at hand cannot be given what the log holds, where that is not about one step (G6).
        stale: Steps whose recorded result must not be used again, each with the reason (G9, G10).
        contested: Idempotent steps whose resource others may have written since.
        children: Child runs (G12): what they did is not in this run's steps.
        resumed_children: What resuming each open child would mean, which resuming this run does (G12).
        kin: What is known of children by their own runs, by run id (G12).
        outdated: First row in which the code was told that a child failed which has gone on since; `sys.maxsize` for
            none.
        signals: Name and row of each consumed signal (G12).
        unconsumed: Names of signals that wait to be consumed (G12).
        received: Name and row of each signal and request that the code may have taken (G12).
        continued_as: Run in which this one went on; `""` for none.
        recoveries: How often the run went on in a new process.
        given_up: The last decision about an open run, where that was not to go forward: `compensate` or `rerun`.
        unsaid: What the engine does not write down.
        assumed: What the reader of the history says about the run.
        unseen: Deeds for the run that its history does not show (G1: they may be acts).
        missing: What is missing from the history (G1).
    """

    status: RunStatus = RunStatus.INTERRUPTED
    rotten: bool = False
    torn: bool = False
    tail_lost: bool = False
    boot_unknown: bool = False
    writer_alive: bool = False
    code_check: CodeCheck | None = None
    diverged_at: Position | None = None
    checks: Mapping[int, DryReplay] = field(default_factory=dict)
    keys: Keys = field(default_factory=Keys)
    unfit: str = ""
    stale: Mapping[Position, str] = field(default_factory=dict)
    contested: frozenset[Position] = frozenset()
    children: tuple[Child, ...] = ()
    resumed_children: tuple[tuple[Child, Ruling], ...] = ()
    kin: Mapping[str, Kin] = field(default_factory=dict)
    outdated: int = sys.maxsize
    signals: tuple[tuple[str, int], ...] = ()
    unconsumed: tuple[str, ...] = ()
    received: tuple[tuple[str, int], ...] = ()
    continued_as: str = ""
    recoveries: int = 0
    given_up: str = ""
    unsaid: frozenset[Unsaid] = frozenset()
    assumed: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def rulings(self, action: Action, steps: Sequence[StepFacts], start: int = 0) -> Iterator[Ruling]:
        """What the gates say, most basic first.

        Args:
            action: The action.
            steps: All steps of the run, in order.
            start: `retry_from`: number of the step from which on everything is executed again.
        """
        yield from _numbered("G4", self._writer())
        yield from _numbered("G1", self._damage(action), self._unseen(action))
        yield from _numbered("G5", self._code(action, steps, start))
        yield from self._keys(action, steps, start)
        yield from _numbered("G6", self._unfit(action), _unusable(action, steps, start))
        yield from _numbered("G9", self._stale(action, steps, start))
        yield from _numbered("G12", self._company(action, steps, start))
        yield from _numbered("G7", _pivot(action, steps))
        yield from _numbered("G8", self._ended(action))

    def assumptions(self, action: Action) -> list[str]:
        """What the gates take for granted."""
        assumed = []
        if self.code_check is None and action is not Action.RERUN and Unsaid.CODE not in self.unsaid:
            assumed.append("the code is the one that was recorded: no dry replay was made")
        if self.boot_unknown:
            assumed.append("the machine did not restart since the last write")
        if self.tail_lost:
            assumed.append("steps that must not repeat wrote their intent durably before they began")
        assumed += [f"the history does not say {unsaid}" for unsaid in self._matters()]
        return [*assumed, *self.assumed, *self.unseen, *self.missing]

    def _matters(self) -> list[Unsaid]:
        """What the engine does not write down and would be asked about this run."""
        idle = {Unsaid.WORKER} if self.status is not RunStatus.RUNNING else set[Unsaid]()
        idle |= {Unsaid.BEGINNINGS, Unsaid.LOCAL_STEPS} if self.status is RunStatus.COMPLETED else set[Unsaid]()
        idle |= {Unsaid.CONSUMPTION} if not self.received else set[Unsaid]()
        return sorted(self.unsaid - idle)

    def _writer(self) -> Iterator[Ruling]:
        if self.status is RunStatus.RUNNING and not self.writer_alive and Unsaid.WORKER in self.unsaid:
            yield Ruling(Safety.CHECK, "the run is open and its engine may be executing it right now: look there first")
        elif self.writer_alive or self.status is RunStatus.RUNNING:
            yield Ruling(Safety.UNSAFE, "a live process may be executing this run: stop it first")

    def _damage(self, action: Action) -> Iterator[Ruling]:
        broken = Safety.CHECK if action is Action.COMPENSATE else Safety.UNSAFE
        if self.rotten:
            yield Ruling(broken, "events are missing from the middle of the log; they may hold acts")
        yield from (Ruling(broken, f"{reason}; they may hold acts") for reason in self.missing)
        if self.status is RunStatus.UNKNOWN:
            yield Ruling(broken, "the beginning of the run is not in the log; what is missing may hold acts")

    def _code(self, action: Action, steps: Sequence[StepFacts], start: int) -> Iterator[Ruling]:
        if action is Action.RERUN:
            return
        if self.code_check is None and Unsaid.CODE in self.unsaid:
            yield Ruling(Safety.CHECK, "the history does not say which version of the code ran: compare before you act")
        elif self.code_check == "unknown":
            yield Ruling(Safety.CHECK, "nobody knows whether the code is the one that was recorded")
        elif self.code_check == "diverged" and action is Action.COMPENSATE:
            yield Ruling(Safety.CHECK, "the code differs from the recorded one, and so may its undos")
        elif not self._fits(action, steps, start):
            where = f" at {position_text(self.diverged_at)}" if self.diverged_at else ""
            yield Ruling(Safety.UNSAFE, f"the code diverges from the log{where}: results would go to other steps")

    def _fits(self, action: Action, steps: Sequence[StepFacts], start: int) -> bool:
        """Whether the code at hand does what the log holds, as far as the action keeps it."""
        if action is not Action.RETRY_FROM:
            return self.code_check != "diverged"
        tried = self.checks.get(cut_of(steps, start))
        if tried is not None:
            return tried.fits
        return self.code_check != "diverged" or self._before_divergence(steps, start)

    def _keys(self, action: Action, steps: Sequence[StepFacts], start: int) -> Iterator[Ruling]:
        """G15: effects that would be done again under other keys, which the other side does not recognise."""
        if action is Action.COMPENSATE:
            return
        cut = cut_of(steps, start) if action is Action.RETRY_FROM else RESUMED
        first = {Action.RESUME: sys.maxsize, Action.RERUN: -1}.get(action, cut)
        tried = self.checks.get(cut) if action is not Action.RERUN else None
        asked = tried.asked if tried is not None else ()
        yield from (Ruling(*found) for found in self.keys.against(steps, first, asked))

    def _before_divergence(self, steps: Sequence[StepFacts], start: int) -> bool:
        """Whether all that a retry reads from the log comes before the divergence in the order of the program.

        Positions give that order within one branch. A divergence between the steps of another branch could be
        on either side of the cut, so it does not count as after it.
        """
        here = self.diverged_at
        if here is None or (len(here) > 1 and all(step.position != here for step in steps)):
            return False
        return (
            start < len(steps) and steps[start].position <= here and all(step.position < here for step in steps[:start])
        )

    def _unfit(self, action: Action) -> Iterator[Ruling]:
        """G6: what the run began with cannot be given to the code at hand."""
        if self.unfit:
            safety = Safety.CHECK if action is Action.COMPENSATE else Safety.UNSAFE
            yield Ruling(safety, f"the code at hand cannot be given what the log holds: {self.unfit}")

    def _stale(self, action: Action, steps: Sequence[StepFacts], start: int) -> Iterator[Ruling]:
        if not self.stale or action not in {Action.RESUME, Action.RETRY_FROM}:
            return
        for step in steps[:start] if action is Action.RETRY_FROM else steps:
            if step.position in self.stale:
                yield Ruling(Safety.CHECK, f"the recorded result of {step.label} is stale: {self.stale[step.position]}")

    def _company(self, action: Action, steps: Sequence[StepFacts], start: int) -> Iterator[Ruling]:
        """G12: children and signals. A resumed run meets them again; other actions may lose or double them."""
        cut = cut_of(steps, start) if action is Action.RETRY_FROM else -1
        if action in {Action.RESUME, Action.RETRY_FROM}:
            yield from (found for _, found in self.resumed_children)
        if action is not Action.COMPENSATE:
            yield from self._undone_children(action)
        if action is Action.RESUME:
            return
        for child in self.children:
            if child.opened >= cut or self._ended_it(child, steps, cut):
                yield from self._child(action, child)
        if action is Action.COMPENSATE:
            yield from (Ruling(Safety.CHECK, f"signal {name} waits to be consumed") for name in self.unconsumed)
            return
        taken = [(f"{name} was received and may have been taken: send it again", row) for name, row in self.received]
        taken += [(f"signal {name} was consumed, and would be waited for again", row) for name, row in self.signals]
        yield from (Ruling(Safety.CHECK, reason) for reason, row in taken if row >= cut)
        if action is Action.RERUN:
            yield from (Ruling(Safety.CHECK, f"signal {name} would not reach a new run") for name in self.unconsumed)

    def _undone_children(self, action: Action) -> Iterator[Ruling]:
        """Children whose outcome the code is given, or has been given, although what they did is undone."""
        for child in self.children:
            kin = self.kin.get(child.run_id)
            if kin is not None and kin.undone and (action is not Action.RERUN or kin.again is None):
                reason = f"what the child run {child.label} did is undone, and the code is told that it is done"
                yield Ruling(Safety.UNSAFE, reason)

    def _ended_it(self, child: Child, steps: Sequence[StepFacts], cut: int) -> bool:
        """Whether the failure of a child is the last that the code was told, and a cut keeps that."""
        return (
            child.failed and child.answer < min(cut, self.outdated) and all(one.answer < child.answer for one in steps)
        )

    def _child(self, action: Action, child: Child) -> Iterator[Ruling]:
        kin = self.kin.get(child.run_id)
        if kin is None:
            yield Ruling(Safety.CHECK, f"the child run {child.label} may have acted: see its own verdict")
        elif action is Action.COMPENSATE and kin.stands:
            yield Ruling(Safety.CHECK, f"what the child run {child.label} did stays: see its own verdict")
        elif action is Action.RETRY_FROM and kin.failed:
            reason = f"the child run {child.label} has failed, and the code would be told so again: retry it first"
            yield Ruling(Safety.CHECK, reason)
        elif action is Action.RERUN and kin.again is not None:
            yield kin.again

    def _unseen(self, action: Action) -> Iterator[Ruling]:
        """What other engines' histories hide: steps that never ended, and the run that went on from here."""
        hidden = self.unsaid & {Unsaid.BEGINNINGS, Unsaid.LOCAL_STEPS}
        if hidden and self.status is not RunStatus.COMPLETED:
            yield Ruling(Safety.CHECK, f"the history does not say {min(hidden)}: one may have acted")
        if self.recoveries and Unsaid.BEGINNINGS in self.unsaid:
            reason = (
                "the run was recovered: what was running then may have been done twice, and its step is not recorded"
            )
            yield Ruling(Safety.CHECK, reason)
        if self.continued_as and action is not Action.RESUME:
            yield Ruling(Safety.CHECK, f"the run went on as run {self.continued_as}: look at that one first")
        yield from (Ruling(Safety.CHECK, reason) for reason in self.unseen)

    def _ended(self, action: Action) -> Iterator[Ruling]:
        if action is not Action.RESUME:
            return
        if self.given_up:
            yield Ruling(Safety.UNSAFE, f"somebody decided to {self.given_up} it: finish that, or retry from a step")
        if self.status is RunStatus.COMPLETED:
            yield Ruling(Safety.SAFE, "the run has completed: there is nothing to resume")
        elif self.status in {RunStatus.FAILED, RunStatus.CANCELLED}:
            yield Ruling(Safety.SAFE, f"the run has ended ({self.status}): resuming would end in the same way")


def gates_of(
    facts: RunFacts,
    report: Report | None = None,
    *,
    code_check: CodeCheck | None = None,
    diverged_at: Position | None = None,
) -> Gates:
    """The gates of a run.

    Args:
        facts: The run.
        report: How its log was found; without one (other engines) the log counts as whole.
        code_check: What a dry replay found.
        diverged_at: Where it diverged.
    """
    gates = Gates(
        status=facts.status,
        code_check=code_check,
        diverged_at=diverged_at,
        children=facts.children,
        signals=facts.signals,
        unconsumed=facts.unconsumed,
        received=facts.received,
        continued_as=facts.continued_as,
        recoveries=facts.recoveries,
        given_up=_given_up(facts),
        unsaid=facts.unsaid,
        assumed=facts.assumed,
        unseen=facts.unseen,
        missing=facts.missing,
    )
    if report is None:
        return gates
    open_tail = not report.closed and report.last_seq > report.synced_seq
    return replace(
        gates,
        rotten=report.rotten,
        torn=report.torn,
        tail_lost=open_tail and report.same_boot is False,
        boot_unknown=open_tail and report.same_boot is None,
        writer_alive=report.writer_alive,
    )


def cut_of(steps: Sequence[StepFacts], start: int) -> int:
    """Row before which a retry keeps the log; beyond every row where it keeps all steps."""
    return steps[start].opened if start < len(steps) else sys.maxsize


def _given_up(facts: RunFacts) -> str:
    last = facts.decisions[-1].action if facts.decisions and facts.ended_ns < 0 else ""
    return last if last in {Action.COMPENSATE, Action.RERUN} else ""


def _numbered(gate: str, *rulings: Iterator[Ruling]) -> Iterator[Ruling]:
    """The rulings of one gate, each with a name of its own."""
    for number, ruling in enumerate(chain(*rulings), start=1):
        yield ruling if ruling.gate else ruling._replace(gate=gate if number == 1 else f"{gate}.{number}")


def _unusable(action: Action, steps: Sequence[StepFacts], start: int) -> Iterator[Ruling]:
    """G6: a result that the code would be handed cannot be."""
    if action is Action.RERUN:
        return
    for step in steps[:start] if action is Action.RETRY_FROM else steps:
        undone = action is Action.COMPENSATE
        if step.unusable and not (undone and step.untold):
            safety = Safety.CHECK if undone else Safety.UNSAFE
            yield Ruling(safety, f"{step.label} is done, but {step.unusable}")


def _pivot(action: Action, steps: Sequence[StepFacts]) -> Iterator[Ruling]:
    """G7: past the point of no return a run can only go forward."""
    if action not in {Action.RERUN, Action.COMPENSATE}:
        return
    for step in steps:
        if not step.declaration.pivot or not step.acts:
            continue
        if step.state in {State.COMMITTED, State.COMPENSATION_FAILED}:
            yield Ruling(Safety.UNSAFE, f"{step.label} is the point of no return and is done: go forward")
        elif step.state in {State.IN_DOUBT, State.COMPENSATION_IN_DOUBT}:
            yield _pivot_in_doubt(action, step)


def _pivot_in_doubt(action: Action, step: StepFacts) -> Ruling:
    """Bad where it happened; and where it did not, an undo that is not null-safe does harm of its own."""
    declared = step.declaration
    reason = f"{step.label} is the point of no return and may have happened"
    if action is Action.COMPENSATE and step.undoable and not declared.undo_null_safe:
        return Ruling(Safety.UNSAFE, f"{reason}, and its undo is not declared harmless where it did not")
    if step.asks:
        return Ruling(Safety.CHECK, f"{reason}: ask {step.asks}")
    return Ruling(Safety.UNSAFE, f"{reason}, and it has no probe that could tell")
