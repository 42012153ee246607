"""Workflows to record and to replay; their steps count how often they ran."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import workbench as wb
from tests.clock import FakeClock
from workbench.journal import open_log
from workbench.machine import Edit, Retry
from workbench.model import History
from workbench.replay import Trace, replay

ran: Counter[str] = Counter()
chance = random.Random()
armed: list[str] = []
"""While this holds a word, every step body raises."""


@dataclass(frozen=True)
class Charge:
    id: str
    amount: Decimal


class OutOfStockError(Exception):
    """Sold out."""


def body(label: str) -> None:
    assert not armed, "replay called a step body"
    ran[label] += 1


@wb.step(kind="read")
def stock(sku: str) -> int:
    body("stock")
    assert isinstance(sku, str)
    return 3


@wb.step(kind="write")
def charge(order: str, amount: Decimal) -> Charge:
    body("charge")
    return Charge(f"ch_{order}", amount)


@wb.step(kind="write", definite_errors=(OutOfStockError,))
def reserve(sku: str) -> str:
    body("reserve")
    if sku == "none":
        raise OutOfStockError(sku)
    return f"kept {sku}"


storms: list[OSError] = []


@wb.step(kind="read", retry=Retry(max_attempts=3))
def flaky() -> str:
    body("flaky")
    if storms:
        raise storms.pop()
    return "calm"


@wb.step(kind="read")
async def slow(label: str) -> str:
    body("slow")
    for _ in range(chance.randrange(9)):
        await asyncio.sleep(0)
    return label.upper()


@wb.step(kind="read")
async def never() -> None:
    body("never")
    await asyncio.Event().wait()


@wb.workflow
def sequence(order: str) -> str:
    """Four stops of interest."""
    left = stock("sku-1")
    began = wb.now()
    paid = charge(order, Decimal("9.90"))
    kept = reserve("sku-1")
    return f"{paid.id} {kept} {left} {began.year}"


def branching() -> str:
    return reserve("sku") if stock("sku") > 1 else "none left"


def looping() -> list[int]:
    found = []
    for number in range(5):
        found.append(stock(f"sku-{number}"))  # noqa: PERF401 - a loop is the point
    return found


def retrying() -> str:
    return flaky() + flaky()


def gathering() -> list[Any]:
    return [*wb.gather(stock.defer("a"), reserve.defer("b"), slow.defer("c")), wb.random()]


async def gathering_async() -> list[str]:
    return list(await asyncio.gather(slow("a"), slow("b"), slow("c")))


async def nested() -> list[Any]:
    async def pair(name: str) -> list[str]:
        return list(await asyncio.gather(slow(f"{name}1"), slow(f"{name}2")))

    return [await asyncio.gather(pair("a"), pair("b")), await slow("end")]


def parent() -> int:
    return int(wb.child(branching_number, 4)) + int(wb.child(branching_number, 5))


def branching_number(number: int) -> int:
    return stock("x") * number


async def racing() -> str:
    waiting = asyncio.ensure_future(wb.signal("go"))
    done, _ = await asyncio.wait([waiting, asyncio.ensure_future(wb.sleep(60))], return_when=asyncio.FIRST_COMPLETED)
    return "signal" if waiting in done else "timer"


def failing() -> str:
    try:
        reserve("none")
    except OutOfStockError as error:
        return f"caught {error}"
    return ""


@wb.step(kind="idempotent")
def release(sku: str) -> None:
    body("release")
    assert isinstance(sku, str)


def compensating() -> str:
    kept = [reserve(sku) for sku in ("a", "b")]
    try:
        reserve("none")
    except OutOfStockError:
        for sku in reversed(kept):
            release(sku)
        return "undone"
    return "kept"


def patching() -> list[Any]:
    return [stock("new") if wb.patched("p") else None, wb.patched("p"), wb.uuid4() == wb.uuid4()]


async def generating() -> list[str]:
    async def pages() -> AsyncIterator[str]:
        for number in range(3):
            yield await slow(f"page {number}")

    seen = [page async for page in pages()]
    async for page in pages():
        seen.append(page)
        break
    return seen


async def timing() -> list[str]:
    seen = []
    for _ in range(2):
        try:
            async with asyncio.timeout(30):
                await never()
        except TimeoutError:
            seen.append("late")
    seen.append(await asyncio.wait_for(slow("x"), 3600))
    return seen


def sleeping() -> float:
    began = wb.now()
    wb.sleep(3600)
    return (wb.now() - began).total_seconds()


SHAPES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "sequence": (sequence, ("7",)), "branch": (branching, ()), "loop": (looping, ()), "retry": (retrying, ()),
    "gather": (gathering, ()), "gather of tasks": (gathering_async, ()), "nested gather": (nested, ()),
    "child": (parent, ()), "signal against timer": (racing, ()), "exception": (failing, ()),
    "compensation": (compensating, ()), "patched": (patching, ()), "async generator": (generating, ()),
    "timeouts": (timing, ()), "sleep": (sleeping, ()),
}  # fmt: skip


def recorded(path: Path, code: Callable[..., Any], *args: Any) -> tuple[Any, History]:
    """Run once; the result and the history."""
    storms[:] = [OSError("second"), OSError("first")]
    clock = FakeClock()
    with clock.recorder(path) as recorder:
        clock.at(chance.choice([30, 90]), lambda: recorder.signal("r", "go", 1))
        result = recorder.run(code, *args, id="r")
    return result, open_log(path).history


def replayed(code: Callable[..., Any], history: History, edits: Sequence[Edit] = (), **options: Any) -> Trace:
    """Replay with every step body armed to fail."""
    armed.append("armed")
    try:
        return replay(code, history, edits, run_id="r", **options)
    finally:
        armed.clear()
