"""Looking into a branch: one stop, a watched expression, two sides aligned."""

from __future__ import annotations

from typing import Any, Final, get_args

import numpy as np

from workbench._errors import UsageError
from workbench.debugger.answer import Answer, ms_of, packed, shown, word
from workbench.debugger.branches import REPLAY_SECONDS
from workbench.debugger.session import Kept, Session
from workbench.debugger.wire import trying
from workbench.debugger.wire.pretending import DiffQuestion, Side, StopQuestion, WatchQuestion
from workbench.debugger.wire.words import Change
from workbench.model import position_text
from workbench.recording import Branch, Comparison, Run
from workbench.recording import diff as compare
from workbench.recording.compared import Said
from workbench.replay import Columns as StopColumns
from workbench.replay import Expression, Sighting, safe_repr, watched
from workbench.replay.deadline import within

__all__ = ["diff", "stop", "watch"]

_NAME: Final = 400
_SIGHTINGS: Final = 10_000
_ROWS: Final = 500
_MOST_ROWS: Final = 5_000
_BEFORE: Final = 20
_CHANGE = {change: number for number, change in enumerate(get_args(Change))}


# --- one stop ------------------------------------------------------------------------------------------------


def stop(session: Session, question: StopQuestion) -> Answer:
    """Stack and locals of one stop."""
    kept, index = session.branch(question["branch"]), question["index"]
    if not 0 <= index < len(kept.trace):
        raise UsageError(f"stop {index} does not exist", hint=f"branch {kept.id} has stops 0 to {len(kept.trace) - 1}")
    one = kept.trace.steps[index]
    frames: list[trying.Frame] = [
        {
            "file": frame.place.file,
            "line": frame.place.line,
            "function": shown(frame.place.function, _NAME, lines=False),
            "locals": [
                {"name": shown(name, _NAME, lines=False), "text": shown(text), "changed": False, "changed_at": -1}
                for name, text in frame.locals.items()
            ],
        }
        for frame in one.stack
    ]
    if frames:
        _mark_changes(kept, index, frames[0], one.changed)
    body: trying.StopAnswer = {
        "branch": kept.id, "index": index, "seq": one.seq, "event": one.event,
        "position": position_text(one.position), "name": shown(one.name, _NAME, lines=False),
        "note": shown(one.note), "source": word(one.source), "time_ms": ms_of(one.time_ns), "stack": frames,
    }  # fmt: skip
    return Answer(body)


def _mark_changes(kept: Kept, index: int, frame: trying.Frame, changed: tuple[str, ...]) -> None:
    """Which locals of the innermost frame changed just now, and when the others last did."""
    columns = StopColumns(kept.trace.steps)
    wanted = {local["name"]: local for local in frame["locals"]}
    for name in changed:
        if name in wanted:
            wanted[name]["changed"] = True
    changes, places = columns.changes, columns.places
    for at in range(index, -1, -1):
        if not wanted:
            return
        if changes[at] and places[at] and places[at][0].function == frame["function"]:
            for name in changes[at]:
                if (local := wanted.pop(name, None)) is not None:
                    local["changed_at"] = at


# --- a watched expression ------------------------------------------------------------------------------------


def watch(session: Session, question: WatchQuestion) -> Answer:
    """The value of an expression at every stop where it changes. The code is replayed once more, without acting."""
    session.must_run_code()
    kept, text = session.branch(question["branch"]), question["expression"]
    trace, expression = kept.trace, Expression(text)
    seen = within(REPLAY_SECONDS, lambda: watched(trace.again, trace.steps, [expression]))
    changes = _changes(seen)
    body: trying.WatchAnswer = {
        "branch": kept.id,
        "expression": shown(text, _NAME),
        "values": [
            {"index": one.at, "text": None if one.value is None else shown(one.value), "error": shown(one.error, _NAME)}
            for one in changes[:_SIGHTINGS]
        ],
        "more": len(changes) > _SIGHTINGS,
    }
    return Answer(body)


def _changes(seen: list[Sighting]) -> list[Sighting]:
    """Where it became another value, or began to be one that cannot be seen."""
    before, found = "", []
    for one in seen:
        if one.changed or (one.error and one.error != before):
            found.append(one)
        before = one.error
    return found


# --- two sides -----------------------------------------------------------------------------------------------


def diff(session: Session, question: DiffQuestion) -> Answer:
    """Two runs or branches aligned; texts of some of the rows."""
    compared = _compared(session, question["left"], question["right"])
    frame = compared.frame
    what = frame["what"].astype("object").tolist()
    buffers = packed("diff", {
        "what": np.array([_CHANGE[each] for each in what], np.int64),
        "left_seconds": frame["left_seconds"].to_numpy(np.float64),
        "right_seconds": frame["right_seconds"].to_numpy(np.float64),
    })  # fmt: skip
    first = -1 if compared.same else compared.same_prefix
    start = max(0, min(question.get("start", first - _BEFORE), len(frame)))
    rows = frame.iloc[start : start + min(max(0, question.get("count", _ROWS)), _MOST_ROWS)]
    body: trying.DiffAnswer = {
        "columns": buffers.columns, "text": shown(compared.text()), "first": first, "total": len(frame),
        "start": start, "rows": [_row(row) for row in rows.to_dict("records")],
    }  # fmt: skip
    return Answer(body, buffers.buffers)


def _compared(session: Session, left: Side, right: Side) -> Comparison:
    """The last comparison is kept: rows are asked for page by page."""
    key = tuple((side["run_id"], side.get("branch", "")) for side in (left, right))
    known = session.known.get("diff")
    if known is None or known[0] != key:
        one, other = _side(session, left), _side(session, right)
        if isinstance(one, Branch) or isinstance(other, Branch):
            session.must_run_code()
            one = session.run(left["run_id"]).what_if(session.code(one)) if isinstance(one, Run) else one
            other = session.run(right["run_id"]).what_if(session.code(other)) if isinstance(other, Run) else other
        known = session.known["diff"] = (key, within(REPLAY_SECONDS, lambda: compare(one, other)))
    comparison: Comparison = known[1]
    return comparison


def _side(session: Session, side: Side) -> Run | Branch:
    branch = side.get("branch", "")
    return session.branch(branch).branch if branch else session.run(side["run_id"])


def _row(row: dict[Any, Any]) -> trying.DiffRow:
    more = float(row["seconds_more"])
    return {
        "what": row["what"],
        "position": row["position"],
        "name": shown(row["name"], _NAME, lines=False),
        "left": _said(row["left"]),
        "right": _said(row["right"]),
        "seconds_more": more if np.isfinite(more) else None,
    }


def _said(value: Any) -> str:
    """What a side says: words of a trace as they are, values of a log as their text."""
    if value is None:
        return ""
    return shown(str(value) if isinstance(value, str | Said) else safe_repr(value))
