"""Hazard 12: the order of a set, or of arrival, decides the order of the calls."""

from __future__ import annotations

from tests.analysis.hazards.corpus.taped import Tape, has, has_not

ELSEWHERE = Tape(other_process=True)

# fmt: off
has(12, "a mail to each of a set", """
@wb.workflow
def flow(order):
    for customer in set(CUSTOMERS):
        mail(customer)
""", ELSEWHERE)
has(12, "a set written out", """
@wb.workflow
def flow(order):
    for part in {"screw", "nut", "bolt", "washer", "plate", "rod", "spring", "pin"}:
        price(part)
""", ELSEWHERE)
has(12, "set comprehension", """
@wb.workflow
def flow(order):
    domains = {f"{name}@{name}.test" for name in CUSTOMERS}
    for domain in domains:
        store(domain)
""", ELSEWHERE)
has(12, "list of a set", """
@wb.workflow
def flow(order):
    names = list(set(CUSTOMERS))
    for name in names:
        charge(name, 5)
""", ELSEWHERE)
has(12, "frozen set of regions", """
REGIONS = frozenset(["eu-1", "eu-2", "us-1", "us-2", "ap-1", "ap-2", "sa-1", "af-1"])

@wb.workflow
def flow(order):
    for region in REGIONS:
        store(region, "v2")
""", ELSEWHERE)
has(12, "intersection of two lists", """
@wb.workflow
def flow(order):
    for name in set(CUSTOMERS) & set(CUSTOMERS[::-1]):
        mail(name, "both")
""", ELSEWHERE)
has(12, "popped from a set", """
@wb.workflow
def flow(order):
    waiting = set(CUSTOMERS)
    while waiting:
        charge(waiting.pop())
""", ELSEWHERE)
has(12, "gathered over a set", """
@wb.workflow
def flow(order):
    wb.gather(*[mail.defer(name) for name in set(CUSTOMERS)])
""", ELSEWHERE)
has(12, "map made of a set", """
@wb.workflow
def flow(order):
    prices = {name: 1 for name in set(CUSTOMERS)}
    for name, amount in prices.items():
        charge(name, amount)
""", ELSEWHERE)
has(12, "set behind a helper", """
def recipients():
    return {name.title() for name in CUSTOMERS}

@wb.workflow
def flow(order):
    for name in recipients():
        mail(name)
""", ELSEWHERE)
has(12, "difference of sets in an async workflow", """
@wb.workflow
async def flow(order):
    missing = set(CUSTOMERS) - {"bob"}
    for name in missing:
        await look(name)
""", ELSEWHERE)
has(12, "children of a set", """
@wb.workflow
def one(name):
    return mail(name)

@wb.workflow
def flow(order):
    for name in set(CUSTOMERS):
        wb.child(one, name)
""", ELSEWHERE)
has(12, "first of a set and the others", """
@wb.workflow
def flow(order):
    first, *others = set(CUSTOMERS)
    charge(first)
    for other in others:
        mail(other)
""", ELSEWHERE)
has(12, "answers as they arrive", """
@wb.workflow
async def flow(order):
    for answer in asyncio.as_completed([look("air"), look("rail"), look("bus")]):
        await look(await answer)
""")
has(12, "the done ones of a wait", """
@wb.workflow
async def flow(order):
    tasks = [asyncio.create_task(look(name)) for name in CUSTOMERS[:4]]
    done, _ = await asyncio.wait(tasks)
    for task in done:
        await look(task.result())
""")
has(12, "set union by the same code and process", """
@wb.workflow
def flow(order):
    for name in set(CUSTOMERS) | {"zoe"}:
        mail(name)
""")

has_not(12, "sorted set", """
@wb.workflow
def flow(order):
    for customer in sorted(set(CUSTOMERS)):
        mail(customer)
""", ELSEWHERE)
has_not(12, "a list", """
@wb.workflow
def flow(order):
    for customer in CUSTOMERS:
        mail(customer)
""", ELSEWHERE)
has_not(12, "a map in the order of its making", """
@wb.workflow
def flow(order):
    for name, amount in {"b": 2, "a": 1, "c": 3}.items():
        charge(name, amount)
""")
has_not(12, "only asked whether it is in it", """
@wb.workflow
def flow(order):
    known = set(CUSTOMERS)
    for name in ["bob", "zoe"]:
        if name in known:
            mail(name)
""", ELSEWHERE)
has_not(12, "only counted and added", """
@wb.workflow
def flow(order):
    lengths = {len(name) for name in CUSTOMERS}
    store("sum", sum(lengths) + len(set(CUSTOMERS)))
""", ELSEWHERE)
has_not(12, "sorted intersection", """
@wb.workflow
def flow(order):
    both = set(CUSTOMERS) & {"anna", "otto", "zoe"}
    for name in sorted(both, key=len):
        mail(name)
""")
has_not(12, "two steps were swapped by a developer", """
@wb.workflow
def flow(order):
    charge(order)
    mail("anna")
""", Tape(now="""
@wb.workflow
def flow(order):
    mail("anna")
    charge(order)
"""))
has_not(12, "a list was reversed by a developer", """
@wb.workflow
def flow(order):
    for name in CUSTOMERS:
        mail(name)
""", Tape(now="""
@wb.workflow
def flow(order):
    for name in reversed(CUSTOMERS):
        mail(name)
"""))
has_not(12, "smallest of a set", """
@wb.workflow
def flow(order):
    mail(min(set(CUSTOMERS)))
""", ELSEWHERE)
has_not(12, "gathered over a list", """
@wb.workflow
def flow(order):
    return wb.gather(*[mail.defer(name) for name in CUSTOMERS])
""")
has_not(12, "doubles dropped in order", """
@wb.workflow
def flow(order):
    for name in dict.fromkeys(CUSTOMERS + CUSTOMERS):
        mail(name)
""", ELSEWHERE)
has_not(12, "gathered by asyncio in order", """
@wb.workflow
async def flow(order):
    for seen in await asyncio.gather(*[look(name) for name in CUSTOMERS]):
        await look(seen)
""")
has_not(12, "sets compared", """
@wb.workflow
def flow(order):
    if set(CUSTOMERS) >= {"anna", "bob"}:
        mail("anna")
""", ELSEWHERE)
has_not(12, "chance decides the order", """
@wb.workflow
def flow(order):
    charge(order, round(random.random(), 6))
""")
has_not(12, "any of a set", """
@wb.workflow
def flow(order):
    if any(name.startswith("z") for name in set(CUSTOMERS)):
        mail("zoe")
    charge(order)
""", ELSEWHERE)
