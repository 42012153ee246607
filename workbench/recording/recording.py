"""`Recording`: what `wb.open` gives: one or many logs, of any engine, as three frames and a list of runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench._errors import LogError, RunNotFoundError, UsageError
from workbench.analysis import events_frame, frames_of_facts
from workbench.analysis.cells import html_table
from workbench.engines import Loaded
from workbench.journal import OpenMode, Report
from workbench.model import History, visible
from workbench.recorder import SYSTEM_CLOCK
from workbench.recording.catalogue import Catalogue
from workbench.recording.checking import check
from workbench.recording.compared import Comparison
from workbench.recording.comparison import Comparable, diff
from workbench.recording.fitting import Code
from workbench.recording.logs import LazyLogs, load_place
from workbench.recording.many import Many
from workbench.recording.overview import Overview
from workbench.recording.run import Run
from workbench.recording.sources import Place, Where, places_of
from workbench.recording.tailing import Opened, Tail, follow
from workbench.recording.triaging import triage
from workbench.views import html_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Recording", "open_recording"]

Progress = Callable[[Sequence[Place]], Iterable[Place]]


def open_recording(
    where: Where, *, mode: OpenMode | str = OpenMode.PREFIX, progress: Progress | None = None
) -> Recording:
    """Open recordings: `wb.open`.

    Nothing is modified, imported or executed. What many files hold is kept in a catalogue in the user's cache folder
    (`workbench.recording.catalogue`): the second time only files that have changed are read, others when needed.

    Args:
        where: A file, a glob pattern, a folder (searched through), a URL that fsspec knows, or a list of these.
        mode: How to meet damage: `prefix` (default), `tail`, `strict` or `salvage`, see `OpenMode`.
        progress: Wraps the list of files while they are read; by default a bar in notebooks and terminals when
            there are many.

    Raises:
        LogNotFoundError: Nothing is there.
        LogError: A file cannot be read as asked; each kind of trouble has its own class.
    """
    opened = Opened(where if isinstance(where, str | Path) else list(where), mode)
    places, tracked = places_of(opened.where), progress or _tracked
    if not _are_many(places, mode):
        return Recording([load_place(place, mode) for place in tracked(places)], opened=opened)
    return _catalogued(opened, places, tracked)


class Recording(Many, Overview):
    """One or many opened logs.

    Args:
        logs: The opened logs; those of a catalogue are opened when they are needed.
        catalogue: What they hold, where there are many.
        opened: What they were found by, for `follow`; by default their own places.
    """

    def __init__(
        self, logs: Sequence[Loaded], catalogue: Catalogue | None = None, opened: Opened | None = None
    ) -> None:
        self.logs: Sequence[Loaded] = logs if catalogue is not None else tuple(logs)
        self._catalogue = catalogue
        self._opened = opened

    # --- frames ---------------------------------------------------------------------------------------------

    @property
    def runs(self) -> pd.DataFrame:
        """One row per run; see `workbench.analysis.runs_frame` for columns, dtypes and units."""
        return self._frames[0] if self._catalogue is None else self._catalogue.runs

    @property
    def steps(self) -> pd.DataFrame:
        """One row per step of every run; see `workbench.analysis.steps_frame`."""
        return self._frames[1]

    @cached_property
    def _frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Runs and steps: one reading of every run gives both."""
        return frames_of_facts(self._histories, self.reports)

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per event; see `workbench.analysis.events_frame`. Payloads: `run.payload(seq)`."""
        return events_frame(self._histories)

    # --- runs -----------------------------------------------------------------------------------------------

    def run(self, run_id: str | None = None) -> Run:
        """One run.

        Args:
            run_id: Its id; may be left out when there is only one run.

        Raises:
            RunNotFoundError: No such run.
            UsageError: There are several runs, or several logs hold this id.
        """
        if run_id is None:
            return self._only()
        logs = self._logs_with(run_id)
        if not logs:
            known = ", ".join(self._run_ids[:5]) or "none"
            raise RunNotFoundError(f"no run {run_id!r} in this recording", run_id=run_id, hint=f"it holds: {known}")
        if len(logs) > 1:
            where = ", ".join(str(log.path) for log in logs)
            raise UsageError(f"{len(logs)} logs hold a run {run_id!r}: {where}", hint="open one of them alone")
        return Run(logs[0], run_id, self.logs)

    def _logs_with(self, run_id: str) -> list[Loaded]:
        if self._catalogue is None:
            return [log for log in self.logs if run_id in log.history.run_ids]
        return [self.logs[number] for number in self._catalogue.logs_with(run_id)]

    def __getitem__(self, run_id: str) -> Run:
        """`rec["order-42"]` is `rec.run("order-42")`."""
        return self.run(run_id)

    def __iter__(self) -> Iterator[Run]:
        """Every run, log by log."""
        return (Run(log, run_id, self.logs) for log in self.logs for run_id in log.history.run_ids)

    def __len__(self) -> int:
        """Number of runs."""
        return len(self._run_ids)

    def _only(self) -> Run:
        if len(self) != 1:
            some = ", ".join(self._run_ids[:5])
            raise UsageError(f"this recording holds {len(self)} runs", hint=f"say which one, for example {some}")
        return next(iter(self))

    @property
    def reports(self) -> list[Report | None]:
        """In what state each log was found: damage, gaps, whether a writer lives; `None` where the engine vouches."""
        return [log.report for log in self.logs]

    # --- other code -----------------------------------------------------------------------------------------

    def check(
        self,
        code: Code | Mapping[str, Code] | None = None,
        *,
        executor: Executor | None = None,
        progress: Callable[[Sequence[Any]], Iterable[Any]] | None = None,
    ) -> pd.DataFrame:
        """Which recorded runs no longer fit the code: is it safe to deploy?

        A run that was interrupted and whose code comes to where it stopped fits (`needs`). Runs that diverge in the
        same way at the same line are looked into once.

        Args:
            code: The new workflow, for the runs of its name (for all when only one workflow is recorded); or a
                mapping of workflow names to code. Runs of other workflows, and all by default, get the recorded
                code, imported now.
            executor: Any `concurrent.futures.Executor`; processes open log and code by their places.
            progress: Wraps the list of chunks while they are worked through; by default a bar when there are many.

        Returns:
            One row per run: `run_id workflow` (str), `outcome` (category, `completed failed needs diverged acted
            cut unknown`; `cut`: a decision ended the run where its code would have gone on), `reason` (str, how code
            and log differ), `position` (str), `seq` (Int64, the event that the log holds there), `cause` (category, see
            `workbench.analysis.Cause`, missing when it fits), `sure` (category, `proved likely possible`), `because`
            (str), `line` (str, `file:line` in the code now), `remedy` (str),
            `origin` (str, the log). A run whose code cannot be found is `unknown`.

        Raises:
            UsageError: The code stands for none of the recorded workflows, or another process cannot import it.
        """
        return check(self.logs, code, executor=executor, progress=progress)

    # --- many runs ------------------------------------------------------------------------------------------

    def triage(
        self,
        *,
        hazards: str = "quick",
        explain: bool = False,
        executor: Executor | None = None,
        progress: Callable[[Sequence[Any]], Iterable[Any]] | None = None,
    ) -> pd.DataFrame:
        """How every run stands and what may be done with it: one row per run, or with `explain` one per reason.

        Args:
            hazards: `quick` (default): those that the columns of the log alone can show, in all runs; `troubled`:
                also all others in runs that are in trouble, which costs milliseconds for each; `all`: all in all runs;
                `none`.
            explain: Count the runs that are so for the same reason, with what is at stake.
            executor: Any `concurrent.futures.Executor`; processes open the logs by their places.
            progress: Wraps the list of parts while they are worked through; by default a bar when there are many.

        Returns:
            See `workbench.analysis.triage.triage_frame`, and `reasons_frame` for `explain`.
        """
        return triage(self.logs, hazards=hazards, explain=explain, executor=executor, progress=progress)

    def compare(self, left: str | Comparable, right: str | Comparable) -> Comparison:
        """Where two runs part: same beginning, first difference, what was inserted, deleted, changed, slower.

        Args:
            left: Id of a run, or a run, branch or trace.
            right: The same.
        """
        one, other = (self.run(side) if isinstance(side, str) else side for side in (left, right))
        return diff(one, other)

    # --- as it grows ----------------------------------------------------------------------------------------

    def follow(
        self, *, poll_seconds: float = 2.0, wait: Callable[[float], None] = SYSTEM_CLOCK.sleep
    ) -> Iterator[Recording]:
        """The recording now, and again each time its logs have grown while other processes write them.

        New logs of a folder or pattern, and a writer that is gone (its runs are `interrupted` then), are seen, too.
        A log that did not change is not read; one that cannot be read just now, or is gone, stays as it was. It ends
        when the wait is interrupted: Ctrl-C in a terminal, "interrupt" in a notebook. It needs no widget. From 64
        logs on, only what grew and what is new is seen, and a log that is gone is left out.

        Args:
            poll_seconds: Pause between two looks.
            wait: Waits that long; tests give their own.

        Raises:
            UsageError: There is no such pause.

        Example:
            >>> for rec in wb.open("shop.wlog").follow():
            ...     clear_output(wait=True)  # of IPython.display; leave it out in a terminal
            ...     print(rec.runs["status"].value_counts())
        """
        lazy = isinstance(self.logs, LazyLogs)
        opened = self._opened or Opened([log.path for log in self.logs if not log.url])
        return follow(self, partial(_read_again, Tail(opened, () if lazy else self.logs)), poll_seconds, wait)

    # --- for people -----------------------------------------------------------------------------------------

    @property
    def warnings(self) -> list[str]:
        """What is wrong with the logs, in words; empty when nothing is."""
        if self._catalogue is not None:
            return self._catalogue.warnings
        return [
            f"{log.path}: {log.report}"
            for log in self.logs
            if log.report is not None and (log.report.torn or log.report.rotten)
        ]

    def __repr__(self) -> str:
        """How much there is, and what can be done next."""
        known = self._catalogue
        events = sum(len(log.history) for log in self.logs) if known is None else known.events
        counts = (f"{number:,} {noun}{'' if number == 1 else 's'}" for number, noun in (
            (len(self), "run"), (events, "event"), (len(self.logs), "log")
        ))  # fmt: skip
        warnings = self.warnings
        lines = ["Recording: {}, {} in {}".format(*counts), *warnings[:_WARNINGS]]
        lines += [f"and {len(warnings) - _WARNINGS:,} more: .warnings"] if len(warnings) > _WARNINGS else []
        lines.append("  next: .runs .steps .events, .run(id), .timeline(), .triage(), .check(code), .follow()")
        return visible("\n".join(lines))

    def _repr_html_(self) -> str:
        head = html_text(repr(self)).replace("\n", "<br>")
        return f"<p>{head}</p>{html_table(self.runs[list(_SHOWN)], rows=20)}"

    @property
    def _histories(self) -> list[History]:
        return [log.history for log in self.logs]

    @cached_property
    def _run_ids(self) -> list[str]:
        if self._catalogue is not None:
            return self._catalogue.run_ids
        return [run_id for log in self.logs for run_id in log.history.run_ids]


CATALOGUE_FROM = 64
"""From so many files on, what they hold is kept in a catalogue, and they are opened one by one when needed."""


def _are_many(places: Sequence[Place], mode: OpenMode | str) -> bool:
    return len(places) >= CATALOGUE_FROM and OpenMode(mode) is OpenMode.PREFIX


def _catalogued(opened: Opened, places: Sequence[Place], tracked: Progress) -> Recording:
    logs = LazyLogs(places, opened.mode)
    return Recording(logs, Catalogue.of(places, lambda new: logs.read(tracked(list(new)))), opened)


def _read_again(tail: Tail) -> Recording | None:
    """The recording, if its logs are not as they were at the last look."""
    places = tail.places()
    changed = tail.changed(places)
    if not changed:
        return None
    if not _are_many(places, tail.opened.mode):
        return Recording(tail.logs, opened=tail.opened) if tail.read(changed) else None
    tail.noted(changed)
    try:
        return _catalogued(tail.opened, places, list)
    except LogError:
        tail.forget(changed)  # caught in the middle of a change: the next look finds it whole
        return None


_MANY_FILES = 8
_WARNINGS = 10
_SHOWN = ("run_id", "workflow", "status", "started", "duration_seconds", "steps", "recoveries", "error_type")


def _tracked(files: Sequence[Place]) -> Iterable[Place]:
    if len(files) < _MANY_FILES:
        return files
    from rich.progress import track

    return track(files, description="opening", transient=True)
