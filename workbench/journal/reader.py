"""Open a log: five answers for what is not a good file, a history and a report for what is.

Opening never modifies, never unpickles, never imports, never executes. Payloads are decoded one at a time,
when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench._errors import RottenLogError, TornLogError
from workbench.journal.boot import boot_hash
from workbench.journal.columns import read_columns
from workbench.journal.disk import writer_lives
from workbench.journal.entrance import first_header, newer_version, read_file
from workbench.journal.index import INDEX_FROM, indexed_scan
from workbench.journal.notes import LogSources
from workbench.journal.payloads import LogPayloads
from workbench.journal.report import Gap, GapReason, OpenMode, Report
from workbench.journal.scan import Scan, scan
from workbench.journal.tables import number_columns
from workbench.model import Columns, History

__all__ = ["Log", "open_log"]


_WHOLE = frozenset({OpenMode.STRICT, OpenMode.TAIL})
"""Modes that promise to have looked at everything."""


@dataclass(frozen=True)
class Log:
    """An opened log.

    Attributes:
        history: Its events.
        report: What was found besides.
        path: The file.
        recording: Unique id of the recording.
    """

    history: History
    report: Report
    path: Path
    recording: bytes


def open_log(path: str | Path, mode: OpenMode | str = OpenMode.PREFIX, *, index: bool = False) -> Log:
    """Read a log.

    Args:
        path: The file.
        mode: How to meet damage, see `OpenMode`.
        index: Keep, and use, an index of a large log in the user's cache folder (not in `tail` and `strict`, which
            read every byte). With it only the log's last frame and what was added since are checked at once; a frame
            in the middle is checked when its payload is read.

    Raises:
        LogNotFoundError: No such file.
        EmptyLogError: No byte in it, or not one whole header.
        NotALogError: It does not begin as a log does.
        NewerVersionError: Written by a newer version of this package, in whole or from some segment on.
        TornLogError: `strict` only, see `OpenMode`.
        RottenLogError: `strict` and `tail` only, or the file header itself is damaged.
    """
    path = Path(path)
    mode = OpenMode(mode)
    buffer = read_file(path)
    first = first_header(path, buffer)
    if index and len(buffer) >= INDEX_FROM and mode not in _WHOLE:
        found, columns = indexed_scan(buffer, mode, first)
    else:
        found = scan(buffer, mode, first)
        columns = None
    if found.newer is not None:
        raise newer_version(path, found.newer)
    report = found.report
    _check(path, report, mode)
    last = found.header
    report.same_boot = None if last is None or not last.boot or not boot_hash() else last.boot == boot_hash()
    report.writer_alive = writer_lives(path)
    return Log(_history(path, buffer, found, columns), report, path, first.recording)


def _history(path: Path, buffer: Any, found: Scan, columns: Columns | None) -> History:
    indexed = columns is not None
    if columns is None:
        columns = read_columns(buffer, found.offsets)
    tables = {}
    for table, column in number_columns(columns).items():
        tables[table], numbers = found.notes.tables.texts(table, column)
        if numbers is not column:
            changed: dict[str, Any] = {table: numbers}
            columns = replace(columns, **changed)
    return History(
        columns=columns,
        runs=tables["run"],
        names=tables["name"],
        tags=tables["tag"],
        payloads=LogPayloads(buffer, found.offsets, found.blobs, found.headers if indexed else ()),
        sources=LogSources(buffer, found.notes.sources),
        processes=tuple(found.notes.processes),
        origin=str(path),
    )


def _check(path: Path, report: Report, mode: OpenMode) -> None:
    if mode not in _WHOLE:
        return
    if report.rotten or (mode is OpenMode.STRICT and report.dropped):
        worst = next((gap.offset for gap in report.gaps if gap.reason is not GapReason.TORN), None)
        hint = "open with mode='salvage' to read around it; what lies in the gap is unknown"
        raise RottenLogError(f"{path} is damaged inside:\n{report}", path=path, offset=worst, hint=hint)
    if mode is OpenMode.STRICT and report.torn:
        torn: Gap = report.gaps[0]
        hint = "open with mode='prefix'; an event that was cut off was never acknowledged"
        raise TornLogError(f"the last write to {path} was cut off:\n{report}", path=path, offset=torn.offset, hint=hint)
