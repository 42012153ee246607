"""State and threads that a workflow has from another module of its package."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from workbench.analysis import lint

HOME = """
from concurrent.futures import ThreadPoolExecutor

RATES = {"eur": 7}
NAMES = {"eur": "euro"}
SEEN = {}
POOL = ThreadPoolExecutor(1)

def reload(rate):
    RATES["eur"] = rate

class Order:
    count = 0
"""
FLOW = """
import workbench as wb
import linted_shop.home as home
from linted_shop.home import NAMES, POOL, RATES, SEEN, Order

@wb.step
def charge(amount):
    Order.count += 1
    return POOL.submit(len, NAMES).result()

@wb.workflow
def flow(order):
    {}
"""


def load(name: str, text: str) -> ModuleType:
    file = f"/linted/{name}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    exec(compile(text, file, "exec"), module.__dict__)  # noqa: S102 - the code to be checked
    return module


@pytest.fixture(autouse=True)
def package() -> Iterator[None]:
    before = {*sys.modules}
    load("linted_shop", "")
    home = load("linted_shop.home", HOME)
    vars(sys.modules["linted_shop"])["home"] = home
    yield
    for name in {*sys.modules} - before:
        del sys.modules[name]


def rules(body: str) -> list[str]:
    code: Any = load("linted_shop.flow", FLOW.format(body)).flow
    return [remark.rule for remark in lint(code)]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("charge(RATES['eur'])", "WB105"),
        ("charge(home.RATES['eur'])", "WB105"),
        ("SEEN[order] = charge(1)", "WB105"),
        ("POOL.submit(len, order)", "WB109"),
        ("home.POOL.submit(len, order)", "WB109"),
    ],
)
def test_what_another_module_changes_or_begins_is_found(body: str, rule: str) -> None:
    assert rules(body) == [rule]


@pytest.mark.parametrize("body", ["charge(NAMES['eur'])", "charge(home.NAMES['eur'])", "return charge(Order())"])
def test_what_nobody_changes_is_left_alone(body: str) -> None:
    assert rules(body) == []
