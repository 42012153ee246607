"""`explore(code, history)`: replay that goes on past the first difference, and tells all that the code asks for."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

from workbench._errors import ActedDuringReplayError, PayloadError, RunNotFoundError, WorkbenchError
from workbench.machine import RunRecord, read_run
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
from workbench.replay.deadline import RUN_SECONDS, OverdueError, within
from workbench.replay.exploring import Asked, AsyncExploringDriver, ExploringDriver
from workbench.replay.frames import is_user_code, package_of
from workbench.replay.over import let_go, let_go_of_task, over, unawaited_allowed
from workbench.replay.tripwire import tripwire

__all__ = ["Exploration", "Watch", "explore"]

Watch = Callable[[FrameType, str, Any, int], None]
"""A profile function that is told, besides, how many calls were asked so far."""


@dataclass(frozen=True)
class Exploration:
    """All that code asked for.

    Attributes:
        record: The run.
        asked: The calls, in the order in which the code made them.
        left_at: Row that the log holds where the code left it (an intent, or the end of the run); -1 for nothing
            more, `None` when the code follows the log to its end.
        asked_before: How many calls were made until then.
        ended: How the code ended: `completed`, `failed`, `halted`, `acted` or, when it had to be stopped, `endless`.
        why: The same in words.
        error: What the code raised, or the payload that does not fit its types.
        checked: The answer to each patch that the code asked about.
    """

    record: RunRecord
    asked: Sequence[Asked]
    left_at: int | None
    asked_before: int
    ended: str
    why: str
    error: BaseException | None
    checked: dict[str, bool]

    @property
    def first(self) -> Asked | None:
        """The call that the code made where it left the log; `None` when it asked nothing more or never left."""
        there = self.left_at is not None and self.asked_before < len(self.asked)
        return self.asked[self.asked_before] if there else None


def explore(
    code: Callable[..., Any],
    history: History,
    run_id: str,
    *,
    watch: Watch | None = None,
    isolation: str = "hook",
    seconds: float = RUN_SECONDS,
) -> Exploration:
    """Run workflow code against a history, past the first difference. Nothing is executed.

    Args:
        code: The workflow, or another version of it.
        history: What happened.
        run_id: Which run.
        watch: Told of every call of every function, as by `sys.setprofile`.
        isolation: `hook` arms the tripwire of replay; `none` does not.
        seconds: Longest time that the code may take.

    Raises:
        RunNotFoundError: The history does not hold the run, or not its beginning.
    """
    workflow = as_workflow(code)
    record = read_run(history, run_id)
    if record.started < 0:
        raise RunNotFoundError(f"the history does not hold the beginning of run {run_id!r}", run_id=run_id)
    package = package_of(workflow.function.__module__)
    driver = (AsyncExploringDriver if workflow.is_async else ExploringDriver)(record, partial(_stand, package))
    try:
        arguments = recorded_arguments(workflow, history.payload(record.started))
    except PayloadError as error:
        driver.course.misfits(record.started, 0)
        return _exploration(driver, ("halted", str(error), error))

    def guarded() -> tuple[str, str, BaseException | None]:
        with tripwire() if isolation == "hook" else nullcontext(), unawaited_allowed(), over():
            return _run(workflow, driver, arguments, watch)

    def run() -> tuple[str, str, BaseException | None]:
        try:
            return within(seconds, guarded)
        except OverdueError:
            return "endless", f"it goes on for more than {seconds:g} s without asking for anything", None
        except ActedDuringReplayError as error:
            return "acted", str(error), error

    return _exploration(driver, outside_loops(run) if workflow.is_async else run())


def _exploration(driver: ExploringDriver, end: tuple[str, str, BaseException | None]) -> Exploration:
    ended, why, error = end
    if ended != "halted":
        driver.course.ended(len(driver.asked))
    course = driver.course
    return Exploration(
        driver.record, driver.asked, course.left_at, course.asked_before, ended, why, error, driver.checked
    )


def _run(
    workflow: Workflow[..., Any],
    driver: ExploringDriver,
    arguments: tuple[tuple[Any, ...], dict[str, Any]],
    watch: Watch | None,
) -> tuple[str, str, BaseException | None]:
    before = sys.getprofile()
    if watch is not None:
        sys.setprofile(lambda frame, event, argument: watch(frame, event, argument, len(driver.asked)))
    try:
        _call(workflow, driver, arguments)
    except WorkflowHalted as halt:
        let_go(halt)
        return "halted", driver.why_halted, driver.failure
    except (Exception, asyncio.CancelledError) as error:
        let_go(error)
        if driver.halted:
            return "halted", driver.why_halted, driver.failure
        if _is_ours(error):
            raise
        return "failed", f"{type(error).__name__}: {error}", error
    finally:
        if watch is not None:
            sys.setprofile(before)
    return ("halted", driver.why_halted, driver.failure) if driver.halted else ("completed", "", None)


def _call(
    workflow: Workflow[..., Any], driver: ExploringDriver, arguments: tuple[tuple[Any, ...], dict[str, Any]]
) -> None:
    """The boundary of the user's stack: frames below this one are not the workflow's."""
    args, kwargs = arguments
    if driver.is_async:
        task = run_async(driver, lambda: workflow.function(*args, **kwargs))
        if driver.halted:
            let_go_of_task(task)
            raise WorkflowHalted
        task.result()
        return
    token = CURRENT_SCOPE.set(Scope(driver))
    try:
        workflow.function(*args, **kwargs)
    finally:
        CURRENT_SCOPE.reset(token)


def _stand(package: str) -> tuple[Place, ...]:
    """Places of the user's frames, innermost first."""
    found: list[Place] = []
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the documented way to the stack
    while frame is not None and frame.f_code is not _call.__code__:
        code = frame.f_code
        if is_user_code(code.co_filename, frame.f_globals.get("__name__", ""), package):
            found.append(Place(code.co_filename, frame.f_lineno, code.co_name))
        frame = frame.f_back
    return tuple(found)


def _is_ours(error: BaseException) -> bool:
    """Whether it was raised by a driver's own mistake: that is no failure of the workflow."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    module = frame.tb_frame.f_globals.get("__name__", "") if frame is not None else ""
    return module in _DRIVING and not isinstance(error, WorkbenchError)


_DRIVING = frozenset({f"workbench.replay.{name}" for name in ("course", "exploring", "lending")})
