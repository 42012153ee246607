"""The event loop of async workflows: standard asyncio, made deterministic without private attributes.

* A task takes its position from its parent when it is created, in program order (task factory).
* The loop asks its selector to wait only when nothing is ready. The selector here never waits for the system:
  being asked to is what "idle" means, and the driver then delivers the next answer.
* A delay (`asyncio.sleep`, `asyncio.timeout`, `wait_for`) is a durable timer.
* Threads, sockets and subprocesses do not belong in workflow code: asking for them names the remedy.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextvars import Context, copy_context
from typing import Any, NoReturn

from workbench._errors import UsageError
from workbench.machine import Call, Verb
from workbench.model import NOWHERE, Position
from workbench.program.halt import WorkflowHalted
from workbench.program.scope import CURRENT_SCOPE, Driver, Scope

__all__ = ["WorkflowLoop", "outside_loops", "run_async"]

_ROUNDS = 16
"""How often a branch that is left behind may swallow its cancellation before it is abandoned."""


class _IdleSelector(selectors.BaseSelector):
    """Tells the driver when the loop has nothing to do; watches no file."""

    def __init__(self, idle: Callable[[], None]) -> None:
        self._idle = idle
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        key = self._keys[number] = selectors.SelectorKey(fileobj, number, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            self._idle()
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class _DurableTimer(asyncio.TimerHandle):
    """A timer that is a call of the workflow: its callback runs when the driver delivers the answer."""

    def __init__(self, loop: WorkflowLoop, call: Call, when: float, run: Callable[[], asyncio.Handle]) -> None:
        super().__init__(when, run, (), loop)
        self._workflow_loop = loop
        self._call = call
        self._start = run
        self._started: asyncio.Handle | None = None

    def fire(self, future: asyncio.Future[Any]) -> None:
        """The answer came."""
        if not self.cancelled() and not future.cancelled():
            self._started = self._start()

    def cancel(self) -> None:
        """The code no longer waits for this timer."""
        if self._started is not None:
            self._started.cancel()
        elif not self.cancelled():
            self._workflow_loop.driver.cancel(self._call)
        super().cancel()


class WorkflowLoop(asyncio.SelectorEventLoop):
    """An event loop whose order of events depends on the driver's answers alone.

    Args:
        driver: Who answers.
    """

    def __init__(self, driver: Driver) -> None:
        super().__init__(_IdleSelector(self._idle))
        self.driver = driver
        self.branches: dict[asyncio.Task[Any], Position] = {}
        """Live tasks besides the workflow function's own, and the position of each."""
        self.set_exception_handler(_report)
        self.set_task_factory(self._make_task)  # type: ignore[arg-type]  # typeshed asks for every coroutine-like

    def _idle(self) -> None:
        if self.driver.closing:
            self.stop()
        else:
            self.driver.idle()

    def time(self) -> float:
        """Seconds since the run began; moved only by consumed events."""
        return self.driver.loop_seconds()

    def call_at(  # type: ignore[override]  # typeshed's variadic types cannot be repeated before Python 3.12
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """A durable timer when workflow code asks, at the next position of its branch."""
        scope = context.get(CURRENT_SCOPE) if context is not None else CURRENT_SCOPE.get()
        if scope is None:
            return super().call_at(when, callback, *args, context=context)
        seconds = round(max(0.0, when - self.time()), 6)
        call = Call(Verb.START_TIMER, scope.next_position(), "", {"seconds": seconds})
        within = context or copy_context()
        timer = _DurableTimer(self, call, when, lambda: self.call_soon(callback, *args, context=within))
        self.driver.begin(call).add_done_callback(timer.fire)
        return timer

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **options: Any
    ) -> asyncio.Task[Any]:
        context = options.pop("context", None) or copy_context()
        parent: Scope | None = CURRENT_SCOPE.get()
        position = NOWHERE
        if parent is not None:
            scope = parent.branch()
            position = scope.path
            context.run(CURRENT_SCOPE.set, scope)
        task = asyncio.Task(coro, loop=loop, context=context, **options)
        # In the order of creation, and held: asyncio itself forgets tasks that nobody holds.
        self.branches[task] = position
        task.add_done_callback(self.branches.pop)
        return task

    def end(self, main: asyncio.Task[Any]) -> None:
        """Cancel branches that were left behind, in the order of their creation; they get no more answers.

        Args:
            main: The workflow function's task.
        """
        self.driver.closing = True
        behind = [*self.branches]
        for _ in range(_ROUNDS):
            left = [task for task in (main, *self.branches) if not task.done()]
            if not left:
                break
            for task in left:
                task.cancel()
            self.run_forever()
        for task in behind:
            self.driver.left_behind(task)
        within = Context()
        within.run(CURRENT_SCOPE.set, Scope(self.driver))  # without a scope a step would be a plain function, and act
        within.run(self.create_task, self.shutdown_asyncgens())
        self.run_forever()

    def run_in_executor(self, *_: Any) -> NoReturn:  # type: ignore[override]  # refuses whatever it is given
        """Threads make the order of events a matter of chance."""
        message = "workflow code asked for a thread"
        raise UsageError(message, hint="put the work into a step; steps made with .defer(…) run side by side")

    async def create_connection(self, *_: Any, **__: Any) -> NoReturn:
        """The world is touched in steps only."""
        message = "workflow code asked for a network connection"
        raise UsageError(message, hint="put the call into a function marked @wb.step")

    create_datagram_endpoint = create_server = create_connection
    create_unix_connection = create_unix_server = create_connection

    async def subprocess_exec(self, *_: Any, **__: Any) -> NoReturn:
        """The world is touched in steps only."""
        message = "workflow code asked for a process"
        raise UsageError(message, hint="put the call into a function marked @wb.step")

    subprocess_shell = subprocess_exec

    def add_reader(self, *_: Any) -> NoReturn:  # type: ignore[override]  # refuses whatever it is given
        """The world is touched in steps only."""
        message = "workflow code asked to watch a file or socket"
        raise UsageError(message, hint="put the call into a function marked @wb.step")

    add_writer = add_reader  # type: ignore[assignment]  # as above


