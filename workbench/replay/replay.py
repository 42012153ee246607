"""`replay(code, history, edits) -> Trace`: a pure function that never acts on the world."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from types import FrameType
from typing import Any, Final

from workbench._errors import NeedsSecretError, UsageError
from workbench.machine import Edit
from workbench.model import History
from workbench.program import (
    CURRENT_SCOPE,
    Place,
    Scope,
    Workflow,
    WorkflowHalted,
    as_workflow,
    outside_loops,
    run_async,
)
from workbench.replay.beginning import Beginning, arguments_of, record_of
from workbench.replay.frames import FrameReader, package_of
from workbench.replay.lines import following_lines
from workbench.replay.live import Entry, LiveTracer, Observer
from workbench.replay.one_thread import one_thread
from workbench.replay.outcome import Completed, Cut, Failed, Needs, Outcome
from workbench.replay.over import let_go, let_go_of_task, over, unawaited_allowed
from workbench.replay.safe_repr import safe_repr
from workbench.replay.stepping import AsyncSteppingDriver, SteppingDriver
from workbench.replay.trace import Trace
from workbench.replay.tracer import Tracer
from workbench.replay.tripwire import tripwire

__all__ = ["MAX_STOPS", "replay"]


MAX_STOPS: Final = 1_000_000
"""A loop that calls nothing would stop at its lines for ever; so many stops take about a quarter of a gigabyte."""


def replay(  # noqa: PLR0913 - what can be asked of a replay
    code: Callable[..., Any],
    history: History,
    edits: Sequence[Edit] = (),
    *,
    run_id: str | None = None,
    isolation: str = "hook",
    with_locals: bool = True,
    lines: bool = False,
    max_stops: int = MAX_STOPS,
    observer: Observer | None = None,
    others: Sequence[History] = (),
) -> Trace:
    """Run workflow code against a history.

    Args:
        code: The workflow: the recorded one, or another version of it.
        history: What happened.
        edits: What to pretend.
        run_id: Which run; may be left out when the history holds only one.
        isolation: `hook` arms a tripwire that stops ordinary side effects; `none` does not.
        with_locals: Whether stops hold local variables.
        lines: Whether to stop at each line of the workflow's code besides.
        max_stops: With `lines`, how many stops there may be; then the trace ends as `Cut`.
        observer: Looks at each stop while it is live, and may end the replay there as `Cut`.
        others: Other logs, whose runs may suggest answers at the frontier.

    Returns:
        Every stop and how it ended. No step body is ever called.

    Raises:
        RunNotFoundError: The history does not hold the run, or not its beginning.
        UsageError: `run_id` is needed, or `isolation` is unknown.
        ActedDuringReplayError: Workflow code tried to touch the world outside a step.
        UndecodableError: A recorded value does not fit the code's types.
    """
    if isolation not in {"hook", "none"}:
        raise UsageError(f"isolation {isolation!r} is unknown", hint="use 'hook' or 'none'")
    workflow = as_workflow(code)
    record = record_of(history, run_id, edits)
    frames = FrameReader(__name__, workflow.function.__module__, with_locals=with_locals, lines=lines)
    args, kwargs = arguments_of(workflow, record, edits)
    tracer = Tracer(record, frames)
    if observer is not None:
        tracer = LiveTracer(record, frames, observer, _live_entry(workflow, args, kwargs))
    driver = (AsyncSteppingDriver if workflow.is_async else SteppingDriver)(record, edits, tracer, others)
    if isinstance(tracer, LiveTracer):
        tracer.cut = partial(_cut, driver)
    tracer.began(*_entry(workflow, args, kwargs))

    def run() -> Outcome:
        with (
            one_thread(),
            tripwire() if isolation == "hook" else nullcontext(),
            _following(workflow, driver, tracer, max_stops) if lines else nullcontext(),
            unawaited_allowed() if lines or observer is not None else nullcontext(),
            over(),
        ):
            try:
                outcome = driver.outcome or _run(workflow, driver, frames, (args, kwargs))
                _close(tracer, driver, frames, outcome)
            finally:
                tracer.forget()
        return outcome

    outcome = outside_loops(run) if workflow.is_async else run()
    if isinstance(tracer, LiveTracer) and tracer.failure is not None:
        raise tracer.failure
    unused = tuple(edits[number] for number in sorted(driver.machine.unused_edits))
    return Trace(record.run_id, tracer.stops, outcome, tuple(edits), isolation, unused)


def _cut(driver: SteppingDriver, why: str) -> None:
    """End the code at its next call."""
    if driver.outcome is None:
        driver.outcome = Cut(why)


def _following(
    workflow: Workflow[..., Any], driver: SteppingDriver, tracer: Tracer, max_stops: int
) -> AbstractContextManager[None]:
    stops = tracer.stops

    def on_line(frame: FrameType) -> None:
        if driver.closing or driver.halted:
            return
        if len(stops) >= max_stops:
            where = f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}"
            _cut(driver, f"{max_stops:,} stops were made, and the code runs on at {where}; see max_stops of replay")
        else:
            tracer.line(frame)
        if driver.halted:
            raise WorkflowHalted

    code = getattr(workflow.function, "__code__", None)
    file = code.co_filename if code is not None else ""
    return following_lines(package_of(workflow.function.__module__), file, on_line)


def _run(workflow: Workflow[..., Any], driver: SteppingDriver, frames: FrameReader, arguments: Beginning) -> Outcome:
    ended: Outcome | None = None
    try:
        ended = Completed(_call(workflow, driver, frames, arguments))
    except WorkflowHalted:
        pass
    except NeedsSecretError as error:
        return driver.outcome or Needs((), "", "", None, why=str(error))
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - how the workflow ended, a value here
        ended = Failed(error)
    if driver.failure is not None:
        raise driver.failure
    if driver.outcome is None:
        driver.finish()
    if driver.outcome is not None and isinstance(ended, Failed):
        let_go(ended.error, driver.given_errors)  # that it failed, too, is not how the trace ends
    if driver.outcome is None and isinstance(ended, Completed) and not driver.machine.departed:
        ended = Completed(ended.value, driver.recorded_result_instead_of(ended.value))
    outcome = driver.outcome or ended
    assert outcome is not None  # noqa: S101 - code that did not end was halted, and a halt says why
    return outcome


def _call(workflow: Workflow[..., Any], driver: SteppingDriver, frames: FrameReader, arguments: Beginning) -> Any:
    """The boundary of the user's stack: frames below this one are not the workflow's."""
    args, kwargs = arguments
    if driver.is_async:

        def begin() -> Any:
            coroutine = workflow.function(*args, **kwargs)
            frames.outermost = getattr(coroutine, "cr_frame", None)
            return coroutine

        task = run_async(driver, begin)
        if driver.halted:
            let_go_of_task(task)
            raise WorkflowHalted
        return task.result()
    token = CURRENT_SCOPE.set(Scope(driver))
    try:
        return workflow.function(*args, **kwargs)
    finally:
        CURRENT_SCOPE.reset(token)


def _close(tracer: Tracer, driver: SteppingDriver, frames: FrameReader, outcome: Outcome) -> None:
    if isinstance(outcome, Completed | Failed):
        error = outcome.error if isinstance(outcome, Failed) else None
        note = safe_repr(error if isinstance(outcome, Failed) else outcome.value)
        ended = frames.ended(error)
        tracer.ended(ended, failed=error is not None, note=note, recorded=not driver.machine.departed)
        if error is not None:
            let_go(error, driver.given_errors)
    elif not driver.machine.departed and not isinstance(outcome, Cut):
        tracer.halted()


def _live_entry(workflow: Workflow[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Entry:
    try:
        bound = inspect.signature(workflow.function).bind_partial(*args, **kwargs).arguments
    except TypeError:  # the code takes other arguments now; the call itself will say so
        bound = {}
    return Entry(getattr(workflow.function, "__globals__", {}), bound)


def _entry(workflow: Workflow[..., Any], args: tuple[Any, ...], kwargs: Any) -> tuple[Place, dict[str, str]]:
    code = getattr(workflow.function, "__code__", None)
    names = list(inspect.signature(workflow.function).parameters)
    shown = {names[n] if n < len(names) else f"*{n}": safe_repr(value) for n, value in enumerate(args)}
    shown |= {name: safe_repr(value) for name, value in kwargs.items()}
    if code is None:
        return Place("", 0, workflow.name), shown
    return Place(code.co_filename, code.co_firstlineno, code.co_name), shown
