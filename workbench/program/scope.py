"""Who answers the calls of the code that is running now, and which position the next call takes.

A scope belongs to one branch of a workflow: the workflow function itself, or one task of an async workflow.
Code outside a workflow, and the body of a step, have none: there, everything is plain Python.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar

from workbench._errors import UsageError
from workbench.machine import Call, Verb
from workbench.model import MAX_DEPTH, Position, position_text

if TYPE_CHECKING:
    import asyncio

__all__ = ["CURRENT_KEY", "CURRENT_SCOPE", "Driver", "Scope", "scope_here"]


class Scope:
    """One branch of a running workflow.

    Attributes:
        driver: Who answers.
        path: Position of the branch; `()` for the workflow function itself.
        count: Calls made so far.
    """

    __slots__ = ("count", "driver", "path")

    def __init__(self, driver: Driver, path: Position = ()) -> None:
        self.driver = driver
        self.path = path
        self.count = 0

    def next_position(self) -> Position:
        """Position of the call that is being made."""
        self.count += 1
        return (*self.path, self.count)

    def branch(self) -> Scope:
        """Scope of a task that is being created, at the next position."""
        path = self.next_position()
        if len(path) >= MAX_DEPTH:
            message = f"tasks are nested {len(path)} deep at {position_text(path)}; the limit is {MAX_DEPTH}"
            raise UsageError(message, hint="start a child workflow with wb.child(…) instead")
        return Scope(self.driver, path)


CURRENT_SCOPE: ContextVar[Scope | None] = ContextVar("workbench_scope", default=None)
CURRENT_KEY: ContextVar[str] = ContextVar("workbench_key", default="")
"""Idempotency key of the step body that is running."""


def scope_here(what: str) -> Scope:
    """The scope of the running workflow code.

    Raises:
        UsageError: The caller is not inside a workflow.
    """
    scope = CURRENT_SCOPE.get()
    if scope is None:
        message = f"{what} was called outside a workflow"
        raise UsageError(message, hint="call it from a function marked @wb.workflow that a Recorder runs")
    return scope


class Driver(ABC):
    """Answers calls: really (the recorder's live driver) or from a history (replay's stepping driver)."""

    is_async: ClassVar[bool] = False
    reads_frames: ClassVar[bool] = False
    """It looks for itself where a blocking call was written."""
    closing: bool = False
    """The workflow function has ended: branches that it left behind get no more answers."""

    @abstractmethod
    def instant(self, call: Call) -> Any:
        """Answer a clock reading or a draw at once."""

    @abstractmethod
    def wait(self, call: Call) -> Any:
        """Answer a call on which the code blocks; raises what the step raised."""

    @abstractmethod
    def wait_all(self, calls: Sequence[Call]) -> list[Any]:
        """Answer calls made side by side by code that blocks; raises the first failure after all have ended."""

    def begin(self, call: Call) -> asyncio.Future[Any]:
        """Begin a call of async code; the future gets the answer when the code is idle.

        Raises:
            UsageError: This driver runs a `def` workflow, whose code blocks on its calls.
        """
        message = f"{call.verb} was begun in a def workflow"
        raise UsageError(message, hint="use async def for the workflow")

    def cancel(self, call: Call) -> None:  # noqa: B027 - code that blocks has nothing to cancel
        """The code no longer waits for a call that it began."""

    @abstractmethod
    def patched(self, patch_id: str) -> bool:
        """Whether this run takes the new path of a code change."""

    @abstractmethod
    def loop_seconds(self) -> float:
        """The clock of the workflow's event loop: seconds since the run began, moved only by consumed events."""

    def idle(self) -> None:  # noqa: B027 - code that blocks has no loop
        """The event loop has nothing ready: deliver one answer, or stop the loop."""

    def left_behind(self, task: asyncio.Task[Any]) -> None:  # noqa: B027 - as `idle`
        """A branch that the workflow function did not wait for was cancelled, and has ended."""

    def call(self, scope: Scope, verb: Verb, name: str, arguments: Any, request: Any = None) -> Any:
        """Make a call from `scope`: a value for blocking code, an awaitable for async code."""
        call = Call(verb, scope.next_position(), name, arguments, request)
        return self.begin(call) if self.is_async else self.wait(call)
