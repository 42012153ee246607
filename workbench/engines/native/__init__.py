"""Workbench's own recordings: `.wlog` files."""

from __future__ import annotations

from pathlib import Path

from workbench.engines.loaded import Loaded
from workbench.journal import SUFFIX, OpenMode, is_log, open_log
from workbench.replay import replay as trace

__all__ = ["SUFFIXES", "SYSTEM", "load", "sniff", "trace"]

SYSTEM = "native"
"""Name of the engine in frames."""

SUFFIXES = (SUFFIX,)
"""How its files end; what a folder is searched for."""


def sniff(path: Path, head: bytes) -> bool:
    """Whether this file is ours, by its first bytes; a name alone proves nothing.

    Args:
        path: The file.
        head: Its first bytes, at least 8 where the file has them.
    """
    return is_log(head) or (path.suffix == SUFFIX and len(head) == 0)


def load(path: Path, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:
    """Open a recording; see `workbench.journal.open_log` for the errors."""
    log = open_log(path, mode, index=True)
    return Loaded(log.history, log.report, path)
