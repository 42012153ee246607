"""A Temporal history of the size that a server allows at most, and the sides that read it."""

from __future__ import annotations

import base64
import json
import random
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.sides import Figures

__all__ = ["EVENTS", "parsed", "shown", "write_history"]

EVENTS = 51_200
_BLOB = 1500
"""Characters of each argument and result, so that the file has 50 MB."""


def write_history(path: Path) -> None:
    """Activities one after the other, as `temporal workflow show --output json` writes them."""
    chance = random.Random(7)
    blob = "".join(chance.choices("abcdefghij", k=_BLOB))
    events: list[dict[str, Any]] = []
    _tell(
        events, "WORKFLOW_EXECUTION_STARTED", "workflowExecutionStarted", workflowType={"name": "Bulk"}, attempt=1,
        input=_payloads({"n": 1}), originalExecutionRunId="run-1", workflowId="bulk-1",
    )  # fmt: skip
    while len(events) < EVENTS - 1:
        scheduled = _tell(
            events, "WORKFLOW_TASK_SCHEDULED", "workflowTaskScheduled", taskQueue={"name": "q"}, attempt=1
        )
        begun = _tell(events, "WORKFLOW_TASK_STARTED", "workflowTaskStarted", scheduledEventId=scheduled, identity="w")
        _tell(
            events, "WORKFLOW_TASK_COMPLETED", "workflowTaskCompleted", scheduledEventId=scheduled, startedEventId=begun
        )
        asked = _tell(
            events, "ACTIVITY_TASK_SCHEDULED", "activityTaskScheduled", activityId="7",
            activityType={"name": f"activity_{len(events) % 7}"}, input=_payloads({"i": len(events), "text": blob}),
            taskQueue={"name": "q"}, retryPolicy={"initialInterval": "1s"},
        )  # fmt: skip
        begun = _tell(events, "ACTIVITY_TASK_STARTED", "activityTaskStarted", scheduledEventId=asked, attempt=1)
        _tell(
            events, "ACTIVITY_TASK_COMPLETED", "activityTaskCompleted", scheduledEventId=asked, startedEventId=begun,
            result=_payloads({"i": len(events), "text": blob}),
        )  # fmt: skip
    _tell(events, "WORKFLOW_EXECUTION_COMPLETED", "workflowExecutionCompleted", result=_payloads("done"))
    path.write_text(json.dumps({"events": events[:EVENTS]}), encoding="utf-8")


def _payloads(value: Any) -> dict[str, Any]:
    data = base64.b64encode(json.dumps(value).encode()).decode()
    return {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": data}]}


def _tell(events: list[dict[str, Any]], kind: str, attributes: str, **said: Any) -> str:
    number = len(events) + 1
    moment = f"2026-11-24T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}.{number % 1000:03d}456789Z"
    events.append(
        {
            "eventId": str(number), "eventTime": moment, "eventType": f"EVENT_TYPE_{kind}", "taskId": str(1 << 20),
            f"{attributes}EventAttributes": said,
        }
    )  # fmt: skip
    return str(number)


def shown(path: str, warm: str) -> Figures:
    """`wb.open`, then its three frames; rooms are loaded before, by a small file."""
    import workbench as wb

    first = wb.open(warm)
    assert len(first.events)
    assert len(first.runs) == 1
    began = time.perf_counter()
    recording = wb.open(path)
    opened = time.perf_counter()
    events = len(recording.events)
    listed = time.perf_counter()
    runs, steps = len(recording.runs), len(recording.steps)
    ended = time.perf_counter()
    return {
        "events": events, "runs": runs, "steps": steps, "open": opened - began, "list": listed - opened,
        "facts": ended - listed, "seconds": ended - began,
    }  # fmt: skip


def parsed(path: str) -> Figures:
    """`json.load` and nothing else."""
    began = time.perf_counter()
    with Path(path).open(encoding="utf-8") as file:
        events = len(json.load(file)["events"])
    return {"events": events, "seconds": time.perf_counter() - began}
