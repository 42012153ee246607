"""Small random programs, and the workflow that runs them."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import strategies as st

import workbench as wb
from tests.replay.flows import never, reserve, slow, stock

__all__ = ["PROGRAMS", "interpret"]

PROGRAMS = st.recursive(
    st.sampled_from(["slow", "plain", "sleep", "random", "never", "fail", "now", "uuid", "patched", "signal"]),
    lambda inner: st.one_of(
        st.tuples(st.just("then"), st.lists(inner, max_size=3)),
        st.tuples(st.just("gather"), st.lists(inner, max_size=3)),
        st.tuples(st.just("task"), inner, inner),
        st.tuples(st.just("choose"), inner, inner),
        st.tuples(st.just("timeout"), inner),
        st.tuples(st.just("child"), inner),
    ),
    max_leaves=8,
)
"""Small, so that a failure is read at a glance: leaves are calls, inner nodes are control flow."""


async def _leaf(word: str) -> Any:  # noqa: C901, PLR0911 - one answer per word
    match word:
        case "slow":
            return await slow("s")
        case "plain":
            return stock("p")
        case "sleep":
            return await asyncio.sleep(1)
        case "random":
            return wb.random()
        case "never":
            try:
                return await asyncio.wait_for(never(), 7)
            except TimeoutError:
                return "late"
        case "fail":
            try:
                return (await wb.gather(reserve.defer("none")))[0]
            except Exception as error:  # noqa: BLE001 - as much as a workflow may catch
                return repr(error)
        case "signal":
            return await wb.signal("go", timeout_seconds=45)
        case "patched":
            return wb.patched("p")
        case _:
            return str(wb.now() if word == "now" else wb.uuid4())


async def interpret(program: Any) -> Any:  # noqa: PLR0911 - one answer per word
    """A workflow whose code is its argument."""
    if isinstance(program, str):
        return await _leaf(program)
    match program[0]:
        case "then":
            return [await interpret(part) for part in program[1]]
        case "gather":
            return await asyncio.gather(*(interpret(part) for part in program[1]))
        case "task":
            task = asyncio.create_task(interpret(program[1]))
            return [await interpret(program[2]), await task]
        case "choose":
            return await interpret(program[1] if wb.random() < 0.5 else program[2])
        case "timeout":
            try:
                async with asyncio.timeout(3):
                    return await interpret(program[1])
            except TimeoutError:
                return "out of time"
        case _:
            return await wb.child(interpret, program[1])
