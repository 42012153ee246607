"""The live driver: answers from the log while it can, then really executes, writing every fact as it goes.

It runs the same machine as replay. Answers are logged at the moment they are delivered, in the workflow's own
thread, so that log order and delivery order are one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench._errors import (
    DivergenceError,
    InDoubtError,
    LogError,
    NeedsSecretError,
    RunBusyError,
    RunGivenUpError,
    UndecodableError,
    UnsafeError,
)
from workbench.machine import Answer, Call, Machine, RunRecord, State, Verb, words_to_take
from workbench.model import EventType, position_text
from workbench.program import Arguments, Driver, Given, Invocation, WorkflowHalted, recorded_answer
from workbench.recorder.doubt import DoubtPolicy, Found, settle_doubt
from workbench.recorder.inbox import Inbox
from workbench.recorder.old_children import ReadRun, old_children
from workbench.recorder.side_by_side import wait_all
from workbench.recorder.spent import renewed, spent_keys
from workbench.recorder.standing import standing_effects
from workbench.recorder.step_run import StepRun
from workbench.recorder.words import take_word

if TYPE_CHECKING:
    from workbench.program import Workflow
    from workbench.recorder.bodies import Bodies
    from workbench.recorder.clock import Clock, Stamp
    from workbench.recorder.encoding import Encoding
    from workbench.recorder.journaling import RunJournal

__all__ = ["NS", "LiveDriver"]

RunChild = Callable[["Workflow[..., Any]", str, tuple[Any, ...], dict[str, Any], str], Any]
"""Runs a child: its code, its run id, its arguments, and the id of the run that it replaces."""

_DRAWS = {
    Verb.READ_CLOCK: EventType.ClockRead,
    Verb.DRAW_RANDOM: EventType.RandomDrawn,
    Verb.DRAW_UUID: EventType.UuidDrawn,
}
NS = 1_000_000_000
_CALL_STEP = Verb.CALL_STEP
_HALTING = (
    DivergenceError, InDoubtError, LogError, NeedsSecretError, RunBusyError, RunGivenUpError, UndecodableError,
    UnsafeError,
)  # fmt: skip
"""Errors of the driver's own work: they end the workflow here and leave the run open."""


