"""The stepping driver: answers every call from history and edits, and never calls a step body.

There is no code path here from a call to the function behind it: an `Invocation` is looked at for its name, its
place and its return annotation, and for nothing else.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from workbench._errors import PayloadError
from workbench.journal.codec import Encoder, decode, encode, restore, same
from workbench.machine import (
    Answer,
    AnswerSource,
    BranchingMachine,
    Call,
    Divergence,
    Edit,
    Raises,
    Returns,
    RunRecord,
    ShiftsClock,
    Signals,
    Slot,
    State,
    Verb,
)
from workbench.model import EventType, History, Position, ns_of
from workbench.program import (
    Arguments,
    Driver,
    Given,
    WorkflowHalted,
    annotation_of,
    recorded_answer,
    recorded_result,
    restored_error,
)
from workbench.replay.example import example_of
from workbench.replay.note import drawn_text, note_of_answer, note_of_call, note_of_recorded
from workbench.replay.outcome import AS_RECORDED, Cut, Diverged, Needs, Outcome, call_text
from workbench.replay.over import let_go_of_task
from workbench.replay.suggestions import expected_type, suggestions
from workbench.replay.tracer import Tracer

__all__ = ["AsyncSteppingDriver", "SteppingDriver"]

_NS = 1_000_000_000
_ANSWERED, _NEW = State.ANSWERED, State.NEW


class SteppingDriver(Driver):
    """Replays one `def` workflow.

    Args:
        record: The run.
        edits: What to pretend.
        tracer: Collects the stops.
        others: Other logs, whose runs may suggest answers.
    """

    reads_frames: ClassVar[bool] = True

    def __init__(
        self, record: RunRecord, edits: Sequence[Edit], tracer: Tracer, others: Sequence[History] = ()
    ) -> None:
        self.record = record
        self._history = record.history
        self._read = record.history.payloads.__call__
        self.given_errors = [edit.error for edit in edits if isinstance(edit, Raises)]
        self._others = others
        encoder = Encoder()
        self.arguments = Arguments(record.history, lambda _call, plain: encoder.encode(plain), encoder.encode)
        self.machine = BranchingMachine(record, edits, same=self.arguments.__call__)
        self._in_line = tracer.steps_in_line and self.machine.plain
        self._step_in_line = self.machine.step_in_line
        self.outcome: Outcome | None = None
        self.failure: Exception | None = None
        self._tracer = tracer
        self._now_ns = self.machine.now_ns
        self._began_ns = self._now_ns
        self._patches: dict[str, bool] = {}

    # --- the driver's port ----------------------------------------------------------------------------------

    def instant(self, call: Call) -> Any:
        """A recorded reading or draw; beyond the log the virtual clock, and chance seeded by run and position."""
        self._check_halted()
        answer = self._guard(lambda: self.machine.instant(call))
        if answer is not None:
            self._advance()
            given = self._drawn(answer)
            shown = given.value if given.error is None else given.error
            self._tracer.drew(call, answer.row, answer.source, drawn_text(call, shown))
            self._keep_time(answer.row)
            return given.get()
        value = self._virtual_draw(call)
        self._tracer.drew(call, -1, AnswerSource.VIRTUAL, drawn_text(call, value))
        self._keep_time(-1)
        return value

    def wait(self, call: Call) -> Any:
        """The answer of log or edits; the trace ends here when there is none."""
        if self.closing or self.outcome is not None or self.failure is not None:
            self._check_halted()
        if self._in_line:
            slot = self._step_in_line(call)
            if slot is not None:
                return self._stepped(call, slot)
        if self._asked(call) is not _ANSWERED:
            raise self._frontier([call])
        try:
            answer = self.machine.take(call)
        except Divergence as divergence:
            raise self._halt(Diverged(divergence)) from None
        return self._given(answer).get()

    def wait_all(self, calls: Sequence[Call]) -> list[Any]:
        """Answers of calls made side by side, in log order."""
        self._check_halted()
        for call in calls:
            if call.position not in self.record.slots:
                self.arguments.check(call)
        for call in calls:
            self._asked(call)
        given: dict[Position, Given] = {}
        for _ in calls:
            answer = self._guard(self.machine.deliver)
            if answer is None:
                raise self._frontier(self.machine.unanswered())
            given[answer.call.position] = self._given(answer)
        for found in given.values():
            if found.error is not None:
                raise found.error
        return [given[call.position].value for call in calls]

    def loop_seconds(self) -> float:
        """Seconds since the run began, moved by consumed events."""
        return (self._now_ns - self._began_ns) / _NS

    def patched(self, patch_id: str) -> bool:
        """The recorded choice; without one the old path while the log goes on, the new one beyond it."""
        self._check_halted()
        known = self._patches.get(patch_id)
        if known is None:
            row = self.machine.patch_row(patch_id)
            if row is not None:
                known = bool(self.record.history.payload(row)["value"])
                self._tracer.checked(row, patch_id)
            else:
                known = self.machine.takes_new_path
            self._patches[patch_id] = known
        return known

    # --- asking and answering -------------------------------------------------------------------------------

    def _stepped(self, call: Call, slot: Slot) -> Any:
        """Question and answer in one, see `Machine.step_in_line`."""
        if self.machine.now_ns > self._now_ns:  # noqa: PLR1730 - `max` is a call, on the way of every step
            self._now_ns = self.machine.now_ns
        try:
            value, error, plain = recorded_result(self._history, slot.answer, call, self._read)
        except PayloadError as broken:
            raise self.fail(broken) from None
        note = note_of_recorded(call, value, error, plain=plain)
        self._tracer.stepped(call, slot, note_of_call(call), note)
        if error is not None:
            raise error
        return value

    def _asked(self, call: Call) -> State:
        slot = self.record.slots.get(call.position)
        if slot is None:
            self.arguments.check(call)
        try:
            state = self.machine.ask(call)
        except Divergence as divergence:
            self._tracer.asked(call, -1, note_of_call(call))
            raise self._halt(Diverged(divergence)) from None
        if slot is None:
            self._notice_end_of_log()
        row = slot.opened if slot is not None and state is not _NEW else -1
        self._tracer.asked(call, row, note_of_call(call))
        self._keep_time(row)
        return state

    def _given(self, answer: Answer) -> Given:
        if self.machine.now_ns > self._now_ns:  # noqa: PLR1730 - `max` is a call, on the way of every step
            self._now_ns = self.machine.now_ns
        if answer.row < 0:
            self._notice_end_of_log()
        given = self._recorded(answer) if answer.edit is None else self._edited(answer, answer.edit)
        note = note_of_answer(self.record.history, answer, given)
        self._tracer.answered(answer, self._now_ns, note, failed=given.error is not None)
        self._keep_time(answer.row)
        return given

    def _keep_time(self, row: int) -> None:
        """Where the log does not say when the last stop was, or an edit has moved it, the branch's clock does."""
        if row < 0 or self.machine.departed:
            self._tracer.stops.happened_at(self._now_ns)

    def _notice_end_of_log(self) -> None:
        """Something beyond the log is asked or answered: unless the branch has departed, all that it holds is over."""
        if not self.machine.departed:
            self._tracer.passed(len(self.record.history))

    def _recorded(self, answer: Answer) -> Given:
        if answer.row < 0:
            return Given(None)  # a timer, or the end of a wait for a signal: beyond the log, by the rules
        try:
            return recorded_answer(self.record.history, answer.row, answer.call)
        except PayloadError as error:
            raise self.fail(error) from None

    def _edited(self, answer: Answer, edit: Edit) -> Given:
        if not isinstance(edit, Returns | Raises | Signals):
            return self._recorded(answer)  # it comes later than recorded, and is the same
        try:
            if isinstance(edit, Raises):
                return Given(None, _raised(edit.error))
            return Given(restore(decode(encode(edit.value)), annotation_of(answer.call)))
        except PayloadError as error:
            raise self.fail(error) from None

    def _drawn(self, answer: Answer) -> Given:
        """A reading or draw that log or edits hold; a reading moves with the branch's clock."""
        call, edit = answer.call, answer.edit
        if isinstance(edit, Returns) and isinstance(edit.value, datetime):
            return Given(ns_of(edit.value))
        if isinstance(edit, Returns | Raises):
            return self._edited(answer, edit)
        value = self._recorded(answer).value if answer.row >= 0 else self._virtual_draw(call)
        if call.verb is Verb.READ_CLOCK and answer.row >= 0:
            value += self.machine.drawn_shift_ns
        return Given(value + int(edit.seconds * _NS) if isinstance(edit, ShiftsClock) else value)

    def _virtual_draw(self, call: Call) -> Any:
        if call.verb is Verb.READ_CLOCK:
            return self._now_ns
        chance = random.Random(f"{self.record.run_id} {call.position}")  # noqa: S311 - repeatable, not secret
        if call.verb is Verb.DRAW_RANDOM:
            return chance.random()
        return uuid.UUID(int=chance.getrandbits(128), version=4)

    def _advance(self) -> None:
        self._now_ns = max(self._now_ns, self.machine.now_ns)

    # --- the end --------------------------------------------------------------------------------------------

    def _frontier(self, calls: Sequence[Call]) -> WorkflowHalted:
        first, *others = calls
        if self.record.ended_by and not self.machine.departed:
            return self._halt(Cut(f"the run was ended here by {self.record.ended_by}, and asks for {call_text(first)}"))
        slot = self.record.slots.get(first.position)
        doubt = slot is not None and slot.name == first.name and slot.in_doubt(self.record.history)
        why = f"the code asks for {call_text(first)}, and "
        dropped = [self.record.slots.get(call.position) for call in calls if self.machine.is_dropped(call)]
        self._tracer.passed(min((slot.answer for slot in dropped if slot is not None and slot.answer >= 0), default=-1))
        if self.machine.is_dropped(first):
            why += "its answer is pretended never to come"
        else:
            why += "the log holds " + ("its start but no outcome (in doubt)" if doubt else "no answer")
        return self._halt(
            Needs(
                position=first.position,
                name=first.name,
                verb=str(first.verb),
                call=first,
                others=tuple(others),
                expects=expected_type(first),
                suggestions=suggestions(self.record, first, self._others),
                example=example_of(annotation_of(first)),
                why=why,
            )
        )

    def finish(self) -> None:
        """The code ended; the log must not go on."""
        try:
            self.machine.finish()
        except Divergence as divergence:
            self.outcome = Diverged(divergence)

    def recorded_result_instead_of(self, value: Any) -> Any:
        """What the recorded run returned, where that is something else than `value`."""
        row, history = self.record.ended, self.record.history
        if row < 0 or history.columns.type[row] != EventType.RunCompleted:
            return AS_RECORDED
        try:
            body = history.payload(row)
            if "result" not in body or same(body["result"], decode(encode(value))):
                return AS_RECORDED
        except PayloadError:
            return AS_RECORDED  # one of the two cannot be written down: nothing to compare
        return body["result"]

    @property
    def halted(self) -> bool:
        """The code gets no more answers."""
        return self.outcome is not None or self.failure is not None

    def fail(self, error: Exception) -> WorkflowHalted:
        """End the code here, because the replay itself cannot go on."""
        self.failure = error
        return WorkflowHalted(str(error))

    def _check_halted(self) -> None:
        if self.closing:
            raise asyncio.CancelledError
        if self.halted:
            raise WorkflowHalted(str(self.failure or self.outcome))

    def _halt(self, outcome: Outcome) -> WorkflowHalted:
        self.outcome = outcome
        return WorkflowHalted(outcome.word)

    def _guard(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Divergence as divergence:
            raise self._halt(Diverged(divergence)) from None


class AsyncSteppingDriver(SteppingDriver):
    """Replays one `async def` workflow: one answer at a time, when the code is idle."""

    is_async: ClassVar[bool] = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._futures: dict[Position, tuple[Call, asyncio.Future[Any]]] = {}

    def begin(self, call: Call) -> asyncio.Future[Any]:
        """Begin a call; its future is answered when the code is idle."""
        self._check_halted()
        future = asyncio.get_running_loop().create_future()
        self._asked(call)
        self._futures[call.position] = (call, future)
        future.add_done_callback(lambda done: self.cancel(call) if done.cancelled() else None)
        return future

    def cancel(self, call: Call) -> None:
        """The code no longer waits for a call."""
        if self._futures.pop(call.position, None) is not None:
            self.machine.cancel(call)

    def left_behind(self, task: asyncio.Task[Any]) -> None:
        """A branch that was left behind has ended."""
        let_go_of_task(task)

    def idle(self) -> None:
        """Deliver one answer, fire the next virtual timer, or stop at the frontier."""
        if not self.halted:
            try:
                self._deliver_one()
            except WorkflowHalted:
                pass
            else:
                return
        asyncio.get_running_loop().stop()

    def _deliver_one(self) -> None:
        answer = self._guard(self.machine.deliver)
        if answer is None:
            missing = self.machine.unanswered()
            raise self._frontier(missing) if missing else self._halt(_stuck())
        given = self._given(answer)
        _, future = self._futures.pop(answer.call.position)
        if future.done():
            return
        if given.error is None:
            future.set_result(given.value)
        else:
            future.set_exception(given.error)


def _raised(error: Any) -> BaseException:
    """An error to raise, without the traceback of the last time; one that was saved is recorded and restored."""
    return error.with_traceback(None) if isinstance(error, BaseException) else restored_error(error)


def _stuck() -> Needs:
    return Needs(
        position=(), name="", verb="", call=None,
        why="the code waits for something that is no call of the workflow (a future or lock that nobody sets)",
    )  # fmt: skip
