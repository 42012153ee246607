"""The exploring drivers: go on past the first difference, to learn what else the code asks for.

As in replay nothing is executed: a call gets the recorded answer of the call that it most likely is (`Lender`), a
timer fires, a draw is virtual. A step that the log knows nothing of gets a made-up `None` while the log still holds
calls that nobody asked for, so that code which does not look at the answer goes on; what is asked after that says
so. There is no code path from a call to the function behind it.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from workbench._errors import PayloadError
from workbench.journal.codec import Encoder, decode
from workbench.machine import Call, RunRecord, Slot, Verb
from workbench.model import Position
from workbench.program import (
    NOT_KNOWN,
    Arguments,
    Driver,
    Given,
    Invocation,
    Place,
    WorkflowHalted,
    plain_arguments,
    recorded_answer,
)
from workbench.replay.course import Course
from workbench.replay.lending import Lender, Lent, Loan
from workbench.replay.over import let_go_of_task

__all__ = ["Asked", "AsyncExploringDriver", "ExploringDriver"]

_NS = 1_000_000_000
_DRAWS = frozenset({Verb.READ_CLOCK, Verb.DRAW_RANDOM, Verb.DRAW_UUID})
_SPARE = 100
"""Code may ask this many calls more than twice what the log holds, before it counts as a loop without end."""


class Asked(NamedTuple):
    """One call that the code made.

    Attributes:
        call: The call.
        arguments: Its arguments as plain values at that moment.
        slot: The recorded call whose answer it got; `None` for none.
        lent: Why that one.
        stack: Places of the user's frames, innermost first.
        made_up: An answer before it was made up, so it may be a consequence of that.
    """

    call: Call
    arguments: Any
    slot: Slot | None
    lent: Lent
    stack: tuple[Place, ...]
    made_up: bool


class ExploringDriver(Driver):
    """Explores one `def` workflow.

    Args:
        record: The run.
        stand: Places of the user's frames now, innermost first.
    """

    def __init__(self, record: RunRecord, stand: Callable[[], tuple[Place, ...]]) -> None:
        encoder = Encoder()
        self.record = record
        self.arguments = Arguments(record.history, lambda _call, plain: encoder.encode(plain))
        self.lender = Lender(record, self.arguments)
        self.course = Course(record)
        self.asked: list[Asked] = []
        self.checked: dict[str, bool] = {}
        self.why_halted = ""
        self.failure: PayloadError | None = None
        self.made_up = False
        self._encoder = encoder
        self._stand = stand
        self._began_ns = self._now_ns = record.history.columns.time_ns[record.started]
        self._most = 2 * len(record.slots) + _SPARE

    # --- the driver's port ----------------------------------------------------------------------------------

    def instant(self, call: Call) -> Any:
        """The lent reading or draw, or a virtual one."""
        loan = self._ask(call)
        if loan.slot is not None:
            return self._given(call, loan.slot).get()
        if call.verb is Verb.READ_CLOCK:
            return self._now_ns
        chance = random.Random(f"{self.record.run_id} {call.position}")  # noqa: S311 - repeatable, not secret
        return chance.random() if call.verb is Verb.DRAW_RANDOM else uuid.UUID(int=chance.getrandbits(128), version=4)

    def wait(self, call: Call) -> Any:
        """The lent answer, or what stands in for one."""
        loan = self._ask(call)
        if loan.slot is not None and loan.slot.answer >= 0:
            return self._given(call, loan.slot).get()
        self._without_answer(call)
        return None

    def wait_all(self, calls: Sequence[Call]) -> list[Any]:
        """Lent answers, in the order of the log."""
        loans = [(call, self._ask(call).slot) for call in calls]
        given: dict[Position, Given] = {}
        for call, slot in sorted(loans, key=lambda loan: _answer_row(loan[1], self.record)):
            if slot is not None and slot.answer >= 0:
                given[call.position] = self._given(call, slot)
            else:
                self._without_answer(call)
                given[call.position] = Given(None)
        for found in given.values():
            if found.error is not None:
                raise found.error
        return [given[call.position].value for call in calls]

    def loop_seconds(self) -> float:
        """Seconds since the run began, moved by what was answered."""
        return (self._now_ns - self._began_ns) / _NS

    def patched(self, patch_id: str) -> bool:
        """The recorded choice; without one the old path while the log goes on, the new one beyond it."""
        self.check_halted()
        if patch_id not in self.checked:
            row = self.record.patches.get(patch_id)
            if row is not None:
                self.checked[patch_id] = bool(self.record.history.payload(row)["value"])
            else:
                beyond = not self.lender.left and self.record.ended < 0 and not self.course.left
                self.checked[patch_id] = beyond
        return self.checked[patch_id]

    # --- asking ---------------------------------------------------------------------------------------------

    def _ask(self, call: Call) -> Loan:
        self.check_halted()
        plain = decode(self._encoder.encode(plain_arguments(call)))  # may refuse: then it is no call
        if len(self.asked) >= self._most:
            raise self.halt("the code goes on asking, far more than the log holds")
        try:
            loan = self.lender.lend(call, plain)
        except PayloadError as error:
            raise self.fail(error) from None
        exact = loan.slot if loan.lent is Lent.EXACT else None
        self.course.asked(exact, len(self.asked))
        noted = call.request.place if isinstance(call.request, Invocation) else NOT_KNOWN
        stack = self._stand() or ((noted,) if noted.line else ())
        self.asked.append(Asked(call, plain, loan.slot, loan.lent, stack, self.made_up))
        return loan

    def _given(self, call: Call, slot: Slot) -> Given:
        if call.verb not in _DRAWS:
            self.course.answered(slot.answer, len(self.asked))
        self._now_ns = max(self._now_ns, self.record.history.columns.time_ns[slot.answer])
        try:
            return recorded_answer(self.record.history, slot.answer, call)
        except PayloadError as error:
            self.course.misfits(slot.opened, len(self.asked) - 1)
            raise self.fail(error) from None

    def _without_answer(self, call: Call) -> None:
        """A timer fires, a call that the log knows nothing of gets `None`; at the frontier the code stops."""
        if call.verb is Verb.START_TIMER:
            self._now_ns += int(call.arguments["seconds"] * _NS)
        elif self.lender.left:
            self.made_up = True
        else:
            raise self.halt("the log holds no answer")

    # --- the end --------------------------------------------------------------------------------------------

    @property
    def halted(self) -> bool:
        """The code gets no more answers."""
        return bool(self.why_halted)

    def halt(self, why: str) -> WorkflowHalted:
        """End the code here; the caller raises what this returns."""
        self.why_halted = why
        return WorkflowHalted(why)

    def fail(self, error: PayloadError) -> WorkflowHalted:
        """A recorded value does not fit the code's types."""
        self.failure = error
        return self.halt(str(error))

    def check_halted(self) -> None:
        """Halted code gets nothing more, also from its `finally` blocks."""
        if self.closing:
            raise asyncio.CancelledError
        if self.halted:
            raise WorkflowHalted(self.why_halted)


