"""One error, one HTTP status: the only table of them."""

from __future__ import annotations

from typing import Final

from workbench._errors import (
    LogBusyError,
    LogError,
    LogNotFoundError,
    MissingDependencyError,
    NotAllowedError,
    PayloadError,
    ReplayError,
    RunError,
    RunNotFoundError,
    TooLargeError,
    UsageError,
    WorkbenchError,
)

__all__ = ["FAULT", "STATUSES", "status_of"]

FAULT: Final = 500
"""A fault of ours, whatever it is; nothing that was asked may lead to it."""

STATUSES: Final[dict[type[BaseException], int]] = {
    TooLargeError: 413,
    UsageError: 400,
    NotAllowedError: 403,
    LogNotFoundError: 404,
    RunNotFoundError: 404,
    LogBusyError: 409,
    LogError: 422,
    PayloadError: 422,
    RunError: 409,
    ReplayError: 409,
    MissingDependencyError: 501,
    WorkbenchError: 400,
}
"""Checked in this order; the first class that fits decides. 422: it is there, and cannot be read."""


def status_of(error: BaseException) -> int:
    """The status of an answer that says this error."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), FAULT)
