"""One error, one line, one exit code: the only table of them."""

from __future__ import annotations

from workbench._errors import (
    LogError,
    LogNotFoundError,
    MissingDependencyError,
    PayloadError,
    ReplayError,
    RunError,
    UsageError,
    WorkbenchError,
)

__all__ = ["EXIT_CODES", "exit_code_of"]

EXIT_CODES: dict[type[BaseException], int] = {
    UsageError: 2,
    LogNotFoundError: 3,
    LogError: 4,
    PayloadError: 5,
    RunError: 6,
    ReplayError: 7,
    MissingDependencyError: 8,
    WorkbenchError: 1,
}
"""Checked in this order; the first class that fits decides."""


def exit_code_of(error: WorkbenchError) -> int:
    """Exit code for an error."""
    return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
