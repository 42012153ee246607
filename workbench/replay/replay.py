"""`replay(code, history, edits) -> Trace`: a pure function that never acts on the world."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from workbench._errors import NeedsSecretError, RunNotFoundError, UsageError
from workbench.machine import Edit, read_run
from workbench.model import History
from workbench.program import (
    CURRENT_SCOPE,
    Place,
    Scope,
    Workflow,
    WorkflowHalted,
    as_workflow,
    outside_loops,
    recorded_arguments,
    run_async,
)
from workbench.replay.frames import FrameReader
from workbench.replay.outcome import Completed, Failed, Needs, Outcome
from workbench.replay.safe_repr import safe_repr
from workbench.replay.stepping import AsyncSteppingDriver, SteppingDriver
from workbench.replay.trace import Trace
from workbench.replay.tracer import Tracer
from workbench.replay.tripwire import tripwire

__all__ = ["replay"]


def replay(
    code: Callable[..., Any],
    history: History,
    edits: Sequence[Edit] = (),
    *,
    run_id: str | None = None,
    isolation: str = "hook",
    with_locals: bool = True,
) -> Trace:
    """Run workflow code against a history.

    Args:
        code: The workflow: the recorded one, or another version of it.
        history: What happened.
        edits: What to pretend.
        run_id: Which run; may be left out when the history holds only one.
        isolation: `hook` arms a tripwire that stops ordinary side effects; `none` does not.
        with_locals: Whether stops hold local variables.

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
    record = read_run(history, _only(history, run_id))
    if record.started < 0:
        raise RunNotFoundError(
            f"the history does not hold the beginning of run {record.run_id!r}", run_id=record.run_id
        )
    frames = FrameReader(__name__, workflow.function.__module__, with_locals=with_locals)
    tracer = Tracer(record, frames)
    driver = (AsyncSteppingDriver if workflow.is_async else SteppingDriver)(record, edits, tracer)
    args, kwargs = recorded_arguments(workflow, record.history.payload(record.started))
    tracer.began(*_entry(workflow, args, kwargs))

    def run() -> Outcome:
        with tripwire() if isolation == "hook" else nullcontext():
            return _run(workflow, driver, args, kwargs)

    outcome: Outcome = outside_loops(run) if workflow.is_async else run()
    _close(tracer, driver, outcome)
    unused = tuple(edits[number] for number in sorted(driver.machine.unused_edits))
    return Trace(record.run_id, tracer.stops, outcome, tuple(edits), isolation, unused)


def _only(history: History, run_id: str | None) -> str:
    if run_id is not None:
        return run_id
    if len(history.run_ids) != 1:
        raise UsageError(f"this history holds {len(history.run_ids)} runs", hint="say which one: run_id='…'")
    return history.run_ids[0]


def _run(workflow: Workflow[..., Any], driver: SteppingDriver, args: tuple[Any, ...], kwargs: Any) -> Outcome:
    ended: Outcome | None = None
    try:
        ended = Completed(_call(workflow, driver, args, kwargs))
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
    outcome = driver.outcome or ended
    assert outcome is not None  # noqa: S101 - code that did not end was halted, and a halt says why
    return outcome


def _call(workflow: Workflow[..., Any], driver: SteppingDriver, args: tuple[Any, ...], kwargs: Any) -> Any:
    """The boundary of the user's stack: frames below this one are not the workflow's."""
    if driver.is_async:
        task = run_async(driver, lambda: workflow.function(*args, **kwargs))
        if driver.halted:
            raise WorkflowHalted
        return task.result()
    token = CURRENT_SCOPE.set(Scope(driver))
    try:
        return workflow.function(*args, **kwargs)
    finally:
        CURRENT_SCOPE.reset(token)


def _close(tracer: Tracer, driver: SteppingDriver, outcome: Outcome) -> None:
    if isinstance(outcome, Completed | Failed):
        failed = isinstance(outcome, Failed)
        note = safe_repr(outcome.error if isinstance(outcome, Failed) else outcome.value)
        tracer.ended(failed=failed, note=note, recorded=not driver.machine.departed)
    elif not driver.machine.departed:
        tracer.halted()


def _entry(workflow: Workflow[..., Any], args: tuple[Any, ...], kwargs: Any) -> tuple[Place, dict[str, str]]:
    code = getattr(workflow.function, "__code__", None)
    names = list(inspect.signature(workflow.function).parameters)
    shown = {names[n] if n < len(names) else f"*{n}": safe_repr(value) for n, value in enumerate(args)}
    shown |= {name: safe_repr(value) for name, value in kwargs.items()}
    if code is None:
        return Place("", 0, workflow.name), shown
    return Place(code.co_filename, code.co_firstlineno, code.co_name), shown
