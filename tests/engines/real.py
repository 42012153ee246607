"""Real histories of other engines, where the project lies beside them, and small ones that tests write."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
TEMPORAL, DBOS = SHARED / "temporal", SHARED / "dbos"


def temporal_files() -> list[Path]:
    """Every real Temporal history; skips where they are not there."""
    if not TEMPORAL.is_dir():
        pytest.skip(f"no real histories at {TEMPORAL}: they are not part of the project")
    return sorted(path for path in TEMPORAL.iterdir() if path.suffix in {".json", ".bin"})


def dbos_file(name: str) -> Path:
    """A real system database; skips where it is not there."""
    path = DBOS / f"{name}.sqlite"
    if not path.exists():
        pytest.skip(f"no real database at {path}: it is not part of the project")
    return path


def payload(value: Any, encoding: str = "json/plain") -> dict[str, Any]:
    """A value as Temporal's JSON writes it."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    based = base64.b64encode(data).decode()
    return {"metadata": {"encoding": base64.b64encode(encoding.encode()).decode()}, "data": based}


def payloads(*values: Any) -> dict[str, Any]:
    return {"payloads": [payload(value) for value in values]}


class Told:
    """A Temporal history, told event by event; ids count from 1, events are a second apart."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def event(self, kind: str, **attributes: Any) -> int:
        number = len(self.events) + 1
        self.events.append(
            {
                "eventId": str(number),
                "eventTime": f"2026-11-24T10:{number // 60:02d}:{number % 60:02d}.123456789Z",
                "eventType": kind,
                f"{kind[:1].lower()}{kind[1:]}EventAttributes": attributes,
            }
        )
        return number

    def started(self, *args: Any, **more: Any) -> int:
        return self.event(
            "WorkflowExecutionStarted", workflowType={"name": "Checkout"}, input=payloads(*args),
            workflowId="order-42", originalExecutionRunId="run-1", attempt=1, **more,
        )  # fmt: skip

    def activity(self, name: str, *args: Any) -> int:
        return self.event("ActivityTaskScheduled", activityType={"name": name}, activityId="1", input=payloads(*args))

    def began(self, scheduled: int, attempt: int = 1, **more: Any) -> int:
        return self.event("ActivityTaskStarted", scheduledEventId=str(scheduled), attempt=attempt, **more)

    def completed(self, scheduled: int, result: Any = None) -> int:
        return self.event("ActivityTaskCompleted", scheduledEventId=str(scheduled), result=payloads(result))

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps({"events": self.events}))
        return path
