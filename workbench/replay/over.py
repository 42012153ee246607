"""What a replay leaves behind goes with it, while nothing can act.

A generator that was not run to its end runs its `finally` when the last one lets go of it, and an object its
`__del__`. Once the workflow's code is over, a step that is called there would be a plain function, and act. So frames
are let go here, where calls are refused and the tripwire is still armed. What hangs in a cycle of the user's own is
out of reach: Python's collector finds it when it likes.
"""

from __future__ import annotations

import asyncio
import traceback
import warnings
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NoReturn

from workbench.machine import Call
from workbench.program import CURRENT_SCOPE, Driver, Scope

__all__ = ["let_go", "let_go_of_task", "over", "unawaited_allowed"]


class _Over(Driver):
    """Ends whoever calls. `GeneratorExit` is how Python ends a generator: nobody is told of it."""

    def instant(self, call: Call) -> NoReturn:
        raise GeneratorExit(call.name)

    def wait(self, call: Call) -> NoReturn:
        raise GeneratorExit(call.name)

    def wait_all(self, calls: Sequence[Call]) -> NoReturn:
        raise GeneratorExit(*[call.name for call in calls])

    def patched(self, patch_id: str) -> NoReturn:
        raise GeneratorExit(patch_id)

    def loop_seconds(self) -> float:
        return 0.0


@contextmanager
def over() -> Generator[None]:
    """Around the workflow's own scope: code that still runs here when that has ended makes no calls."""
    token = CURRENT_SCOPE.set(Scope(_Over()))
    try:
        yield
    finally:
        CURRENT_SCOPE.reset(token)


def let_go(error: BaseException, given: Collection[Any] = ()) -> None:
    """Empty the frames that an error of the workflow came through; its traceback still names their lines.

    Args:
        error: The error.
        given: Errors from outside: what these came from is none of the replay's.
    """
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        _empty(one.__traceback__)
        if not any(one is other for other in given):
            left += [one.__cause__, one.__context__]
            left += one.exceptions if isinstance(one, BaseExceptionGroup) else []


def _empty(trace: TracebackType | None) -> None:
    traceback.clear_frames(trace)
    for frame, _ in traceback.walk_tb(trace):
        _ = frame.f_locals  # whoever looked at a frame has left a dict of its variables there: it is emptied, too


def let_go_of_task(task: asyncio.Task[Any]) -> None:
    """The same for a task that has ended. Its error is asked for, or asyncio complains that nobody did.

    Coroutines that its code made, and that nobody will await, go with it.
    """
    with unawaited_allowed():
        try:
            error = task.exception() if task.done() else None
        except asyncio.CancelledError as cancelled:
            let_go(cancelled)
        else:
            if error is not None:
                let_go(error)


@contextmanager
def unawaited_allowed() -> Generator[None]:
    """Code that is halted between making a coroutine and awaiting it has done nothing wrong."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        yield
