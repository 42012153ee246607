"""`Run`: one execution of a workflow, as a person holds it. Each method is one call into a room below."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError
from workbench.analysis import (
    Explanation,
    effects_frame,
    events_frame,
    explain,
    spans_of,
    steps_frame,
)
from workbench.analysis.cells import html_table
from workbench.engines import replays
from workbench.model import EventType, instant, visible
from workbench.recording.answering import Answering
from workbench.recording.branch import Branch
from workbench.recording.branches import Branches
from workbench.recording.deciding import Deciding
from workbench.recording.one_run import Code
from workbench.recording.overview import StepPictures
from workbench.recording.trace import Trace
from workbench.replay import replay
from workbench.views import Recovery, html_text, terminal_timeline, timeline

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["Run"]

_SHOWN = ("position", "name", "kind", "state", "attempts", "started", "duration_seconds", "error_type", "code")


class Run(Deciding, Answering, StepPictures):
    """One run of a recording.

    Args:
        loaded: The log that holds it.
        run_id: Its id.
        logs: All logs of the recording: runs of the others suggest answers.
    """

    @property
    def status(self) -> str:
        """`running completed failed interrupted cancelled compensated unknown`."""
        return str(self.facts.status)

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per event of this run; columns as `Recording.events`."""
        frame = events_frame([self.history])
        return frame[frame["run_id"] == self.id].reset_index(drop=True)

    @cached_property
    def steps(self) -> pd.DataFrame:
        """One row per step of this run; columns as `Recording.steps`."""
        frame = steps_frame([self.history], [self._loaded.report])
        return frame[frame["run_id"] == self.id].reset_index(drop=True)

    def effects(self) -> pd.DataFrame:
        """The steps that act on the world, with the state of each; columns as `steps`."""
        return effects_frame(self.history, self.id, self._loaded.report)

    def payload(self, seq: int) -> Any:
        """Decoded body of one event.

        Args:
            seq: Its number.

        Raises:
            UsageError: The log has no event of this number.
            UndecodableError: Its bytes are no payload.
        """
        row = self.history.row_of_seq(seq)
        if row is None:
            raise UsageError(f"no event {seq} in {self.history.origin}", hint="run.events lists the numbers")
        return self.history.payload(row)

    # --- seeing ---------------------------------------------------------------------------------------------

    def timeline(self) -> go.Figure:
        """Lanes by step, recoveries and doubts marked."""
        return timeline(self._title(), spans_of(self.history, self.id, self._loaded.report), self._recoveries())

    def terminal_timeline(self, *, width: int = 100) -> str:
        """The same as text."""
        return terminal_timeline(spans_of(self.history, self.id, self._loaded.report), self._recoveries(), width=width)

    def replay(
        self,
        code: Code | None = None,
        *,
        isolation: str = "hook",
        lines: bool = False,
        logpoints: Mapping[str | int, str] = MappingProxyType({}),
    ) -> Trace:
        """Step through the code, without acting.

        Args:
            code: The workflow; the recorded one by default, imported now.
            isolation: `hook` (default) or `none`, see `workbench.replay.replay`.
            lines: Whether to stop at each line of the workflow's code, too.
            logpoints: Print statements added to the past, by place; `trace.log` shows them.

        Raises:
            CodeNotFoundError: The recorded code cannot be imported here.
            UsageError: Another engine ran it.
        """
        self._must_replay()
        workflow = code or self.recorded_code()
        again = partial(replay, workflow, self.history, (), run_id=self.id, isolation=isolation, lines=lines)
        return Trace.of(again(), self.history, again, logpoints)

    def what_if(self, code: Code | None = None) -> Branch:
        """Begin to pretend: `.returns(step, value)`, `.raises(step, error)` and more, see `Branch`.

        Args:
            code: The workflow, or another version of it; the recorded one by default, imported now.

        Raises:
            UsageError: Another engine ran it.
        """
        self._must_replay()
        others = [log.history for log in self._logs if log is not self._loaded]
        return Branch(self.history, self.id, code or self.recorded_code(), shelf=self.branches, others=others)

    @property
    def branches(self) -> Branches:
        """The branches that were saved beside the recording: `run.branches["declined"]`, `branch.save("declined")`."""
        return Branches(Path(self._loaded.path), self.history, self.id, self.recorded_code)

    def explain(self, code: Code | None = None, *, trust_log: bool = False) -> Explanation:
        """Why code no longer follows this run: cause, evidence, lines, remedy; see `workbench.analysis.explain`.

        Args:
            code: The workflow; the recorded one by default, imported now.
            trust_log: Also execute recorded source, to prove which change mattered.

        Raises:
            CodeNotFoundError: The recorded code cannot be imported here.
            UsageError: Another engine ran it.
        """
        self._must_replay()
        return explain(code or self.recorded_code(), self.history, self.id, trust_log=trust_log)

    # --- for people -----------------------------------------------------------------------------------------

    def summary(self) -> str:
        """One line: what it is, how it stands, where it hurts."""
        facts = self.facts
        words = [f"{facts.run_id} · {facts.workflow or 'unknown workflow'} · {str(facts.status).upper()}"]
        if facts.error_type:
            words.append(f"{facts.error_type}: {facts.error}")
        words.append(f"{len(facts.steps)} steps, {facts.events} events, {facts.recoveries} recoveries")
        doubts = [step.label for step in facts.steps if step.acts and step.state == "in_doubt"]
        if doubts:
            words.append(f"in doubt: {', '.join(doubts)}")
        return visible(" · ".join(words), lines=False)

    def __repr__(self) -> str:
        """The summary and what can be done next."""
        code = " .replay() .what_if() .resume(dry_run=True)" if replays(self.history.engine) else ""
        return f"{self.summary()}\n  next: .why() .hazards() .verdict() .timeline() .steps .effects(){code}"

    def _repr_html_(self) -> str:
        return f"<p><b>{html_text(self.summary())}</b></p>{html_table(self.steps[list(_SHOWN)], rows=50)}"

    def _title(self) -> str:
        facts = self.facts
        return f"{facts.run_id} · {facts.workflow} · {facts.status}"

    def _recoveries(self) -> list[Recovery]:
        columns = self.history.columns
        rows = self.history.rows_of(self.id)
        found = []
        for before, row in pairwise(rows):
            if columns.type[row] == EventType.RunRecovered:
                found.append(Recovery(instant(columns.time_ns[before]), instant(columns.time_ns[row])))
        return found
