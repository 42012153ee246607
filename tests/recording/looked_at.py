"""A small replay to look at, for the tests that look."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.replay.flows import slow, stock
from workbench.model import History
from workbench.recording import Trace
from workbench.replay import replay

__all__ = ["FILE", "basket", "line_of", "racing", "rounded", "shopping", "traced"]


def traced(code: Callable[..., Any], history: History, **options: Any) -> Trace:
    again = partial(replay, code, history, (), run_id="r", **options)
    return Trace.of(again(), history, again)


def line_of(code: Callable[..., Any], word: str) -> int:
    lines, first = inspect.getsourcelines(code)
    return first + next(number for number, line in enumerate(lines) if word in line)


FILE = Path(__file__).name
basket: list[str] = []


def shopping() -> int:
    total = 0
    for sku in ("a", "b", "c"):
        price = stock(sku)
        total += price  # add
    return rounded(total)


def rounded(amount: int) -> int:
    whole = amount // 10 * 10  # round
    return stock(f"{whole}") + whole


async def racing() -> list[str]:
    async def one(name: str) -> str:
        first = await slow(name)
        return await slow(first)  # second

    return list(await asyncio.gather(one("a"), one("b")))
