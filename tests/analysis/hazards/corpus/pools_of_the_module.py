"""Hazard 14: the thread does not begin in the workflow's own lines: a pool of the module, a helper, a class."""

from __future__ import annotations

from tests.analysis.hazards.corpus.taped import has, has_not

# fmt: off
has(14, "pool of the module, work submitted", """
POOL = concurrent.futures.ThreadPoolExecutor(2)

@wb.workflow
def flow(order):
    size = POOL.submit(len, order)
    return charge(order, size.result())
""")
has(14, "pool of the module, work mapped", """
POOL = concurrent.futures.ThreadPoolExecutor(2)

@wb.workflow
def flow(order):
    return charge(order, sum(POOL.map(len, CUSTOMERS)))
""")
has(14, "pool of the module for the loop", """
POOL = concurrent.futures.ThreadPoolExecutor(2)

@wb.workflow
async def flow(order):
    if order == "other":
        await asyncio.get_running_loop().run_in_executor(POOL, len, order)
    return await look(order)
""")
has(14, "pool handed to a helper", """
POOL = concurrent.futures.ThreadPoolExecutor(2)

def sizes(pool, names):
    return [future.result() for future in [pool.submit(len, name) for name in names]]

@wb.workflow
def flow(order):
    return charge(order, sum(sizes(POOL, CUSTOMERS)))
""")
has(14, "pool that is made at first use", """
_pool = None

def pool():
    global _pool
    if _pool is None:
        _pool = concurrent.futures.ThreadPoolExecutor(2)
    return _pool

@wb.workflow
def flow(order):
    return charge(order, pool().submit(len, order).result())
""")
has(14, "pool in an object of the module", """
class Work:
    def __init__(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(2)

    def size(self, text):
        return self.pool.submit(len, text).result()

WORK = Work()

@wb.workflow
def flow(order):
    return charge(order, WORK.size(order))
""")
has(14, "helper of the module that starts a thread", """
def watched(work):
    def watch():
        work.append("seen")
    threading.Thread(target=watch, daemon=True).start()

@wb.workflow
def flow(order):
    watched([])
    return charge(order)
""")
has(14, "class of its own above a thread", """
class Watcher(threading.Thread):
    def run(self):
        pass

@wb.workflow
def flow(order):
    watcher = Watcher()
    watcher.start()
    watcher.join()
    return charge(order)
""")
has(14, "thread behind a decorator of the workflow", """
def timed(function):
    @functools.wraps(function)
    def run(order):
        clock = threading.Timer(60, print)
        clock.start()
        try:
            return function(order)
        finally:
            clock.cancel()
    return run

@wb.workflow
@timed
def flow(order):
    return charge(order)
""")
has(14, "thread class handed on", """
@wb.workflow
def flow(order):
    workers = list(map(lambda make: make(target=len, args=(order,)), [threading.Thread]))
    for worker in workers:
        worker.start()
        worker.join()
    return charge(order)
""")

has_not(14, "pool of the module that only a step uses", """
POOL = concurrent.futures.ThreadPoolExecutor(2)

@wb.step(kind="pure")
def total(names):
    return sum(POOL.map(len, names))

@wb.workflow
def flow(order):
    return charge(order, total(CUSTOMERS))
""")
has_not(14, "pool of the module that nobody uses", """
POOL = concurrent.futures.ThreadPoolExecutor(2)

@wb.workflow
def flow(order):
    return charge(order)
""")
has_not(14, "helper of a step that starts a thread", """
def measured(names):
    worker = threading.Thread(target=len, args=(names,))
    worker.start()
    worker.join()
    return len(names)

@wb.step(kind="pure")
def total(names):
    return measured(names)

@wb.workflow
def flow(order):
    return charge(order, total(CUSTOMERS))
""")
has_not(14, "asked whether it is a thread", """
@wb.workflow
def flow(order):
    if isinstance(order, threading.Thread):
        return None
    return charge(order)
""")
has_not(14, "a pool of tables, with no threads", """
class Pool:
    def submit(self, size):
        return size + 1

POOL = Pool()

@wb.workflow
def flow(order):
    return charge(order, POOL.submit(3))
""")
has_not(14, "method of a class that only a step calls", """
class Report:
    def __init__(self, order):
        self.order = order

    def printed(self):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            return pool.submit(str, self.order).result()

    def title(self):
        return f"order {self.order}"

@wb.step(kind="pure")
def render(order):
    return Report(order).printed()

@wb.workflow
def flow(order):
    mail("anna", Report(order).title())
    return charge(render(order))
""")
