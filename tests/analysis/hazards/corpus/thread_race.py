"""Hazard 14: threads, or a race that the log does not order, inside the workflow's own code."""

from __future__ import annotations

from tests.analysis.hazards.corpus.taped import has, has_not

# fmt: off
has(14, "a thread that computes", """
@wb.workflow
def flow(order):
    found = []
    worker = threading.Thread(target=lambda: found.append(len(order)))
    worker.start()
    worker.join()
    return charge(order, found[0])
""")
has(14, "two threads and one list", """
@wb.workflow
def flow(order):
    names = []
    workers = [threading.Thread(target=names.append, args=(name,)) for name in CUSTOMERS[:2]]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for name in names:
        mail(name)
""")
has(14, "pool of threads", """
@wb.workflow
def flow(order):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        sizes = list(pool.map(len, CUSTOMERS))
    return charge(order, sum(sizes))
""")
has(14, "function in a thread of asyncio", """
@wb.workflow
async def flow(order):
    size = await asyncio.to_thread(len, order) if order == "other" else len(order)
    return await look(size)
""")
has(14, "executor of the loop", """
@wb.workflow
async def flow(order):
    if order == "other":
        await asyncio.get_running_loop().run_in_executor(None, len, order)
    return await look(order)
""")
has(14, "timer of a thread", """
@wb.workflow
def flow(order):
    late = threading.Timer(3600, print)
    late.cancel()
    return charge(order)
""")
has(14, "futures as they complete", """
@wb.workflow
def flow(order):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(str.upper, name) for name in CUSTOMERS[:3]]
        for future in concurrent.futures.as_completed(futures):
            mail(future.result())
""")
has(14, "pool of processes", """
@wb.workflow
def flow(order):
    if order == "other":
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            list(pool.map(len, CUSTOMERS))
    return charge(order)
""")
has(14, "producer and consumer", """
@wb.workflow
def flow(order):
    box = queue.Queue()
    producer = threading.Thread(target=lambda: [box.put(name) for name in CUSTOMERS[:2]])
    producer.start()
    for _ in range(2):
        mail(box.get())
    producer.join()
""")
has(14, "thread behind a helper", """
def in_background(work):
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()

@wb.workflow
def flow(order):
    in_background(lambda: None)
    return charge(order)
""")
has(14, "worker with threads for its pages", """
@wb.workflow
def flow(order):
    pages = {}

    def fetch(number):
        pages[number] = number * 2

    workers = [threading.Thread(target=fetch, args=(number,), daemon=True) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return store(order, sorted(pages.items()))
""")
has(14, "thread beside an async workflow", """
@wb.workflow
async def flow(order):
    seen = {}
    worker = threading.Thread(target=seen.update, args=({"size": len(order)},))
    worker.start()
    answer = await look(order)
    worker.join()
    return await look(f"{answer} {seen}")
""")
has(14, "pool imported by name", """
from concurrent.futures import ThreadPoolExecutor

@wb.workflow
def flow(order):
    with ThreadPoolExecutor(1) as pool:
        total = pool.submit(sum, [1, 2]).result()
    return charge(order, total)
""")
has(14, "daemon that watches", """
@wb.workflow
def flow(order):
    stop = threading.Event()
    watcher = threading.Thread(target=stop.wait, daemon=True)
    watcher.start()
    result = charge(order)
    stop.set()
    return result
""")
has(14, "thread imported under another name", """
from threading import Thread as Worker

@wb.workflow
def flow(order):
    worker = Worker(target=len, args=(order,))
    worker.start()
    worker.join()
    return charge(order)
""")

has_not(14, "gathered steps", """
@wb.workflow
def flow(order):
    return wb.gather(mail.defer("anna"), charge.defer(order), store.defer(order))
""")
has_not(14, "gathered by asyncio", """
@wb.workflow
async def flow(order):
    return await asyncio.gather(look("air"), look("rail"))
""")
has_not(14, "group of tasks", """
@wb.workflow
async def flow(order):
    async with asyncio.TaskGroup() as group:
        air, rail = group.create_task(look("air")), group.create_task(look("rail"))
    return await look(air.result() + rail.result())
""")
has_not(14, "task that is awaited", """
@wb.workflow
async def flow(order):
    seen = asyncio.create_task(look("air"))
    await look("rail")
    return await seen
""")
has_not(14, "thread inside a step", """
@wb.step(kind="read")
def measured():
    found = []
    worker = threading.Thread(target=found.append, args=(1,))
    worker.start()
    worker.join()
    return found

@wb.workflow
def flow(order):
    return charge(order, measured()[0])
""")
has_not(14, "pool inside a step", """
@wb.step(kind="pure")
def sizes(names):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(len, names))

@wb.workflow
def flow(order):
    return charge(order, sum(sizes(CUSTOMERS)))
""")
has_not(14, "one after the other", """
@wb.workflow
def flow(order):
    for name in CUSTOMERS:
        mail(name)
""")
has_not(14, "two children", """
@wb.workflow
def one(name):
    return mail(name)

@wb.workflow
def flow(order):
    wb.child(one, "anna")
    wb.child(one, "bob")
""")
has_not(14, "a mail thread", """
@wb.workflow
def flow(order):
    thread = "Re: order"
    mail("anna", thread)
""")
has_not(14, "a queue of its own", """
@wb.workflow
def flow(order):
    box = queue.Queue()
    for name in CUSTOMERS[:3]:
        box.put(name)
    while not box.empty():
        mail(box.get())
""")
has_not(14, "lock of asyncio", """
@wb.workflow
async def flow(order):
    lock = asyncio.Lock()

    async def one(name):
        async with lock:
            return await look(name)

    return await asyncio.gather(one("air"), one("rail"))
""")
has_not(14, "two at a time", """
@wb.workflow
async def flow(order):
    gate = asyncio.Semaphore(2)

    async def one(name):
        async with gate:
            return await look(name)

    return await asyncio.gather(*map(one, CUSTOMERS))
""")
has_not(14, "signal with a time limit", """
@wb.workflow
def flow(order):
    if wb.signal("paid", timeout_seconds=5) is None:
        return mail("anna", "unpaid")
    return charge(order)
""")
has_not(14, "branches that sleep", """
@wb.workflow
async def flow(order):
    async def later(seconds, name):
        await wb.sleep(seconds)
        return await look(name)

    return await asyncio.gather(later(5, "air"), later(2, "rail"))
""")
has_not(14, "a context of its own", """
@wb.workflow
def flow(order):
    with contextlib.suppress(ValueError):
        price(order)
    return charge(order)
""")
