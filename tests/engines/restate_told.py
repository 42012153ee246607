"""Answers of Restate: small ones that tests write, those of a real server, and dumps beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engines.real import SHARED

__all__ = ["ANSWERS", "Journal", "restate_file"]

ANSWERS = Path(__file__).parent / "answers" / "restate-1.7.12.json"
"""sys_journal, sys_invocation and sys_journal_events of server 1.7.12, saved by the commands of the reader's docstring:
retries, a declined charge, a stuck step, promises, an awakeable, state, sends, a cancelled and a killed invocation."""


def restate_file(name: str) -> Path:
    """A real dump; skips where it is not there."""
    path = SHARED / "restate" / name
    if not path.exists():
        pytest.skip(f"no real dump at {path}: it is not part of the project")
    return path


def payload(value: Any) -> list[int]:
    return list(json.dumps(value).encode())


class Journal:
    """One invocation, told entry by entry, a second apart."""

    def __init__(self, run_id: str = "inv_1") -> None:
        self.run_id = run_id
        self.rows: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.invocation: dict[str, Any] = {
            "id": run_id, "target": "Checkout/run", "target_service_name": "Checkout", "target_handler_name": "run",
            "created_at": "2026-11-24T10:00:00.000Z", "status": "running",
        }  # fmt: skip
        self._completions = 0

    def at(self, second: int) -> str:
        return f"2026-11-24T10:{second // 60:02d}:{second % 60:02d}.500Z"

    def entry(self, side: str, type_: str, fields: dict[str, Any], name: str = "") -> dict[str, Any]:
        inner: dict[str, Any] = {type_: fields}
        if side == "Notification" and type_ != "Signal":
            inner = {"Completion": inner}
        row = {
            "id": self.run_id, "index": len(self.rows), "entry_type": f"{side}: {type_}", "name": name,
            "entry_json": json.dumps({side: inner}), "appended_at": self.at(len(self.rows)),
        }  # fmt: skip
        self.rows.append(row)
        return row

    def command(self, type_: str, name: str = "", **fields: Any) -> int:
        """A command; its completion id."""
        self._completions += 1
        self.entry("Command", type_, {"completion_id": self._completions, "name": name} | fields, name)
        return self._completions

    def answer(self, type_: str, completion: int, **fields: Any) -> None:
        self.entry("Notification", type_, {"completion_id": completion} | fields)

    def input(self, value: Any = "order-42") -> None:
        self.entry("Command", "Input", {"headers": [], "payload": payload(value), "name": ""})

    def run(self, name: str) -> int:
        return self.command("Run", name)

    def ran(self, completion: int, value: Any = None) -> None:
        self.answer("Run", completion, result={"Success": payload(value)})

    def output(self, value: Any = None) -> None:
        self.entry("Command", "Output", {"result": {"Success": payload(value)}, "name": ""})
        self.invocation["status"] = "completed"

    def failed(self, code: int, message: str) -> None:
        self.entry("Command", "Output", {"result": {"Failure": {"code": code, "message": message}}, "name": ""})
        self.invocation["status"] = "completed"

    def error(self, message: str, *, command: int = 0, **more: Any) -> None:
        said: dict[str, Any] = {"ty": "TransientError", "error_code": 500, "error_message": message, **more}
        if command:
            said |= {"related_command_index": command, "related_command_type": "Run"}
        after = len(self.rows) - 1
        self.errors.append(
            {
                "id": self.run_id, "after_journal_entry_index": after, "appended_at": self.at(after),
                "event_type": "TransientError", "event_json": json.dumps(said),
            }
        )  # fmt: skip

    def document(self) -> dict[str, Any]:
        return {
            "sys_invocation": {"rows": [self.invocation]}, "sys_journal": {"rows": self.rows},
            "sys_journal_events": {"rows": self.errors},
        }  # fmt: skip

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps(self.document()))
        return path
