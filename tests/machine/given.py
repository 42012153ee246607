"""Given these events; the machine is then asked."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, Self

from workbench.machine import ASKS, BranchingMachine, Call, Edit, RunRecord, Verb, read_run
from workbench.model import UNNAMED, Columns, Declaration, EventType, History, Position

NS = 1_000_000_000


class Given:
    """The events of one run, a second apart."""

    def __init__(self) -> None:
        self._columns = Columns()
        self._names: list[Declaration] = [UNNAMED]
        self._bodies: list[dict[str, Any]] = []
        self.event(EventType.RunStarted, "", ())

    def event(self, kind: EventType, name: str, position: Position, attempt: int = 0, **body: Any) -> Self:
        columns, seq = self._columns, len(self._bodies) + 1
        declaration = Declaration(name)
        if name and declaration not in self._names:
            self._names.append(declaration)
        for column, value in (
            (columns.seq, seq), (columns.time_ns, seq * NS), (columns.mono_ns, seq * NS), (columns.type, kind),
            (columns.run, 0), (columns.name, self._names.index(declaration) if name else 0), (columns.tag, 0),
            (columns.attempt, attempt), (columns.cause, 0),
        ):  # fmt: skip
            column.append(value)
        columns.path.extend(array("I", position))
        columns.path_end.append(len(columns.path))
        self._bodies.append(body)
        return self

    def asked(self, position: int | Position, kind: EventType, name: str = "") -> Self:
        return self.event(kind, name, path(position))

    def answered(self, position: int | Position, kind: EventType, name: str = "") -> Self:
        return self.event(kind, name, path(position))

    def started(self, position: int | Position, name: str, attempt: int = 1) -> Self:
        return self.event(EventType.StepStarted, name, path(position), attempt)

    def done(self, position: int | Position, name: str, result: Any) -> Self:
        return self.event(EventType.StepCompleted, name, path(position), 1, result=result)

    def attempt_failed(self, position: int | Position, name: str, attempt: int) -> Self:
        return self.event(EventType.AttemptFailed, name, path(position), attempt, definite=True)

    def resolved(self, position: int | Position, name: str, *, happened: bool) -> Self:
        return self.event(EventType.StepResolved, name, path(position), happened=happened)

    def cancelled(self, position: int | Position, name: str) -> Self:
        return self.event(EventType.StepCancelled, name, path(position))

    def step(self, position: int | Position, name: str, result: Any) -> Self:
        return self.started(position, name).done(position, name, result)

    def drew(self, position: int | Position, kind: EventType, value: Any) -> Self:
        return self.event(kind, "", path(position), value=value)

    def patched(self, patch_id: str, *, value: bool) -> Self:
        return self.event(EventType.PatchChecked, patch_id, (), value=value)

    def completed(self) -> Self:
        return self.event(EventType.RunCompleted, "", ())

    def record(self) -> RunRecord:
        history = History(self._columns, ["r"], self._names, [""], lambda row: self._bodies[row])
        return read_run(history, "r")

    def machine(self, edits: Sequence[Edit] = ()) -> BranchingMachine:
        return BranchingMachine(self.record(), edits)

    def result(self, row: int) -> Any:
        return self._bodies[row]["result"]

    def time_of(self, row: int) -> int:
        return self._columns.time_ns[row]


def path(position: int | Position) -> Position:
    return (position,) if isinstance(position, int) else position


def ask(position: int | Position, name: str, arguments: Any = None) -> Call:
    return Call(Verb.CALL_STEP, path(position), name, arguments)


def timer(position: int | Position) -> Call:
    return Call(Verb.START_TIMER, path(position), "", {"seconds": 1.0})


def draw(position: int | Position, verb: Verb = Verb.DRAW_RANDOM) -> Call:
    return Call(verb, path(position), "")


__all__ = ["ASKS", "NS", "Given", "ask", "draw", "path", "timer"]
