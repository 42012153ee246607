"""Open a log for writing: create it, or go on behind whatever the last process left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench._errors import RottenLogError
from workbench.journal.boot import boot_hash
from workbench.journal.columns import read_columns
from workbench.journal.entrance import first_header, newer_version, read_file
from workbench.journal.report import OpenMode
from workbench.journal.scan import scan
from workbench.journal.tables import number_columns
from workbench.journal.writer import Durability, LogWriter, Tail

__all__ = ["open_writer"]

_HIGHEST_SEQ = 1 << 62
"""No log counts so far; a higher number was made up, and counting on from it would leave the 64 bits."""


def open_writer(path: str | Path, *, durability: Durability | str = Durability.RELAXED, **clocks: Any) -> LogWriter:
    """Create a log, or go on with an existing one in a new segment.

    Args:
        path: The file; its folder must exist.
        durability: See `Durability`.
        clocks: `wall_ns` and `mono_ns`, for tests.

    Raises:
        LogBusyError: Another live writer holds it.
        LogDegradedError: The disk refuses the first bytes.
        LogError: The existing file is no log, or of a newer version; it stays untouched.
    """
    return LogWriter(Path(path), tail=_tail, durability=Durability(durability), **clocks)


def _tail(path: Path) -> Tail | None:
    buffer = read_file(path)
    if len(buffer) == 0:
        return None
    first = first_header(path, buffer)
    found = scan(buffer, OpenMode.SALVAGE, first)
    if found.newer is not None:
        raise newer_version(path, found.newer)
    if found.report.last_seq >= _HIGHEST_SEQ:
        hint = "record into another file"
        raise RottenLogError(f"{path} counts to {found.report.last_seq:,}", path=path, hint=hint)
    tables = found.notes.tables
    for table, column in number_columns(read_columns(buffer, found.offsets)).items():
        if column:
            tables.reserve(table, max(column))  # its definition may be lost; the number still means what it meant
    boot = found.notes.unsynced_boot
    return Tail(
        recording=first.recording,
        end=found.end,
        last_seq=found.report.last_seq,
        segments=found.report.segments,
        tables=tables,
        distrusted=bool(boot) and boot == boot_hash(),
    )
