"""What a worker of a sweep lives in: virtual time wherever time is asked, and the moment at which it dies.

For a child process that has no future: the doors through which time, chance and the disk come in are changed for good.
"""

from __future__ import annotations

import asyncio
import copy
import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import Any

from workbench._errors import StepTimeoutError
from workbench.journal import LogWriter
from workbench.model import EventType
from workbench.program import Step
from workbench.recorder import SystemClock
from workbench.recorder.bodies import Bodies
from workbench.recorder.encoding import Encoding
from workbench.simulate.crash import Moment, RequestMoment, die_at
from workbench.simulate.virtual_clock import VirtualClock
from workbench.simulate.wire import DEADLINE_NS, EXECUTION
from workbench.simulate.world import World

__all__ = ["live_in", "wait_for_no_disk"]

_BEGINNINGS = frozenset({EventType.StepStarted, EventType.CompensationStarted})
_NS = 1_000_000_000
Start = Callable[..., Future[Any]]


def live_in(world: World, moment: Moment | RequestMoment | None = None) -> None:
    """From now on this process lives in a world, and dies there at a moment. For a child that has no future.

    Args:
        world: The world.
        moment: When it dies; `None` for when it is done.
    """
    world.enter()
    _change_clocks(world)
    _Bodies(world.clock).replace()
    wait_for_no_disk()
    _reveal_secrets()
    _note_executions()
    if isinstance(moment, Moment):
        die_at(moment)
    elif moment is not None:
        world.wire.doom = lambda number, at: (number, at) == (moment.number, moment.at)


def _change_clocks(world: World) -> None:
    """Recorders, verdicts and probes read the system's clock; scripts read Python's."""
    clock = world.worker_clock
    for name in ("now_ns", "mono_ns", "sleep", "next_of", "random", "uuid4"):
        setattr(SystemClock, name, staticmethod(getattr(clock, name)))
    slept = asyncio.sleep

    async def sleep(delay: float, result: Any = None) -> Any:
        """Durable in workflow code, which has a loop of its own; virtual in the body of a step."""
        loop = asyncio.get_running_loop()
        if type(loop).__name__ == "WorkflowLoop":
            return await slept(delay, result)
        await loop.run_in_executor(None, world.clock.sleep, delay)  # in a thread: other bodies on this loop go on
        return result

    doors: dict[str, Any] = {"time_ns": clock.now_ns, "time": lambda: clock.now_ns() / _NS, "sleep": world.sleep}
    for name, door in doors.items():
        setattr(time, name, door)
    setattr(asyncio, "sleep", sleep)  # noqa: B010 - a type checker is right to refuse the assignment


class _Bodies:
    """Where step bodies run, so that the clock knows who is at work, and clients lose their patience in time."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._run, self._start, self._alone, self._submit = Bodies.run, Bodies.start, Bodies.alone, Bodies.submit

    def replace(self) -> None:
        """Every recorder of this process runs bodies here from now on."""
        me = self

        def run(bodies: Bodies, step: Step[..., Any], args: Any, kwargs: Any, key: str) -> Any:
            if step.is_async:  # this thread waits for the body, so one of the two is at work, not both
                return me._bounded(me._start, step)(bodies, step, args, kwargs, key).result()
            return me._in_time(bodies, step, args, kwargs, key)

        def start(bodies: Bodies, step: Step[..., Any], *rest: Any) -> Future[Any]:
            return me._clock.counted(me._bounded(partial(me._start, bodies), step))(step, *rest)

        def alone(bodies: Bodies, work: Callable[[], Any]) -> Future[Any]:
            return me._clock.counted(partial(me._alone, bodies))(partial(copy_context().run, work))

        def submit(bodies: Bodies, work: Callable[[], Any]) -> Future[Any]:
            return me._submit(bodies, partial(copy_context().run, work))

        for method in (run, start, alone, submit):
            setattr(method, "counted", True)  # noqa: B010 - a mark on a function, which no type knows
            setattr(Bodies, method.__name__, method)

    def _in_time(self, bodies: Bodies, step: Step[..., Any], args: Any, kwargs: Any, key: str) -> Any:
        """Here and now, whatever its timeout, which is virtual."""
        until_ns = self._deadline_ns(step)
        if not until_ns:
            return self._run(bodies, step, args, kwargs, key)
        patient = copy.copy(step)
        patient.declaration = replace(step.declaration, timeout_seconds=None)
        token = DEADLINE_NS.set(until_ns)
        try:
            result = self._run(bodies, patient, args, kwargs, key)
        finally:
            DEADLINE_NS.reset(token)
        if self._clock.ns > until_ns:
            raise StepTimeoutError(f"step {step.name} did not answer within {step.declaration.timeout_seconds} s")
        return result

    def _bounded(self, begin: Start, step: Step[..., Any]) -> Start:
        """The same, in whose context the step's time is known."""

        def begin_in_time(*args: Any) -> Future[Any]:
            token = DEADLINE_NS.set(self._deadline_ns(step))
            try:
                return begin(*args)
            finally:
                DEADLINE_NS.reset(token)

        return begin_in_time

    def _deadline_ns(self, step: Step[..., Any]) -> int:
        seconds = step.declaration.timeout_seconds
        return 0 if seconds is None else self._clock.ns + int(seconds * _NS)


def wait_for_no_disk() -> None:
    """A process that is killed loses nothing that it wrote, so this one, which has no future, waits for no disk."""
    for name in ("fsync", "fdatasync"):
        setattr(os, name, lambda _: None)


def _reveal_secrets() -> None:
    """No secret is one in a simulated world, and what a log does not hold nobody can look at."""
    made = Encoding.__init__

    def unredacted(self: Encoding, recording: bytes, *, redact: bool = True) -> None:
        del redact
        made(self, recording, redact=False)

    Encoding.__init__ = unredacted  # type: ignore[method-assign]  # this process has no future


def _note_executions() -> None:
    """The services' book of requests says which execution of a step asks."""
    written = LogWriter.append

    def append(self: LogWriter, event: EventType, *rest: Any, **more: Any) -> int:
        seq = written(self, event, *rest, **more)
        if event in _BEGINNINGS:
            EXECUTION.set(seq)
        return seq

    LogWriter.append = append  # type: ignore[method-assign]  # as above
