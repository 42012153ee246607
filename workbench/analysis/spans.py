"""The stretches of time a run consists of: attempts of steps, their undo, and waits. What a timeline draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workbench._errors import PayloadError
from workbench.analysis.bodies import Bodies, message_of
from workbench.analysis.facts import StepFacts, read_facts
from workbench.analysis.state import State
from workbench.journal import Report
from workbench.machine import RunRecord, Slot, Verb, read_run
from workbench.model import EventType, History, instant, position_text

__all__ = ["Span", "spans_of"]

_UNDO_ENDS = {
    EventType.CompensationCompleted: "compensated",
    EventType.CompensationFailed: "compensation_failed",
}


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch.

    Attributes:
        name: Lane: name of step, signal or child, or `timer`.
        position: Where in the program, as text.
        state: State of a step, `retried` for an attempt that another followed, `waiting` for all else.
        started: Aware UTC.
        ended: Aware UTC; for an open one the moment from which its process was certainly gone (the run went on in
            another), else the last event of the run.
        attempt: 1-based; 0 where attempts do not apply.
        open: Nothing in the log says how it ended.
        note: Error text; `""` for none.
        code: `"flows.py:43"`; `""` for unknown.
    """

    name: str
    position: str
    state: str
    started: datetime
    ended: datetime
    attempt: int = 0
    open: bool = False
    note: str = ""
    code: str = ""


def spans_of(history: History, run_id: str, report: Report | None = None) -> list[Span]:
    """Spans of one run, in the order in which they began.

    Args:
        history: Where the run is.
        run_id: The run; an unknown one has no spans.
        report: How the log was found.
    """
    record = read_run(history, run_id)
    steps = {(step.position, step.name): step for step in read_facts(history, run_id, report).steps}
    reader = _Reader(record)
    spans: list[Span] = []
    for slot in record.superseded:  # somebody decided to retry: it has happened all the same
        if slot.verb is Verb.CALL_STEP:
            step = replace(steps[slot.position, slot.name], state=reader.state_then(slot))
            spans += (replace(span, note=_superseded(span.note)) for span in reader.attempts(slot, step))
        elif slot.answer != slot.opened:
            spans.append(reader.wait(slot))
    begun = {slot.opened for slot in record.superseded}
    for slot in record.slots.values():
        if slot.verb is Verb.CALL_STEP:
            after = slot.reopened if slot.opened in begun else -1
            spans += reader.attempts(slot, steps[slot.position, slot.name], after)
        elif slot.answer != slot.opened and slot.opened not in begun:  # clock readings and draws take no time
            spans.append(reader.wait(slot))
    spans += reader.undos()
    return sorted(spans, key=lambda span: span.started)


def _superseded(note: str) -> str:
    return f"{note}; superseded by a retry" if note else "superseded by a retry"


class _Reader:
    def __init__(self, record: RunRecord) -> None:
        self._record = record
        self._history = record.history
        self._rows = record.history.rows_of(record.run_id)
        self._last = max(self._rows, default=-1)
        self._recovered = [row for row in record.ambient if self._history.columns.type[row] == EventType.RunRecovered]

    def state_then(self, slot: Slot) -> State:
        """How a step stood before a decision to retry superseded it."""
        if slot.type in {EventType.StepCompleted, EventType.StepResolved}:
            return State.COMMITTED
        if slot.type is EventType.StepFailed and Bodies(self._history)(slot.answer).get("definite") is True:
            return State.FAILED
        return State.IN_DOUBT

    def attempts(self, slot: Slot, step: StepFacts, after: int = -1) -> Iterator[Span]:
        """Attempts of a step; with `after` only those that began after that row."""
        if slot.opened == slot.answer:
            yield self._recorded(slot, step)
            return
        rows = [row for row in sorted({slot.opened, slot.answer, *slot.between} - {-1}) if row > after]
        began = -1
        for row in rows:
            kind = EventType(self._history.columns.type[row])
            if kind is EventType.StepStarted:
                if began >= 0:
                    yield self._attempt(step, began, -1, "in_doubt")
                began = row
            elif began >= 0 and kind is not EventType.AttemptBegan:
                state = "retried" if kind is EventType.AttemptFailed else str(step.state)
                yield self._attempt(step, began, row, state)
                began = -1
        if began >= 0:
            yield self._attempt(step, began, -1, str(step.state))

    def _recorded(self, slot: Slot, step: StepFacts) -> Span:
        """A step of another engine that was written down when it was over."""
        return replace(self._attempt(step, slot.opened, slot.answer, str(step.state)), started=instant(step.started_ns))

    def _attempt(self, step: StepFacts, began: int, ended: int, state: str) -> Span:
        return Span(
            name=step.name, position=position_text(step.position), state=state,
            started=self._time(began), ended=self._time(ended if ended >= 0 else self._open_until(began)),
            attempt=self._history.columns.attempt[began], open=ended < 0,
            note=self._error(ended) if ended >= 0 else "", code=step.code,
        )  # fmt: skip

    def wait(self, slot: Slot) -> Span:
        ended = slot.answer if slot.answer >= 0 else max(slot.between, default=-1)
        return Span(
            name=slot.name or "timer", position=position_text(slot.position), state="waiting",
            started=self._time(slot.opened), ended=self._time(ended if ended >= 0 else self._open_until(slot.opened)),
            open=ended < 0, note=str(slot.verb),
        )  # fmt: skip

    def undos(self) -> Iterator[Span]:
        begun: dict[Any, int] = {}
        for row in self._rows:
            kind = EventType(self._history.columns.type[row])
            if kind is EventType.CompensationStarted:
                begun[self._history.position(row)] = row
            elif kind in _UNDO_ENDS:
                start = begun.pop(self._history.position(row), row)
                yield self._undo(start, row, _UNDO_ENDS[kind])
        for row in begun.values():
            yield self._undo(row, -1, "compensation_in_doubt")

    def _undo(self, began: int, ended: int, state: str) -> Span:
        name = self._history.declaration(began).name
        return Span(
            name=name, position=position_text(self._history.position(began)), state=state,
            started=self._time(began), ended=self._time(ended if ended >= 0 else self._open_until(began)),
            attempt=self._history.columns.attempt[began], open=ended < 0,
            note=self._error(ended) if ended >= 0 else "",
        )  # fmt: skip

    def _open_until(self, began: int) -> int:
        """Until when something without an end may have been going on."""
        resumed = next((row for row in self._recovered if row > began), None)
        return resumed if resumed is not None else max(self._last, began)

    def _time(self, row: int) -> datetime:
        return instant(self._history.columns.time_ns[row])

    def _error(self, row: int) -> str:
        tag = self._history.tags[self._history.columns.tag[row]]
        if not tag:
            return ""
        try:
            body = self._history.payload(row)
        except PayloadError as error:
            return f"{tag} (unreadable: {error.message})"
        message = message_of(body) if isinstance(body, Mapping) else ""
        return f"{tag}: {message}" if message else tag