class AsyncExploringDriver(ExploringDriver):
    """Explores one `async def` workflow: one answer at a time, when the code is idle."""

    is_async: ClassVar[bool] = True

    def __init__(self, record: RunRecord, stand: Callable[[], tuple[Place, ...]]) -> None:
        super().__init__(record, stand)
        self._open: dict[Position, tuple[Call, Slot | None, asyncio.Future[Any]]] = {}
        self._timers: dict[Position, int] = {}

    def left_behind(self, task: asyncio.Task[Any]) -> None:
        """A branch that was left behind has ended."""
        let_go_of_task(task)

    def begin(self, call: Call) -> asyncio.Future[Any]:
        """Begin a call; its future is answered when the code is idle."""
        future = asyncio.get_running_loop().create_future()
        self._open[call.position] = (call, self._ask(call).slot, future)
        if call.verb is Verb.START_TIMER:
            self._timers[call.position] = self._now_ns + int(call.arguments["seconds"] * _NS)
        future.add_done_callback(lambda done: self.cancel(call) if done.cancelled() else None)
        return future

    def cancel(self, call: Call) -> None:
        """The code no longer waits for a call."""
        self._open.pop(call.position, None)
        self._timers.pop(call.position, None)

    def idle(self) -> None:
        """Hand out the lent answer that the log holds first, else what stands in for one."""
        try:
            if not self.halted:
                self._hand_out_one()
                return
        except WorkflowHalted:
            pass
        asyncio.get_running_loop().stop()

    def _hand_out_one(self) -> None:
        if not self._open:
            self.course.ended(len(self.asked))
            raise self.halt("the code waits for something that is no call of the workflow")
        position = min(self._open, key=self._turn)
        call, slot, future = self._open[position]
        if slot is not None and slot.answer >= 0:
            given = self._given(call, slot)
        else:
            self.course.ended(len(self.asked))
            self._stand_in(call)
            given = Given(None)
        self._open.pop(position, None)
        self._timers.pop(position, None)
        if future.done():
            return
        if given.error is None:
            future.set_result(given.value)
        else:
            future.set_exception(given.error)

    def _turn(self, position: Position) -> tuple[int, int, Position]:
        """Recorded answers by row, then calls that nothing is known of, then timers as they are due."""
        _, slot, _ = self._open[position]
        if slot is not None and slot.answer >= 0:
            return (0, slot.answer, position)
        if position in self._timers:
            return (2, self._timers[position], position)
        return (3 if slot is not None else 1, 0, position)

    def _stand_in(self, call: Call) -> None:
        due_ns = self._timers.get(call.position)
        if due_ns is None:
            self._without_answer(call)
        else:
            self._now_ns = max(self._now_ns, due_ns)


def _answer_row(slot: Slot | None, record: RunRecord) -> int:
    return slot.answer if slot is not None and slot.answer >= 0 else len(record.history)
