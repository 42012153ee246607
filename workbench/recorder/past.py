"""What the log already held when the recorder opened it, or holds by now: read back when a run is resumed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench._errors import RottenLogError, UnrecordableError, UsageError
from workbench.journal import GapReason, LogWriter, OpenMode, open_log
from workbench.journal.codec import annotation_of_return, restore
from workbench.machine import RunRecord, read_run
from workbench.model import EventType
from workbench.program import Workflow, recorded_arguments, restored_error
from workbench.recorder.inbox import Arrived

__all__ = ["Past", "was_cancelled"]

Reveal = Callable[[Any], Any]


class Past:
    """The runs that the log holds.

    Args:
        writer: The log's writer.
        path: The log.
    """

    def __init__(self, writer: LogWriter, path: Path) -> None:
        self._writer = writer
        self._path = path
        self._mutex = threading.Lock()
        self._log = open_log(path, OpenMode.SALVAGE) if writer.tables.number_of_runs() else None
        self._changed: set[str] = set()

    def knows(self, run_id: str) -> bool:
        """Whether the log has events of this run."""
        return self._writer.tables.number("run", run_id) is not None

    def changed(self, run_id: str) -> None:
        """The run has events that were not read yet."""
        with self._mutex:
            self._changed.add(run_id)

    def record(self, run_id: str) -> RunRecord | None:
        """The run so far, or `None` when the log does not know it.

        Raises:
            RottenLogError: Events may be missing from the middle: resuming could repeat what lies in the gap.
        """
        if not self.knows(run_id):
            return None
        with self._mutex:
            if self._log is None or run_id in self._changed:
                self._log = open_log(self._path, OpenMode.SALVAGE)
                self._changed.clear()
            log = self._log
        if any(gap.reason is not GapReason.TORN for gap in log.report.gaps):
            raise RottenLogError(
                f"run {run_id!r} is not resumed: its log is damaged inside\n{log.report}",
                path=self._path,
                hint="look at it with `workbench doctor`; what lies in the gap may have happened",
            )
        return read_run(log.history, run_id)

    def replaced_by(self, run_id: str) -> list[RunRecord]:
        """A run that another one replaces, and what that one had replaced in turn.

        Args:
            run_id: The run that was replaced; `""` for none.
        """
        found: dict[str, RunRecord] = {}
        while run_id and run_id not in found:
            record = self.record(run_id)
            if record is None or record.started < 0:
                break
            found[run_id] = record
            run_id = str(record.history.payload(record.started).get("again_of") or "")
        return list(found.values())

    def arguments(
        self, record: RunRecord, code: Workflow[..., Any], reveal: Reveal
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with which the run began, as the workflow's annotations type them."""
        body = reveal(record.history.payload(record.started))
        return recorded_arguments(code, body)

    def outcome(self, record: RunRecord, code: Workflow[..., Any], reveal: Reveal) -> Any:
        """What an ended run returned; raises what it raised."""
        history = record.history
        body = reveal(history.payload(record.ended))
        if history.columns.type[record.ended] == EventType.RunFailed:
            raise restored_error(body["error"])
        if history.columns.type[record.ended] == EventType.RunCancelled:
            raise was_cancelled(record.run_id)
        if "unrecorded" in body:
            raise UnrecordableError(str(body["unrecorded"]))
        return restore(body["result"], annotation_of_return(code.function))

    def unconsumed(self, record: RunRecord, keep: Callable[[Arrived], None], reveal: Reveal) -> None:
        """Signals that arrived and were not consumed."""
        history = record.history
        for row in record.ambient:
            seq = history.columns.seq[row]
            if history.columns.type[row] == EventType.SignalReceived and seq not in record.consumed:
                value = restore(reveal(history.payload(row).get("value")), Any)
                keep(Arrived(history.declaration(row).name, seq, value))


def was_cancelled(run_id: str) -> UsageError:
    """What asking for the outcome of a cancelled run gives."""
    return UsageError(f"run {run_id!r} was cancelled", hint="start a new run under another id")
