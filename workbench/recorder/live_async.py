"""The live driver of `async def` workflows: one answer at a time, and only when the code is idle."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, ClassVar

from workbench.machine import Answer, Call, Verb
from workbench.model import EventType, Position
from workbench.recorder.doubt import Found
from workbench.recorder.live import NS, LiveDriver
from workbench.recorder.step_run import StepRun

__all__ = ["AsyncLiveDriver"]

_CANCELLED = {
    Verb.CALL_STEP: EventType.StepCancelled,
    Verb.START_TIMER: EventType.TimerCancelled,
    Verb.AWAIT_SIGNAL: EventType.SignalCancelled,
    Verb.START_CHILD: EventType.ChildCancelled,
}


class AsyncLiveDriver(LiveDriver):
    """Runs one `async def` workflow. See `LiveDriver` for the arguments."""

    is_async: ClassVar[bool] = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._futures: dict[Position, asyncio.Future[Any]] = {}
        self._calls: dict[Position, Call] = {}
        self._causes: dict[Position, int] = {}
        self._due: list[tuple[int, int, Position, Callable[[], None]]] = []
        self._order = itertools.count()
        self._found: deque[tuple[Call, Any]] = deque()

    # --- calls ----------------------------------------------------------------------------------------------

    def begin(self, call: Call) -> asyncio.Future[Any]:
        """Begin a call; its future is answered when the code is idle."""
        self.check_halted()
        future = asyncio.get_running_loop().create_future()
        self._futures[call.position] = future
        self._calls[call.position] = call
        future.add_done_callback(partial(self._left, call))
        try:
            if not self.replays(call):
                self._start(call)
        except BaseException:
            self._forget(call)
            raise
        return future

    def _start(self, call: Call) -> None:
        if call.verb is Verb.CALL_STEP:
            run = self.step_run(call)
            if isinstance(run, Found):
                self._found.append((call, run.result))
            else:
                self._attempt(run)
        elif call.verb is Verb.START_TIMER:
            cause, due_ns = self.timer_due(call)
            self._at(due_ns, call, lambda: self._timer_fired(call, cause))
        elif call.verb is Verb.AWAIT_SIGNAL:
            cause, give_up_ns = self.signal_wait(call)
            self._causes[call.position] = cause
            if give_up_ns is not None:
                self._at(give_up_ns, call, lambda: self._signal_timed_out(call, cause))
        else:
            self._start_child(call)

    def _attempt(self, run: StepRun) -> None:
        self.guard(run.begin)
        future = self.bodies.start(run.step, run.invocation.args, run.invocation.kwargs, run.key)
        future.add_done_callback(lambda done: self.inbox.put(partial(self._body_ended, run, done)))

    def _body_ended(self, run: StepRun, done: Future[Any]) -> None:
        call = run.call
        if call.position not in self._futures:
            return  # the workflow stopped waiting; the log says StepCancelled, which is "in doubt"
        error = done.exception()
        if error is not None and not isinstance(error, Exception):
            raise self.halt(error)  # a step that ends the process leaves the run open, and itself in doubt
        if error is None:
            try:
                result = self.guard(lambda: run.succeeded(done.result()))
            except Exception as refused:  # noqa: BLE001 - goes to the waiting code
                self._reject(call, refused)
            else:
                self._resolve(call, result)
            return
        delay = self.guard(lambda: run.failed(error))
        if delay is None:
            self._reject(call, error)
        else:
            self._at(self.clock.now_ns() + int(delay * NS), call, lambda: self._attempt(run))

    def _timer_fired(self, call: Call, cause: int) -> None:
        self.guard(lambda: self.journal.answered(EventType.TimerFired, call, cause))
        self._resolve(call, None)

    def _signal_timed_out(self, call: Call, cause: int) -> None:
        self.guard(lambda: self.journal.answered(EventType.SignalTimedOut, call, cause))
        self._resolve(call, None)

    def _start_child(self, call: Call) -> None:
        cause, run_id, replaced = self.child_started(call)
        args, kwargs = call.arguments["args"], call.arguments["kwargs"]
        future = self.bodies.alone(lambda: self.run_child(call.request, run_id, args, kwargs, replaced))
        future.add_done_callback(lambda done: self.inbox.put(partial(self._child_ended, call, cause, done)))

    def _child_ended(self, call: Call, cause: int, done: Future[Any]) -> None:
        if call.position not in self._futures:
            return
        error = done.exception()
        if error is None:
            self._resolve(call, self.child_completed(call, cause, done.result()))
        else:
            self.child_failed(call, cause, error)
            self._reject(call, error)

    # --- answers --------------------------------------------------------------------------------------------

    def idle(self) -> None:
        """Deliver one answer: the next recorded one, else the next that happens."""
        try:
            self._deliver_one()
        except BaseException as error:  # noqa: BLE001 - kept, and raised by the recorder once the loop has stopped
            if self.halted is None:
                self.halted = error
            asyncio.get_running_loop().stop()

    def _deliver_one(self) -> None:
        if self.halted is not None:
            asyncio.get_running_loop().stop()
            return
        answer = self.next_recorded()
        if answer is not None:
            self._answer(answer)
        elif self._found:
            self._resolve(*self._found.popleft())
        elif not self._deliver_signal() and not self._run_due():
            seconds = None if not self._due else max(0.0, (self._due[0][0] - self.clock.now_ns()) / NS)
            work = self.inbox.wait(self.clock, seconds)
            if work is not None:
                work()

    def _answer(self, answer: Answer) -> None:
        given = self.given(answer)
        if given.error is not None:
            self._reject(answer.call, given.error, self.machine.now_ns)
        else:
            self._resolve(answer.call, given.value, self.machine.now_ns)

    def _deliver_signal(self) -> bool:
        for position, call in list(self._calls.items()):
            if call.verb is Verb.AWAIT_SIGNAL and position in self._causes:
                arrived = self.inbox.take_signal(call.name)
                if arrived is not None:
                    consumed = partial(self.journal.answered, EventType.SignalConsumed, call, arrived.seq)
                    self.guard(consumed)
                    self._resolve(call, arrived.value)
                    return True
        return False

    def _run_due(self) -> bool:
        while self._due and self._due[0][2] not in self._futures:
            heapq.heappop(self._due)
        if self._due and self._due[0][0] <= self.clock.now_ns():
            heapq.heappop(self._due)[3]()
            return True
        return False

    def _at(self, due_ns: int, call: Call, work: Callable[[], None]) -> None:
        heapq.heappush(self._due, (due_ns, next(self._order), call.position, work))

    def _resolve(self, call: Call, value: Any, now_ns: int = 0) -> None:
        self._advance(now_ns or self.stamp.last_ns)
        future = self._forget(call)
        if future is not None and not future.done():
            future.set_result(value)

    def _reject(self, call: Call, error: BaseException, now_ns: int = 0) -> None:
        self._advance(now_ns or self.stamp.last_ns)
        future = self._forget(call)
        if future is not None and not future.done():
            future.set_exception(error)

    def _forget(self, call: Call) -> asyncio.Future[Any] | None:
        self._calls.pop(call.position, None)
        self._causes.pop(call.position, None)
        return self._futures.pop(call.position, None)

    # --- cancellation ---------------------------------------------------------------------------------------

    def _left(self, call: Call, future: asyncio.Future[Any]) -> None:
        if future.cancelled():
            self.cancel(call)

    def cancel(self, call: Call) -> None:
        """The code no longer waits for a call; whether a step acted is then not known."""
        if self.halted is not None or self._forget(call) is None:
            return
        slot = self.record.slots.get(call.position)
        self.machine.cancel(call)
        if slot is None or not (slot.cancelled or slot.type is not None):
            self.guard(lambda: self.journal.answered(_CANCELLED[call.verb], call, 0))
