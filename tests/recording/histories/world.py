"""A world that counts what really happened, steps that act on it, and trouble that comes where a test wants it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import workbench as wb
from workbench import errors
from workbench.journal import LogWriter

KINDS = ("compensatable", "keyed", "write", "idempotent", "read")
SHARES = (5, 2, 1, 1, 1)
COUNTED = frozenset({"compensatable", "keyed", "write"})
"""Kinds of steps that must not happen twice."""


class DiedError(BaseException):
    """The process is gone."""


class RefusedError(Exception):
    """Certainly did nothing."""


@dataclass
class World:
    """What the other side holds. It dedupes by key, as payment services do: the old answer, and nothing is done.

    Attributes:
        count: How often each step stands: done and not undone.
        answered: Keys that were seen, by step or undo.
        trouble: What goes wrong once, by `"before pay"` and `"pay"` (after it was done), `"before undo pay"` and
            `"undo pay"`.
        did: What really happened, in words, for whoever reads a failure.
    """

    count: Counter[str] = field(default_factory=Counter)
    answered: set[tuple[str, str]] = field(default_factory=set)
    trouble: dict[str, BaseException] = field(default_factory=dict)
    did: list[str] = field(default_factory=list)

    def act(self, name: str, kind: str) -> str:
        self._go_wrong(f"before {name}")
        key = _key()
        if not key or (name, key) not in self.answered:
            self.answered.add((name, key))
            self.count[name] = 1 if kind == "idempotent" else self.count[name] + 1
            self.did.append(f"{name} {key}".strip())
        self._go_wrong(name)
        return f"{name}!"

    def undo(self, name: str) -> None:
        self._go_wrong(f"before undo {name}")
        key = _key()
        if not key or (f"undo {name}", key) not in self.answered:
            self.answered.add((f"undo {name}", key))
            self.count[name] = max(0, self.count[name] - 1)
            self.did.append(f"undo {name} {key}".strip())
        self._go_wrong(f"undo {name}")

    def stands(self, name: str) -> bool:
        return self.count[name] > 0

    def _go_wrong(self, where: str) -> None:
        error = self.trouble.pop(where, None)
        if error is not None:
            raise error


def _key() -> str:
    try:
        return wb.current_key()
    except errors.UsageError:
        return ""


@dataclass(frozen=True)
class Flow:
    """A workflow of a few steps.

    Attributes:
        code: The workflow.
        kinds: Kind of each step, by name.
        shape: How they are called.
        mended: Other versions of the workflow: with a look before all, with two steps in another order.
        child: The workflow of its child runs; `None` for none.
    """

    code: Any
    kinds: dict[str, str]
    shape: str
    mended: tuple[Any, ...] = ()
    child: Any = None


def changing_flow_of(chance: random.Random, world: World) -> Flow:
    """A random workflow whose code changes, and some of whose steps may be called by a child."""
    kinds = {f"s{number}": chance.choices(KINDS, SHARES)[0] for number in range(chance.randint(2, 4))}
    steps = [(number, _step(chance, world, name, kind)) for number, (name, kind) in enumerate(kinds.items())]
    at = chance.randrange(len(steps) - 1)
    swapped = [*steps[:at], steps[at + 1], steps[at], *steps[at + 2 :]]
    by_child = chance.choice([0, 0, 1, 2])
    child = _child_of(steps[:by_child]) if by_child else None
    codes = [_calling(order, by_child, child, looks=looks) for order, looks in ((steps, 0), (steps, 1), (swapped, 0))]
    return Flow(codes[0], kinds, f"{by_child} by a child", tuple(codes if not by_child else codes[:2]), child)


def _child_of(numbered: Sequence[tuple[int, Any]]) -> Any:
    numbers, steps = [number for number, _ in numbered], [step for _, step in numbered]

    @wb.workflow(name="part")
    def part(order: str) -> str:
        for number, step in zip(numbers, steps, strict=True):
            step(order, _extra(number))
        return "done"

    return part


def _calling(numbered: Sequence[tuple[int, Any]], by_child: int, child: Any, *, looks: int) -> Any:
    numbers, steps = [number for number, _ in numbered[by_child:]], [step for _, step in numbered[by_child:]]

    @wb.step(kind="read", name="look")
    def look(order: str) -> str:
        return order

    @wb.workflow(name="flow")
    def flow(order: str) -> None:
        for _ in range(looks):
            look(order)
        if child is not None:
            wb.child(child, order)
        for number, step in zip(numbers, steps, strict=True):
            step(order, _extra(number))

    return flow


def flow_of(chance: random.Random, world: World) -> Flow:
    """A random workflow."""
    is_async = chance.random() < 0.3
    kinds = {f"s{number}": chance.choices(KINDS, SHARES)[0] for number in range(chance.randint(2, 4))}
    steps = [_step(chance, world, name, kind, is_async=is_async) for name, kind in kinds.items()]
    shape = chance.choice(("line", "line", "gather", "both"))
    return Flow(_later(steps, shape) if is_async else _now(steps, shape), kinds, shape)


def _step(chance: random.Random, world: World, name: str, kind: str, *, is_async: bool = False) -> Any:
    def undo(order: str, extra: str, result: str | None) -> None:
        del order, extra, result
        world.undo(name)

    def find(order: str, extra: str) -> str | None:
        del order, extra
        return f"{name}!" if world.stands(name) else None

    declared: dict[str, Any] = {"kind": kind, "name": name, "definite_errors": (RefusedError,)}
    if kind == "compensatable":
        declared |= {"undo": undo, "undo_null_safe": chance.random() < 0.8}
    if kind == "keyed" or (kind == "compensatable" and chance.random() < 0.7):
        declared["key"] = _key_function(name)
    if kind in {"write", "compensatable"} and chance.random() < 0.5:
        declared["probe"] = find
    if is_async:

        @wb.step(**declared)
        async def act_later(order: str, extra: str) -> str:
            del order, extra
            return world.act(name, kind)

        return act_later

    @wb.step(**declared)
    def act(order: str, extra: str) -> str:
        del order, extra
        return world.act(name, kind)

    return act


def _key_function(name: str) -> Callable[[str, str], str]:
    """Keys of a step's own; those of some are the order's, as where several services are asked for one order."""
    return lambda order, extra: f"{name}/{order}/{extra}" if name in {"s0", "s3"} else f"{order}/{extra}"


def _extra(number: int) -> str:
    """A part of the key that is drawn, for every second step."""
    return str(wb.uuid4()) if number % 2 else "fixed"


def _now(steps: list[Any], shape: str) -> Any:
    @wb.workflow(name="flow")
    def flow(order: str) -> None:
        rest = list(enumerate(steps))
        if shape != "line":
            first, rest = (rest, []) if shape == "gather" else (rest[:2], rest[2:])
            wb.gather(*(step.defer(order, _extra(number)) for number, step in first))
        for number, step in rest:
            step(order, _extra(number))

    return flow


def _later(steps: list[Any], shape: str) -> Any:
    @wb.workflow(name="flow")
    async def flow(order: str) -> None:
        rest = list(enumerate(steps))
        if shape != "line":
            first, rest = (rest, []) if shape == "gather" else (rest[:2], rest[2:])
            await wb.gather(*(step(order, _extra(number)) for number, step in first))
        for number, step in rest:
            await step(order, _extra(number))

    return flow


@contextmanager
def death_at_write(number: int | None, *, written: bool) -> Iterator[None]:
    """The process dies at the `number`-th event that it writes from now on, before or after it is on disk."""
    left = [number]
    append = LogWriter.append

    def dying(self: LogWriter, *args: Any, **options: Any) -> Any:
        if left[0] is not None:
            left[0] -= 1
            if left[0] <= 0:
                left[0] = None
                if written:
                    append(self, *args, **options)
                raise DiedError
        return append(self, *args, **options)

    LogWriter.append = dying  # type: ignore[method-assign]  # the one place where a process can die between two events
    try:
        yield
    finally:
        LogWriter.append = append  # type: ignore[method-assign]  # as it was before
