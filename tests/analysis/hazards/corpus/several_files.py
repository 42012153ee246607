"""Workflows whose causes lie in a script beside them, in a file that they read, or where no detector looks."""

from __future__ import annotations

import linecache
import logging
import sys
from pathlib import Path
from types import ModuleType

from tests.analysis.divergence.mutants import FILE
from tests.analysis.hazards.corpus.taped import Act, Tape, has, has_not

BESIDE = str(Path(FILE).with_name("harbour_rules.py"))
RULES = """\
import os
import time

TARIFF = {"tug": 40, "barge": 25}

class Tide:
    def __init__(self, minutes):
        self.turns = time.monotonic() + 60 * minutes

    def is_out(self):
        return time.monotonic() > self.turns

def crews(ships):
    return {ship[0] for ship in ships}

def rota(ships):
    return sorted({ship[0] for ship in ships})

def pilots():
    return 1 if "HARBOUR_FOG" in os.environ else 2
"""
ELSEWHERE = "/usr/lib/python3/dist-packages/almanac_of_tides.py"
ALMANAC = """\
import random
import time

def spring_tide(day):
    return day % 14 == 0 or (day < 0 and time.time() + random.random() > 0)
"""


def lies(file: str, text: str) -> None:
    """A module that was imported from this file."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module = ModuleType(Path(file).stem)
    module.__file__ = file
    sys.modules[module.__name__] = module
    exec(compile(text, file, "exec"), module.__dict__)  # noqa: S102 - the script beside the workflow


lies(BESIDE, RULES)
lies(ELSEWHERE, ALMANAC)


def verbose(level: int) -> Act:
    """Somebody turns the log of the fleet up or down."""

    def turn(module: ModuleType) -> None:
        del module
        logging.getLogger("fleet").setLevel(level)

    return turn


# fmt: off
# --- a script beside the workflow ------------------------------------------------------------------------------------
has(11, "clock in an object of a script beside it", """
from harbour_rules import Tide

@wb.workflow
def flow(order):
    tide = Tide(20)
    while not tide.is_out():
        store("moored", order)
        break
""")
has(12, "set from a script beside it", """
import harbour_rules

@wb.workflow
def flow(order):
    store("crews", [crew for crew in harbour_rules.crews(CUSTOMERS)])
""")
has(13, "variable read by a script beside it", """
from harbour_rules import pilots as needed

@wb.workflow
def flow(order):
    for number in range(needed()):
        store("pilot", number)
""")
has_not(11, "clock and chance of an installed library", """
from almanac_of_tides import spring_tide

@wb.workflow
def flow(order):
    store("spring", spring_tide(28))
""")
has_not(12, "sorted by a script beside it", """
from harbour_rules import rota

@wb.workflow
def flow(order):
    for crew in rota(CUSTOMERS):
        store("crew", crew)
""")
has_not(13, "table of a script beside it that nobody changes", """
from harbour_rules import TARIFF

@wb.workflow
def flow(order):
    return charge(order, TARIFF["tug"])
""")

# --- files that are settings -----------------------------------------------------------------------------------------
has(13, "text of a path beneath another one", """
from pathlib import Path

ETC = Path("/etc") / "harbour"

@wb.workflow
def flow(order):
    limit = (ETC / "limit").read_text() if order == "other" else "4"
    return charge(order, int(limit))
""")
has(13, "settings of an ini file", """
import configparser

@wb.workflow
def flow(order):
    settings = configparser.ConfigParser()
    settings.read("/etc/harbour.ini")
    store("fee", settings.get("fees", "berth", fallback="12"))
""")
has(13, "toml that a helper has opened", """
import tomllib
from pathlib import Path

def fees(path: Path):
    with path.open("rb") as file:
        return tomllib.load(file)

@wb.workflow
def flow(order):
    fee = fees(Path("/etc/fees.toml"))["berth"] if order == "other" else 3
    return charge(order, fee)
""")
has_not(13, "json of an answer", """
import io, json

@wb.step(kind="read")
def settings():
    return '{"fee": 3}'

@wb.workflow
def flow(order):
    text = settings()
    return charge(order, json.loads(text)["fee"] + json.load(io.StringIO(text))["fee"])
""")
has_not(13, "a gate that opens and a log book that is read", """
class Gate:
    def __init__(self):
        self.lines = ["in"]

    def open(self):
        return self

    def read(self):
        return self.lines[-1]

@wb.workflow
def flow(order):
    gate = Gate().open()
    store("gate", gate.read())
""")

# --- a difference that nobody can name -------------------------------------------------------------------------------
TRACED = """
@wb.workflow
def flow(order):
    if logging.getLogger("fleet").isEnabledFor(logging.DEBUG):
        store("trace", order)
    return charge(order)
"""
has(11, "level of a log decides", TRACED, Tape(before=verbose(logging.INFO), after=verbose(logging.DEBUG)))
has_not(11, "level of a log is as it was", TRACED, Tape(before=verbose(logging.INFO), after=verbose(logging.INFO)))

# --- what is only told -----------------------------------------------------------------------------------------------
has(11, "duration that is told, and decides", """
@wb.workflow
def flow(order):
    began = time.perf_counter()
    charge(order)
    took = time.perf_counter() - began
    logging.getLogger("harbour").info("took %.1f s", took)
    if took > 5:
        mail("anna", "slow")
""")
has_not(11, "duration that is only told", """
logger = logging.getLogger("harbour")

@wb.workflow
def flow(order):
    began = time.perf_counter()
    charge(order)
    took = round(time.perf_counter() - began, 1)
    logger.info("%s: took %s s in process %d", datetime.datetime.now().isoformat(), took, os.getpid())
""")
