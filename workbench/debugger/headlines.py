"""How runs stand, by their columns: quick for a hundred thousand of them, exact where columns do not say enough."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from workbench.analysis import RunFacts, RunStatus, read_facts
from workbench.analysis.bodies import Bodies, message_of
from workbench.analysis.cells import view_of
from workbench.debugger.run_columns import positions_of
from workbench.engines import Loaded
from workbench.model import ENDINGS, EventType, History

__all__ = ["Headline", "headlines_of"]

Array = np.ndarray[Any, Any]

_NATIVE: Final = "native"
_CLOSER_LOOK = (
    EventType.CompensationStarted,
    EventType.CompensationCompleted,
    EventType.CompensationFailed,
    EventType.DecisionMade,
)
"""Events after which the status of a run wants its facts read: whether all is undone, what was superseded."""
_NOT_YET = -1


class Headline(NamedTuple):
    """One run.

    Attributes:
        run_id: The run.
        workflow: Name of its code; `""` when its beginning is not in the log.
        status: Where it stands.
        business_key: `""` for none.
        started_ns: When it began; -1 when that is not in the log.
        ended_ns: When it ended; -1 while it is open.
        recoveries: How often it went on in a new process.
        steps: How many steps.
        events: How many events.
        error_type: Class of the error that ended it; `""` for none.
        error: Its message.
    """

    run_id: str
    workflow: str
    status: str
    business_key: str
    started_ns: int
    ended_ns: int
    recoveries: int
    steps: int
    events: int
    error_type: str
    error: str


def headlines_of(loaded: Loaded, run_id: str | None = None) -> list[Headline]:
    """The headline of each run of a log, in order of their first events; or of one of them.

    The same as `workbench.analysis.runs_frame` says, without reading the steps of every run.

    Args:
        loaded: The log.
        run_id: The one run wanted.
    """
    history = loaded.history
    if history.engine != _NATIVE or history.unsaid:
        wanted = history.run_ids if run_id is None else [run_id]
        return [_read(read_facts(history, each, loaded.report)) for each in wanted]
    reader = _Columns(loaded)
    numbers = reader.in_order() if run_id is None else reader.numbers_of(run_id)
    return [reader.headline(number) for number in numbers]


def _read(facts: RunFacts) -> Headline:
    return Headline(
        facts.run_id, facts.workflow, str(facts.status), facts.business_key, facts.started_ns, facts.ended_ns,
        facts.recoveries, len(facts.steps), facts.events, facts.error_type, facts.error,
    )  # fmt: skip


_COMPLETED: Final = int(EventType.RunCompleted)
_STATUS: Final = {
    int(EventType.RunCompleted): str(RunStatus.COMPLETED),
    int(EventType.RunFailed): str(RunStatus.FAILED),
    int(EventType.RunCancelled): str(RunStatus.CANCELLED),
}


class _Columns:
    """Counts and decisive rows of every run of a log of ours, by the run's number."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._history: History = loaded.history
        columns = self._history.columns
        self._run, self._type = view_of(columns.run, "u4"), view_of(columns.type, "u1")
        self._count = len(self._history.runs)
        self._bodies = Bodies(self._history)
        self._events: list[int] = np.bincount(self._run, minlength=self._count).tolist()
        self._recoveries: list[int] = self._counted(EventType.RunRecovered).tolist()
        self._closer: list[int] = self._counted(*_CLOSER_LOOK).tolist()
        self._started: list[int] = self._last(EventType.RunStarted).tolist()
        self._ended: list[int] = self._last(*ENDINGS).tolist()
        self._steps: list[int] = self._distinct_steps().tolist()
        alive = loaded.report is not None and loaded.report.writer_alive
        self._open = str(RunStatus.RUNNING if alive else RunStatus.INTERRUPTED)

    def in_order(self) -> list[int]:
        """Numbers of the runs that have events, in order of the first one."""
        known, first = np.unique(self._run, return_index=True)
        numbers: list[int] = known[np.argsort(first, kind="stable")].tolist()
        return numbers

    def numbers_of(self, run_id: str) -> list[int]:
        """The number of a run, if it has events."""
        return [number for number, known in enumerate(self._history.runs) if known == run_id and self._events[number]]

    def headline(self, number: int) -> Headline:
        """One run."""
        run_id = self._history.runs[number]
        if self._closer[number]:
            return _read(read_facts(self._history, run_id, self._loaded.report))
        began, ended = self._started[number], self._ended[number]
        columns = self._history.columns
        ending = columns.type[ended] if ended >= 0 else 0
        return Headline(
            run_id=run_id,
            workflow=self._history.declaration(began).name if began >= 0 else "",
            status=(_STATUS[ending] if ending else self._open) if began >= 0 else str(RunStatus.UNKNOWN),
            business_key=str(self._bodies(began).get("business_key") or "") if began >= 0 else "",
            started_ns=columns.time_ns[began] if began >= 0 else _NOT_YET,
            ended_ns=columns.time_ns[ended] if ending else _NOT_YET,
            recoveries=self._recoveries[number],
            steps=self._steps[number],
            events=self._events[number],
            error_type=self._history.tags[columns.tag[ended]] if ending else "",
            error=message_of(self._bodies(ended)) if ending and ending != _COMPLETED else "",
        )

    def _counted(self, *kinds: EventType) -> Array:
        return np.bincount(self._run[self._is(*kinds)], minlength=self._count)

    def _is(self, *kinds: EventType) -> Array:
        wanted = np.zeros(256, dtype=bool)
        wanted[[int(kind) for kind in kinds]] = True
        found: Array = wanted[self._type]
        return found

    def _last(self, *kinds: EventType) -> Array:
        """The last row of these kinds in each run; -1 for none."""
        rows = np.flatnonzero(self._is(*kinds))
        found = np.full(self._count, -1, np.int64)
        found[self._run[rows]] = rows  # of rows of one run, the last one stays
        return found

    def _distinct_steps(self) -> Array:
        """How many positions of each run have an intent of a step."""
        rows = np.flatnonzero(self._is(EventType.StepStarted))
        if not len(rows):
            return np.zeros(self._count, np.int64)
        numbers = positions_of(self._history, rows, self._run[rows]).of
        _, first = np.unique(numbers, return_index=True)
        return np.bincount(self._run[rows[first]], minlength=self._count)
