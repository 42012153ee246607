"""Hazard 13: the workflow reads what lies around it, and that is another by the time of replay."""

from __future__ import annotations

from types import ModuleType

from tests.analysis.hazards.corpus.taped import Act, Tape, environ, has, has_not

FLAG = "SHOP_FEATURE"
TURNED_ON = Tape(before=environ(FLAG, "off"), after=environ(FLAG, "on"))


def sets(name: str, value: object) -> Act:
    """Somebody changes a variable of the module."""

    def change(module: ModuleType) -> None:
        setattr(module, name, value)

    return change


def puts(name: str, key: str, value: object) -> Act:
    """Somebody changes an entry of a map of the module."""

    def change(module: ModuleType) -> None:
        getattr(module, name)[key] = value

    return change


# fmt: off
has(13, "feature flag turned on", """
@wb.workflow
def flow(order):
    if os.environ["SHOP_FEATURE"] == "on":
        price("fraud")
    return charge(order)
""", TURNED_ON)
has(13, "variable as an argument", """
@wb.workflow
def flow(order):
    return charge(order, os.getenv("SHOP_FEATURE"))
""", TURNED_ON)
has(13, "variable with a default", """
@wb.workflow
def flow(order):
    mail(os.environ.get("SHOP_FEATURE", "nobody"))
""", Tape(before=environ(FLAG, None), after=environ(FLAG, "somebody")))
has(13, "variable behind a helper", """
def mode():
    return os.environ["SHOP_FEATURE"]

@wb.workflow
def flow(order):
    store("mode", mode())
""", TURNED_ON)
has(13, "flag of the module", """
BETA = False

def turn_on():
    global BETA
    BETA = True

@wb.workflow
def flow(order):
    if BETA:
        price("beta")
    return charge(order)
""", Tape(after=sets("BETA", value=True)))
has(13, "settings of the module", """
SETTINGS = {"rate": 7}

def reload(rate):
    SETTINGS["rate"] = rate

@wb.workflow
def flow(order):
    return charge(order, SETTINGS["rate"])
""", Tape(after=puts("SETTINGS", "rate", 9)))
has(13, "counter of the process", """
RUNS = 0

@wb.workflow
def flow(order):
    global RUNS
    RUNS += 1
    store("run", RUNS)
""", Tape(before=sets("RUNS", 4)))
has(13, "cache of the process", """
CACHE = {}

@wb.workflow
def flow(order):
    if order not in CACHE:
        CACHE[order] = price(order)
    return charge(order, CACHE[order])
""", Tape(after=puts("CACHE", "order", 15)))
has(13, "default that remembers", """
@wb.workflow
def flow(order, seen=[]):
    seen.append(order)
    store("seen", len(seen))
""")
has(13, "variable in an async workflow", """
@wb.workflow
async def flow(order):
    return await look(os.environ["SHOP_FEATURE"])
""", TURNED_ON)
has(13, "host name", """
@wb.workflow
def flow(order):
    store("host", socket.gethostname())
""")
has(13, "process id", """
@wb.workflow
def flow(order):
    store("pid", os.getpid())
""")
has(13, "arguments of the program", """
@wb.workflow
def flow(order):
    if "--dry" in sys.argv:
        return "dry"
    return charge(order)
""")
has(13, "variable read in a loop", """
@wb.workflow
def flow(order):
    for turn in range(3):
        if os.environ["SHOP_FEATURE"] == "on":
            break
        price(turn)
    return charge(order)
""", TURNED_ON)
has(13, "list of the module that grows", """
STOPS = ["Lisbon"]

def add(stop):
    STOPS.append(stop)

@wb.workflow
def flow(order):
    for stop in STOPS:
        price(stop)
    return charge(order)
""", Tape(after=lambda module: module.STOPS.append("Oslo")))

has_not(13, "variable read by a step", """
@wb.step(kind="read")
def setting():
    return os.environ.get("SHOP_FEATURE", "")

@wb.workflow
def flow(order):
    return charge(order, setting())
""", TURNED_ON)
has_not(13, "constant of the module", """
RATE = 7

@wb.workflow
def flow(order):
    return charge(order, RATE)
""")
has_not(13, "settings that nobody changes", """
SETTINGS = {"rate": 7}

@wb.workflow
def flow(order):
    return charge(order, SETTINGS["rate"])
""")
has_not(13, "settings as an argument", """
@wb.workflow
def flow(order, rate=7):
    return charge(order, rate)
""", TURNED_ON)
has_not(13, "asked with a patch", """
@wb.workflow
def flow(order):
    if wb.patched("fraud-check"):
        price("fraud")
    return charge(order)
""")
has_not(13, "local variable called environ", """
@wb.workflow
def flow(order):
    environ = {"rate": 7}
    return charge(order, environ["rate"])
""", TURNED_ON)
has_not(13, "paths joined", """
@wb.workflow
def flow(order):
    store(os.path.join("orders", order))
""")
has_not(13, "members of an enumeration", """
class Rate(enum.Enum):
    LOW = 7

@wb.workflow
def flow(order):
    return charge(order, Rate.LOW.value)
""")
has_not(13, "a fraud check was inserted", """
@wb.workflow
def flow(order):
    return charge(order)
""", Tape(now="""
@wb.workflow
def flow(order):
    price("fraud")
    return charge(order)
"""))
has_not(13, "clock of the machine", """
@wb.workflow
def flow(order):
    store("at", time.time())
""")
has_not(13, "state of the run itself", """
@wb.workflow
def flow(order):
    seen = []
    for part in ("a", "b"):
        seen.append(price(part))
    return charge(order, sum(seen))
""")
has_not(13, "counter in a closure", """
@wb.workflow
def flow(order):
    count = 0

    def next_number():
        nonlocal count
        count += 1
        return count

    store(next_number())
    store(next_number())
""")
has_not(13, "logger of the module", """
LOG = logging.getLogger("shop")

@wb.workflow
def flow(order):
    LOG.debug("order %s", order)
    return charge(order)
""")
has_not(13, "table of functions", """
RATES = {"low": lambda amount: amount, "high": lambda amount: amount * 2}

@wb.workflow
def flow(order):
    return charge(order, RATES["high"](5))
""")
has_not(13, "state that only a step changes and reads", """
SENT = []

@wb.step(kind="write")
def send(order):
    SENT.append(order)
    return len(SENT)

@wb.workflow
def flow(order):
    return charge(order, send(order))
""")