class LiveDriver(Driver):
    """Runs one `def` workflow.

    Args:
        journal: Writes the run's events.
        encoding: Encodes payloads, opens sealed secrets.
        record: The run so far.
        clock: Time and chance.
        stamp: Knows the instant of the event that was written last.
        bodies: Where step bodies run.
        inbox: Signals and finished bodies arrive here.
        doubt: What to do with a step in doubt.
        run_child: Runs a child workflow to its end.
        instead_of: The run that this one replaces, and those that it replaced in turn.
        read_run: Reads another run of the log.
    """

    def __init__(  # noqa: PLR0913 - the ports of a driver; one value would only hide them
        self,
        journal: RunJournal,
        encoding: Encoding,
        record: RunRecord,
        *,
        clock: Clock,
        stamp: Stamp,
        bodies: Bodies,
        inbox: Inbox,
        doubt: DoubtPolicy,
        run_child: RunChild,
        instead_of: Sequence[RunRecord] = (),
        read_run: ReadRun = lambda _: None,
    ) -> None:
        self.journal = journal
        self.encoding = encoding
        self.record = record
        self.clock = clock
        self.stamp = stamp
        self.bodies = bodies
        self.inbox = inbox
        self.doubt = doubt
        self.run_child = run_child
        self.arguments = Arguments(record.history, self._encode_arguments)
        self.machine = Machine(record, same=self.arguments)
        spent = [spent_keys(old, encoding.reveal) for old in reversed(instead_of)]
        spent += [spent_keys(record, encoding.reveal)] if record.superseded else []  # else nothing is done anew
        self.spent = {key: undone for one in spent for key, undone in one.items()}
        self.words = words_to_take(record)
        self._standing = standing_effects(record, instead_of, encoding.reveal)
        self._old_children = old_children(record, instead_of, read_run)
        self.halted: BaseException | None = None
        self.replaying = bool(record.slots)
        self._now_ns = self._began_ns = self.machine.now_ns or stamp.last_ns
        self._patches: dict[str, bool] = {}

    def _encode_arguments(self, call: Call, arguments: dict[str, Any]) -> bytes:
        if isinstance(call.request, Invocation):
            return self.encoding.encode_arguments(call.request.step, arguments["args"], arguments["kwargs"])
        return self.encoding.encode(arguments)

    # --- the driver's port ----------------------------------------------------------------------------------

    def instant(self, call: Call) -> Any:
        """Answer a clock reading or a draw."""
        self.check_halted()
        if self.replaying:
            answer = self.guard(lambda: self.machine.instant(call))
            if answer is not None:
                self._notice_end_of_log()
                self._advance(self.machine.now_ns)
                return self.given(answer).value
        value = self._draw(call.verb)
        self.guard(lambda: self.journal.drawn(_DRAWS[call.verb], call, value))
        self._advance(self.stamp.last_ns)
        return value

    def wait(self, call: Call) -> Any:
        """Answer a call on which the code blocks."""
        if self.halted is not None or self.closing:
            self.check_halted()
        if self.replaying and self.replays(call):
            answer = self.guard(lambda: self.machine.take(call))
            self._notice_end_of_log()
            self._advance(self.machine.now_ns)
            return self.given(answer).get()
        try:
            return self._perform_step(call) if call.verb is _CALL_STEP else self.perform(call)
        finally:
            self._advance(self.stamp.last_ns)

    def wait_all(self, calls: Sequence[Call]) -> list[Any]:
        """Answer calls made side by side: bodies run in threads, answers are logged as they come."""
        self.check_halted()
        for call in calls:
            self.check_new(call)
        return wait_all(self, calls)

    def loop_seconds(self) -> float:
        """Seconds since the run began, moved by consumed events."""
        return (self._now_ns - self._began_ns) / NS

    def _advance(self, now_ns: int) -> None:
        """An event was consumed; only that moves the workflow's clock."""
        if now_ns > self._now_ns:  # noqa: PLR1730 - `max` is a call, and this runs with every step
            self._now_ns = now_ns

    def patched(self, patch_id: str) -> bool:
        """Whether this run takes the new path."""
        self.check_halted()
        known = self._patches.get(patch_id)
        if known is None:
            row = self.machine.patch_row(patch_id)
            if row is not None:
                known = bool(self.record.history.payload(row)["value"])
            else:
                known = not self.replaying or self.machine.takes_new_path
                if known:
                    self.guard(lambda: self.journal.patch_checked(patch_id, value=True))
            self._patches[patch_id] = known
        return known

    # --- answers --------------------------------------------------------------------------------------------

    def replays(self, call: Call) -> bool:
        """Ask the machine; True when the log holds the answer."""
        if not self.replaying:
            return False
        self.check_new(call)
        state = self.guard(lambda: self.machine.ask(call))
        self._notice_end_of_log()
        return state is State.ANSWERED

    def check_new(self, call: Call) -> None:
        """A call that the log does not hold must be one that could be recorded; else it fails as it did then.

        Raises:
            UnrecordableError: An argument cannot be recorded.
        """
        if call.position not in self.record.slots:
            self.arguments.check(call)

    def next_recorded(self) -> Answer | None:
        """The next answer in log order, for code that is idle."""
        if not self.replaying:
            return None
        answer: Answer | None = self.guard(self.machine.deliver)
        self._notice_end_of_log()
        return answer

    def given(self, answer: Answer) -> Given:
        """What the log gives to the code, with sealed secrets opened."""
        given: Given = self.guard(
            lambda: recorded_answer(self.record.history, answer.row, answer.call, self.encoding.reveal)
        )
        return given

    def perform(self, call: Call) -> Any:
        """Really carry out a call on which the code blocks."""
        if call.verb is _CALL_STEP:
            return self._perform_step(call)
        if call.verb is Verb.START_TIMER:
            return self._perform_timer(call)
        if call.verb is Verb.AWAIT_SIGNAL:
            return self._perform_signal(call)
        return self._perform_child(call)

    def step_run(self, call: Call) -> StepRun | Found:
        """A step call that may be executed now, or the result that its probe found.

        Raises:
            WorkflowHalted: It is in doubt and must not be executed again.
        """
        slot = self.record.slots.get(call.position)
        if (said := self.guard(lambda: take_word(self, call)) if self.words else None) is not None:
            if self._standing.effects:
                self._standing.passed(call.name, call.position, call.request.key())
            return said  # type: ignore[no-any-return]  # what `guard` gives is what `take_word` does
        if slot is None or slot.verb is not Verb.CALL_STEP:
            run = StepRun(self.journal, self.clock, call, key=self._renewed_key(call))
        else:
            settled: StepRun | Found = self.guard(lambda: settle_doubt(self, call, slot))
            if isinstance(settled, Found):
                return settled
            run = settled
        if self._standing.effects:
            self.guard(lambda: self._standing.meet(call, run.key, self.journal.run_id))
        return run

    def _renewed_key(self, call: Call) -> str | None:
        """Another key for a step whose effect under the old one was undone; `None` for the step's own."""
        return renewed(call.name, call.request.key(), self.spent) if self.spent else None

    def _perform_step(self, call: Call) -> Any:
        run = self.step_run(call)
        if isinstance(run, Found):
            return run.result
        while True:
            try:
                run.begin()
            except _HALTING as error:
                raise self.halt(error) from error
            try:
                result = self.bodies.run(run.step, run.invocation.args, run.invocation.kwargs, run.key)
            except Exception as error:
                delay = self.guard(partial(run.failed, error))
                if delay is None:
                    raise
                self.clock.sleep(delay)
            else:
                try:
                    return run.succeeded(result)
                except _HALTING as error:
                    raise self.halt(error) from error

    def _perform_timer(self, call: Call) -> None:
        cause, due_ns = self.timer_due(call)
        remaining = (due_ns - self.clock.now_ns()) / NS
        if remaining > 0:
            self.clock.sleep(remaining)
        self.guard(lambda: self.journal.answered(EventType.TimerFired, call, cause))

    def timer_due(self, call: Call) -> tuple[int, int]:
        """Intent and due instant of a timer: the recorded one after a crash, else a new one."""
        slot = self.record.slots.get(call.position)
        if slot is not None:
            return self.record.history.columns.seq[slot.opened], self.record.history.payload(slot.opened)["due_ns"]
        due_ns = self.clock.now_ns() + int(call.arguments["seconds"] * NS)
        return self.guard(lambda: self.journal.called(EventType.TimerStarted, call, due_ns=due_ns)), due_ns

    def signal_wait(self, call: Call) -> tuple[int, int | None]:
        """Intent of a wait for a signal, and the instant at which it gives up."""
        slot = self.record.slots.get(call.position)
        history = self.record.history
        timeout = call.arguments["timeout_seconds"]
        if slot is not None:
            cause, began = history.columns.seq[slot.opened], history.columns.time_ns[slot.opened]
        else:
            began = self.clock.now_ns()
            cause = self.guard(lambda: self.journal.called(EventType.SignalAwaited, call))
        return cause, None if timeout is None else began + int(timeout * NS)

    def _perform_signal(self, call: Call) -> Any:
        cause, due_ns = self.signal_wait(call)
        while True:
            arrived = self.inbox.take_signal(call.name)
            if arrived is not None:
                self.guard(partial(self.journal.answered, EventType.SignalConsumed, call, arrived.seq))
                return arrived.value
            remaining = None if due_ns is None else (due_ns - self.clock.now_ns()) / NS
            if remaining is not None and remaining <= 0:
                self.guard(lambda: self.journal.answered(EventType.SignalTimedOut, call, cause))
                return None
            work = self.inbox.wait(self.clock, remaining)
            if work is not None:
                work()

    def child_started(self, call: Call) -> tuple[int, str, str]:
        """Intent of a child, the child's run id, and the id of the child run that it replaces; `""` for none."""
        slot = self.record.slots.get(call.position)
        if slot is not None:
            run_id = str(self.record.history.payload(slot.opened)["id"])
            replaced = self.guard(lambda: self._old_children.meet(call, run_id, self.journal.run_id))
            return self.record.history.columns.seq[slot.opened], run_id, replaced
        run_id = call.arguments["id"] or f"{self.journal.run_id}/{position_text(call.position)}"
        replaced = self.guard(lambda: self._old_children.meet(call, run_id, self.journal.run_id))
        return self.guard(lambda: self.journal.called(EventType.ChildStarted, call, id=run_id)), run_id, replaced

    def _perform_child(self, call: Call) -> Any:
        cause, run_id, replaced = self.child_started(call)
        arguments = call.arguments
        try:
            result = self.run_child(call.request, run_id, arguments["args"], arguments["kwargs"], replaced)
        except Exception as error:
            self.child_failed(call, cause, error)
            raise
        return self.child_completed(call, cause, result)

    def child_failed(self, call: Call, cause: int, error: BaseException) -> None:
        """Log a child's failure, or halt when the child itself was halted."""
        if isinstance(error, _HALTING) or not isinstance(error, Exception):
            raise self.halt(error)
        self.guard(lambda: self.journal.child_failed(call, cause, error))

    def child_completed(self, call: Call, cause: int, result: Any) -> Any:
        """Log a child's result."""
        self.guard(lambda: self.journal.answered(EventType.ChildCompleted, call, cause, result=result))
        return result

    def _draw(self, verb: Verb) -> Any:
        if verb is Verb.READ_CLOCK:
            return self.clock.now_ns()
        return self.clock.random() if verb is Verb.DRAW_RANDOM else self.clock.uuid4()

    # --- halting --------------------------------------------------------------------------------------------

    def _notice_end_of_log(self) -> None:
        if self.machine.exhausted:
            self.replaying = False

    def check_halted(self) -> None:
        """Halted code gets no more answers, also from its `finally` blocks."""
        if self.closing:
            raise asyncio.CancelledError
        if self.halted is not None:
            raise WorkflowHalted(str(self.halted))

    def halt(self, reason: BaseException) -> WorkflowHalted:
        """End the workflow here without ending the run; the caller raises what this returns."""
        self.halted = reason
        return WorkflowHalted(str(reason))

    def interrupt(self) -> None:
        """Halt the workflow from another thread, as Ctrl-C in its own thread does."""
        self.inbox.put(_interrupt)

    def guard(self, work: Callable[[], Any]) -> Any:
        """Do the driver's own work: its errors are not the workflow's to catch."""
        try:
            return work()
        except _HALTING as error:
            raise self.halt(error) from error

    def divergence_at_end(self) -> None:
        """The code returned: the log must not go on."""
        if self.replaying:
            self.guard(self.machine.finish)


def _interrupt() -> None:
    raise KeyboardInterrupt
