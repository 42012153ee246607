"""A trace as a person holds it: move along it, look into it, and search it; words say what can be done next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property, partial
from types import CodeType, MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TextIO

from workbench._errors import UsageError
from workbench.analysis import Explanation, explain
from workbench.model import History, Source, visible
from workbench.program import as_workflow
from workbench.recording.calls import spans_of_trace
from workbench.recording.in_notebooks import html_of_trace
from workbench.recording.looking import SideBySide, changes_frame, passes_frame, sightings_frame, stops_frame
from workbench.recording.moving import MovingTrace
from workbench.replay import (
    LINE,
    Breakpoint,
    Expression,
    SourceTexts,
    branches_at,
    changes_of,
    file_fits,
    lines_of,
    package_of,
    passes,
    replayed_text,
    template,
    value_at,
    watched,
)
from workbench.replay import Trace as BareTrace
from workbench.views import terminal_timeline, timeline

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["Trace"]

_NEXT = ".step() .back() .goto(i) .run_to(…) .find(…) .stop.locals .eval(…) .watch(…) .history_of(…) .stops"


class Trace(MovingTrace):
    """A trace with its code at hand. See `workbench.replay.Trace`.

    Looking deeper than the stops hold (`eval`, `watch`, `pdb`, `branches`, conditions) replays the code once more,
    with a look at the live frames; this trace stays as it is.
    """

    sources: Mapping[str, Source] = MappingProxyType({})
    """Recorded source files by name."""
    _logpoints: Mapping[str | int, str] = MappingProxyType({})

    @classmethod
    def of(
        cls,
        trace: BareTrace,
        history: History,
        again: partial[BareTrace] | None = None,
        logpoints: Mapping[str | int, str] = MappingProxyType({}),
    ) -> Self:
        """The same trace, for people.

        Args:
            trace: What `replay` gave.
            history: Its history; holds the recorded sources.
            again: The call of `replay` that gave it; without, what needs a replay is refused.
            logpoints: What `log` shows, see `logpoints`.
        """
        shown = cls(**{field.name: getattr(trace, field.name) for field in fields(BareTrace)})
        shown.sources = {source.file: source for source in history.sources.values()}
        shown._again, shown._logpoints = again, logpoints
        shown.breakpoints = []
        return shown

    @property
    def follows_lines(self) -> bool:
        """Whether it stops at lines, too."""
        return self._columns.follows_lines

    def with_lines(self, *, on: bool = True) -> Self:
        """The same replay with a stop at each line that ran (or without), at the same event.

        Args:
            on: Whether lines are wanted.
        """
        bare = self.again(lines=on)
        assert self._again is not None  # noqa: S101 - `again` has refused otherwise
        made = self.of(bare, self._again.args[1], partial(self._again, lines=on), self._logpoints)
        made.breakpoints = [*self.breakpoints]
        if len(made):
            made.goto(made._index_of_event(self._event_at(self.cursor)))  # noqa: SLF001 - of the same class
        return made

    # --- looking into ---------------------------------------------------------------------------------------

    def eval(self, expression: str, *, frame: int = 0) -> Any:
        """The real value of an expression where the code stands at the cursor.

        Args:
            expression: Python over the names that are seen there. It makes no calls of the workflow and does not act.
            frame: 0 for the innermost user frame, 1 for its caller, and so on.

        Raises:
            UsageError: It is no expression, or cannot be evaluated there.
        """
        return value_at(self.again, self.stop.index, Expression(expression), frame)

    def watch(self, *expressions: str) -> pd.DataFrame:
        """What expressions were at every stop where user code stands.

        Args:
            expressions: Python, as for `eval`.

        Returns:
            One row per stop and expression. Columns: `index` (int64), `seq` (Int64), `event` (category), `file`
            (str), `line` (Int64), `value` (object: bounded text, missing where it cannot be evaluated), `changed`
            (bool: differs from what it was before in the same function of the same branch), `error` (str: why it
            cannot be evaluated there), `expression` (category).

        Raises:
            UsageError: One is no expression, or changes what the code does.
        """
        seen = watched(self.again, self.steps, [Expression(text) for text in expressions])
        return sightings_frame(self._columns, seen)

    def pdb(self, *, stdin: TextIO | None = None, stdout: TextIO | None = None) -> None:
        """Python's debugger in the live frame at the cursor, to look around; `q` comes back.

        Args:
            stdin: Where commands come from.
            stdout: Where answers go.

        Raises:
            UsageError: No user code runs at this stop.
        """
        from workbench.replay.debugger import debug_at  # as seldom as it is large

        debug_at(self.again, self.stop.index, stdin=stdin, stdout=stdout)

    def history_of(self, name: str, function: str = "") -> pd.DataFrame:
        """Each change of a local variable, from the stops alone.

        Args:
            name: The variable.
            function: Only in this function; by default in every one that has such a variable.

        Returns:
            Columns: `index` (int64), `seq` (Int64), `line` (Int64), `function` (str), `before` and `after` (object:
            bounded text, missing where there was no such variable).

        Raises:
            UsageError: No function that was seen has such a variable; names the nearest one.
        """
        changes = changes_of(self.steps, name, function)
        if not changes:
            self._stopping.hits(Breakpoint(changed=name, function=function))
        return changes_frame(self._columns, changes)

    def branches(self, at: int | None = None) -> SideBySide:
        """The live branches side by side: where each stands, what it waits for, its locals.

        Args:
            at: The stop; the one at the cursor by default.
        """
        index = self.cursor if at is None else range(len(self))[at]
        return SideBySide(index, branches_at(self.again, self.steps, index, package_of(self._module)))

    def logpoint(self, place: str | int, text: str) -> pd.DataFrame:
        """One print statement added to the past. See `logpoints`."""
        return self.logpoints({place: text})

    def logpoints(self, points: Mapping[str | int, str]) -> pd.DataFrame:
        """Print statements added to the past: what they say each time the code is about to run their lines.

        Args:
            points: By place (`"flows.py:43"`, or 43 in the workflow's file) an expression, or words with
                expressions in braces: `"total={total!r}"`.

        Returns:
            One row per pass. Columns: `after` (int64: the stop of this trace after which it came), `file` (str),
            `line` (Int64), `function` (str), `text` (object: missing where it could not be said), `error` (str).

        Raises:
            UsageError: A text is no expression, or no code stands at a place; names the nearest line.
        """
        wanted = {self._line_meant(place): template(text) for place, text in points.items()}
        return passes_frame(passes(self.again, wanted), self._index_of_event)

    @cached_property
    def log(self) -> pd.DataFrame:
        """What the logpoints say that the replay was asked for with `run.replay(logpoints={…})`."""
        return self.logpoints(self._logpoints)

    # --- sources --------------------------------------------------------------------------------------------

    def source(self, file: str | None = None) -> SourceTexts:
        """Recorded and replayed text of a source file, and how they differ.

        Args:
            file: Its name; the file at the cursor by default.
        """
        return self._source_of(self._file_meant(file) if file is not None else self.stop.file)

    def explain(self, *, trust_log: bool = False) -> Explanation:
        """Why the code of this trace no longer follows the log; see `workbench.analysis.explain`.

        Args:
            trust_log: See `Run.explain`.

        Raises:
            UsageError: The trace has no code at hand.
        """
        if self._again is None:
            raise UsageError(f"this trace of {self.run_id} has no code at hand", hint="run.explain(code)")
        return explain(self._again.args[0], self._again.args[1], self.run_id, trust_log=trust_log)

    def excerpt(self, around: int = 3) -> list[str]:
        """Numbered source lines around the stop at the cursor, of the code that was replayed.

        Where the recorded text is another there, it stands below. Empty where nobody has the text.

        Args:
            around: How many lines before and after.
        """
        stop = self.stop
        return self._source_of(stop.file).excerpt(stop.line, around) if stop.line else []

    def _source_of(self, file: str) -> SourceTexts:
        known = self._texts.get(file)
        if known is None:
            source = self.sources.get(file) or self._source_of_module(file)
            recorded = source.text if source is not None else None
            known = self._texts[file] = SourceTexts(file, recorded, replayed_text(self._code, file, recorded))
        return known

    def _source_of_module(self, file: str) -> Source | None:
        """The recording may come from a machine where the file lay elsewhere."""
        if self._code is None or self._code.co_filename != file or self._module == "__main__":
            return None
        return next((source for source in self.sources.values() if source.module == self._module), None)

    # --- a picture ------------------------------------------------------------------------------------------

    def timeline(self) -> go.Figure:
        """Lanes by step, on the clock of this trace: what was pretended is marked."""
        return timeline(f"{self.run_id} · {self.outcome.word}", spans_of_trace(self._columns))

    def terminal_timeline(self, *, width: int = 100) -> str:
        """The same as text."""
        return terminal_timeline(spans_of_trace(self._columns), width=width)

    # --- the stops as a frame -------------------------------------------------------------------------------

    @property
    def stops(self) -> pd.DataFrame:
        """One row per stop.

        Columns: `index` (int64), `seq` (Int64, missing beyond the log and between events), `event` (category),
        `position` (str), `name` (str), `file` (str), `line` (Int64, 1-based, missing where no user code runs),
        `function` (str), `changed` (object: tuple of names of locals), `source` (category: where the answer came
        from, empty for questions), `time` (datetime64[ns, UTC]: by the clock of this trace, as edits moved it).
        """
        return stops_frame(self._columns)

    def __repr__(self) -> str:
        """The stop at the cursor, the outcome, and what can be done next."""
        lines = [f"Trace of {visible(self.run_id, lines=False)}: {len(self)} stops, isolation: {self.isolation}"]
        if self.steps:
            lines += [f"at {self.stop}", *self.excerpt(), *repr(self.stop).splitlines()[1:]]
            if self._source_of(self.stop.file).differs:
                lines.append("  the code is not as recorded: .source() shows the difference")
        why = " .explain()" if self.outcome.word == "diverged" else ""
        lines += [str(self.outcome), f"  next:{why} {_NEXT}"]
        return visible("\n".join(lines))

    def _repr_html_(self) -> str:
        return html_of_trace(self)

    # --- what the rest is made of ---------------------------------------------------------------------------

    @cached_property
    def _texts(self) -> dict[str, SourceTexts]:
        return {}

    @property
    def _code(self) -> CodeType | None:
        """Code of the workflow function, where it is known."""
        if self._again is None:
            return None
        code: CodeType | None = getattr(as_workflow(self._again.args[0]).function, "__code__", None)
        return code

    @property
    def _module(self) -> str:
        return "" if self._again is None else str(as_workflow(self._again.args[0]).function.__module__)

    def _event_at(self, index: int) -> int:
        """How many event stops come before or at a stop, less one."""
        return sum(event != LINE for event in self._columns.events[: index + 1]) - 1

    @cached_property
    def _event_indices(self) -> list[int]:
        return [index for index, event in enumerate(self._columns.events) if event != LINE]

    def _index_of_event(self, number: int) -> int:
        return self._event_indices[max(0, min(number, len(self._event_indices) - 1))]

    def _file_meant(self, file: str) -> str:
        known = dict.fromkeys([places[0].file for places in set(self._columns.places) if places], 0)
        found = next((each for each in [*known, *self.sources] if file_fits(each, file)), None)
        if found is None:
            raise UsageError(f"the code of this trace is not in {file!r}", hint=f"it is in {', '.join(sorted(known))}")
        return found

    def _line_meant(self, place: str | int) -> tuple[str, int]:
        """File and line of a place at which code can stand."""
        wanted = self._stopping.meant(place)
        if not wanted.line:
            raise UsageError(f"{place!r} is no place", hint="write a line as 43 or 'flows.py:43'")
        own = self._code.co_filename if self._code is not None else self.stop.file
        file = self._file_meant(wanted.file) if wanted.file else own
        lines = lines_of(self._source_of(file).present or "", file)
        if lines and wanted.line not in lines:
            near = min(lines, key=lambda line: (abs(line - wanted.line), line))
            raise UsageError(f"no code stands at {place}", hint=f"the nearest line with code is {near}")
        return file, wanted.line
