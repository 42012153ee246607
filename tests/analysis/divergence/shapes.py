"""Twelve shapes of workflows, as real source. `mutants` reads this file as text, changes it and loads the result.

In each, `SPOT` marks where operators work: inside what makes the shape. The call behind it is the one that operators
rename, remove or give other arguments. Bodies of steps depend on their arguments alone.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import workbench as wb

SPOT: Any = None
LIMIT = 3
FLAG = False
SEEN: list[int] = []
tries: list[str] = []
UNUSED = (dt, os, random, time, uuid)


class RefusedError(Exception):
    """Refused."""


@wb.step(kind="read")
def look(what: str) -> int:
    return len(what)


@wb.step(kind="write")
def act(what: str, amount: Any) -> str:
    return f"{what} {amount}"


@wb.step(kind="write")
def act_again(what: str, amount: Any) -> str:
    return f"{what} {amount} again"


@wb.step(kind="read")
def note(text: str) -> str:
    return text


@wb.step(kind="read")
def slow_note(text: str) -> str:
    return text


@wb.step(kind="write")
def refuse(what: str) -> None:
    raise RefusedError(what)


@wb.step(kind="write")
def undo(what: str) -> str:
    return f"undone {what}"


@wb.step(kind="read", retry=wb.Retry(max_attempts=3))
def shaky(what: str) -> str:
    tries.append(what)
    if len(tries) % 2:
        raise OSError(what)
    return what


@wb.step(kind="read")
async def fetch(label: str) -> str:
    return label.upper()


def small_child(number: int) -> int:
    return look("child") * number


def remember(item: int, seen: list[int] = []) -> int:  # noqa: B006 - a default that is kept is the point
    seen.append(item)
    return len(seen)


def sequence(order: str) -> str:
    size = look("cart")
    note("one")
    SPOT  # noqa: B018 - marks the place for operators
    act("charge", 9)
    note("two")
    act("keep", size)
    if size >= 0:
        return order
    note("never")
    return "never"


def branch(order: str) -> str:
    size = look("cart")
    if size > 2:
        note("large")
        SPOT  # noqa: B018 - marks the place for operators
        act("pallet", 9)
        note("packed")
    else:
        note("small")
    act("ship", size)
    if size >= 0:
        return order
    note("never")
    return "never"


def loop(order: str) -> str:
    size = look("cart")
    for number in range(3):
        note(f"round {number}")
        SPOT  # noqa: B018 - marks the place for operators
        act("charge", 9)
    act("ship", size)
    if size >= 0:
        return order
    note("never")
    return "never"


def retry(order: str) -> str:
    size = look("cart")
    shaky("first")
    SPOT  # noqa: B018 - marks the place for operators
    act("charge", 9)
    shaky("second")
    act("ship", size)
    if size >= 0:
        return order
    note("never")
    return "never"


def gather(order: str) -> str:
    size = look("cart")
    wb.gather(note.defer("left"), slow_note.defer("middle"), act.defer("right", size))
    SPOT  # noqa: B018 - marks the place for operators
    act("charge", 9)
    wb.gather(note.defer("up"), note.defer("down"))
    act("ship", size)
    if size >= 0:
        return order
    note("never")
    return "never"


async def nested_gather(order: str) -> str:
    size = len(await fetch("cart"))

    async def pair(name: str) -> None:
        await asyncio.gather(fetch(f"{name} left"), fetch(f"{name} right"))
        SPOT  # noqa: B018 - marks the place for operators
        act("charge", 9)
        await fetch(f"{name} done")

    await asyncio.gather(pair("north"), pair("south"))
    act("ship", size)
    if size >= 0:
        return order
    note("never")
    return "never"


def child(order: str) -> str:
    size = look("cart")
    wb.child(small_child, 4)
    SPOT  # noqa: B018 - marks the place for operators
    act("charge", 9)
    wb.child(small_child, 5)
    act("ship", size)
    if size >= 0:
        return order
    note("never")
    return "never"


async def race(order: str) -> str:
    size = len(await fetch("cart"))

    async def patient() -> str:
        await fetch("waits")
        SPOT  # noqa: B018 - marks the place for operators
        act("charge", 9)
        await wb.sleep(50)
        return "timer"

    waiting = asyncio.ensure_future(patient())
    called = asyncio.ensure_future(wb.signal("go"))
    await asyncio.wait([waiting, called], return_when=asyncio.FIRST_COMPLETED)
    act("ship", size)
    await fetch("after")
    if size >= 0:
        return order
    note("never")
    return "never"


def exception(order: str) -> str:
    size = look("cart")
    try:
        refuse("charge")
    except RefusedError:
        note("refused")
        SPOT  # noqa: B018 - marks the place for operators
        act("ask for another card", 9)
        note("asked")
    act("ship", size)
    if size >= 0:
        return order
    note("never")
    return "never"


def compensation(order: str) -> str:
    size = look("cart")
    done: list[str] = []
    try:
        for part in ("flight", "hotel"):
            done.append(act(part, 1))  # noqa: PERF401 - a loop is the point
        refuse("car")
    except RefusedError:
        for part in reversed(done):
            undo(part)
            SPOT  # noqa: B018 - marks the place for operators
            act("refund", 9)
    act("close", size)
    if size >= 0:
        return order
    note("never")
    return "never"


def patched(order: str) -> str:
    size = look("cart")
    if wb.patched("fraud-check"):
        note("check")
        SPOT  # noqa: B018 - marks the place for operators
        act("check", 9)
        note("checked")
    act("ship", size)
    if size >= 0:
        return order
    note("never")
    return "never"


async def async_generator(order: str) -> str:
    size = len(await fetch("cart"))

    async def pages() -> AsyncIterator[str]:
        for number in range(2):
            page = await fetch(f"page {number}")
            SPOT  # noqa: B018 - marks the place for operators
            act("count", 9)
            yield page

    async for page in pages():
        note(page)
    act("ship", size)
    if size >= 0:
        return order
    note("never")
    return "never"
