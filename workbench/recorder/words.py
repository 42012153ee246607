"""What people and probes say of a step in doubt, or of its undo: checked, recorded, and given to the code.

A word is about one execution. It is known by the number of its intent, or by the place of the step where one
execution alone can be meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench._errors import InDoubtError, UsageError
from workbench.machine import Call, RunRecord, Slot, Word, execution_at, executions_of, in_doubt, is_said, root_of
from workbench.model import Declaration, EventType, History, Kind, Position, parse_position, position_text
from workbench.program import result_of_word
from workbench.recorder.doubt import Found

if TYPE_CHECKING:
    from workbench.journal import LogWriter
    from workbench.recorder.encoding import Encoding
    from workbench.recorder.live import LiveDriver

__all__ = ["Which", "Words", "may_stand", "take_word"]

Which = str | Position | int
"""A position (`"4"`, `(4,)`), or the number of an intent."""

_UNDOS = frozenset({EventType.CompensationStarted, EventType.CompensationCompleted, EventType.CompensationFailed})


@dataclass(frozen=True)
class Words:
    """Writes words.

    Attributes:
        writer: The log.
        encoding: Encodes payloads.
    """

    writer: LogWriter
    encoding: Encoding

    def resolve(self, record: RunRecord, which: Which, facts: dict[str, Any]) -> None:
        """Record whether an execution acted; of one that returned, whether another attempt acted as well.

        Who said something else before is corrected: the last word counts. Where the code has gone on with what was
        said, that stays as it was told, and a retry from the step gives it the last word.

        Raises:
            UsageError: It is not in doubt, or several are.
        """
        executions = _meant(record, which)
        history = record.history
        doubtful = [one for one in executions if in_doubt(history, one) or is_said(history, one)]
        if not doubtful and facts["happened"]:  # a denied attempt that acted after all
            doubtful = [one for one in executions if _was_denied(history, one)]
        execution = _only(record, doubtful)
        if execution is None:
            raise UsageError(f"{_nothing(record, which)}{_proven(executions)}", hint=_LISTED)
        number = self.writer.name_number(record.history.declaration(execution.opened))
        self._append(EventType.StepResolved, record, number, execution, facts, execution.opened)

    def undone(self, record: RunRecord, which: Which, *, undone: bool, by: str, why: str) -> None:
        """Record whether an execution is undone: of an undo in doubt, or of what somebody undid by hand.

        Raises:
            UsageError: There is nothing to undo, or nothing in doubt about an undo; or several executions are meant.
        """
        executions = _meant(record, which)
        undos = {one.opened: _undos(record, one) for one in executions}
        fitting = [
            one
            for one in executions
            if _undo_in_doubt(record, undos[one.opened]) or (not undone and _undone_by_word(record, undos[one.opened]))
        ]
        if not fitting and undone:
            fitting = [one for one in executions if _may_stand(record, one, undos[one.opened])]
        execution = _only(record, fitting)
        if execution is None:
            raise UsageError(f"{_nothing(record, which)} about an undo", hint=_LISTED)
        event = EventType.CompensationCompleted if undone else EventType.CompensationFailed
        facts = {"by": by, "why": why} if undone else {"by": by, "why": why, "definite": True, "error": "not undone"}
        last = undos[execution.opened][-1] if undos[execution.opened] else execution.opened
        self._append(event, record, self._undo_number(record, last), execution, facts, last)

    def _undo_number(self, record: RunRecord, row: int) -> int:
        """Number of the undo's name; of the step's own where it has none."""
        declared = record.history.declaration(row)
        if record.history.columns.type[row] == EventType.StepStarted and declared.undo:
            kind = Kind.IDEMPOTENT if declared.undo_null_safe else Kind.WRITE
            declared = Declaration(declared.undo, kind, kind_assumed=False)
        return self.writer.name_number(declared)

    def _append(
        self, event: EventType, record: RunRecord, name: int, execution: Slot, facts: dict[str, Any], about: int
    ) -> None:
        self.writer.append(
            event, self.writer.run_number(record.run_id), name, execution.position, self.encoding.encode(facts),
            cause=record.history.columns.seq[about], durable=True,
        )  # fmt: skip


def take_word(driver: LiveDriver, call: Call) -> Found | None:
    """Give the code what somebody said of a step that it comes to again: it has happened, so it is not executed.

    Raises:
        InDoubtError: The code calls something else there by now, or makes the same call elsewhere: what happened
            stands, and would be done twice or for nothing.
    """
    word = _word_here(driver, call)
    slot = driver.record.slots.get(call.position)
    if word is None or (slot is not None and slot.in_doubt(driver.record.history)):
        return None
    history = driver.record.history
    seq = history.columns.seq[word.row]
    if word.execution.position != call.position:
        raise _moved(driver, call, word, seq)
    if word.execution.name != call.name or not driver.arguments(word.execution.opened, call):
        raise _other_call(driver, call, word, seq)
    said = dict(driver.encoding.reveal(history.payload(word.row)))
    result = result_of_word(said.get("result"), call.request.step)
    del driver.words[call.position]
    driver.journal.step_settled(call, said, seq)
    return Found(result)


def _word_here(driver: LiveDriver, call: Call) -> Word | None:
    """The word that concerns a call.

    What is done under a key is known by it: a word about another key at this place is about something else, and the
    same key elsewhere protects by itself.
    """
    own = driver.words.get(call.position)
    if call.request.step.declaration.kind is not Kind.KEYED:
        return own or _word_elsewhere(driver, call)
    known = _key(driver, own.execution) if own is not None else ""
    return own if known in {"", call.request.key()} else None


def _key(driver: LiveDriver, execution: Slot) -> str:
    return str(driver.encoding.reveal(driver.record.history.payload(execution.opened).get("key", "")))


def _word_elsewhere(driver: LiveDriver, call: Call) -> Word | None:
    """A word about the same call at another place: code that moved would otherwise make it a second time."""
    if call.request.step.declaration.kind.repeats:
        return None
    words = (word for word in driver.words.values() if word.execution.name == call.name)
    return next((word for word in words if driver.arguments(word.execution.opened, call)), None)


def _moved(driver: LiveDriver, call: Call, word: Word, seq: int) -> InDoubtError:
    there, here = position_text(word.execution.position), position_text(call.position)
    return InDoubtError(
        f"by event {seq}, step {call.name} at {there} of run {driver.journal.run_id} has happened; the code now makes "
        f"the same call at {here}, and would do it a second time. It was not executed",
        run_id=driver.journal.run_id,
        position=here,
        step=call.name,
        hint="use code that makes it where it was; or undo by hand what happened: run.resolve(…, undone=True) says so",
    )


def _other_call(driver: LiveDriver, call: Call, word: Word, seq: int) -> InDoubtError:
    position, run_id = position_text(call.position), driver.journal.run_id
    return InDoubtError(
        f"by event {seq}, step {word.execution.name} at {position} of run {run_id} has happened; the code now calls "
        f"{call.name} there, with other arguments or by another name",
        run_id=run_id,
        position=position,
        step=call.name,
        hint="undo by hand what happened and say so: run.resolve(…, undone=True); or use code that makes the same call",
    )


def _meant(record: RunRecord, which: Which) -> list[Slot]:
    """Executions of which one is meant.

    Raises:
        UsageError: There is none.
    """
    executions = executions_of(record)
    if isinstance(which, int):
        row = record.history.row_of_seq(which)
        own = row is not None and row in record.history.rows_of(record.run_id)
        place = record.history.position(row) if row is not None and own else ()
        found = execution_at(executions.get(place, ()), root_of(record.history, row)) if row is not None else None
        return [found] if found is not None else []
    return executions.get(parse_position(which) if isinstance(which, str) else which, [])


def _only(record: RunRecord, fitting: Sequence[Slot]) -> Slot | None:
    if len(fitting) > 1:
        seq = record.history.columns.seq
        events = ", ".join(str(seq[one.opened]) for one in fitting)
        raise UsageError(
            f"{len(fitting)} executions are in doubt at {position_text(fitting[0].position)} of run {record.run_id!r}",
            hint=f"say which by the number of its intent: {events}",
        )
    return fitting[0] if fitting else None


_LISTED = "run.verdict().in_doubt lists what is"


def _nothing(record: RunRecord, which: Which) -> str:
    where = f"event {which}" if isinstance(which, int) else which if isinstance(which, str) else position_text(which)
    return f"nothing is in doubt at {where} of run {record.run_id!r}"


def _proven(executions: Sequence[Slot]) -> str:
    """Why a failure leaves no doubt."""
    failed = executions and executions[-1].type is EventType.StepFailed
    return ": its failure proves that nothing happened, as it is declared" if failed else ""


def _undos(record: RunRecord, execution: Slot) -> list[int]:
    """Rows of the undo of one execution."""
    history = record.history
    siblings = executions_of(record)[execution.position]
    return [
        row
        for row in history.rows_of(record.run_id)
        if history.columns.type[row] in _UNDOS
        and history.position(row) == execution.position
        and execution_at(siblings, root_of(history, row)) is execution_at(siblings, execution.opened)
    ]


def _undo_in_doubt(record: RunRecord, undos: Sequence[int]) -> bool:
    """It began and has no outcome, or one that proves nothing."""
    if not undos:
        return False
    kind = record.history.columns.type[undos[-1]]
    if kind == EventType.CompensationFailed:
        return record.history.payload(undos[-1]).get("definite") is False
    return kind == EventType.CompensationStarted


def may_stand(record: RunRecord, execution: Slot) -> bool:
    """Whether an execution of a step acted, or may have, and nothing says that it is undone."""
    return _may_stand(record, execution, _undos(record, execution))


def _was_denied(history: History, execution: Slot) -> bool:
    """Somebody said of an attempt that it did nothing, and another one returned."""
    types = history.columns.type
    denied = any(types[row] == EventType.StepResolved for row in execution.between)
    return execution.type is EventType.StepCompleted and denied


def _undone_by_word(record: RunRecord, undos: Sequence[int]) -> bool:
    """Somebody says so; they may take it back."""
    history = record.history
    said = bool(undos) and history.columns.type[undos[-1]] == EventType.CompensationCompleted
    return said and "by" in history.payload(undos[-1])


def _may_stand(record: RunRecord, execution: Slot, undos: Sequence[int]) -> bool:
    """It acted, or may have, and nothing says that it is undone."""
    history = record.history
    if undos and history.columns.type[undos[-1]] == EventType.CompensationCompleted:
        return False
    done = execution.type in {EventType.StepCompleted, EventType.StepResolved}
    return history.declaration(execution.opened).kind.acts and (done or in_doubt(history, execution))
