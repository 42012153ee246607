"""Shapes of async workflows; each uses another part of asyncio."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import workbench as wb

ran: Counter[str] = Counter()
chance = random.Random()
_mutex = threading.Lock()


def note(label: str) -> None:
    with _mutex:
        ran[label] += 1


@wb.step(kind="read")
async def slow(label: str) -> str:
    """Takes its turn at random."""
    note(label)
    for _ in range(chance.randrange(12)):
        await asyncio.sleep(0)
    return label.upper()


@wb.step(kind="read")
async def never() -> None:
    await asyncio.Event().wait()


@wb.step(kind="read")
def plain(label: str) -> str:
    note(label)
    return label.upper()


@wb.step(kind="read")
async def broken(label: str) -> str:
    note(label)
    raise LookupError(label)


@wb.step(kind="write")
async def write(label: str) -> str:
    note(label)
    return label


# --- shapes -----------------------------------------------------------------------------------------------------


async def gathered() -> list[str]:
    seen: list[str] = []

    async def branch(name: str) -> str:
        seen.append(await slow(f"{name}1"))
        seen.append(await slow(f"{name}2"))
        return name

    return [*await asyncio.gather(*(branch(name) for name in "abc")), *seen]


async def nested() -> Any:
    async def leaf(name: str) -> str:
        return await slow(name) + await slow(f"{name}'")

    async def tree(name: str) -> Any:
        return await asyncio.gather(leaf(f"{name}l"), slow(f"{name}m"), leaf(f"{name}r"))

    return await asyncio.gather(tree("x"), tree("y"), wb.gather(slow("z"), plain.defer("w")))


async def grouped() -> list[str]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(slow(name)) for name in "pqr"]
    return [task.result() for task in tasks]


async def timed() -> list[str]:
    seen = []
    try:
        async with asyncio.timeout(5):
            await never()
    except TimeoutError:
        seen.append("timeout")
    try:
        await asyncio.wait_for(never(), 3)
    except TimeoutError:
        seen.append("wait_for")
    await asyncio.sleep(2)
    seen.append(await asyncio.wait_for(slow("in time"), 3600))
    seen.append(str((await asyncio.wait([asyncio.ensure_future(slow("w"))], timeout=3600))[0].pop().result()))
    return seen


async def cancelled() -> list[str]:
    seen: list[str] = []

    async def worker() -> None:
        try:
            await never()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        finally:
            seen.append(await slow("cleanup"))

    task = asyncio.create_task(worker())
    await slow("first")
    task.cancel()
    results = await asyncio.gather(task, return_exceptions=True)
    return [*seen, type(results[0]).__name__]


async def talking() -> list[str]:
    queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1)
    ready, lock, seen = asyncio.Event(), asyncio.Lock(), []

    async def producer(name: str) -> None:
        await ready.wait()
        for number in range(2):
            async with lock:
                await queue.put(await slow(f"{name}{number}"))

    async def consumer() -> None:
        for _ in range(4):
            seen.append(await slow(f"got {await queue.get()}"))  # noqa: PERF401 - an `async for` of its own is the point

    tasks = [asyncio.create_task(producer("a")), asyncio.create_task(producer("b")), asyncio.create_task(consumer())]
    await slow("before")
    ready.set()
    await asyncio.gather(*tasks)
    return seen


async def generating() -> list[str]:
    async def numbers(name: str) -> AsyncIterator[str]:
        try:
            for number in range(5):
                yield await slow(f"{name}{number}")
        finally:
            await slow(f"{name} closed")

    seen = [item async for item in numbers("a")]
    async for item in numbers("b"):
        seen.append(item)
        if len(seen) > 6:
            break
    return [*seen, *await asyncio.gather(slow("u"), slow("v"))]


async def failing() -> list[str]:
    seen = []
    try:
        await asyncio.gather(slow("a"), broken("b"), slow("c"))
    except LookupError as error:
        seen.append(repr(error))
    seen.append(await slow("after"))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(broken("d"))
            group.create_task(never())
    except* LookupError as errors:
        seen.append(str(len(errors.exceptions)))
    return seen


async def mixed() -> list[Any]:
    first = asyncio.create_task(slow("branch"))
    blocking = plain("sync inside")
    drawn = wb.random()
    child = await wb.child(gathered)
    doubled = await wb.gather(*(plain.defer(name) for name in "mno"))
    return [blocking, await first, child[:3], doubled, 0 <= drawn < 1, await asyncio.gather(write("w1"), write("w2"))]


async def forgotten() -> str:
    async def background() -> None:
        try:
            await never()
        finally:
            await slow("no answer")

    tasks = [asyncio.create_task(background()) for _ in range(3)]
    await slow("main")
    return f"done beside {len(tasks)}"


async def looping() -> list[float]:
    """Deadlines that are made of the loop's own clock."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 5
    times = [loop.time()]
    await slow("x")
    times.append(loop.time())
    plain("y")
    wb.now()
    times.append(loop.time())
    async with asyncio.timeout_at(deadline):
        await slow("z")
    times.append(loop.time())
    await asyncio.sleep(1.5)
    return [*times, loop.time()]


SHAPES = [
    gathered, nested, grouped, timed, cancelled, talking, generating, failing, mixed, forgotten, looping,
]  # fmt: skip
