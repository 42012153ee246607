"""One recording as a row of the list of recordings."""

from __future__ import annotations

from typing import Final

from workbench._errors import WorkbenchError
from workbench.analysis import RunStatus
from workbench.debugger.answer import FaultError, failure_of, ms_of, shown, word
from workbench.debugger.wire.workspace import WorkspaceRow
from workbench.engines import ENGINES
from workbench.engines.head import head_of
from workbench.server.opening import opened
from workbench.server.place import Place, Root
from workbench.server.search import Candidate
from workbench.server.standing import standing_of

__all__ = ["read", "unread", "unreadable"]

_SAID: Final = 300
_NAME: Final = 400


def unreadable(candidate: Candidate, error: WorkbenchError) -> WorkspaceRow:
    """A file that cannot even be looked at."""
    return _row(shown(candidate.path, lines=False), candidate.size, candidate.modified_ns, problem=_said(error))


def unread(place: Place) -> WorkspaceRow:
    """A recording that was not opened."""
    return _row(place.path, place.size, place.modified_ns, system=_system(place))


def read(root: Root, place: Place) -> WorkspaceRow:
    """A recording that is opened for this; one that cannot be read says why."""
    try:
        loaded = opened(root, place)
        standing = standing_of(loaded)
    except WorkbenchError as error:
        return _row(place.path, place.size, place.modified_ns, system=_system(place), problem=_said(error))
    except Exception as error:  # noqa: BLE001 - one file that we have a fault with must not hide the others
        fault = FaultError(type(error).__name__)
        return _row(place.path, place.size, place.modified_ns, problem=failure_of(fault)["message"])
    row = _row(place.path, place.size, place.modified_ns, system=loaded.history.engine)
    counts, worst = standing.statuses, standing.worst
    row["runs"], row["in_doubt"] = standing.runs, standing.in_doubt
    row["failed"], row["interrupted"] = counts[RunStatus.FAILED], counts[RunStatus.INTERRUPTED]
    row["running"] = counts[RunStatus.RUNNING]
    row["at_stake"], row["currency"] = standing.at_stake, shown(standing.currency, _NAME, lines=False)
    if worst is not None:
        row["best"], row["safety"] = word(worst.best), word(worst.safety)
    if loaded.report is not None and loaded.report.rotten:
        row["problem"] = shown(f"{loaded.report}; verdicts take what is missing for possible", _SAID, lines=False)
    return row


def _row(path: str, size: int, modified_ns: int, *, system: str = "", problem: str = "") -> WorkspaceRow:
    return {
        "path": path, "name": shown(path.rpartition("/")[2], _NAME, lines=False), "size": size,
        "modified_ms": ms_of(modified_ns), "system": system, "runs": None, "failed": None, "interrupted": None,
        "running": None, "in_doubt": None, "best": "", "safety": "", "at_stake": None, "currency": "",
        "problem": problem,
    }  # fmt: skip


def _said(error: WorkbenchError) -> str:
    return shown(error.message, _SAID, lines=False)


def _system(place: Place) -> str:
    """The engine that knows the file, by its first bytes; `""` where none does."""
    try:
        head = head_of(place.file)
    except OSError:
        return ""
    return next((engine.SYSTEM for engine in ENGINES if engine.sniff(place.file, head)), "")
