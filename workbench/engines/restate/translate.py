"""Invocations of Restate as runs.

The n-th command after the input gets position n, which is the number that Restate itself gives it in its errors.
Every row of a journal is one event, and so is every row of `sys_journal_events`; added are the beginnings of attempts
that must have been, and the end of an invocation that was ended from outside and so has no output.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from workbench.engines.jsons import instant_ns, number_of, text_of
from workbench.engines.restate.attempts import Attempts, OpenSteps, after_of
from workbench.engines.restate.document import Dump, Row
from workbench.engines.restate.entry import Entry, entry_of, fields_of, result_of
from workbench.engines.restate.start import Caller, began_ns, callers_of, start_body, workflow_of
from workbench.engines.restate.told import answer_body, command_body, output_body, said_by, signal_body, signal_name
from workbench.engines.restate.values import TERMINAL
from workbench.engines.restate.whole import gaps_in, in_order
from workbench.engines.restate.words import ENDS, OPENS, STRAIGHT
from workbench.engines.rows import Body, Fact, Rows, called, shown
from workbench.journal.codec import RecordedError
from workbench.model import UNNAMED, Declaration, EventType, Position

__all__ = ["translate"]

_CANCELLED = 409
"""Code of the failure with which a cancelled handler ends, and a killed invocation."""

_UNAWAITED = (
    "the SDKs begin a step without waiting until Restate has stored that they do: one that no entry shows may have "
    "begun"
)
_IDS = ("completion_id", "result_completion_id", "invocation_id_completion_id")
_NAMED = 3
_LOOKS = frozenset({"GetEagerState", "GetLazyState", "GetEagerStateKeys", "GetLazyStateKeys"})
_EVERY = ""
"""Stands for all keys of the state: they were listed."""

_BUILDS_ON = "it sets a state that the run has read before: done again, it would build on what it has set itself"


class _Asked(NamedTuple):
    type: EventType
    position: Position
    seq: int
    declaration: Declaration


def translate(dump: Dump, rows: Rows) -> list[Body]:
    """Add every invocation of a dump, in the order in which they began.

    Returns:
        The body of each row that was added.
    """
    bodies: list[Body] = []
    journals = {run_id: in_order(entry_of(row) for row in dump.journals.get(run_id, ())) for run_id in dump.ids}
    callers = callers_of(journals.items())
    began = {run_id: began_ns(dump.invocations.get(run_id, {}), journals[run_id]) for run_id in dump.ids}
    for run_id in sorted(dump.ids, key=began.__getitem__):
        run = _Run(rows, bodies, run_id, dump.invocations.get(run_id, {}))
        run.tell(journals[run_id], dump.errors.get(run_id, []), callers.get(run_id), dump)
    return bodies


class _Run:
    def __init__(self, rows: Rows, bodies: list[Body], run_id: str, row: Row) -> None:
        self._rows, self._bodies = rows, bodies
        self._number, self.run_id = rows.run(run_id)
        self._row = row
        self._now = 0
        self._commands = 0
        self._asked: dict[int, _Asked] = {}
        self._open = OpenSteps(self._add)
        self._cancelled = self._ended = False
        self._looked: set[str] = set()
        self._strange: dict[str, None] = {}
        self._start: dict[str, Any] = {}
        self._workflow = UNNAMED

    def tell(self, entries: list[Entry], errors: list[Row], caller: Caller | None, dump: Dump) -> None:
        """Add its events."""
        given = next((entry for entry in entries if entry.is_command and entry.type == "Input"), None)
        self._begin(entries, given, caller, dump)
        waiting = sorted(errors, key=lambda row: (after_of(row), instant_ns(row.get("appended_at"))))
        for entry in entries:
            while waiting and after_of(waiting[0]) < entry.number:
                self._open.fail(waiting.pop(0))
            if entry is not given:
                self._now = max(entry.time_ns, 0) or self._now
                self._entry(entry)
        for row in waiting:
            self._open.fail(row)
        self._end()

    def _add(self, fact: Fact, body: dict[str, Any], time_ns: int = -1) -> int:
        self._bodies.append(Body(body))
        return self._rows.add(self._number, time_ns if time_ns >= 0 else self._now, fact)

    def _begin(self, entries: list[Entry], given: Entry | None, caller: Caller | None, dump: Dump) -> None:
        origin = dump.invocations.get(text_of(self._row, "restarted_from"), {})
        self._start = start_body(self.run_id, self._row, given, caller, origin)
        self._start["missing"] += gaps_in(entries, self._row)
        self._workflow = shown(workflow_of(self._row, given, caller))
        self._now = max(began_ns(self._row, entries), 0)
        self._add(Fact(EventType.RunStarted, declaration=self._workflow), self._start)

    # --- entries --------------------------------------------------------------------------------------------

    def _entry(self, entry: Entry) -> None:
        if entry.is_command and entry.type == "Output":
            self._output(entry)
        elif entry.is_command:
            self._command(entry)
        elif entry.is_notification and entry.type == "Signal":
            self._signal(entry)
        elif entry.is_notification:
            self._answer(entry)
        else:
            self._note(entry)

    def _command(self, entry: Entry) -> None:
        self._commands += 1
        position, body = (self._commands,), command_body(entry)
        if entry.type in _LOOKS:
            self._looked.add(text_of(entry.fields, "key") or _EVERY)
        if entry.type in STRAIGHT:
            declaration = self._declared(entry, body)
            seq = self._add(Fact(EventType.StepRecorded, position, declaration, 1), body)
            asked = _Asked(EventType.StepRecorded, position, seq, declaration)
        elif entry.type in OPENS:
            type_, declare = OPENS[entry.type]
            declaration, is_step = declare(entry), type_ is EventType.StepStarted
            if is_step:
                body["assumed"] = []
            seq = self._add(Fact(type_, position, declaration, int(is_step)), body)
            asked = _Asked(type_, position, seq, declaration)
            number = entry.fields.get("completion_id")
            if entry.type == "Run" and type(number) is int:
                self._open.begin(number, Attempts(position, declaration, body, seq))
        else:
            self._note(entry)
            return
        numbers = (entry.fields.get(name) for name in _IDS)
        self._asked.update((number, asked) for number in numbers if type(number) is int)

    def _declared(self, entry: Entry, body: dict[str, Any]) -> Declaration:
        """To set a state again changes nothing, unless what is set was made of what was read."""
        declaration, key = STRAIGHT[entry.type](entry), text_of(entry.fields, "key")
        if entry.type == "SetState" and {key, _EVERY} & self._looked:
            body["assumed"] = [_BUILDS_ON]
            return called(declaration.name)
        return declaration

    def _answer(self, entry: Entry) -> None:
        asked = self._asked.get(entry.answers)
        if asked is None:
            self._note(entry)
            return
        if entry.type == "CallInvocationId":
            type_ = EventType.ChildBegan if asked.type is EventType.ChildStarted else EventType.NoteRecorded
        else:
            ends = ENDS.get(asked.type)
            type_ = (ends.badly if entry.failed else ends.well) if ends else EventType.NoteRecorded
        cause = self._open.end(entry.answers) or asked.seq
        error_type = TERMINAL if entry.failed else ""
        fact = Fact(type_, asked.position, asked.declaration, 0, error_type, cause)
        self._add(fact, answer_body(entry, type_))

    def _signal(self, entry: Entry) -> None:
        name = signal_name(entry)
        self._cancelled |= not name
        type_ = EventType.SignalReceived if name else EventType.CancelRequested
        self._add(Fact(type_, declaration=shown(name or "cancel")), signal_body(entry))

    def _note(self, entry: Entry) -> None:
        """What no word here fits, so that no row is lost; it may stand for an act."""
        self._strange[text_of(entry.row, "entry_type") or "(no type)"] = None
        self._add(
            Fact(EventType.NoteRecorded, declaration=shown(entry.type or "(no type)")), said_by(entry.row, entry.type)
        )

    # --- the end --------------------------------------------------------------------------------------------

    def _output(self, entry: Entry) -> None:
        body = output_body(entry.row, failed=entry.failed)
        stopped = entry.failed and self._cancelled and _code_of(fields_of(entry.row)) == _CANCELLED
        self._finish(entry.failed, stopped, body)

    def _finish(self, failed: bool, stopped: bool, body: dict[str, Any]) -> None:  # noqa: FBT001 - two plain facts
        self._ended = True
        type_ = EventType.RunFailed if failed else EventType.RunCompleted
        if stopped:
            type_, body["by"] = EventType.RunCancelled, "operator"
        self._add(Fact(type_, declaration=self._workflow, error_type=TERMINAL if failed else ""), body)

    def _end(self) -> None:
        if self._strange:
            strange = ", ".join(list(self._strange)[:_NAMED])
            self._start["unseen"].append(f"its journal holds entries that are not known here: {strange}")
        if self._ended:
            return
        self._start["unseen"].append(_UNAWAITED)
        if text_of(self._row, "status") != "completed":
            self._open.count(self._row)
            return
        said = text_of(self._row, "completion_failure")
        self._now = max(instant_ns(self._row.get("completed_at")), self._now)
        error = RecordedError(module="restate", type_name=TERMINAL, args=(said,), message=said)
        stopped = said.startswith(f"[{_CANCELLED}")
        body = {"error": error} if said else {}
        body_ = body | {"event": "(inferred)", "raw": self._row, "assumed": ["its end is not in its journal"]}
        self._finish(bool(said), stopped, body_)


def _code_of(fields: dict[str, Any]) -> int:
    value = result_of(fields)[1]
    return number_of(value.get("code")) if isinstance(value, dict) else 0
