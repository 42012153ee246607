"""One reason for a divergence, with its evidence and how sure it is."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from workbench.analysis.cause import Cause, remedy_of

__all__ = ["Reason", "Sure"]


class Sure(StrEnum):
    """How sure a reason is."""

    PROVED = "proved"
    """An experiment: with this changed, the code asks for something else there, or fits the log."""
    LIKELY = "likely"
    """It was seen to happen, on the way to the difference."""
    POSSIBLE = "possible"
    """It could be."""


class Reason(NamedTuple):
    """Why code and log differ.

    Attributes:
        cause: In one word.
        sure: How sure.
        why: The evidence, in words.
        file: File of the line that is to blame; `""` for unknown.
        line: That line, 1-based; 0 for unknown.
        by_account: It only says how the two differ, not why.
    """

    cause: Cause
    sure: Sure
    why: str
    file: str = ""
    line: int = 0
    by_account: bool = False

    @property
    def remedy(self) -> str:
        """What to do, with the line."""
        where = f"{self.file.rpartition('/')[2]}:{self.line}: " if self.line else ""
        return where + remedy_of(self.cause)

    def __str__(self) -> str:
        """Cause, sureness and evidence."""
        return f"{self.cause} ({self.sure}): {self.why}"
