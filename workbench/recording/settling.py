"""Doubts about a run, settled: by probes, and by what people say they found out."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from workbench._errors import RunBusyError, UsageError
from workbench.analysis import State, read_facts
from workbench.engines import load
from workbench.program import as_workflow
from workbench.recorder import Recorder
from workbench.recording.basis import Basis
from workbench.recording.executions import execution_said
from workbench.recording.one_run import Code, OneRun
from workbench.recording.probing import Answers, ask
from workbench.recording.remote import must_be_here

__all__ = ["Settling", "who_decides"]


class Settling(OneRun):
    """The part of `Run` that finds out what happened."""

    def probe(
        self,
        step: str | int | None = None,
        code: Code | None = None,
        *,
        record: bool = False,
        by: str = "",
        why: str = "",
    ) -> Answers:
        """Ask the probes of steps in doubt, and of undos in doubt: read-only questions to the outside, asked now.

        A probe is called with the arguments and the key of the execution in doubt, an `undo_probe` with those of the
        undo. Finding nothing proves nothing while a request may be on its way: with a declared `timeout_seconds` that
        has not passed the answer is that the probe could not say.

        Args:
            step: Label, name, position or key of a step, or the number of the intent of one execution; all that are
                in doubt and have a probe by default.
            code: The workflow whose steps declare the probes; the recorded one by default, imported now.
            record: Write the answers into the log, as `resolve` does.
            by: Who asks, for the log; the user of this process by default.
            why: On what grounds, for the log.

        Raises:
            UsageError: The step is not in doubt or has no probe, or another engine ran it.
            LogBusyError: `record`, and another live process writes the log.
        """
        now = self._now(code)
        answers = ask(now, step)
        if record:
            with now.recorder() as recorder:
                for answer in answers.known:
                    said, happened = by or f"probe {answer.probe}", answer.happened is True
                    if answer.undo:
                        recorder.resolve_undo(self.id, answer.seq, undone=happened, by=said, why=why)
                    else:
                        recorder.resolve(
                            self.id, answer.seq, happened=happened, result=answer.result, by=said, why=why
                        )  # fmt: skip
        return answers

    def resolve(
        self,
        step: str | int,
        *,
        happened: bool | None = None,
        undone: bool | None = None,
        result: Any = None,
        by: str = "",
        why: str = "",
    ) -> Self:
        """Say what became of a step in doubt, or of its undo: your word is recorded, and the verdict made anew.

        What the code was told stays as it was. Of a step that the code was told to have failed, or that somebody
        decided to do again, your word counts in the verdict; code that comes there again after a decision to retry is
        given `result`, and the step is not executed.

        Args:
            step: Label, name, position or key; or the number of the intent of one execution, as the verdict names it.
            happened: Whether the step acted; of one that returned, whether another attempt of it acted as well.
            undone: Whether the step is undone: by an undo in doubt, or by hand.
            result: What the step returned, when it did.
            by: Who says so; the user of this process by default.
            why: On what evidence.

        Returns:
            The run as the log holds it now.

        Raises:
            UsageError: It is not in doubt, or several executions can be meant, or another engine ran it.
            LogBusyError: Another live process writes the log.
        """
        if (happened is None) is (undone is None):
            raise UsageError("say either happened=… or undone=…", hint="run.verdict().in_doubt lists the questions")
        self._must_replay()
        must_be_here(self._loaded)
        loaded = load(Path(self._loaded.path))
        facts = read_facts(loaded.history, self.id, loaded.report)
        found = execution_said(facts, step, undo=undone is not None)
        if undone is None and found.state is State.COMPENSATION_IN_DOUBT:
            undone = happened  # all that can be asked about it
        with Recorder(Path(self._loaded.path)) as recorder:
            if undone is not None:
                recorder.resolve_undo(self.id, found.seq, undone=undone, by=by or who_decides(), why=why)
            else:
                recorder.resolve(
                    self.id, found.seq, happened=happened is True, result=result, by=by or who_decides(), why=why
                )
        return self.refresh()

    def refresh(self) -> Self:
        """The run as its log holds it now."""
        self._must_replay()
        return self._at(load(Path(self._loaded.path)))

    def _now(self, code: Code | None, accept: Sequence[str] = ()) -> Basis:
        """The run as its log holds it now: a colleague may have acted since it was opened here."""
        self._must_replay()
        must_be_here(self._loaded)
        workflow = as_workflow(code or self._recorded_code())
        now = Basis(load(Path(self._loaded.path)), self.id, workflow)
        new = len(now.history.rows_of(self.id)) - len(self.history.rows_of(self.id))
        if accept and new:
            message = (
                f"run {self.id!r} has {new} events that are new since you looked: you may accept another thing now"
            )
            raise RunBusyError(message, run_id=self.id, hint="look at run.refresh() first")
        return now


def who_decides() -> str:
    """Who runs this process; `""` where the system does not know."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
