"""Hazard 12: the set comes out of a function, or out of something that only a replay sees through."""

from __future__ import annotations

from tests.analysis.hazards.corpus.hash_order import ELSEWHERE
from tests.analysis.hazards.corpus.taped import has, has_not

# fmt: off
has(12, "set of a function that says so", """
def recipients() -> set[str]:
    return {name.upper() for name in CUSTOMERS}

@wb.workflow
def flow(order):
    for name in recipients():
        mail(name)
""", ELSEWHERE)
has(12, "set that a function collects", """
def late(names):
    found = set()
    for name in names:
        if len(name) > 2:
            found.add(name)
    return found

@wb.workflow
def flow(order):
    for name in late(CUSTOMERS):
        charge(name)
""", ELSEWHERE)
has(12, "set of a function of a function", """
def everybody():
    return set(CUSTOMERS)

def others():
    return everybody() - {"bob"}

@wb.workflow
def flow(order):
    for name in others():
        mail(name)
""", ELSEWHERE)
has(12, "set of an async function", """
async def domains():
    return {f"{name}.test" for name in CUSTOMERS}

@wb.workflow
async def flow(order):
    for domain in await domains():
        await look(domain)
""", ELSEWHERE)
has(12, "list of the set of a function", """
def recipients(extra):
    if extra:
        return set(CUSTOMERS) | {extra}
    return set(CUSTOMERS)

@wb.workflow
def flow(order):
    names = list(recipients("zoe"))
    wb.gather(*[mail.defer(name) for name in names])
""", ELSEWHERE)
has(12, "set in a field of an object", """
@dataclass
class Team:
    members: Any = field(default_factory=lambda: set(CUSTOMERS))

@wb.workflow
def flow(order):
    team = Team()
    for name in team.members:
        mail(name)
""", ELSEWHERE)
has(12, "set of a function inside", """
@wb.workflow
def flow(order):
    def chosen():
        return {name for name in CUSTOMERS if name != "bob"}

    for name in chosen():
        mail(name)
""", ELSEWHERE)

has_not(12, "function that sorts its set", """
def recipients():
    return sorted({name.title() for name in CUSTOMERS})

@wb.workflow
def flow(order):
    for name in recipients():
        mail(name)
""", ELSEWHERE)
has_not(12, "set of a function is sorted", """
def recipients():
    return {name.title() for name in CUSTOMERS}

@wb.workflow
def flow(order):
    for name in sorted(recipients()):
        mail(name)
""", ELSEWHERE)
has_not(12, "set of a function is only asked", """
def blocked():
    return {"bob", "zoe"}

@wb.workflow
def flow(order):
    for name in CUSTOMERS:
        if name not in blocked():
            mail(name)
    store("blocked", len(blocked()))
""", ELSEWHERE)
has_not(12, "function that gives a list", """
def recipients():
    seen = set()
    found = []
    for name in CUSTOMERS:
        if name not in seen:
            seen.add(name)
            found.append(name)
    return found

@wb.workflow
def flow(order):
    for name in recipients():
        mail(name)
""", ELSEWHERE)
has_not(12, "set that a step returned", """
@wb.step(kind="read")
def members() -> list:
    return sorted(set(CUSTOMERS))

@wb.workflow
def flow(order):
    for name in members():
        mail(name)
""", ELSEWHERE)
