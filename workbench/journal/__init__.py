"""Bytes to events and back: the `.wlog` file."""

from workbench.journal.format import SUFFIX
from workbench.journal.reader import Log, LogPayloads, is_log, open_log, open_writer, writer_lives
from workbench.journal.report import Gap, GapReason, OpenMode, Report
from workbench.journal.writer import Durability, LogWriter

__all__ = [
    "SUFFIX",
    "Durability",
    "Gap",
    "GapReason",
    "Log",
    "LogPayloads",
    "LogWriter",
    "OpenMode",
    "Report",
    "is_log",
    "open_log",
    "open_writer",
    "writer_lives",
]
