"""`Recorder`: runs workflows and writes what they do, so that a crash costs nothing but the step it hit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from workbench._errors import LogError, RunBusyError, RunNotFoundError, UsageError
from workbench.journal import Durability, open_writer
from workbench.journal.codec import decode, same
from workbench.machine import RunRecord
from workbench.model import Columns, History, Position, parse_position
from workbench.program import CURRENT_SCOPE, Scope, Workflow, WorkflowHalted, as_workflow, outside_loops, run_async
from workbench.recorder.bodies import Bodies
from workbench.recorder.clock import SYSTEM_CLOCK, Clock, Stamp
from workbench.recorder.doubt import DoubtPolicy
from workbench.recorder.encoding import Encoding
from workbench.recorder.inbox import Arrived, Inbox
from workbench.recorder.journaling import RunJournal
from workbench.recorder.live import LiveDriver
from workbench.recorder.live_async import AsyncLiveDriver
from workbench.recorder.past import Past, was_cancelled

__all__ = ["Recorder"]


class Recorder:
    """Runs workflows in this process and records them in one log.

    Args:
        path: The log; created when it does not exist. Its folder must exist.
        durability: `relaxed` (default) or `strict`, see `Durability`.
        in_doubt: What a resuming run does at a step in doubt that must not repeat: `stop` (default) or `probe`.
        redact: Replace known secrets before they reach the disk.
        clock: Time and chance; tests inject their own.

    Raises:
        LogBusyError: Another live process writes this log.
        LogError: The existing file is no log, or of a newer version.

    Example:
        >>> with Recorder("shop.wlog") as recorder:
        ...     recorder.run(checkout, order, id="order-42")
    """

    def __init__(
        self,
        path: str | Path,
        *,
        durability: Durability | str = Durability.RELAXED,
        in_doubt: DoubtPolicy | str = DoubtPolicy.STOP,
        redact: bool = True,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.path = Path(path)
        self._doubt = DoubtPolicy(in_doubt)
        self._clock = clock
        self._stamp = Stamp(clock)
        self._writer = open_writer(self.path, durability=durability, wall_ns=self._stamp.now_ns, mono_ns=clock.mono_ns)
        self._encoding = Encoding(self._writer.recording, redact=redact)
        self._past = Past(self._writer, self.path)
        self._bodies = Bodies()
        self._mutex = threading.Lock()
        self._running: dict[str, Inbox] = {}

    # --- front door -----------------------------------------------------------------------------------------

    def run(
        self,
        workflow: Callable[..., Any],
        *args: Any,
        id: str | None = None,
        business_key: str = "",
        **kwargs: Any,
    ) -> Any:
        """Run a workflow to its end, or go on with it where it was interrupted.

        Args:
            workflow: The code.
            args: Its positional arguments.
            id: Run id. A run of this id that did not end is resumed; one that ended gives its recorded outcome
                and nothing runs again.
            business_key: What the run is about (an order, a customer); ties runs together across ids.
            kwargs: Its keyword arguments.

        Returns:
            What the workflow returns.

        Raises:
            Exception: What the workflow raised.
            RunBusyError: This run is being executed right now.
            InDoubtError: An interrupted step may have acted and must not be repeated blindly.
            DivergenceError: The code asks for something else than the log holds.
            UsageError: A run of this id began with other arguments.
        """
        code = as_workflow(workflow)
        run_id = id or f"{code.name}-{self._clock.uuid4().hex[:12]}"
        return self._execute(code, run_id, args, kwargs, business_key=business_key)

    def resume(self, run_id: str, code: Callable[..., Any], *, in_doubt: DoubtPolicy | str | None = None) -> Any:
        """Go on with an interrupted run, with the arguments that it began with.

        Args:
            run_id: The run.
            code: Its workflow.
            in_doubt: Overrides the recorder's policy for this run.

        Raises:
            RunNotFoundError: No such run in this log.
            Exception: As `run`.
        """
        record = self._past.record(run_id)
        if record is None or record.started < 0:
            raise RunNotFoundError(f"no run {run_id!r} in {self.path}", run_id=run_id, hint="see `workbench ls`")
        workflow = as_workflow(code)
        args, kwargs = self._past.arguments(record, workflow, self._encoding.reveal)
        policy = DoubtPolicy(in_doubt) if in_doubt is not None else None
        return self._execute(workflow, run_id, args, kwargs, doubt=policy, given=False)

    def signal(self, run_id: str, name: str, value: Any = None) -> None:
        """Send a signal to a run. It is recorded at once and consumed when the run waits for it.

        Args:
            run_id: The run; it may be running now, or be resumed later.
            name: Name of the signal.
            value: Anything that can be recorded.

        Raises:
            RunNotFoundError: No such run in this log.
        """
        with self._mutex:
            inbox = self._running.get(run_id)
        if inbox is None and not self._past.knows(run_id):
            raise RunNotFoundError(f"no run {run_id!r} in {self.path}", run_id=run_id)
        seq = RunJournal(self._writer, self._encoding, run_id).signal_received(name, value)
        self._past.changed(run_id)
        if inbox is not None:
            inbox.put(Arrived(name, seq, value))

    def resolve(
        self, run_id: str, position: str | Position, *, happened: bool, result: Any = None, by: str = "", why: str = ""
    ) -> None:
        """Say what became of a step in doubt. The word is recorded, with who gave it.

        Args:
            run_id: The run.
            position: The step's position, for example `"4"`.
            happened: Whether the step acted.
            result: What it returned, when it did.
            by: Who says so.
            why: On what evidence.

        Raises:
            RunNotFoundError: No such run in this log.
            RunBusyError: The run is being executed right now.
            UsageError: The step is not in doubt.
        """
        with self._mutex:
            if run_id in self._running:
                raise RunBusyError(f"run {run_id!r} is being executed right now", run_id=run_id)
        record = self._past.record(run_id)
        if record is None:
            raise RunNotFoundError(f"no run {run_id!r} in {self.path}", run_id=run_id)
        path = parse_position(position) if isinstance(position, str) else position
        self._past.resolve(record, path, {"happened": happened, "result": result, "by": by, "why": why}, self._encoding)

    # --- executing ------------------------------------------------------------------------------------------

    def _execute(  # noqa: PLR0913 - all that a run can be begun or resumed with
        self,
        code: Workflow[..., Any],
        run_id: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        business_key: str = "",
        parent: str = "",
        doubt: DoubtPolicy | None = None,
        given: bool = True,
    ) -> Any:
        inbox = self._claim(run_id)
        try:
            record = self._past.record(run_id)
            journal = RunJournal(self._writer, self._encoding, run_id)
            if record is not None and record.started >= 0:
                if given:
                    self._check_arguments(record, args, kwargs)
                if record.ended >= 0:
                    return self._outcome(record, code)
                journal.recovered(code)
                self._past.unconsumed(record, inbox.keep, self._encoding.reveal)
            else:
                journal.started(code, args, kwargs, business_key, parent)
                record = RunRecord(EMPTY, run_id)
            driver = self._driver(code, journal, record, inbox, doubt or self._doubt)
            return self._drive(code, driver, args, kwargs)
        finally:
            self._past.changed(run_id)
            with self._mutex:
                del self._running[run_id]

    def _claim(self, run_id: str) -> Inbox:
        with self._mutex:
            if run_id in self._running:
                raise RunBusyError(f"run {run_id!r} is being executed right now", run_id=run_id)
            inbox = self._running[run_id] = Inbox()
            return inbox

    def _driver(
        self, code: Workflow[..., Any], journal: RunJournal, record: RunRecord, inbox: Inbox, doubt: DoubtPolicy
    ) -> LiveDriver:
        def run_child(child: Workflow[..., Any], child_id: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            try:
                return self._execute(child, child_id, args, kwargs, parent=journal.run_id)
            except asyncio.CancelledError:
                raise was_cancelled(child_id) from None

        driver = AsyncLiveDriver if code.is_async else LiveDriver
        return driver(
            journal, self._encoding, record,
            clock=self._clock, stamp=self._stamp, bodies=self._bodies, inbox=inbox, doubt=doubt, run_child=run_child,
        )  # fmt: skip

    def _drive(self, code: Workflow[..., Any], driver: LiveDriver, args: tuple[Any, ...], kwargs: Any) -> Any:
        try:
            if code.is_async:
                result = outside_loops(lambda: _run_coroutine(code, driver, args, kwargs), driver.interrupt)
            else:
                result = _run_function(code, driver, args, kwargs)
        except WorkflowHalted:
            _stop(driver)
        except asyncio.CancelledError:
            _check_end(driver)
            driver.journal.cancelled(code)
            raise
        except Exception as error:
            _check_end(driver)
            driver.journal.failed(code, error)
            raise
        _check_end(driver)
        driver.journal.completed(code, result)
        return result

    def _check_arguments(self, record: RunRecord, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        body = record.history.payload(record.started)
        asked = decode(self._encoding.encode({"args": list(args), "kwargs": dict(kwargs)}))
        if not same({"args": body.get("args"), "kwargs": body.get("kwargs")}, asked):
            raise UsageError(
                f"run {record.run_id!r} began with other arguments than it is given now",
                hint="use recorder.resume(run_id, code) to go on with the recorded ones, or another id for a new run",
            )

    def _outcome(self, record: RunRecord, code: Workflow[..., Any]) -> Any:
        return self._past.outcome(record, code, self._encoding.reveal)

    # --- the end --------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the log in good order and release its lock."""
        self._bodies.close()
        self._writer.close()

    def __enter__(self) -> Self:
        """The recorder itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; trouble in closing does not hide an error that is on its way."""
        with suppress(LogError) if error is not None else nullcontext():
            self.close()

    def __repr__(self) -> str:
        """Where it writes."""
        return f"<Recorder {self.path}>"


