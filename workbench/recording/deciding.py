"""What a person may do with a run: look at the plan, settle doubts, act. Each deed is refused unless it is SAFE.

Every act is planned first (`dry_run=True` gives the plan and does nothing), checked against the verdict at that
moment, written into the log as a decision, and then carried out by a `Recorder`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.analysis import Action, verdict_of
from workbench.machine import Retry
from workbench.program import as_workflow
from workbench.recorder import UNDO_RETRY, Undone
from workbench.recording.basis import step_named
from workbench.recording.decision_record import DecisionRecord
from workbench.recording.drawn import DrawnVerdict
from workbench.recording.executions import standing_of
from workbench.recording.judging import judged
from workbench.recording.one_run import Code
from workbench.recording.plan import Plan
from workbench.recording.settling import Settling, who_decides
from workbench.recording.undoing import Undoing

__all__ = ["Deciding"]


class Deciding(Settling):
    """The deciding half of `Run`."""

    # --- the verdict ----------------------------------------------------------------------------------------

    def verdict(self, code: Code | None = None, *, from_step: str = "") -> DrawnVerdict:
        """May it be resumed, retried, re-run, compensated?

        Args:
            code: With code, a dry replay shows whether it still fits the log.
            from_step: A step (label, name or position) that must have a `retry_from` row, though others are nearer
                to the trouble.

        Raises:
            UsageError: There is no such step.
        """
        position = step_named(self.facts, from_step).position if from_step else None
        if code is None:
            report, moment = self._loaded.report, self._now_ns
            return DrawnVerdict.of(verdict_of(self.history, self.id, report, from_position=position, now_ns=moment))
        self._must_replay()
        return DrawnVerdict.of(judged(self._loaded, self.id, as_workflow(code), position, now_ns=self._now_ns)[0])

    # --- acting ---------------------------------------------------------------------------------------------

    def resume(
        self,
        code: Code | None = None,
        *,
        dry_run: bool = False,
        accept: Sequence[str] = (),
        in_doubt: str = "stop",
        by: str = "",
        why: str = "",
    ) -> Any:
        """Go on with the run for real, in this process: steps without an outcome are executed.

        Args:
            code: The workflow; the recorded one by default, imported now.
            dry_run: Do nothing; give the plan.
            accept: Ids of objections to act in spite of, see `Plan.objections`.
            in_doubt: What to do at a step in doubt that must not repeat: `stop` (default) or `probe`.
            by: Who decides; the user of this process by default.
            why: On what grounds.

        Returns:
            What the workflow returns; with `dry_run` the `Plan`. `run.refresh()` shows the new events.

        Raises:
            UnsafeError: The verdict is not SAFE, and not all that speaks against it was accepted.
            InDoubtError: A step is in doubt and must not be repeated blindly.
            LogBusyError: Another live process writes the log.
            UsageError: Another engine ran it.
            Exception: What the workflow raises.
        """
        now = self._now(code, accept)
        plan = now.plan(Action.RESUME)
        if dry_run:
            return plan
        plan.check(accept)
        with now.recorder() as recorder:
            if now.facts.ended_ns < 0:
                recorder.decide(self.id, _decision(plan, accept, by, why))
            return recorder.resume(self.id, now.workflow, in_doubt=in_doubt)

    def retry_from(
        self,
        step: str = "",
        code: Code | None = None,
        *,
        dry_run: bool = False,
        accept: Sequence[str] = (),
        by: str = "",
        why: str = "",
    ) -> Any:
        """Go back to a step and forward again, in the same run and with the same keys.

        What came after the step stays in the log, for the truth about the world; the code is not given it any more.
        A step that was undone is done anew under a new key.

        Args:
            step: Label, name or position of the step to begin with; the best one by default. `"end"` keeps every step
                and forgets only how the run ended, for code that was mended.
            code: The workflow, or a mended version of it; the recorded one by default, imported now.
            dry_run: Do nothing; give the plan.
            accept: Ids of objections to act in spite of.
            by: Who decides; the user of this process by default.
            why: On what grounds.

        Returns:
            What the workflow returns; with `dry_run` the `Plan`.

        Raises:
            UnsafeError: The verdict is not SAFE, and not all that speaks against it was accepted.
            UsageError: There is no such step, or another engine ran it.
            Exception: As `resume`.
        """
        now = self._now(code, accept)
        plan = now.plan(Action.RETRY_FROM, step)
        if dry_run:
            return plan
        plan.check(accept)
        facts = _decision(plan, accept, by, why)
        with now.recorder() as recorder:
            return recorder.retry_from(self.id, now.workflow, now.cut(plan.option.from_step), facts)

    def rerun(
        self,
        code: Code | None = None,
        *,
        id: str = "",
        dry_run: bool = False,
        accept: Sequence[str] = (),
        by: str = "",
        why: str = "",
    ) -> Any:
        """Begin again in a new run with the same arguments and business key. The old run is ended.

        Args:
            code: The workflow; the recorded one by default, imported now.
            id: Id of the new run; the old one with a number behind it by default.
            dry_run: Do nothing; give the plan.
            accept: Ids of objections to act in spite of.
            by: Who decides; the user of this process by default.
            why: On what grounds.

        Returns:
            What the workflow returns; with `dry_run` the `Plan`.

        Raises:
            UnsafeError: The verdict is not SAFE, and not all that speaks against it was accepted.
            UsageError: The log holds a run of this id, or another engine ran it.
            Exception: As `resume`.
        """
        now = self._now(code, accept)
        plan = now.plan(Action.RERUN)
        if dry_run:
            return plan
        plan.check(accept)
        new_id = id or _next_id(self.id, now.history.runs)
        with now.recorder() as recorder:
            return recorder.rerun(self.id, now.workflow, new_id, _decision(plan, accept, by, why))

    def compensate(  # noqa: PLR0913 - what a decision consists of
        self,
        code: Code | None = None,
        *,
        down_to: str = "",
        dry_run: bool = False,
        accept: Sequence[str] = (),
        retry: Retry = UNDO_RETRY,
        by: str = "",
        why: str = "",
    ) -> Any:
        """Undo what the run did, last step first; it is then over.

        Args:
            code: The workflow whose steps declare the undos; the recorded one by default, imported now.
            down_to: Undo only from the end down to this step (label, name or position); the run then waits for
                `retry_from` that step.
            dry_run: Do nothing; give the plan.
            accept: Ids of objections to act in spite of.
            retry: When an undo that failed is tried again.
            by: Who decides; the user of this process by default.
            why: On what grounds.

        Returns:
            What became of each undo (`Undoing`), up to the first that fails (`.failed`); with `dry_run` the `Plan`.

        Raises:
            UnsafeError: The verdict is not SAFE, and not all that speaks against it was accepted.
            CodeNotFoundError: The code of a step is not to be found.
            LogBusyError: Another live process writes the log.
            UsageError: There is no such step, or another engine ran it.
        """
        now = self._now(code, accept)
        plan = now.plan(Action.COMPENSATE, down_to)
        if dry_run:
            return plan
        plan.check(accept)
        undone = [now.step(label) for label in plan.option.must_compensate]
        steps = {step.name: now.code_of(step) for step in undone}
        executions = [standing_of(step).seq for step in undone]
        with now.recorder() as recorder:
            facts = _decision(plan, accept, by, why)
            done: list[Undone] = recorder.compensate(
                self.id, executions, steps.__getitem__, facts, retry=retry, end=not down_to
            )
        return Undoing(self.id, tuple(done), len(executions))

    def decision_record(self) -> DecisionRecord:
        """What people decided about this run: who, when, why, what they accepted; as Markdown, HTML or JSON."""
        return DecisionRecord.of(self.facts, self.history)


def _decision(plan: Plan, accept: Sequence[str], by: str, why: str) -> dict[str, Any]:
    option = plan.option
    return {
        "action": str(option.action),
        "from_step": option.from_step,
        "safety": str(option.safety),
        "because": option.because,
        "by": by or who_decides(),
        "why": why,
        "accepted": list(accept),
        "assumed": list(option.assumed),
        "calls": list(plan.sentences),
    }


def _next_id(run_id: str, known: Sequence[str]) -> str:
    taken, number = set(known), 2
    while f"{run_id}~{number}" in taken:
        number += 1
    return f"{run_id}~{number}"
