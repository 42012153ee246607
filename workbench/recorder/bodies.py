"""Where step bodies run: in the caller's thread, in a pool, or on an event loop of their own.

An async workflow's loop runs workflow code only, so that its order of events stays a function of the log. The
bodies of its steps run here and report to the workflow's inbox.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from workbench._errors import StepTimeoutError
from workbench.program import CURRENT_KEY, CURRENT_SCOPE, Step

__all__ = ["Bodies"]


class Bodies:
    """Runs step bodies. One per recorder; threads start when first needed.

    Args:
        workers: Most bodies that run side by side in threads.
    """

    def __init__(self, workers: int = 32) -> None:
        self._workers = workers
        self._pool: ThreadPoolExecutor | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._held: set[Future[Any]] = set()
        self._mutex = threading.Lock()

    def run(self, step: Step[..., Any], args: tuple[Any, ...], kwargs: Any, key: str) -> Any:
        """Run a body and wait for it, in this thread unless it has a timeout or is async."""
        seconds = step.declaration.timeout_seconds
        if seconds is None and not step.is_async:
            return _outside(step.function, args, kwargs, key)
        if step.is_async:
            return self.start(step, args, kwargs, key).result()
        outcome = self.alone(lambda: _outside(step.function, args, kwargs, key))
        try:
            return outcome.result(seconds)
        except concurrent.futures.TimeoutError:
            if outcome.done():
                return outcome.result()  # at the last moment, or the body itself raised it
            raise _timed_out(step) from None

    def start(self, step: Step[..., Any], args: tuple[Any, ...], kwargs: Any, key: str) -> Future[Any]:
        """Run a body elsewhere."""
        if step.is_async:
            return self._on_loop(_await(step, args, kwargs, key))
        return self.submit(lambda: self.run(step, args, kwargs, key))

    def ask(self, question: Callable[..., Any], args: tuple[Any, ...], kwargs: Any, key: str) -> Any:
        """Call a probe as the body of its step would be called, and wait for it; it is no step of the workflow."""
        answer = _outside(question, args, kwargs, key)
        return self._on_loop(_answer(answer, key)).result() if inspect.isawaitable(answer) else answer

    def alone(self, work: Callable[[], Any]) -> Future[Any]:
        """Run `work`, which may itself wait for the pool, in a thread of its own."""
        outcome: Future[Any] = Future()
        threading.Thread(target=_settle, args=(outcome, work), name="workbench-child", daemon=True).start()
        return outcome

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Run `work` in a thread."""
        with self._mutex:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="workbench-step")
        return self._pool.submit(work)

    def _on_loop(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        outcome: Future[Any] = Future()
        held = asyncio.run_coroutine_threadsafe(_settle_async(outcome, work), self._event_loop())
        self._held.add(held)  # a task that nobody holds, asyncio lets the garbage collector take in mid-flight
        held.add_done_callback(self._held.discard)
        return outcome

    def _event_loop(self) -> asyncio.AbstractEventLoop:
        with self._mutex:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_run_loop, args=(self._loop,), name="workbench-steps", daemon=True).start()
        return self._loop

    def close(self) -> None:
        """Let bodies in threads end by themselves, cancel those on the loop; take no new ones."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


def _outside(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any, key: str) -> Any:
    scope = CURRENT_SCOPE.set(None)
    token = CURRENT_KEY.set(key) if key or CURRENT_KEY.get() else None
    try:
        return function(*args, **kwargs)
    finally:
        if token is not None:
            CURRENT_KEY.reset(token)
        CURRENT_SCOPE.reset(scope)


def _settle(outcome: Future[Any], work: Callable[[], Any]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed to the waiting thread, whatever it is
        outcome.set_exception(error)


async def _settle_async(outcome: Future[Any], work: Coroutine[Any, Any, Any]) -> None:
    try:
        outcome.set_result(await work)
    except BaseException as error:  # noqa: BLE001 - handed to the waiting thread; the loop goes on for other bodies
        outcome.set_exception(error)


async def _await(step: Step[..., Any], args: tuple[Any, ...], kwargs: Any, key: str) -> Any:
    CURRENT_SCOPE.set(None)
    CURRENT_KEY.set(key)
    result = step.function(*args, **kwargs)
    if not inspect.isawaitable(result):
        return result
    limit = asyncio.timeout(step.declaration.timeout_seconds)
    try:
        async with limit:
            return await result
    except TimeoutError:
        if not limit.expired():
            raise  # the body itself raised it
        raise _timed_out(step) from None
    except asyncio.CancelledError:
        message = f"the body of step {step.name} was cancelled"
        raise concurrent.futures.CancelledError(message) from None


async def _answer(answer: Awaitable[Any], key: str) -> Any:
    CURRENT_SCOPE.set(None)
    CURRENT_KEY.set(key)
    return await answer


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _timed_out(step: Step[..., Any]) -> StepTimeoutError:
    return StepTimeoutError(
        f"step {step.name} did not answer within {step.declaration.timeout_seconds} s",
        hint="it may still have acted: probe before you run it again",
    )
