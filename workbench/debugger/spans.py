"""What the timeline draws: stretches of a run as columns, a million events in a fraction of a second.

Calls that went as they should (one beginning, one answer) are told by the columns alone. All others are read by
`workbench.analysis.spans_of`, out of a history that holds only their events: what it knows stays in one place.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, get_args

import numpy as np

from workbench.analysis import Span, spans_of
from workbench.analysis.cells import view_of
from workbench.debugger.answer import Answer, ms_of, packed, shown
from workbench.debugger.run_columns import RunColumns
from workbench.debugger.session import Session, loaded_of
from workbench.debugger.wire.questions import SpansQuestion
from workbench.debugger.wire.seeing import Break, Gap, SpansAnswer
from workbench.debugger.wire.words import State
from workbench.journal import Report
from workbench.machine import ASKS
from workbench.model import Columns, EventType, History, ns_of, position_text
from workbench.recording.calls import spans_of_trace
from workbench.replay import Columns as StopColumns
from workbench.views import duration_text

__all__ = ["spans", "stretches"]

Array = np.ndarray[Any, Any]

_STATE = {state: number for number, state in enumerate(get_args(State))}
_OPENED = (EventType.StepStarted, EventType.TimerStarted, EventType.SignalAwaited, EventType.ChildStarted)
_ANSWERED = {
    EventType.StepCompleted: EventType.StepStarted,
    EventType.TimerFired: EventType.TimerStarted,
    EventType.SignalConsumed: EventType.SignalAwaited,
    EventType.SignalTimedOut: EventType.SignalAwaited,
    EventType.ChildCompleted: EventType.ChildStarted,
    EventType.ChildFailed: EventType.ChildStarted,
}
_VERBS = {EventType.StepStarted: ""} | {kind: str(ASKS[kind]) for kind in _OPENED[1:]}
"""What a wait says of itself; a step that went well says nothing."""
_AT_ONCE = (EventType.ClockRead, EventType.RandomDrawn, EventType.UuidDrawn, EventType.PatchChecked)
_ON_THE_WAY = (EventType.AttemptBegan, EventType.ChildBegan)
_ENDS_OF_SPANS = frozenset({
    EventType.StepCompleted, EventType.StepFailed, EventType.StepCancelled, EventType.StepResolved,
    EventType.AttemptFailed, EventType.StepRecorded, EventType.CompensationCompleted, EventType.CompensationFailed,
    *_ANSWERED, EventType.TimerCancelled, EventType.SignalCancelled, EventType.ChildCancelled,
})  # fmt: skip
_MOST_GAPS = 200
_SHORTEST_GAP_NS = 1_000_000_000
_UNUSUAL = 10
"""A gap is longer than a second and than this many times the median step from one event to the next."""


class Stretches(NamedTuple):
    """Columns of spans, see `SpansAnswer`; times in nanoseconds since the epoch."""

    start: Array
    end: Array
    lane: Array
    state: Array
    open: Array
    attempt: Array
    note: Array
    seq_begin: Array
    seq_end: Array


def spans(session: Session, question: SpansQuestion) -> Answer:
    """What the timeline draws."""
    branch = question.get("branch", "")
    if branch:
        kept = session.branch(branch)
        columns = StopColumns(kept.trace.steps)
        found = spans_of_trace(columns)
        lanes = list(dict.fromkeys(span.name for span in found))
        notes = [""]
        seqs = _seqs_of_stops(columns)
        drawn = _columns(found, lanes.index, notes, lambda span: seqs.get(span.position, (0, 0)))
        return _answered(kept.run_id, branch, drawn, lanes, notes, [], [])
    run = session.run(question["run_id"])
    table = session.columns(run)
    lanes = [lane["name"] for lane in table.names.lanes]
    drawn, notes = stretches(table, loaded_of(run).report)
    return _answered(run.id, "", drawn, lanes, notes, _breaks(table), _gaps(table))


def _answered(  # noqa: PLR0913, PLR0917 - the fields of the answer
    run_id: str, branch: str, drawn: Stretches, lanes: list[str], notes: list[str], breaks: list[Break], gaps: list[Gap]
) -> Answer:
    arrays = drawn._asdict() | {"start_ms": drawn.start / 1e6, "end_ms": drawn.end / 1e6}
    buffers = packed("spans", arrays)
    body: SpansAnswer = {
        "columns": buffers.columns, "run_id": run_id, "branch": branch,
        "lanes": [shown(lane, 400, lines=False) for lane in lanes], "notes": [shown(note, 400) for note in notes],
        "breaks": breaks, "gaps": gaps,
    }  # fmt: skip
    return Answer(body, buffers.buffers)


def stretches(table: RunColumns, report: Report | None) -> tuple[Stretches, list[str]]:
    """The spans of a run as columns, and their notes.

    Args:
        table: The run.
        report: How its log was found.
    """
    plain, silent = _plain(table)
    notes = list(_VERBS.values())
    quick, rest = _quick(table, plain), _rest(table, report, plain | silent, notes)
    joined = Stretches(*(np.concatenate(pair) for pair in zip(quick, rest, strict=True)))
    order = np.lexsort((joined.seq_begin, joined.start))
    return Stretches(*(column[order] for column in joined)), notes


def _plain(table: RunColumns) -> tuple[Array, Array]:
    """By number of position: one beginning and one fitting answer; and nothing but readings that take no time."""
    positions, types = table.positions, table.types
    count = len(positions.end)

    def counted(kinds: Sequence[EventType]) -> Array:
        return np.bincount(positions.of[np.isin(types, [int(kind) for kind in kinds])], minlength=count)

    opened, answered, at_once = counted(_OPENED), counted(tuple(_ANSWERED)), counted(_AT_ONCE)
    other = np.bincount(positions.of, minlength=count) - opened - answered - at_once - counted(_ON_THE_WAY)
    somewhere = positions.lengths > 0
    silent = somewhere & (opened + answered + other == 0) & (at_once > 0)
    if (types == EventType.DecisionMade).any():  # what was superseded is told by the decisions
        return np.zeros(count, dtype=bool), silent
    plain = somewhere & (opened == 1) & (answered == 1) & (other + at_once == 0)
    begin, end = _ends(table, plain)
    partner = np.zeros(256, np.uint8)
    partner[[int(kind) for kind in _ANSWERED]] = [int(kind) for kind in _ANSWERED.values()]
    fits = (begin < end) & (partner[types[end]] == types[begin]) & (table.names.of[end] == table.names.of[begin])
    plain[np.flatnonzero(plain)[~fits]] = False
    return plain, silent


def _ends(table: RunColumns, plain: Array) -> tuple[Array, Array]:
    """Where in the run each plain call began and was answered, by number of position."""
    of, types = table.positions.of, table.types
    mine = plain[of]
    found = []
    for kinds in (_OPENED, tuple(_ANSWERED)):
        at = np.flatnonzero(mine & np.isin(types, [int(kind) for kind in kinds]))
        where = np.zeros(len(plain), np.int64)
        where[of[at]] = at
        found.append(where[plain])
    return found[0], found[1]


def _quick(table: RunColumns, plain: Array) -> Stretches:
    begin, end = _ends(table, plain)
    is_step = table.types[begin] == EventType.StepStarted
    nothing = np.zeros(len(begin), np.int64)
    noted = np.zeros(256, np.int64)
    noted[[int(kind) for kind in _VERBS]] = range(len(_VERBS))
    return Stretches(
        start=table.times[begin], end=table.times[end], lane=table.names.of[begin],
        state=np.where(is_step, _STATE["committed"], _STATE["waiting"]), open=nothing,
        attempt=np.where(is_step, table.attempts[begin], 0), note=noted[table.types[begin]],
        seq_begin=table.seqs[begin].astype(np.int64), seq_end=table.seqs[end].astype(np.int64),
    )  # fmt: skip


def _rest(table: RunColumns, report: Report | None, done: Array, notes: list[str]) -> Stretches:
    """Everything that wants a closer look."""
    wanted = ~done[table.positions.of]
    wanted[-1:] = True  # what is open may go on until the last event, whatever that is about
    history = _part(table, wanted)
    found = spans_of(history, table.run_id, report) if len(history) else []
    lanes = {lane["name"]: number for number, lane in enumerate(table.names.lanes)}
    seqs = _Seqs(history)
    return _columns(found, lambda name: lanes.get(name, 0), notes, seqs.of)


def _part(table: RunColumns, wanted: Array) -> History:
    """A history of some events of the run."""
    rows, known = table.rows[wanted], table.history.columns
    facts: dict[str, Any] = {
        name: array(code, view_of(getattr(known, name), dtype)[rows].tobytes())
        for name, code, dtype in (
            ("seq", "Q", "u8"), ("time_ns", "q", "i8"), ("mono_ns", "q", "i8"), ("type", "B", "u1"),
            ("run", "I", "u4"), ("name", "I", "u4"), ("tag", "I", "u4"), ("attempt", "H", "u2"), ("cause", "Q", "u8"),
        )
    }  # fmt: skip
    paths = [table.history.position(row) for row in rows.tolist()]
    ends = np.cumsum([len(path) for path in paths], dtype=np.uint64)
    columns = Columns(
        **facts, path=array("I", [n for path in paths for n in path]), path_end=array("Q", ends.tobytes())
    )
    return replace(table.history, columns=columns, payloads=lambda row: table.history.payloads(int(rows[row])))


class _Seqs:
    """Finds the events at the ends of a span: a span knows its call and the moments."""

    def __init__(self, history: History) -> None:
        self._by_call: dict[str, list[int]] = {}
        self._history = history
        for row in range(len(history)):
            self._by_call.setdefault(position_text(history.position(row)), []).append(row)

    def of(self, span: Span) -> tuple[int, int]:
        """Numbers of the events at which it began and ended; 0 for an open end."""
        columns = self._history.columns
        rows = self._by_call.get(span.position, [])
        began, ended = ns_of(span.started), ns_of(span.ended)
        at = {row: columns.time_ns[row] // 1000 * 1000 for row in rows}
        named = [row for row in rows if at[row] == began and self._begins(row)]
        first = next((row for row in named if self._history.declaration(row).name == span.name), None)
        first = first if first is not None else next(iter(named), None)
        last = next(
            (row for row in rows if at[row] == ended and row >= (first or 0) and columns.type[row] in _ENDS_OF_SPANS),
            None,
        )
        first = last if first is None else first
        return (columns.seq[first] if first is not None else 0, 0 if span.open or last is None else columns.seq[last])

    def _begins(self, row: int) -> bool:
        kind = self._history.columns.type[row]
        return kind in {*_OPENED, EventType.CompensationStarted}


def _columns(
    found: Sequence[Span],
    lane_of: Callable[[str], int],
    notes: list[str],
    seqs_of: Callable[[Span], tuple[int, int]],
) -> Stretches:
    number = {note: at for at, note in enumerate(notes)}
    numbers: list[int] = []
    for span in found:
        if span.note not in number:
            number[span.note] = len(notes)
            notes.append(span.note)
        numbers.append(number[span.note])
    seqs = [seqs_of(span) for span in found]
    columns: list[list[int]] = [
        [ns_of(span.started) for span in found],
        [ns_of(span.ended) for span in found],
        [lane_of(span.name) for span in found],
        [_STATE[span.state] for span in found],
        [int(span.open) for span in found],
        [span.attempt for span in found],
        numbers,
        [begin for begin, _ in seqs],
        [end for _, end in seqs],
    ]
    return Stretches(*(np.array(column, np.int64) for column in columns))


def _seqs_of_stops(columns: StopColumns) -> Mapping[str, tuple[int, int]]:
    """Recorded events of the first and the last stop of each call."""
    found: dict[str, tuple[int, int]] = {}
    for position, seq in zip(columns.positions, columns.seqs, strict=True):
        if position:
            text = position_text(position)
            found[text] = (found[text][0], seq) if text in found else (seq, 0)
    return found


def _breaks(table: RunColumns) -> list[Break]:
    times, seqs = table.times, table.seqs
    return [
        {
            "from_ms": ms_of(int(times[at - 1])),
            "to_ms": ms_of(int(times[at])),
            "seq": int(seqs[at]),
            "text": f"recovered after {duration_text(max(0, int(times[at] - times[at - 1])) / 1e9)}",
        }
        for at in np.flatnonzero(table.types == EventType.RunRecovered).tolist()
        if at
    ]


def _gaps(table: RunColumns) -> list[Gap]:
    """The longest silences, in the order in which they came."""
    steps = np.diff(table.times)
    if not len(steps):
        return []
    unusual = max(_SHORTEST_GAP_NS, _UNUSUAL * int(np.median(steps)))
    at = np.flatnonzero((steps > unusual) | (steps < 0))
    longest = np.sort(at[np.argsort(-np.abs(steps[at]), kind="stable")][:_MOST_GAPS])
    return [
        {
            "from_ms": ms_of(int(table.times[number])),
            "to_ms": ms_of(int(table.times[number + 1])),
            "text": _gap_text(int(steps[number])),
        }
        for number in longest.tolist()
    ]


def _gap_text(step_ns: int) -> str:
    return duration_text(step_ns / 1e9) if step_ns >= 0 else f"the clock went back by {duration_text(-step_ns / 1e9)}"
