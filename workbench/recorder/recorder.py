"""`Recorder`: runs workflows and writes what they do, so that a crash costs nothing but the step it hit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from workbench._errors import LogError, RunBusyError, RunNotFoundError, UnsafeError, UsageError
from workbench.journal import Durability, open_writer
from workbench.journal.codec import decode, same
from workbench.machine import Retry, RunRecord
from workbench.program import Workflow, WorkflowHalted, as_workflow, outside_loops
from workbench.recorder.acting import UNDO_RETRY, Acting, Finder, Undone, refuse_forward, undo_all
from workbench.recorder.bodies import Bodies
from workbench.recorder.clock import SYSTEM_CLOCK, Clock, Stamp
from workbench.recorder.doubt import DoubtPolicy
from workbench.recorder.driving import EMPTY, check_end, run_coroutine, run_function, stop
from workbench.recorder.encoding import Encoding
from workbench.recorder.inbox import Arrived, Inbox
from workbench.recorder.journaling import RunJournal
from workbench.recorder.live import LiveDriver
from workbench.recorder.live_async import AsyncLiveDriver
from workbench.recorder.past import Past, was_cancelled
from workbench.recorder.words import Which, Words

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
        self._acting = Acting(self._writer, self._encoding, self._bodies, clock)
        self._words = Words(self._writer, self._encoding)
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
        self, run_id: str, position: Which, *, happened: bool, result: Any = None, by: str = "", why: str = ""
    ) -> None:
        """Say what became of a step in doubt. The word is recorded, with who gave it.

        What the code was told stays as it was: a resumed run is given a recorded failure again, whatever is said of
        it since. A decision to retry from the step takes that back, and the code is then given the word's result.

        Args:
            run_id: The run.
            position: The step's position, for example `"4"`; or the number of the intent of one execution of it.
            happened: Whether the step acted; of one that returned, whether another attempt of it acted as well.
            result: What it returned, when it did.
            by: Who says so.
            why: On what evidence.

        Raises:
            RunNotFoundError: No such run in this log.
            RunBusyError: The run is being executed right now.
            UsageError: The step is not in doubt, or several executions of it are.
        """
        facts = {"happened": happened, "result": result, "by": by, "why": why}
        self._words.resolve(self._at_rest(run_id), position, facts)
        self._past.changed(run_id)

    # --- going back -----------------------------------------------------------------------------------------

    def retry_from(
        self, run_id: str, code: Callable[..., Any], cut: int, decision: Mapping[str, Any], *, begin: bool = True
    ) -> Any:
        """Go back to before an event and forward again, in the same run. Whether one may is decided elsewhere.

        Args:
            run_id: The run; it may have ended.
            code: Its workflow.
            cut: Number of the first event that the code is not given any more; the log keeps it.
            decision: What is recorded about it: who, why, what was accepted.
            begin: Go forward at once; otherwise the next `resume` does.

        Raises:
            RunNotFoundError: No such run in this log.
            RunBusyError: The run is being executed right now.
            Exception: As `run`.
        """
        self._at_rest(run_id)
        self._acting.decided(run_id, {"action": "retry_from", **decision, "cut": cut})
        self._past.changed(run_id)
        return self.resume(run_id, code) if begin else None

    def compensate(
        self,
        run_id: str,
        executions: Sequence[Which],
        find: Finder,
        decision: Mapping[str, Any],
        *,
        retry: Retry = UNDO_RETRY,
        end: bool = True,
    ) -> list[Undone]:
        """Undo steps of a run, in the order given, and end it. Whether one may is decided elsewhere.

        Each undo is recorded before it begins. The first one that fails ends this; the run is then still rolling
        back and goes forward no more.

        Args:
            run_id: The run.
            executions: What to undo, last one first: positions of steps, or numbers of intents.
            find: Finds the code of a step by its name.
            decision: What is recorded about it: who, why, what was accepted.
            retry: When to try an undo again.
            end: Whether the run ends when all is undone; otherwise it waits for a decision to retry.

        Raises:
            RunNotFoundError: No such run in this log.
            RunBusyError: The run is being executed right now.
            UsageError: A step has no undo, or its code cannot be found; nothing was undone then.
        """
        record = self._at_rest(run_id)
        try:
            prepared = [self._acting.prepare(record, which, find) for which in executions]
            self._acting.decided(run_id, {"action": "compensate", **decision})
            done = undo_all(self._acting, run_id, prepared, retry)
            if end and all(undone.error is None for undone in done):
                self._acting.ended(record, "compensation")
            return done
        finally:
            self._past.changed(run_id)

    def rerun(self, run_id: str, code: Callable[..., Any], new_id: str, decision: Mapping[str, Any]) -> Any:
        """Begin again in a new run, with the arguments and the business key of the old one, and end the old one.

        Args:
            run_id: The old run; whoever resumes it from now on gets a refusal.
            code: Its workflow.
            new_id: Id of the new run.
            decision: What is recorded about it.

        Raises:
            RunNotFoundError: No such run in this log.
            RunBusyError: The run is being executed right now.
            UsageError: The log holds a run of the new id already.
            Exception: As `run`.
        """
        record, workflow = self._at_rest(run_id), as_workflow(code)
        if self._past.knows(new_id):
            raise UsageError(f"the log already holds a run {new_id!r}", hint="give the new run another id")
        args, kwargs = self._past.arguments(record, workflow, self._encoding.reveal)
        key = str(self._encoding.reveal(record.history.payload(record.started).get("business_key") or ""))
        self._acting.decided(run_id, {"action": "rerun", **decision, "new_run": new_id})
        self._acting.ended(record, "rerun", continued_as=new_id)
        self._past.changed(run_id)
        return self._execute(workflow, new_id, args, kwargs, business_key=key, again_of=run_id)

    def decide(self, run_id: str, decision: Mapping[str, Any]) -> int:
        """Record a decision that needs nothing else done to the log, such as to resume; its event number.

        Raises:
            RunNotFoundError: No such run in this log.
            RunBusyError: The run is being executed right now.
        """
        self._at_rest(run_id)
        self._past.changed(run_id)
        return self._acting.decided(run_id, decision)

    def resolve_undo(self, run_id: str, position: Which, *, undone: bool, by: str = "", why: str = "") -> None:
        """Say what became of an undo in doubt, or that a step was undone by hand. The word is recorded.

        Args:
            run_id: The run.
            position: Position of the step, for example `"4"`; or the number of the intent of one execution of it.
            undone: Whether the step is undone.
            by: Who says so.
            why: On what evidence.

        Raises:
            RunNotFoundError: No such run in this log.
            RunBusyError: The run is being executed right now.
            UsageError: No undo is in doubt there, nor is there anything to undo.
        """
        self._words.undone(self._at_rest(run_id), position, undone=undone, by=by, why=why)
        self._past.changed(run_id)

    def events_of(self, run_id: str) -> int:
        """How many events the log holds of a run: whoever judged it by fewer has judged another state of it.

        Raises:
            RunNotFoundError: No such run in this log.
            RunBusyError: The run is being executed right now.
        """
        return len(self._at_rest(run_id).history.rows_of(run_id))

    def _at_rest(self, run_id: str) -> RunRecord:
        """A run that nobody executes here.

        Raises:
            RunBusyError: It is being executed right now.
            RunNotFoundError: No such run in this log.
        """
        with self._mutex:
            if run_id in self._running:
                raise RunBusyError(f"run {run_id!r} is being executed right now", run_id=run_id)
        record = self._past.record(run_id)
        if record is None or record.started < 0:
            raise RunNotFoundError(f"no run {run_id!r} in {self.path}", run_id=run_id, hint="see `workbench ls`")
        return record

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
        again_of: str = "",
        doubt: DoubtPolicy | None = None,
        given: bool = True,
    ) -> Any:
        inbox = self._claim(run_id)
        try:
            record = self._past.record(run_id)
            journal = RunJournal(self._writer, self._encoding, run_id)
            if record is not None and record.started >= 0:
                if given:
                    if parent or record.ended >= 0:  # that code of an open run fits shows when it goes on
                        _check_workflow(record, code, parent)
                    self._check_arguments(record, args, kwargs, parent)
                if record.ended >= 0:
                    return self._outcome(record, code)
                refuse_forward(record)
                again_of = str(record.history.payload(record.started).get("again_of") or "")
                journal.recovered(code)
                self._past.unconsumed(record, inbox.keep, self._encoding.reveal)
            else:
                journal.started(code, args, kwargs, business_key, parent, again_of)
                record = RunRecord(EMPTY, run_id)
            replaced = self._past.replaced_by(again_of)
            driver = self._driver(code, journal, record, inbox, doubt or self._doubt, replaced)
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
        self,
        code: Workflow[..., Any],
        journal: RunJournal,
        record: RunRecord,
        inbox: Inbox,
        doubt: DoubtPolicy,
        replaced: Sequence[RunRecord],
    ) -> LiveDriver:
        def run_child(
            child: Workflow[..., Any], child_id: str, args: tuple[Any, ...], kwargs: dict[str, Any], replaced: str
        ) -> Any:
            try:
                return self._execute(child, child_id, args, kwargs, parent=journal.run_id, again_of=replaced)
            except asyncio.CancelledError:
                raise was_cancelled(child_id) from None

        driver = AsyncLiveDriver if code.is_async else LiveDriver
        return driver(
            journal, self._encoding, record,
            clock=self._clock, stamp=self._stamp, bodies=self._bodies, inbox=inbox, doubt=doubt, run_child=run_child,
            instead_of=replaced, read_run=self._past.record,
        )  # fmt: skip

    def _drive(self, code: Workflow[..., Any], driver: LiveDriver, args: tuple[Any, ...], kwargs: Any) -> Any:
        try:
            if code.is_async:
                result = outside_loops(lambda: run_coroutine(code, driver, args, kwargs), driver.interrupt)
            else:
                result = run_function(code, driver, args, kwargs)
        except WorkflowHalted:
            stop(driver)
        except asyncio.CancelledError:
            check_end(driver)
            driver.journal.cancelled(code)
            raise
        except Exception as error:
            check_end(driver)
            driver.journal.failed(code, error)
            raise
        check_end(driver)
        driver.journal.completed(code, result)
        return result

    def _check_arguments(self, record: RunRecord, args: tuple[Any, ...], kwargs: dict[str, Any], parent: str) -> None:
        body = record.history.payload(record.started)
        asked = decode(self._encoding.encode({"args": list(args), "kwargs": dict(kwargs)}))
        if same({"args": body.get("args"), "kwargs": body.get("kwargs")}, asked):
            return
        if parent:  # the parent is left open: its code is not given a failure that nobody meant
            raise UnsafeError(
                f"child run {record.run_id!r} of run {parent!r} began with other arguments than the code gives it now",
                run_id=parent,
                hint="use code that calls it as it began, or as another run: wb.child(…, id=…)",
            )
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


def _check_workflow(record: RunRecord, code: Workflow[..., Any], parent: str) -> None:
    """A run is known by its id and its workflow: the outcome of another workflow is no answer.

    Raises:
        UnsafeError: A parent calls it as its child; the parent is left open.
        UsageError: It is begun under an id that is taken.
    """
    name = record.history.declaration(record.started).name
    if name == code.name:
        return
    message = f"run {record.run_id!r} is one of workflow {name}, and not of {code.name}"
    if parent:
        hint = "call each child under an id of its own: wb.child(…, id=…)"
        raise UnsafeError(f"child {message}", run_id=parent, hint=hint)
    raise UsageError(
        message, hint="give the new run another id; recorder.resume(run_id, code) goes on with mended code"
    )