def _report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A branch that the driver stopped has not failed: nobody needs to be told of an error that nobody fetched."""
    if not isinstance(context.get("exception"), WorkflowHalted):
        loop.default_exception_handler(context)


def run_async(driver: Driver, code: Callable[[], Coroutine[Any, Any, Any]]) -> asyncio.Task[Any]:
    """Run a workflow coroutine until it ends or the driver stops the loop.

    Args:
        driver: Who answers.
        code: Makes the coroutine.

    Returns:
        The task; cancelled when the driver stopped the loop before it ended.
    """
    loop = WorkflowLoop(driver)
    context = copy_context()
    context.run(CURRENT_SCOPE.set, Scope(driver))
    try:
        task = asyncio.Task(code(), loop=loop, context=context)
        task.add_done_callback(lambda _: None if driver.closing else loop.stop())
        try:
            loop.run_forever()
        finally:
            loop.end(task)
    finally:
        loop.close()
    return task


def outside_loops(work: Callable[[], Any], interrupt: Callable[[], None] = lambda: None) -> Any:
    """Run `work` where no event loop runs: in a notebook cell one does, so there in a thread of its own.

    Args:
        work: What to run.
        interrupt: Asks `work` to end when this thread is interrupted while it waits (Ctrl-C, a stopped cell).
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    outcome: Future[Any] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed to the calling thread, whatever it is
            outcome.set_exception(error)

    thread = threading.Thread(target=run, name="workbench-workflow")
    try:
        thread.start()  # inside: an interrupt may come while the new thread runs and this one still waits for it
        return outcome.result()
    except KeyboardInterrupt:
        if not outcome.done():
            interrupt()
        raise
    finally:
        if thread.ident is not None:
            thread.join()
