"""What Restate lets one know about attempts of its steps.

A journal holds that a step was begun and how it ended. Failed attempts are rows of another table, and equal errors in
a row are one row of it. An error stops the code of the whole invocation, so whatever step was open then is begun again
later; when, nobody writes down. So beginnings of later attempts are inferred, and say so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.engines.jsons import instant_ns, number_of, text_of
from workbench.engines.restate.document import Row
from workbench.engines.restate.told import said_by
from workbench.engines.restate.values import transient_error_of, transient_type_of
from workbench.engines.rows import Fact, shown
from workbench.model import Declaration, EventType, Position

__all__ = ["Attempts", "OpenSteps", "after_of"]

_AGAIN = "inferred: a later attempt; when it began is not recorded"
_FAILED = "TransientError"

Add = Callable[[Fact, dict[str, Any], int], int]
"""Adds an event: what, its body, and when (-1 for the time of the last entry); gives its number."""


@dataclass
class Attempts:
    """Attempts of one open step.

    Attributes:
        position: Where.
        declaration: What.
        intent: Body of its first beginning, to which assumptions are added.
        seq: Number of the last beginning.
        number: Number of the last attempt that is known.
        running: That attempt has begun, and nothing says that it was stopped.
    """

    position: Position
    declaration: Declaration
    intent: dict[str, Any]
    seq: int
    number: int = 1
    running: bool = True


class OpenSteps:
    """The steps of one invocation that have begun and not ended.

    Args:
        add: Adds an event to it.
    """

    def __init__(self, add: Add) -> None:
        self._add = add
        self._open: dict[int, Attempts] = {}

    def begin(self, completion: int, attempts: Attempts) -> None:
        """One has begun; it ends with this completion id."""
        self._open[completion] = attempts

    def end(self, completion: int) -> int:
        """An answer has come: the number of the beginning that it answers; 0 where no step waits for it."""
        attempts = self._open.pop(completion, None)
        if attempts is None:
            return 0
        self._again(attempts, -1)
        return attempts.seq

    def fail(self, row: Row) -> None:
        """An attempt of the invocation failed, and with it that of the step that raised, and of all that are open.

        Args:
            row: Of `sys_journal_events`.
        """
        said, event, time_ns = _said(row), text_of(row, "event_type"), instant_ns(row.get("appended_at"))
        body = said_by(row, event) | {"event_id": row.get("after_journal_entry_index")}
        if event != _FAILED:
            self._add(Fact(EventType.NoteRecorded, declaration=shown(event or "(no type)")), body, time_ns)
            return
        body["error"] = transient_error_of(said)
        mine = self._raised(said, "")
        if mine is not None:
            self._again(mine, time_ns)
            self._failed(mine, transient_type_of(said), body, time_ns)
        else:
            self._add(Fact(EventType.TurnFailed, error_type=transient_type_of(said)), body, time_ns)
        for attempts in self._open.values():
            attempts.running = False

    def count(self, row: Row) -> None:
        """The server counts attempts of an open invocation; of equal errors in a row it keeps the first.

        Args:
            row: Of `sys_invocation`.
        """
        mine, count = self._raised(row, "last_failure_"), number_of(row.get("retry_count"))
        if mine is None or count <= mine.number:
            return
        mine.intent["assumed"].append(
            f"the server counts {count} attempts, and keeps equal errors in a row as one: when they were is not known"
        )
        mine.number, mine.running = count - 1, False
        time_ns = instant_ns(row.get("last_start_at"))
        self._again(mine, time_ns)
        if text_of(row, "status") == "backing-off":
            said = {"error_message": text_of(row, "last_failure").partition("] ")[2]}
            body = {"error": transient_error_of(said), "event": "(inferred)", "raw": row}
            self._failed(mine, transient_type_of(said), body, time_ns)

    def _again(self, attempts: Attempts, time_ns: int) -> None:
        """Where the known attempt was stopped, another one has begun by now."""
        if attempts.running:
            return
        attempts.number += 1
        attempts.running = True
        fact = Fact(EventType.StepStarted, attempts.position, attempts.declaration, attempts.number)
        attempts.seq = self._add(fact, {"assumed": [_AGAIN], "event": "(inferred)"}, time_ns)

    def _failed(self, attempts: Attempts, error_type: str, body: dict[str, Any], time_ns: int) -> None:
        position, declaration = attempts.position, attempts.declaration
        fact = Fact(EventType.AttemptFailed, position, declaration, attempts.number, error_type, attempts.seq)
        attempts.running = False
        self._add(fact, body, time_ns)

    def _raised(self, said: dict[str, Any], prefix: str) -> Attempts | None:
        """The open step that an error is said to come from."""
        number = said.get(f"{prefix}related_command_index")
        if text_of(said, f"{prefix}related_command_type") != "Run" or type(number) is not int:
            return None
        return next((attempts for attempts in self._open.values() if attempts.position == (number,)), None)


def after_of(row: Row) -> int:
    """Number of the entry after which an error came."""
    return number_of(row.get("after_journal_entry_index"))


def _said(row: Row) -> dict[str, Any]:
    said = row.get("event_json")
    if not isinstance(said, str):
        return {}
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
