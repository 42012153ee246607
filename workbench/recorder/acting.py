"""Decisions about a run, carried out: recorded first, then done. What may be done is decided elsewhere.

A `Recorder` is all of this for running forwards; here is what runs backwards (undoing, last step first) and what
makes a run go back to a step and forward again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench._errors import RunGivenUpError, UndecodableError, UsageError
from workbench.machine import Retry, RunRecord, Slot, executions_of
from workbench.model import EventType, Kind, Position, parse_position, position_text
from workbench.program import Step, step_call
from workbench.recorder.failure import is_definite
from workbench.recorder.journaling import RunJournal
from workbench.recorder.words import Which

if TYPE_CHECKING:
    from workbench.journal import LogWriter
    from workbench.recorder.bodies import Bodies
    from workbench.recorder.clock import Clock
    from workbench.recorder.encoding import Encoding

__all__ = ["UNDO_RETRY", "Acting", "Finder", "Undone", "refuse_forward", "undo_all"]

UNDO_RETRY = Retry(max_attempts=3)
"""An undo is tried again where that can do no harm: it failed for certain, or is declared harmless to repeat."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of the undo of one step.

    Attributes:
        position: The step.
        step: Its name.
        undo: Name of the undo.
        result: What the undo returned.
        error: Why it failed; `None` when it did not.
        attempts: How often it was tried.
    """

    position: Position
    step: str
    undo: str
    result: Any = None
    error: Exception | None = None
    attempts: int = 1


@dataclass(frozen=True)
class Acting:
    """Writes decisions and undoes steps.

    Attributes:
        writer: The log.
        encoding: Encodes payloads, opens sealed secrets.
        bodies: Where undos run.
        clock: Waits between attempts.
    """

    writer: LogWriter
    encoding: Encoding
    bodies: Bodies
    clock: Clock

    def decided(self, run_id: str, facts: Mapping[str, Any]) -> int:
        """Record a decision, durably; its event number."""
        body = self.encoding.encode(dict(facts))
        return self.writer.append(EventType.DecisionMade, self.writer.run_number(run_id), 0, (), body, durable=True)

    def ended(self, record: RunRecord, by: str, **facts: Any) -> None:
        """An open run is over: nothing goes on with it any more."""
        if record.ended < 0:
            number = self.writer.name_number(record.history.declaration(record.started))
            body = self.encoding.encode({"by": by, **facts})
            run = self.writer.run_number(record.run_id)
            self.writer.append(EventType.RunCancelled, run, number, (), body, durable=True)

    def prepare(self, record: RunRecord, which: Which, find: Finder) -> Prepared:
        """Everything that undoing an execution of a step needs, before anything is done.

        Args:
            record: The run.
            which: The execution: the last one at a position, or the one whose intent has this number.
            find: Finds the code of a step by its name.

        Raises:
            CodeNotFoundError: The code of the step is not to be found.
            UsageError: It has no undo, or takes other arguments now.
            NeedsSecretError: An argument was redacted and cannot be opened here.
        """
        slot = _execution(record, which)
        step = find(record.history.declaration(slot.opened).name)
        if step.undo is None:
            raise UsageError(f"step {step.name} has no undo", hint="declare one: @wb.step(undo=…)")
        args, kwargs = self._call(record, slot, step)
        intent = _intent(record, slot)
        seq = record.history.columns.seq[intent]
        return Prepared(slot.position, step, step.undo, args, kwargs, self._key(record, slot, intent), seq)

    def undo(self, run_id: str, one: Prepared, retry: Retry = UNDO_RETRY) -> Undone:
        """Undo one step: intent, undo, outcome; again where that is harmless.

        Args:
            run_id: The run.
            one: What `prepare` gave.
            retry: When to try again.
        """
        step, position = one.step, one.position
        journal = RunJournal(self.writer, self.encoding, run_id)
        kind = Kind.IDEMPOTENT if step.declaration.undo_null_safe else Kind.WRITE
        attempt = 0
        while True:
            attempt += 1
            cause = journal.undo_started(step, position, attempt, one.key, one.seq)
            try:
                returned = self.bodies.ask(one.undo, one.args, one.kwargs, one.key)
            except Exception as error:  # noqa: BLE001 - what an undo raises is recorded and reported
                definite = is_definite(error, step.definite_errors)
                again = retry.allows(error, attempt, kind, definite=definite)
                journal.undo_failed(step, position, attempt, cause, error, definite=definite)
                if not again:
                    return Undone(position, step.name, step.declaration.undo, error=error, attempts=attempt)
                self.clock.sleep(retry.delay_seconds(attempt, self.clock.random()))
            else:
                journal.undo_completed(step, position, attempt, cause, returned)
                return Undone(position, step.name, step.declaration.undo, returned, attempts=attempt)

    def _call(self, record: RunRecord, slot: Slot, step: Step[..., Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """How the undo is called: with the arguments of the step and, behind the positional ones, its result.

        The result is `None` where nobody knows it: the step is in doubt.
        """
        history, reveal = record.history, self.encoding.reveal
        intent = reveal(history.payload(_first_attempt(record, slot)))
        told = slot.type in {EventType.StepCompleted, EventType.StepResolved}
        result = reveal(history.payload(slot.answer)).get("result") if told else None
        return step_call(step, intent, result)

    def _key(self, record: RunRecord, slot: Slot, intent: int) -> str:
        """The same for every attempt to undo one execution of a step, after a crash and in another process, too."""
        history = record.history
        key = self.encoding.reveal(history.payload(intent).get("key", ""))
        own = f"{record.run_id}/{position_text(slot.position)}/{history.columns.seq[intent]}"
        return f"{key or own}/undo"


def _execution(record: RunRecord, which: Which) -> Slot:
    """An execution by the number of its intent; at a position the one that counts now, or the last superseded one."""
    if isinstance(which, int):
        numbers = record.history.columns.seq
        every = (one for executions in executions_of(record).values() for one in executions)
        found = next((one for one in every if numbers[one.opened] == which), None)
        where = f"no step that began in event {which}"
    else:
        position = parse_position(which) if isinstance(which, str) else which
        last = next((slot for slot in reversed(record.superseded) if slot.position == position), None)
        found = record.slots.get(position, last)
        where = f"no step at {position_text(position)}"
    if found is None:
        raise UsageError(f"run {record.run_id!r} has {where}", hint="run.effects() lists them")
    return found


def _first_attempt(record: RunRecord, execution: Slot) -> int:
    """Row that holds the arguments: later attempts of a call that was made again go on with them."""
    history, columns = record.history, record.history.columns
    earlier = [row for row in history.rows_of(record.run_id) if row <= execution.opened]
    return next(
        (
            row
            for row in reversed(earlier)
            if columns.type[row] == EventType.StepStarted
            and columns.attempt[row] <= 1
            and history.position(row) == execution.position
        ),
        execution.opened,
    )


def _intent(record: RunRecord, execution: Slot) -> int:
    """Row of its last attempt."""
    types = record.history.columns.type
    begun = [row for row in (execution.opened, *execution.between) if types[row] == EventType.StepStarted]
    return max(begun, default=execution.opened)


def refuse_forward(record: RunRecord) -> None:
    """A run that is being rolled back, or that another one replaces, does not go forward.

    Raises:
        RunGivenUpError: It is.
        UndecodableError: A decision about it cannot be read.
    """
    types = record.history.columns.type
    decisions = [row for row in record.ambient if types[row] == EventType.DecisionMade]
    if record.unread:
        message = f"the decision in event {record.unread[0]} about run {record.run_id!r} cannot be read"
        raise UndecodableError(message, hint="what it supersedes is not known; look with `workbench dump`")
    action = record.history.payload(decisions[-1]).get("action") if decisions and record.ended < 0 else ""
    if action in {"compensate", "rerun"}:
        raise RunGivenUpError(
            f"run {record.run_id!r} goes forward no more: somebody decided to {action} it",
            run_id=record.run_id,
            hint="finish that (run.compensate(), run.rerun()), or decide for run.retry_from(…)",
        )


Finder = Callable[[str], Step[..., Any]]
"""Finds the code of a step by its name in the log."""


class Prepared(NamedTuple):
    """An undo that can be made: its code is there, and what it is called with is known.

    Attributes:
        position: The step.
        step: Its code.
        undo: The undo.
        args: Positional arguments, the result of the step last.
        kwargs: Keyword arguments.
        key: Idempotency key of the undo.
        seq: Number of the intent of the execution that is undone.
    """

    position: Position
    step: Step[..., Any]
    undo: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    key: str
    seq: int


def undo_all(acting: Acting, run_id: str, prepared: Sequence[Prepared], retry: Retry) -> list[Undone]:
    """Undo steps in the order given, up to the first one that fails: those before it may lean on it."""
    done: list[Undone] = []
    for one in prepared:
        done.append(acting.undo(run_id, one, retry))
        if done[-1].error is not None:
            break
    return done
