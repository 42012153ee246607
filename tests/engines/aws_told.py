"""Small histories of AWS durable functions that tests write, and the real ones beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engines.real import SHARED

__all__ = ["AWS", "Execution", "aws_files", "local_file"]

AWS = SHARED / "aws"


def aws_files() -> list[Path]:
    """Every real history; skips where they are not there."""
    if not AWS.is_dir():
        pytest.skip(f"no real histories at {AWS}: they are not part of the project")
    return sorted(AWS.glob("*.history.json"))


def local_file() -> Path:
    """What the SDK's local runner dumped; skips where it is not there."""
    path = SHARED / "aws-local" / "histories.json"
    if not path.exists():
        pytest.skip(f"no dump at {path}: it is not part of the project")
    return path


class Execution:
    """A history, told event by event; ids count from 1, events are a second apart."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def event(self, kind: str, id_: str = "", *, name: str = "", parent: str = "", **details: Any) -> int:
        number = len(self.events) + 1
        more = {"Id": id_, "Name": name, "ParentId": parent}
        self.events.append(
            {
                "EventType": kind, "EventId": number,
                "EventTimestamp": f"2026-11-24T10:{number // 60:02d}:{number % 60:02d}.123Z",
                **{key: value for key, value in more.items() if value}, f"{kind}Details": details,
            }
        )  # fmt: skip
        return number

    def started(self, payload: Any = None) -> None:
        self.event("ExecutionStarted", "exec-1", name="order-42", Input={"Payload": json.dumps(payload)})

    def step(self, id_: str, name: str, parent: str = "") -> None:
        self.event("StepStarted", id_, name=name, parent=parent)

    def succeeded(self, id_: str, result: Any = None) -> None:
        self.event("StepSucceeded", id_, Result={"Payload": json.dumps(result)})

    def failed(self, id_: str, error: str, message: str, delay: int | None = None) -> None:
        retry = {} if delay is None else {"NextAttemptDelaySeconds": delay}
        payload = {"ErrorType": error, "ErrorMessage": message}
        self.event("StepFailed", id_, Error={"Payload": payload}, RetryDetails={"CurrentAttempt": 1} | retry)

    def invocation_ends(self, error: str = "") -> None:
        self.event("InvocationCompleted", Error={"Payload": {"ErrorType": error}} if error else {})

    def done(self, result: Any = None) -> None:
        self.event("ExecutionSucceeded", "exec-1", Result={"Payload": json.dumps(result)})

    def document(self, **more: Any) -> dict[str, Any]:
        return {"Events": self.events, **more}

    def write(self, path: Path, **more: Any) -> Path:
        path.write_text(json.dumps(self.document(**more)))
        return path
