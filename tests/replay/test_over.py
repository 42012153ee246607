"""What a replay leaves behind goes with it, wherever it ends: no `finally` of a generator calls a step for real."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.replay.flows import armed, ran, recorded, replayed, slow, stock
from workbench.journal import open_log
from workbench.machine import Crashes
from workbench.replay import Completed, Failed, replay
from workbench.replay.explore import explore
from workbench.replay.live import Moment


class Held:
    """Weakly referable, as a generator's frame is not."""


held: list[weakref.ref[Held]] = []


def items() -> Generator[int]:
    kept = Held()
    held.append(weakref.ref(kept))
    try:
        yield 1
        yield 2
    finally:
        stock("finally")


async def items_async() -> AsyncIterator[int]:
    try:
        yield 1
        yield 2
    finally:
        stock("finally")
        await slow("finally")


def blocking() -> int:
    open_items = items()
    first = next(open_items)
    found = first + stock("a") + stock("b")
    open_items.close()
    return found


def failing() -> None:
    open_items = items()
    next(open_items)
    stock("a")
    raise LookupError("no")


async def side_by_side() -> list[str]:
    async def one(name: str) -> str:
        open_items = items()
        next(open_items)
        found = await slow(name) + await slow(name)
        open_items.close()
        return found

    return list(await asyncio.gather(one("a"), one("b")))


async def abandoning() -> str:
    open_items = items_async()
    await anext(open_items)
    return await slow("a")


@pytest.fixture(autouse=True)
def _armed() -> Generator[None]:
    held.clear()
    gc.collect()
    gc.disable()  # what hangs in a cycle must not be found by chance
    yield
    gc.enable()
    armed.clear()


def _has_come_to(index: int, moment: Moment) -> bool:
    return moment.at >= index


@pytest.mark.parametrize("code", [blocking, failing, side_by_side, abandoning])
def test_no_generator_that_was_left_open_acts(tmp_path: Path, code: Callable[..., Any]) -> None:
    path = tmp_path / "a.wlog"
    if code is failing:
        with pytest.raises(LookupError):
            recorded(path, code)
    else:
        recorded(path, code)
    history = open_log(path).history
    ran.clear()
    held.clear()
    plain = replayed(code, history)
    for seq in history.columns.seq[history.rows_of("r")[0] :]:
        trace = replayed(code, history, [Crashes(seq)])
        assert ran.total() == 0, f"{code.__name__} ended at {seq} as {trace.outcome.word}, and a step body ran"
    for seq in history.columns.seq[history.rows_of("r")[0] :]:
        explore(code, history.until(seq), "r")
        assert ran.total() == 0, f"exploring {code.__name__} up to {seq} ran a step body"
    for index in range(len(plain)):
        replay(code, history, run_id="r", observer=partial(_has_come_to, index))
    assert ran.total() == 0
    assert not any(each() for each in held), "objects of the user's outlive the replay"
    assert isinstance(plain.outcome, Completed | Failed)
    gc.collect()
    assert ran.total() == 0
