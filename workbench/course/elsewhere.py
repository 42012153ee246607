"""The same orders as other engines write them down: Temporal's history, DBOS's database, Restate's journal.

For lesson 10, so that a class needs no server. The files have the shape of real ones (`temporal workflow show --output
json`, the SQLite database of DBOS, an answer of Restate's admin API), with what the reader needs and nothing more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["STEPS", "Order", "write_dbos", "write_restate", "write_temporal"]

STEPS = ("reserve_stock", "charge_card", "extend_subscription")
"""What an order calls, one after the other."""
_BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Order:
    """How far an order came.

    Attributes:
        id: Its id.
        done: So many steps have answered.
        then: What became of the next one: `""` it was not begun, `open` it was begun and has not answered, `failed`.
    """

    id: str
    done: int
    then: str = ""

    @property
    def ended(self) -> str:
        """`completed`, `failed`, or `""` for not ended."""
        return "completed" if self.done == len(STEPS) else "failed" if self.then == "failed" else ""


def _at(second: float) -> datetime:
    return _BEGAN + timedelta(seconds=second)


# --- Temporal -------------------------------------------------------------------------------------------------


def write_temporal(order: Order, folder: Path) -> Path:
    """A history as `temporal workflow show --output json` gives it.

    Args:
        order: The order.
        folder: Where the file goes.
    """
    events: list[dict[str, Any]] = []

    def event(name: str, **facts: Any) -> int:
        second = len(events)
        events.append(
            {
                "eventId": str(second + 1),
                "eventTime": _at(second).isoformat().replace("+00:00", "Z"),
                "eventType": name,
                name[0].lower() + name[1:] + "EventAttributes": facts,
            }
        )
        return second + 1

    event("WorkflowExecutionStarted", workflowType={"name": "Checkout"}, workflowId=order.id)
    for number, step in enumerate(STEPS[: order.done + bool(order.then)]):
        scheduled = event("ActivityTaskScheduled", activityId=str(number), activityType={"name": step})
        started = event("ActivityTaskStarted", scheduledEventId=str(scheduled), attempt=1)
        places = {"scheduledEventId": str(scheduled), "startedEventId": str(started)}
        if number < order.done:
            event("ActivityTaskCompleted", **places)
        elif order.then == "failed":
            event("ActivityTaskFailed", failure={"message": "card declined"}, **places)
    if order.ended:
        event(f"WorkflowExecution{order.ended.capitalize()}")
    path = folder / f"{order.id}.json"
    path.write_text(json.dumps({"events": events}))
    return path


# --- DBOS -----------------------------------------------------------------------------------------------------

_SCHEMA = """
create table workflow_status (
    workflow_uuid text primary key, status text, name text, inputs text, output text, error text, executor_id text,
    created_at integer, updated_at integer, started_at_epoch_ms integer, recovery_attempts integer default 0,
    application_version text, serialization text
);
create table operation_outputs (
    workflow_uuid text, function_id integer, function_name text, output text, error text, child_workflow_id text,
    started_at_epoch_ms integer, completed_at_epoch_ms integer, serialization text,
    primary key (workflow_uuid, function_id)
);
"""


def write_dbos(orders: Sequence[Order], folder: Path) -> Path:
    """A database as DBOS keeps it: one row per workflow, and one per step that has ended.

    Args:
        orders: The orders.
        folder: Where the file goes.
    """
    path = folder / "dbos.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_SCHEMA)
        for order in orders:
            _write_dbos(database, order)
    return path


def _write_dbos(database: sqlite3.Connection, order: Order) -> None:
    def ms(second: float) -> int:
        return int(_at(second).timestamp() * 1000)

    status = {"completed": "SUCCESS", "failed": "ERROR", "": "PENDING"}[order.ended]
    error = json.dumps({"name": "Declined", "message": "card declined"}) if order.then == "failed" else None
    database.execute(
        "insert into workflow_status (workflow_uuid, status, name, error, created_at, updated_at, started_at_epoch_ms, "
        "serialization) values (?, ?, 'checkout', ?, ?, ?, ?, 'portable_json')",
        (order.id, status, error, ms(0), ms(9), ms(0)),
    )
    for number, step in enumerate(STEPS[: order.done + (order.then == "failed")]):
        failed = error if number == order.done else None
        row = (order.id, number + 1, step, None if failed else "{}", failed, ms(number + 0.2), ms(number + 0.8))
        database.execute(
            "insert into operation_outputs (workflow_uuid, function_id, function_name, output, error, "
            "started_at_epoch_ms, completed_at_epoch_ms, serialization) values (?, ?, ?, ?, ?, ?, ?, 'portable_json')",
            row,
        )


# --- Restate --------------------------------------------------------------------------------------------------


def write_restate(orders: Sequence[Order], folder: Path) -> Path:
    """Answers of the admin API about `sys_invocation` and `sys_journal`; an invocation has an id of its own, `inv_…`.

    Args:
        orders: The orders.
        folder: Where the file goes.
    """
    rows = [row for order in orders for row in _restate_rows(order)]
    path = folder / "restate.json"
    path.write_text(json.dumps({"rows": rows}))
    return path


def _restate_rows(order: Order) -> list[dict[str, Any]]:
    journal: list[dict[str, Any]] = []

    def entry(kind: str, body: dict[str, Any], name: str = "") -> None:
        side = kind.partition(":")[0]
        row = {"id": f"inv_{order.id}", "index": len(journal), "entry_type": kind, "name": name}
        journal.append(row | {"entry_json": json.dumps({side: body}), "appended_at": _text(len(journal))})

    entry("Command: Input", {"Input": {"headers": [], "payload": list(b"{}"), "name": ""}})
    for number, step in enumerate(STEPS[: order.done + bool(order.then)], 1):
        entry("Command: Run", {"Run": {"completion_id": number, "name": step}}, step)
        result: dict[str, Any] = {"Success": list(b"{}")}
        if number > order.done:
            result = {"Failure": {"code": 500, "message": "card declined"}}
        if number <= order.done or order.then == "failed":
            entry("Notification: Run", {"Completion": {"Run": {"completion_id": number, "result": result}}})
    if order.ended:
        output = (
            {"Success": list(b"{}")}
            if order.ended == "completed"
            else {"Failure": {"code": 500, "message": "card declined"}}
        )
        entry("Command: Output", {"Output": {"result": output, "name": ""}})
    status = {"id": f"inv_{order.id}", "target": "Checkout/run"}
    status |= {"status": "completed" if order.ended else "suspended"}
    if order.ended:
        status |= {"completion_result": "success" if order.ended == "completed" else "failure"}
    return [status | {"created_at": _text(0), "modified_at": _text(9)}, *journal]


def _text(second: float) -> str:
    return _at(second).isoformat().replace("+00:00", "Z")
