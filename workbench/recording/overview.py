"""What a person sees of many runs at once: their timeline, how long steps take, retries, hazards and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from workbench.analysis import pauses_frame, verdict_of
from workbench.analysis.hazards import Case, Finding, Severity, findings_of
from workbench.engines import Loaded
from workbench.recorder import SYSTEM_CLOCK
from workbench.recording.answering import key_of
from workbench.recording.drawn import DrawnFindings, Verdicts
from workbench.recording.progress import tracked
from workbench.views import durations_figure, fleet_figure, retries_figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from workbench.recording.run import Run

__all__ = ["Overview", "StepPictures"]

_WORST_FIRST: Final = (Severity.DANGER, Severity.WARNING, Severity.NOTE)
_MOST_SIBLINGS: Final = 50
"""Runs of other logs with the same business key that a detector is shown."""


class _HasSteps(Protocol):
    @property
    def steps(self) -> pd.DataFrame: ...
    @property
    def events(self) -> pd.DataFrame: ...


class StepPictures:
    """What is drawn of the steps of one run, or of all runs of a recording."""

    def durations(self: _HasSteps) -> go.Figure:
        """How long steps take: a box per step over all its calls, the slowest first."""
        return durations_figure(self.steps)

    def retries(self: _HasSteps) -> go.Figure:
        """Which steps were tried how often, and the pauses between: even ones have no backoff and no jitter."""
        return retries_figure(self.steps, pauses_frame(self.events))


class Overview(StepPictures):
    """The half of `Recording` that looks at many runs."""

    logs: Sequence[Loaded]

    if TYPE_CHECKING:

        @property
        def runs(self) -> pd.DataFrame: ...  # noqa: D102 - documented in Recording
        def run(self, run_id: str | None = None) -> Run: ...  # noqa: D102 - documented in Recording

    def timeline(self) -> go.Figure:
        """Runs by start and outcome: up to 60 have a lane each, more are counted by the time of their beginning."""
        return fleet_figure(self.runs)

    def hazards(self, chosen: pd.DataFrame | Sequence[str] | None = None) -> DrawnFindings:
        """Failure modes found in many runs, the worst first; `.figure()` counts them by kind.

        Each run is looked into, which costs milliseconds: `triage()` tells in a fraction of that which runs to choose.

        Args:
            chosen: Rows of `triage()` or `runs`, or ids of runs; all runs by default.
        """
        now_ns, siblings = SYSTEM_CLOCK.now_ns(), _Siblings(self.logs)
        found: list[Finding] = []
        for log, run_id in tracked(self._chosen(chosen), "looking"):
            near = [Case(other.history, its_id, now_ns) for other, its_id in siblings.of(log, run_id)]
            found += findings_of(Case(log.history, run_id, now_ns, log.report, None, near))
        return DrawnFindings(sorted(found, key=lambda finding: _WORST_FIRST.index(finding.severity)))

    def verdicts(self, chosen: pd.DataFrame | Sequence[str] | None = None) -> Verdicts:
        """May they be resumed, retried, run again, compensated? `.figure()` shows runs that are judged alike together.

        Each run is judged by itself, which costs milliseconds: for very many, choose those that `triage()` shows.

        Args:
            chosen: Rows of `triage()` or `runs`, or ids of runs; all runs by default.
        """
        now_ns = SYSTEM_CLOCK.now_ns()
        return Verdicts([
            verdict_of(log.history, run_id, log.report, now_ns=now_ns)
            for log, run_id in tracked(self._chosen(chosen), "judging")
        ])  # fmt: skip

    def _chosen(self, chosen: Any) -> Sequence[tuple[Loaded, str]]:
        """Log and id of each run that is meant."""
        if chosen is None:
            return [(log, run_id) for log in self.logs for run_id in log.history.run_ids]
        ids = chosen["run_id"].astype("object") if hasattr(chosen, "columns") else chosen
        return [self.run(str(run_id)).place for run_id in ids]


class _Siblings:
    """Runs of the same business key in other logs; those of the same log are found by the log itself."""

    def __init__(self, logs: Sequence[Loaded]) -> None:
        self._logs = logs
        self._by_key: Mapping[str, list[tuple[int, str]]] = {} if len(logs) < 2 else self._read()  # noqa: PLR2004 - one log has no others

    def _read(self) -> dict[str, list[tuple[int, str]]]:
        found: dict[str, list[tuple[int, str]]] = {}
        for number, log in enumerate(self._logs):
            for run_id in log.history.run_ids:
                if key := key_of(log.history, run_id):
                    found.setdefault(key, []).append((number, run_id))
        return found

    def of(self, log: Loaded, run_id: str) -> list[tuple[Loaded, str]]:
        """Log and id of its siblings elsewhere, the first fifty."""
        known = self._by_key.get(key_of(log.history, run_id), []) if self._by_key else []
        others = ((self._logs[number], its_id) for number, its_id in known)
        elsewhere = (pair for pair in others if pair[0].history.origin != log.history.origin)
        return list(islice(elsewhere, _MOST_SIBLINGS))
