"""What every engine's `load` gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.journal import Report
from workbench.model import History

__all__ = ["Loaded"]


@dataclass(frozen=True)
class Loaded:
    """One opened source.

    Attributes:
        history: Its events.
        report: In what state it was found; `None` for engines whose storage vouches for itself.
        path: Where it came from.
        url: Where the original lies when `path` is a copy of it, which nobody can act through; `""` otherwise.
    """

    history: History
    report: Report | None
    path: Path
    url: str = ""
