"""Bytes to events and back: the `.wlog` file, how it is written, opened, examined. `FORMAT.md` specifies it."""

from __future__ import annotations

from workbench.journal.boot import boot_hash
from workbench.journal.disk import writer_lives
from workbench.journal.doctor import Examination, examine
from workbench.journal.dump import dump
from workbench.journal.entrance import is_log
from workbench.journal.format import FILE_MAGIC, SUFFIX, VERSION
from workbench.journal.index import index_folder
from workbench.journal.payloads import LogPayloads
from workbench.journal.reader import Log, open_log
from workbench.journal.report import Gap, GapReason, OpenMode, Report
from workbench.journal.resume import open_writer
from workbench.journal.writer import Durability, LogWriter

__all__ = [
    "FILE_MAGIC",
    "SUFFIX",
    "VERSION",
    "Durability",
    "Examination",
    "Gap",
    "GapReason",
    "Log",
    "LogPayloads",
    "LogWriter",
    "OpenMode",
    "Report",
    "boot_hash",
    "dump",
    "examine",
    "index_folder",
    "is_log",
    "open_log",
    "open_writer",
    "writer_lives",
]
