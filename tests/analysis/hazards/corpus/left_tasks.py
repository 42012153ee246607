"""Hazard 25, as the source shows it: tasks that are begun and dropped, or kept and never awaited."""

from __future__ import annotations

from tests.analysis.hazards.corpus.taped import has, has_not

# fmt: off
has(25, "task created and dropped", """
@wb.workflow
async def flow(order):
    asyncio.create_task(look("audit"))
    return await look(order)
""")
has(25, "future ensured and dropped", """
@wb.workflow
async def flow(order):
    asyncio.ensure_future(look("audit"))
    return await look(order)
""")
has(25, "task of the running loop dropped", """
@wb.workflow
async def flow(order):
    asyncio.get_running_loop().create_task(look("audit"))
    return await look(order)
""")
has(25, "loop in a variable", """
@wb.workflow
async def flow(order):
    loop = asyncio.get_event_loop()
    for name in CUSTOMERS[:2]:
        loop.create_task(look(name))
    return await look(order)
""")
has(25, "task kept and never looked at", """
@wb.workflow
async def flow(order):
    audit = asyncio.create_task(look("audit"))
    return await look(order)
""")
has(25, "task imported by name, with a callback", """
from asyncio import create_task

@wb.workflow
async def flow(order):
    task = create_task(look("audit"), name="audit")
    task.add_done_callback(lambda done: None)
    return await look(order)
""")
has(25, "tasks in a list that only grows", """
@wb.workflow
async def flow(order):
    tasks = []
    for name in CUSTOMERS[:3]:
        tasks.append(asyncio.create_task(look(name)))
    return await look(str(len(tasks)))
""")
has(25, "set of background tasks as the manual shows it", """
BACKGROUND = set()

@wb.workflow
async def flow(order):
    task = asyncio.create_task(look("audit"))
    BACKGROUND.add(task)
    task.add_done_callback(BACKGROUND.discard)
    return await look(order)
""")
has(25, "list of tasks made and dropped at once", """
@wb.workflow
async def flow(order):
    [asyncio.create_task(look(name)) for name in CUSTOMERS[:2]]
    return await look(order)
""")
has(25, "fire and forget behind a helper", """
def fire_and_forget(work):
    return asyncio.create_task(work)

@wb.workflow
async def flow(order):
    fire_and_forget(look("audit"))
    return await look(order)
""")
has(25, "one of two tasks awaited", """
@wb.workflow
async def flow(order):
    air, rail = asyncio.create_task(look("air")), asyncio.create_task(look("rail"))
    late = asyncio.create_task(look("bus"))
    return await air + await rail
""")
has(25, "coroutine kept and never awaited", """
@wb.workflow
async def flow(order):
    if order == "other":
        audit = look("audit")
    return await look(order)
""")
has(25, "async helper called like a plain one", """
async def tell(name):
    await look(name)

@wb.workflow
async def flow(order):
    if order == "other":
        tell("anna")
    return await look(order)
""")
has(25, "deferred call that nobody gathers", """
@wb.workflow
def flow(order):
    mail.defer("anna")
    return charge(order)
""")
has(25, "gathered and not awaited", """
@wb.workflow
async def flow(order):
    both = asyncio.gather(look("air"), look("rail"))
    return await look(order)
""")

has_not(25, "group of tasks looks after its own", """
@wb.workflow
async def flow(order):
    async with asyncio.TaskGroup() as group:
        group.create_task(look("air"))
        group.create_task(look("rail"))
    return await look(order)
""")
has_not(25, "tasks gathered from a list", """
@wb.workflow
async def flow(order):
    tasks = [asyncio.create_task(look(name)) for name in CUSTOMERS[:3]]
    await look(order)
    return await asyncio.gather(*tasks)
""")
has_not(25, "tasks awaited by a loop", """
@wb.workflow
async def flow(order):
    tasks = {}
    for name in CUSTOMERS[:3]:
        tasks[name] = asyncio.create_task(look(name))
    return {name: await task for name, task in tasks.items()}
""")
has_not(25, "set with callbacks that is awaited at the end", """
@wb.workflow
async def flow(order):
    running = set()
    for name in CUSTOMERS[:3]:
        task = asyncio.create_task(look(name))
        running.add(task)
        task.add_done_callback(running.discard)
    seen = await look(order)
    if running:
        await asyncio.wait(running)
    return seen
""")
has_not(25, "task waited for", """
@wb.workflow
async def flow(order):
    task = asyncio.ensure_future(look("air"))
    await look("rail")
    return await asyncio.wait_for(task, 60)
""")
has_not(25, "task handed back by a helper and awaited", """
def begin(work):
    return asyncio.create_task(work)

@wb.workflow
async def flow(order):
    audit = begin(look("audit"))
    seen = await look(order)
    await audit
    return seen
""")
has_not(25, "pages that are gone through", """
@wb.workflow
async def flow(order):
    async def pages():
        for number in range(2):
            yield await look(number)

    count = 0
    async for _ in pages():
        count += 1
    return await look(count)
""")
has_not(25, "tasks that a loop waits for", """
@wb.workflow
async def flow(order):
    task = asyncio.create_task(look("air"))
    while not task.done():
        await wb.sleep(1)
    return await look(order)
""")
has_not(25, "gathered by the recorder", """
@wb.workflow
async def flow(order):
    air, rail = await wb.gather(look("air"), look("rail"))
    return air + rail
""")
has_not(25, "deferred and gathered", """
@wb.workflow
def flow(order):
    calls = [mail.defer(name) for name in CUSTOMERS[:3]]
    calls.append(charge.defer(order))
    return wb.gather(*calls)
""")
has_not(25, "loser of a race cancelled by the code", """
@wb.workflow
async def flow(order):
    slow = asyncio.create_task(look("slow"))
    seen = await look(order)
    slow.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await slow
    return seen
""")
has_not(25, "global set of tasks that a helper drains", """
BACKGROUND = set()

async def drain():
    await asyncio.gather(*BACKGROUND)
    BACKGROUND.clear()

@wb.workflow
async def flow(order):
    BACKGROUND.add(asyncio.create_task(look("audit")))
    await look(order)
    await drain()
""")
