"""Hazard 13: what the process remembers from one run to the next: caches, counters, closures, classes."""

from __future__ import annotations

from tests.analysis.hazards.corpus.taped import has, has_not

# fmt: off
has(13, "cache of functools around a step", """
@functools.lru_cache
def rate(currency):
    return price(currency)

@wb.workflow
def flow(order):
    return charge(order, rate("eur"))
""")
has(13, "cache of functools around a helper of a step", """
def fetched(currency):
    return price(currency) + 1

@functools.cache
def rate(currency):
    return fetched(currency)

@wb.workflow
def flow(order):
    return charge(order, rate("eur"))
""")
has(13, "map of the module as a memo", """
SEEN = {}

def remembered(sku):
    return SEEN.setdefault(sku, len(SEEN))

@wb.workflow
def flow(order):
    store("number", remembered(order))
""")
has(13, "memo behind a decorator", """
def memo(function):
    known = {}

    def remembered(sku):
        if sku not in known:
            known[sku] = function(sku)
        return known[sku]

    return remembered

@memo
def cost(sku):
    return price(sku)

@wb.workflow
def flow(order):
    return charge(order, cost(order))
""")
has(13, "counter of the module", """
import itertools

NUMBERS = itertools.count(1)

@wb.workflow
def flow(order):
    store("number", next(NUMBERS))
""")
has(13, "attribute of a class", """
class Shop:
    served = 0

@wb.workflow
def flow(order):
    Shop.served += 1
    store("served", Shop.served)
""")
has(13, "entry deep inside a map of the module", """
STATE = {"counts": {"runs": 0}}

@wb.workflow
def flow(order):
    STATE["counts"]["runs"] += 1
    store("runs", STATE["counts"]["runs"])
""")
has(13, "counter in a closure around the workflow", """
def made():
    count = 0

    @wb.workflow
    def flow(order):
        nonlocal count
        count += 1
        store("count", count)

    return flow

flow = made()
""")
has(13, "object of the module that is changed", """
@dataclass
class Settings:
    rate: int = 7

SETTINGS = Settings()

def reload(rate):
    setattr(SETTINGS, "rate", rate)

@wb.workflow
def flow(order):
    return charge(order, SETTINGS.rate)
""")

has_not(13, "cache of functools around a pure function", """
@functools.lru_cache(maxsize=None)
def steps_to(number):
    return number if number < 2 else steps_to(number - 1) + steps_to(number - 2)

@wb.workflow
def flow(order):
    return charge(order, steps_to(7))
""")
has_not(13, "map of the module only read", """
RATES = {"eur": 7, "usd": 8}

def rate(currency):
    return RATES.get(currency, 0)

@wb.workflow
def flow(order):
    return charge(order, rate("eur") + len(RATES.keys()))
""")
has_not(13, "cache around a step that only a step uses", """
@functools.cache
def rate(currency):
    return len(currency)

@wb.step(kind="read")
def today(currency):
    return rate(currency)

@wb.workflow
def flow(order):
    return charge(order, today("eur"))
""")
has_not(13, "attribute of an object of the run", """
class Cart:
    size = 0

    def add(self, sku):
        self.size += 1
        return self.size

@wb.workflow
def flow(order):
    cart = Cart()
    cart.add("cup")
    return charge(order, cart.size)
""")
has_not(13, "counter of the run itself", """
import itertools

@wb.workflow
def flow(order):
    numbers = itertools.count(1)
    store("first", next(numbers))
    store("second", next(numbers))
""")
has_not(13, "constant of a class", """
class Shop:
    name = "acme"
    rates = {"eur": 7}

@wb.workflow
def flow(order):
    return charge(order, Shop.rates["eur"])
""")
has_not(13, "closure that only reads", """
def made(rate):
    @wb.workflow
    def flow(order):
        return charge(order, rate)

    return flow

flow = made(7)
""")
