"""What a desk has open: the recording, runs and branches that were looked at, and what may be done with them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, Final, TypeVar

from workbench._errors import CodeNotFoundError, NotAllowedError, UsageError
from workbench.debugger.run_columns import RunColumns
from workbench.engines import Loaded, load, replays
from workbench.model import EventType
from workbench.recording import Branch, Recording, Run, Trace
from workbench.recording.logs import LazyLogs
from workbench.recording.tailing import Stamp

__all__ = ["Code", "Kept", "Session", "Stamp", "loaded_of"]

Code = Callable[..., Any]
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_RUNS: Final = 16
_TABLES: Final = 3
"""Of a run of a million events the columns take about 60 MB."""
_BRANCHES: Final = 32
_KEPT_STOPS: Final = 3_000_000
"""Of all branches together, besides the last one: a stop takes about a quarter of a kilobyte."""


@dataclass(frozen=True)
class Kept:
    """A branch that can be asked about.

    Attributes:
        id: By which it is asked for.
        run_id: The run.
        branch: The branch.
        trace: What its replay gave.
        parent: Id of the branch that it was made from; `""` for the recorded run.
    """

    id: str
    run_id: str
    branch: Branch
    trace: Trace
    parent: str


class Session:
    """One debugger's work on a recording.

    Args:
        recording: The recording.
        run_id: The run to begin with; `""` for the list of runs.
        code: The workflow, or workflows by name; the recorded one by default, imported when it is needed.
        may_run_code: Whether workflow code may be imported and replayed.
        may_act: Whether runs may be acted on, doubts settled, branches saved.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        run_id: str = "",
        code: Code | Mapping[str, Code] | None = None,
        may_run_code: bool = True,
        may_act: bool = True,
    ) -> None:
        self.recording = recording
        self.run_id = run_id
        self.may_run_code = may_run_code
        self.may_act = may_act and may_run_code
        self.known: dict[str, Any] = {}
        """What panels have worked out of the recording as it is now."""
        self._code = code
        self._lock = RLock()
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._tables: OrderedDict[str, RunColumns] = OrderedDict()
        self._branches: OrderedDict[str, Kept] = OrderedDict()
        self.stamps: dict[Path, Stamp] = {}
        """Size and time of change of each log when it was last looked at."""
        self._made = 0
        self._newer: dict[Path, Loaded] = {}

    # --- what may be done -----------------------------------------------------------------------------------

    def must_run_code(self) -> None:
        """Refuse where code may not be run.

        Raises:
            NotAllowedError: It may not.
        """
        if not self.may_run_code:
            raise NotAllowedError(
                "code of workflows is not run here: this view only reads the recording",
                hint="open it in a notebook: wb.Debugger(wb.open(path))",
            )

    def must_act(self) -> None:
        """Refuse where nobody may act.

        Raises:
            NotAllowedError: Nobody may.
        """
        if not self.may_act:
            raise NotAllowedError(
                "nobody may act from here: this view changes nothing",
                hint="in a notebook: wb.Debugger(wb.open(path)), or run.resume(), run.resolve(…)",
            )

    # --- runs -----------------------------------------------------------------------------------------------

    def run(self, run_id: str) -> Run:
        """One run; the last ones that were looked at are kept, with what was read of them.

        Raises:
            RunNotFoundError: There is none of this id.
        """
        with self._lock:
            wanted = run_id or self.run_id
            run = self._runs.get(wanted)
            if run is None:
                run = self.recording.run(wanted or None)
                newer = self._newer.get(loaded_of(run).path)
                run = run if newer is None else Run(newer, run.id, self.recording.logs)
            return _keep(self._runs, run.id, run, _RUNS)

    def columns(self, run: Run) -> RunColumns:
        """The events of a run as columns."""
        with self._lock:
            table = self._tables.get(run.id)
            if table is None or table.history is not run.history:
                table = RunColumns(run.history, run.id)
            return _keep(self._tables, run.id, table, _TABLES)

    def code(self, run: Run) -> Code:
        """The workflow of a run, imported now.

        Raises:
            NotAllowedError: Code may not be run here.
            CodeNotFoundError: It cannot be found.
            UsageError: Another engine ran it.
        """
        self.must_run_code()
        given = self._code
        if isinstance(given, Mapping):
            given = given.get(self.workflow_of(run))
        if not replays(run.history.engine):
            given = None  # `what_if` says why not
        return run.what_if(given).code

    def code_or_none(self, run: Run) -> Code | None:
        """The workflow of a run, where it may be run and can be found."""
        if not self.may_run_code or not replays(run.history.engine):
            return None
        try:
            return self.code(run)
        except CodeNotFoundError:
            return None

    def workflow_of(self, run: Run) -> str:
        """Name of the workflow of a run; `""` where its beginning is not in the log."""
        table = self.columns(run)
        began = (table.types == EventType.RunStarted).argmax() if len(table) else 0
        if not len(table) or table.types[began] != EventType.RunStarted:
            return ""
        return run.history.declaration(int(table.rows[began])).name

    # --- branches -------------------------------------------------------------------------------------------

    def keep(self, branch: Branch, trace: Trace, parent: str) -> Kept:
        """Make a branch one that can be asked about; the oldest ones are let go."""
        with self._lock:
            self._made += 1
            kept = Kept(f"b{self._made}", branch.run_id, branch, trace, parent)
            _keep(self._branches, kept.id, kept, _BRANCHES)
            while len(self._branches) > 1 and sum(len(one.trace) for one in self._branches.values()) > _KEPT_STOPS:
                self._branches.popitem(last=False)
            return kept

    def branch(self, branch: str) -> Kept:
        """A branch by its id.

        Raises:
            UsageError: It was let go, or never made here.
        """
        with self._lock:
            kept = self._branches.get(branch)
            if kept is None:
                raise UsageError(
                    f"branch {branch[:40]!r} is not kept here any more",
                    hint=f"replay it again by its edits; a debugger keeps the last {_BRANCHES} branches",
                )
            return _keep(self._branches, branch, kept, _BRANCHES)

    def branches_of(self, run_id: str) -> list[Kept]:
        """The branches of a run that are kept, oldest first."""
        with self._lock:
            return sorted(
                (one for one in self._branches.values() if one.run_id == run_id), key=lambda one: int(one.id[1:])
            )

    # --- a log that went on ---------------------------------------------------------------------------------

    def read_again(self, run: Run) -> Run:
        """The run as its log holds it now, and everything else of that log."""
        before = loaded_of(run)
        self.replace([(before, load(Path(before.path)))])
        return self.run(run.id)

    def replace(self, newer: Sequence[tuple[Loaded, Loaded]]) -> None:
        """Take logs that were read again in the place of what they were.

        Args:
            newer: Each log as it was, and as it is.
        """
        with self._lock:
            if isinstance(self.recording.logs, LazyLogs):  # opening all of them only to change one takes too long
                self._newer |= {now.path: now for _, now in newer}
            else:
                known = {id(before): now for before, now in newer}
                self.recording = Recording([known.get(id(log), log) for log in self.recording.logs])
            self._runs.clear()
            self._tables.clear()
            self.known.clear()


def loaded_of(run: Run) -> Loaded:
    """The log of a run."""
    return run._loaded  # noqa: SLF001 - a run does not tell its log in another way


def _keep(kept: OrderedDict[K, V], key: K, value: V, most: int) -> V:
    """Put it last, and let the first ones go."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return value
