"""The other side of a step, as it is asked about doubts: what it did, what it finds, and what goes wrong next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench import errors


class RefusedError(Exception):
    """Certainly did nothing."""


class Other:
    """The other side: what it was asked to do, what it finds, and what goes wrong next."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.did: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.finds: Any = None
        self.trouble: dict[str, BaseException] = {}

    def act(self, name: str) -> None:
        """Do it, then go wrong where a test wants it; `before …` goes wrong and does nothing."""
        if (error := self.trouble.pop(f"before {name}", None)) is not None:
            raise error
        self.did.append(name)
        if (error := self.trouble.pop(name, None)) is not None:
            raise error

    def find(self, order: str) -> Any:
        self.asked.append((order, key_here()))
        return self.finds

    def start(self, code: Any, act: str, error: BaseException) -> wb.Run:
        self.trouble[act] = error
        with wb.Recorder(self.log) as recorder, pytest.raises(type(error)):
            recorder.run(code, "42", id="order-7")
        return self.run()

    def run(self) -> wb.Run:
        return wb.open(self.log).run("order-7")


def key_here() -> str:
    try:
        return wb.current_key()
    except errors.UsageError:
        return ""


def charging(other: Other, **declared: Any) -> Any:
    @wb.step(kind="write", probe=other.find, definite_errors=(RefusedError,), **declared)
    def charge(order: str) -> str:
        del order
        other.act("charge")
        return "ch-1"

    return charge


def in_line(other: Other, **declared: Any) -> Any:
    """Look, then charge."""
    charge = charging(other, **declared)

    @wb.step(kind="read")
    def look(order: str) -> str:
        other.act("look")
        return order

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        return look(order) + str(charge(order))

    return sell


def safety(run: wb.Run, action: str, code: Any) -> str:
    row = run.verdict(code).row(action)
    return str(row.safety) if row is not None else ""
