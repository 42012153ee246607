"""Workflow code, run to its end by a live driver, and how it may end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from workbench.model import Columns, History
from workbench.program import CURRENT_SCOPE, Scope, Workflow, WorkflowHalted, run_async

if TYPE_CHECKING:
    from workbench.recorder.live import LiveDriver

__all__ = ["EMPTY", "check_end", "run_coroutine", "run_function", "stop"]

EMPTY = History(Columns(), (), (), ("",), payloads=lambda row: {})  # noqa: ARG005 - the protocol names it
"""The history of a run that has not begun."""


def run_function(code: Workflow[..., Any], driver: LiveDriver, args: tuple[Any, ...], kwargs: Any) -> Any:
    """Run a `def` workflow in this thread."""
    token = CURRENT_SCOPE.set(Scope(driver))
    try:
        return code.function(*args, **kwargs)
    finally:
        CURRENT_SCOPE.reset(token)


def run_coroutine(code: Workflow[..., Any], driver: LiveDriver, args: tuple[Any, ...], kwargs: Any) -> Any:
    """Run an `async def` workflow on the loop of this thread."""
    task = run_async(driver, lambda: code.function(*args, **kwargs))
    if driver.halted is not None:
        raise WorkflowHalted(str(driver.halted))
    return task.result()


def check_end(driver: LiveDriver) -> None:
    """The code ended: it must not have been halted before, and the log must not go on."""
    if driver.halted is None:
        try:
            driver.divergence_at_end()
        except WorkflowHalted:
            stop(driver)
    if driver.halted is not None:
        stop(driver)


def stop(driver: LiveDriver) -> NoReturn:
    """Raise why the driver halted the workflow, with its own cause and nothing of the workflow's unwinding."""
    reason = driver.halted
    assert reason is not None  # noqa: S101 - only called after a halt
    raise reason from reason.__cause__
