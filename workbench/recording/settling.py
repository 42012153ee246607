"""Doubts about a run, settled: by probes, and by what people say they found out."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from workbench._errors import CodeNotFoundError, RunBusyError, UndecodableError, UsageError
from workbench.analysis import State, read_facts
from workbench.engines import load
from workbench.journal.codec import decode, encode
from workbench.program import as_workflow, result_of_word
from workbench.recorder import Recorder
from workbench.recording.basis import Basis
from workbench.recording.executions import execution_said
from workbench.recording.finding_steps import step_of
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

    def resolve(  # noqa: PLR0913 - what a word consists of
        self,
        step: str | int,
        *,
        happened: bool | None = None,
        undone: bool | None = None,
        result: Any = None,
        code: Code | None = None,
        by: str = "",
        why: str = "",
    ) -> Self:
        """Say what became of a step in doubt, or of its undo: your word is recorded, and the verdict made anew.

        What the code was told stays as it was. Of a step that the code was told to have failed, or that somebody
        decided to do again, your word counts in the verdict; code that comes there again after a decision to retry is
        given `result`, and the step is not executed. Say it again to correct it: the last word counts.

        Args:
            step: Label, name, position or key; or the number of the intent of one execution, as the verdict names it.
            happened: Whether the step acted; of one that returned, whether another attempt of it acted as well.
            undone: Whether the step is undone: by an undo in doubt, or by hand.
            result: What the step returned, when it did.
            code: The workflow whose step must be able to return that; the recorded one by default, where its module is
                loaded already.
            by: Who says so; the user of this process by default.
            why: On what evidence.

        Returns:
            The run as the log holds it now.

        Raises:
            UsageError: It is not in doubt, or several executions can be meant, or the step returns nothing like
                `result`, or another engine ran it.
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
        if undone is None and happened and result is not None:
            self._must_fit(found.name, result, code)
        with Recorder(Path(self._loaded.path)) as recorder:
            if undone is not None:
                recorder.resolve_undo(self.id, found.seq, undone=undone, by=by or who_decides(), why=why)
            else:
                recorder.resolve(
                    self.id, found.seq, happened=happened is True, result=result, by=by or who_decides(), why=why
                )
        return self.refresh()

    def _must_fit(self, name: str, result: Any, code: Code | None) -> None:
        """What somebody says that a step returned must be something that the code can be given.

        Raises:
            UsageError: It is not.
        """
        workflow = code or self._loaded_code()
        if workflow is None:
            return  # the verdict with code says it, and it can be corrected
        try:
            step = step_of(name, self.history, as_workflow(workflow))
            result_of_word(decode(encode(result)), step)
        except CodeNotFoundError:
            return
        except UndecodableError as error:
            raise UsageError(
                f"step {name} cannot have returned this: {error.message}", hint="give result=… as the step returns it"
            ) from error

    def refresh(self) -> Self:
        """The run as its log holds it now."""
        self._must_replay()
        return self._at(load(Path(self._loaded.path)))

    def _now(self, code: Code | None, accept: Sequence[str] = ()) -> Basis:
        """The run as its log holds it now: a colleague may have acted since it was opened here."""
        self._must_replay()
        must_be_here(self._loaded)
        workflow = as_workflow(code or self.recorded_code())
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
