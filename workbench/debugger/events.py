"""The events of one run as columns."""

from __future__ import annotations

import numpy as np

from workbench.debugger.answer import Answer, packed, shown
from workbench.debugger.run_columns import RunColumns, positions_of
from workbench.debugger.session import Session
from workbench.debugger.wire.questions import EventsQuestion
from workbench.debugger.wire.seeing import EventsAnswer

__all__ = ["events", "events_from"]


def events(session: Session, question: EventsQuestion) -> Answer:
    """The events of one run, or some of them."""
    table = session.columns(session.run(question["run_id"]))
    return events_from(table, question.get("start", 0), question.get("count"))


def events_from(table: RunColumns, start: int, count: int | None = None) -> Answer:
    """Events of a run from one on.

    Args:
        table: The run.
        start: Number of the first one.
        count: How many at most; all by default.
    """
    first = max(0, min(start, len(table)))
    part = slice(first, len(table) if count is None else first + max(0, count))
    whole = first == 0 and part.stop >= len(table)
    positions = table.positions if whole else positions_of(table.history, table.rows[part])
    names, (tags, tag) = table.names, table.tags
    buffers = packed("events", {
        "seq": table.seqs[part].astype(np.float64),
        "time_ms": table.times[part] / 1e6,
        "type": table.types[part],
        "lane": names.of[part],
        "attempt": table.attempts[part],
        "position": positions.of,
        "tag": tag[part],
        "path": positions.path,
        "path_end": positions.end,
    })  # fmt: skip
    body: EventsAnswer = {
        "columns": buffers.columns, "run_id": table.run_id, "start": first, "total": len(table),
        "names": [shown(name, 400, lines=False) for name in names.texts], "lanes": len(names.lanes),
        "tags": [shown(each, 400, lines=False) for each in tags],
    }  # fmt: skip
    return Answer(body, buffers.buffers)
