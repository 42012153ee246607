"""Every error has a status, and only a fault of ours is 500."""

from __future__ import annotations

import pytest

from workbench import _errors
from workbench._errors import WorkbenchError
from workbench.debugger.answer import FaultError
from workbench.server.errors import FAULT, STATUSES, status_of

KINDS = [
    kind
    for kind in vars(_errors).values()
    if isinstance(kind, type) and issubclass(kind, WorkbenchError)
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_of_ours_has_a_status_of_a_client(kind: type[WorkbenchError]) -> None:
    assert 400 <= status_of(kind("what happened")) < 500 or kind is _errors.MissingDependencyError


def test_the_first_class_that_fits_decides_and_each_one_can() -> None:
    assert {kind: status_of(kind("x")) for kind in STATUSES} == STATUSES


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (_errors.UsageError, 400), (_errors.NotAllowedError, 403), (_errors.LogNotFoundError, 404),
        (_errors.RunNotFoundError, 404), (_errors.EmptyLogError, 422), (_errors.NotALogError, 422),
        (_errors.NewerVersionError, 422), (_errors.RottenLogError, 422), (_errors.UndecodableError, 422),
        (_errors.TooLargeError, 413), (_errors.LogBusyError, 409),
    ],
)  # fmt: skip
def test_what_the_routes_promise(kind: type[WorkbenchError], status: int) -> None:
    assert status_of(kind("x")) == status


def test_all_else_is_a_fault() -> None:
    assert status_of(FaultError("KeyError")) == status_of(ZeroDivisionError()) == FAULT
