"""What a workflow asks for besides steps: time, chance, signals, branches, children, patches.

Inside a workflow every answer is recorded and replayed. Outside, each does the plain thing, so that workflow
functions stay testable as plain Python.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError
from workbench.machine import Call, Verb
from workbench.model import instant
from workbench.program.scope import CURRENT_SCOPE, Scope, scope_here
from workbench.program.step import Deferred
from workbench.program.workflow import as_workflow

if TYPE_CHECKING:
    import uuid

__all__ = ["child", "gather", "now", "patched", "random", "signal", "sleep", "uuid4"]


def now() -> datetime:
    """The time, as an aware UTC datetime; the recorded one in replay."""
    scope = CURRENT_SCOPE.get()
    if scope is None:
        return datetime.now(UTC)  # noqa: TID251 - outside a workflow it is the plain clock
    return instant(_instant(scope, Verb.READ_CLOCK))


def random() -> float:
    """A random number in [0, 1); the recorded one in replay."""
    scope = CURRENT_SCOPE.get()
    if scope is None:
        import random  # dear to load, and a recorded workflow never needs it

        return random.random()  # noqa: S311, TID251 - outside a workflow; not for cryptography
    return float(_instant(scope, Verb.DRAW_RANDOM))


def uuid4() -> uuid.UUID:
    """A random UUID; the recorded one in replay."""
    scope = CURRENT_SCOPE.get()
    if scope is None:
        import uuid  # as above

        return uuid.uuid4()  # noqa: TID251 - outside a workflow it is the plain one
    value: uuid.UUID = _instant(scope, Verb.DRAW_UUID)
    return value


def _instant(scope: Scope, verb: Verb) -> Any:
    return scope.driver.instant(Call(verb, scope.next_position(), ""))


def sleep(seconds: float) -> Any:
    """Wait durably: after a crash the wait ends when it would have ended without it.

    Args:
        seconds: How long, in seconds.

    Returns:
        `None`; in an async workflow an awaitable of it.
    """
    scope = CURRENT_SCOPE.get()
    if scope is None:
        return _asyncio().sleep(seconds) if _in_loop() else time.sleep(seconds)
    return scope.driver.call(scope, Verb.START_TIMER, "", {"seconds": float(seconds)})


def signal(name: str, *, timeout_seconds: float | None = None) -> Any:
    """Wait for a signal from outside (`Recorder.signal`).

    Args:
        name: Name of the signal. Those that arrived earlier and were not consumed count.
        timeout_seconds: Longest wait; `None` for no limit.

    Returns:
        The signal's value, or `None` when the time ran out; in an async workflow an awaitable of it.

    Raises:
        UsageError: Called outside a workflow.
    """
    scope = scope_here("wb.signal")
    arguments = {"timeout_seconds": None if timeout_seconds is None else float(timeout_seconds)}
    return scope.driver.call(scope, Verb.AWAIT_SIGNAL, name, arguments)


def child(workflow: Callable[..., Any], *args: Any, id: str | None = None, **kwargs: Any) -> Any:
    """Run another workflow as a run of its own, and wait for its result.

    Args:
        workflow: The child's code.
        args: Its positional arguments.
        id: Run id of the child; by default the parent's id and the position.
        kwargs: Its keyword arguments.

    Returns:
        The child's result; in an async workflow an awaitable of it.
    """
    code = as_workflow(workflow)
    scope = CURRENT_SCOPE.get()
    if scope is None:
        return code(*args, **kwargs)
    arguments = {"id": id, "args": args, "kwargs": kwargs}
    return scope.driver.call(scope, Verb.START_CHILD, code.name, arguments, code)


def gather(*calls: Any) -> Any:
    """Make calls side by side.

    Args:
        calls: In a `def` workflow deferred step calls, `charge.defer(order)`; in an `async def` workflow any
            awaitables, deferred calls too.

    Returns:
        The results in the order of the calls (a list); in an async workflow an awaitable of it. When one fails,
        its error is raised; a `def` workflow waits for the others first.
    """
    scope = CURRENT_SCOPE.get()
    if scope is None:
        return _plain_gather(calls)
    if scope.driver.is_async:
        return _asyncio().gather(*(_awaitable(scope, call) for call in calls))
    for call in calls:
        if not isinstance(call, Deferred):
            message = f"wb.gather in a def workflow takes deferred step calls, not {type(call).__name__}"
            raise UsageError(message, hint="write wb.gather(charge.defer(order), mail.defer(user)), or use async def")
    return scope.driver.wait_all([call.call_in(scope) for call in calls])


def _awaitable(scope: Scope, call: Any) -> Awaitable[Any]:
    return scope.driver.begin(call.call_in(scope)) if isinstance(call, Deferred) else call


def _plain_gather(calls: tuple[Any, ...]) -> Any:
    results = [call.step(*call.args, **call.kwargs) if isinstance(call, Deferred) else call for call in calls]
    return _asyncio().gather(*map(_as_awaitable, results)) if _in_loop() else results


async def _constant(value: Any) -> Any:
    return value


def _as_awaitable(value: Any) -> Awaitable[Any]:
    return value if isinstance(value, Awaitable) else _constant(value)


def patched(patch_id: str) -> bool:
    """Whether this run takes the new path of a code change.

    True for runs that reach this line for the first time with the new code, False for runs that went past it
    with the old code: `if wb.patched("fraud-check"): check_fraud(order)`.

    Args:
        patch_id: Name of the change; never reuse one.
    """
    scope = CURRENT_SCOPE.get()
    return True if scope is None else scope.driver.patched(patch_id)


def _in_loop() -> bool:
    """Whether an event loop runs here; without asyncio loaded none can."""
    if "asyncio" not in sys.modules:
        return False
    try:
        _asyncio().get_running_loop()
    except RuntimeError:
        return False
    return True


def _asyncio() -> ModuleType:
    """Loaded late: it takes a quarter of the time budget of `import workbench`, and `def` workflows do without."""
    import asyncio

    return asyncio