EMPTY = History(Columns(), (), (), ("",), payloads=lambda row: {})  # noqa: ARG005 - the protocol names it
"""The history of a run that has not begun."""


def _run_function(code: Workflow[..., Any], driver: LiveDriver, args: tuple[Any, ...], kwargs: Any) -> Any:
    token = CURRENT_SCOPE.set(Scope(driver))
    try:
        return code.function(*args, **kwargs)
    finally:
        CURRENT_SCOPE.reset(token)


def _run_coroutine(code: Workflow[..., Any], driver: LiveDriver, args: tuple[Any, ...], kwargs: Any) -> Any:
    task = run_async(driver, lambda: code.function(*args, **kwargs))
    if driver.halted is not None:
        raise WorkflowHalted(str(driver.halted))
    return task.result()


def _check_end(driver: LiveDriver) -> None:
    """The code ended: it must not have been halted before, and the log must not go on."""
    if driver.halted is None:
        try:
            driver.divergence_at_end()
        except WorkflowHalted:
            _stop(driver)
    if driver.halted is not None:
        _stop(driver)


def _stop(driver: LiveDriver) -> NoReturn:
    """Raise why the driver halted the workflow, with its own cause and nothing of the workflow's unwinding."""
    reason = driver.halted
    assert reason is not None  # noqa: S101 - only called after a halt
    raise reason from reason.__cause__
