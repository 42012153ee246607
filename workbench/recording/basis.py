"""What acting on a run is based on: the run as its log holds it at this moment, and the code at hand."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench._errors import RunBusyError, UsageError
from workbench.analysis import END, Action, Option, RunFacts, StepFacts, outdated_answers, read_facts
from workbench.engines import Loaded
from workbench.model import ENDINGS, History, position_text
from workbench.program import Step, Workflow
from workbench.recorder import Recorder
from workbench.recording.finding_steps import step_of
from workbench.recording.judging import judged
from workbench.recording.plan import Plan, plan_of

__all__ = ["Basis", "step_named"]


@dataclass(frozen=True)
class Basis:
    """One run, read just now, and its code.

    Attributes:
        loaded: The log.
        run_id: The run.
        workflow: Its code.
    """

    loaded: Loaded
    run_id: str
    workflow: Workflow[..., Any]

    @property
    def history(self) -> History:
        """The log's events."""
        return self.loaded.history

    @cached_property
    def facts(self) -> RunFacts:
        """What the log says of the run."""
        return read_facts(self.history, self.run_id, self.loaded.report)

    @contextmanager
    def recorder(self) -> Generator[Recorder]:
        """A recorder for a run that is still as it was judged.

        Raises:
            LogBusyError: Another live process writes the log.
            RunBusyError: The run went on between judging it and locking its log.
        """
        with Recorder(Path(self.loaded.path)) as recorder:
            new = recorder.events_of(self.run_id) - len(self.history.rows_of(self.run_id))
            if new:
                message = f"run {self.run_id!r} went on while it was judged: {new} new events"
                raise RunBusyError(message, run_id=self.run_id, hint="look at run.refresh() first")
            yield recorder

    def plan(self, action: Action, step: str = "") -> Plan:
        """The dry run of an action, judged by a dry replay of the code.

        Args:
            action: The action.
            step: The step to retry from, or down to which to compensate.

        Raises:
            UsageError: There is no such step, or nothing to retry from.
        """
        named = step if step in {"", END} else self._named(step, action)
        position = self.step(named).position if named not in {"", END} else None
        verdict, outcome = judged(self.loaded, self.run_id, self.workflow, position)
        option = verdict.row(action, named if action is Action.RETRY_FROM else "")
        if option is None:
            ended = "has not ended" if self.facts.ended_ns < 0 else f"is {self.facts.status}, and nothing in it failed"
            what = ended if named == END else "has no step to retry from"
            raise UsageError(f"run {self.run_id!r} {what}", hint="run.verdict(code).options lists what can be done")
        if step and action is Action.COMPENSATE:
            option = self._part(option, self.step(step), verdict.row(Action.RETRY_FROM, named))
        return plan_of(self.facts, option, outcome, self._replaced())

    def _replaced(self) -> list[RunFacts]:
        """The run that this one replaces, and what that one had replaced in turn."""
        found: dict[str, RunFacts] = {}
        facts = self.facts
        while facts.again_of and facts.again_of not in found:
            facts = found[facts.again_of] = read_facts(self.history, facts.again_of, self.loaded.report)
        return list(found.values())

    def _part(self, option: Option, last: StepFacts, retry: Option | None) -> Option:
        """Compensating down to a step only: what came before it is left as it is, and speaks against nothing.

        Nor does a step without an undo that the retry, for which this is done, may repeat or gives to the code.
        """
        kept = {step.label for step in self.facts.steps if step.opened < last.opened}
        if retry is not None:
            against = {one.id for one in retry.objections}
            kept |= {*retry.executes_again, *retry.reads_from_log} - set(option.must_compensate) - against
        objections = tuple(one for one in option.objections if one.id not in kept)
        worst = max((one.safety for one in objections), key=["SAFE", "CHECK", "UNSAFE"].index, default="SAFE")
        undo = tuple(label for label in option.must_compensate if label not in kept)
        because = objections[0].reason if objections else f"can be undone down to {last.label}: {', '.join(undo)}"
        return replace(
            option, safety=type(option.safety)(worst), objections=objections, must_compensate=undo, because=because,
            in_doubt=tuple(label for label in option.in_doubt if label not in kept),
        )  # fmt: skip

    def cut(self, from_step: str) -> int:
        """Number of the first event that a retry supersedes."""
        columns = self.history.columns
        if from_step != END:
            return columns.seq[self.step(from_step).opened]
        ended = [row for row in self.history.rows_of(self.run_id) if columns.type[row] in ENDINGS]
        return columns.seq[min([*ended[-1:], *outdated_answers(self.history, self.facts, self.loaded.report)])]

    def _named(self, name: str, action: Action) -> str:
        """The label of the step that a person means; the end for a child that they want the code to be told again."""
        children = [one for one in self.facts.children if name in {one.label, one.label.rpartition(" ")[0], one.run_id}]
        if action is not Action.RETRY_FROM or not children:
            return self.step(name).label
        if children[0].answer in outdated_answers(self.history, self.facts, self.loaded.report):
            return END
        run_id = children[0].run_id
        raise UsageError(
            f"{children[0].label} is a run of its own, {run_id!r}, and nothing changed in it since its parent was told",
            hint=f"retry that one first: rec.run({run_id!r}).retry_from(…)",
        )

    def step(self, name: str) -> StepFacts:
        """The step that a person means.

        Raises:
            UsageError: None or several are called so.
        """
        return step_named(self.facts, name)

    def code_of(self, step: StepFacts) -> Step[..., Any]:
        """The code of a step.

        Raises:
            CodeNotFoundError: It cannot be found.
        """
        return step_of(step.name, self.history, self.workflow)


def step_named(facts: RunFacts, name: str) -> StepFacts:
    """The step that a person means: by label, position, or name.

    Args:
        facts: The run.
        name: `"charge_card (3)"`, `"3"`, or `"charge_card"` where it is called once.

    Raises:
        UsageError: None or several are called so.
    """
    found = [step for step in facts.steps if name in {step.label, position_text(step.position)}]
    found = found or [step for step in facts.steps if step.name == name]
    if not found:
        known = ", ".join(step.label for step in facts.steps[:8]) or "none"
        raise UsageError(f"run {facts.run_id!r} has no step {name!r}", hint=f"its steps: {known}")
    if len(found) > 1:
        labels = ", ".join(step.label for step in found[:8])
        raise UsageError(f"run {facts.run_id!r} calls {name} {len(found)} times", hint=f"say which: {labels}")
    return found[0]
