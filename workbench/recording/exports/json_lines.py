"""Events as JSON Lines: one object per line, payloads as plain JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from workbench._errors import PayloadError
from workbench.model import History, instant, position_text
from workbench.recording.exports.plain import json_text
from workbench.recording.exports.telling import name_of_type

__all__ = ["json_lines"]


def json_lines(history: History, run_ids: Sequence[str]) -> Iterator[str]:
    """The events of some runs, in log order.

    Keys of a line: `run_id`, `seq`, `time` (ISO 8601, UTC, to the microsecond), `event`, `position` (`"3.1"`, `""` for
    events of the whole run), `name`, `attempt` (0 where attempts do not apply), `error_type`, `cause` (number of the
    event that this one answers, 0 for none), `engine`, and `payload`, see `workbench.recording.exports.plain`; or
    `unreadable` in its place, why it cannot be read.

    Args:
        history: The log.
        run_ids: The runs.
    """
    for row in sorted(row for run_id in run_ids for row in history.rows_of(run_id)):
        yield json_text(_line(history, row)) + "\n"


def _line(history: History, row: int) -> dict[str, Any]:
    columns = history.columns
    facts: dict[str, Any] = {
        "run_id": history.runs[columns.run[row]],
        "seq": columns.seq[row],
        "time": instant(columns.time_ns[row]).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "event": name_of_type(columns.type[row]),
        "position": position_text(history.position(row)),
        "name": history.declaration(row).name,
        "attempt": columns.attempt[row],
        "error_type": history.tags[columns.tag[row]],
        "cause": columns.cause[row],
        "engine": history.engine,
    }
    try:
        return facts | {"payload": history.payload(row)}
    except PayloadError as error:
        return facts | {"unreadable": error.message}
