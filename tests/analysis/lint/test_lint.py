"""Every rule of lint finds what it is for, and leaves alone what is fine."""

from __future__ import annotations

import itertools
import linecache
import sys
from types import ModuleType
from typing import Any

import pytest

from tests.replay.flows import SHAPES
from workbench.analysis import lint, remarks_frame
from workbench.analysis.lint import RULES, Remarks
from workbench.simulate.checkout import checkout

_HEAD = """
import asyncio, concurrent.futures, datetime as dt, os, random, secrets, socket, subprocess, threading, time, uuid
from datetime import datetime
from os import environ, getenv
from time import time as moment
import workbench as wb

CACHE = {}
COUNT = 0
LIMIT = 3
NAMES = frozenset({"a", "b"})

def remember(key):
    CACHE[key] = 1

def raise_count():
    global COUNT
    COUNT += 1

@wb.step(kind="read")
def price(sku):
    return time.time() + random.random() + len(os.environ) + len(CACHE)

@wb.step(kind="read")
async def fetch(sku):
    return open(sku)

def helper():
    return moment()
"""
_numbers = itertools.count()


def found(body: str, *, kind: str = "def", arguments: str = "") -> Remarks:
    """What lint finds in a workflow with this body."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    text = f"{_HEAD}\n{kind} flow({arguments}):\n{lines}\n"
    name = f"linted_{next(_numbers)}"
    file = f"/linted/{name}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(text, file, "exec"), module.__dict__)  # noqa: S102 - the code to be checked
    code: Any = module.__dict__["flow"]
    return lint(code)


def rules(body: str, **options: str) -> list[str]:
    return [finding.rule for finding in found(body, **options)]


BAD = {
    "WB101": ["time.time()", "datetime.now()", "dt.date.today()", "moment()", "time.sleep(1)", "helper()",
              "import time as t\nt.monotonic()", "list(map(lambda x: time.time(), []))"],
    "WB102": ["random.random()", "random.choice([1])", "secrets.token_hex()", "os.urandom(4)",
              "from random import shuffle\nshuffle([])"],
    "WB103": ["uuid.uuid4()", "from uuid import uuid4 as new\nnew()"],
    "WB104": ["os.environ['A']", "os.getenv('A')", "getenv('A')", "environ.get('A')", "'A' in os.environ"],
    "WB105": ["price(CACHE.get('a'))", "return COUNT", "CACHE['x'] = 1"],
    "WB106": ["for x in {1, 2}: price(x)", "[price(x) for x in set('ab')]", "s = set('ab')\nlist(s)",
              "wb.gather(*{1, 2})", "', '.join({'a', 'b'})", "s = {1} | {2}\ns.pop()", "for n in NAMES: price(n)",
              "for i, x in enumerate(frozenset('ab')): price(x)"],
    "WB107": ["id(price)", "hash('a')"],
    "WB108": ["for f in asyncio.as_completed([]): price(f)"],
    "WB109": ["threading.Thread(target=price).start()", "concurrent.futures.ThreadPoolExecutor()"],
    "WB110": ["open('f')", "subprocess.run(['ls'])", "socket.create_connection(('a', 1))",
              "import requests\nrequests.get('http://a')", "import httpx\nhttpx.Client()"],
    "WB111": ["try:\n    price(1)\nexcept:\n    pass", "try:\n    price(1)\nexcept BaseException as e:\n    print(e)",
              "try:\n    price(1)\nexcept (ValueError, BaseException):\n    pass"],
}  # fmt: skip
BAD_ASYNC = {
    "WB108": ["done, left = await asyncio.wait([fetch('a')])\nfor one in done:\n    await one"],
    "WB109": ["await asyncio.to_thread(price, 1)", "await asyncio.get_running_loop().run_in_executor(None, price)"],
    "WB112": [
        "fetch('a')",
        "wb.sleep(4)",
        "asyncio.sleep(1)",
        "seen = fetch('a')",
        "price.defer(1)",
        "async def later():\n    await fetch('a')\nlater()",
        "calls = [fetch(x) for x in 'ab']\nreturn len(calls)",
    ],
    "WB113": [
        "asyncio.create_task(asyncio.sleep(1))",
        "asyncio.ensure_future(fetch('a'))",
        "asyncio.get_running_loop().create_task(fetch('a'))",
        "task = asyncio.create_task(fetch('a'))",
        "loop = asyncio.get_running_loop()\nloop.create_task(fetch('a'))",
        "tasks = []\ntasks.append(asyncio.create_task(fetch('a')))",
        "kept = set()\none = asyncio.create_task(fetch('a'))\nkept.add(one)\none.add_done_callback(kept.discard)",
        "[asyncio.create_task(fetch(x)) for x in 'ab']",
        "a, b = [asyncio.create_task(fetch(x)) for x in 'ab']",
    ],
}
GOOD = [
    "wb.now()", "wb.random()", "wb.uuid4()", "wb.sleep(3)", "price('a')", "return LIMIT",
    "for x in sorted({1, 2}): price(x)",
    "for k in {'a': 1}: price(k)", "for x in [1, 2]: price(x)", "s = set('ab')\nreturn 'a' in s and len(s)",
    "sum(x for x in {1, 2})", "{x for x in {1, 2}}", "s = set()\ns.add(1)\ns = sorted(s)\nfor x in s: price(x)",
    "time = wb.now()\ntime.time()", "rng = random.Random(7)\nrng.random()", "datetime(2026, 1, 1)",
    "dt.timedelta(days=1)",
    "time.gmtime(0)", "os.path.join('a', 'b')", "CACHE = {}\nCACHE['a'] = 1",
    "wb.gather(price.defer(1), price.defer(2))",
    "try:\n    price(1)\nexcept Exception:\n    pass", "try:\n    price(1)\nexcept BaseException:\n    raise",
    "@wb.step\ndef inner():\n    return time.time()\nreturn inner()", "uuid.UUID(int=4)", "hash(3)", "wb.patched('p')",
    "any(price(x) for x in sorted({1}))", "def now():\n    return 4\nreturn now()",
]  # fmt: skip
GOOD_ASYNC = [
    "await fetch('a')", "await asyncio.sleep(1)", "await asyncio.gather(fetch('a'), fetch('b'))",
    "done, left = await asyncio.wait([fetch('a')])\nreturn len(done)",
    "task = asyncio.create_task(fetch('a'))\nawait task",
    "tasks = [asyncio.create_task(fetch(x)) for x in 'ab']\nawait asyncio.gather(*tasks)",
    "tasks = {}\ntasks['a'] = asyncio.create_task(fetch('a'))\nreturn [await task for task in tasks.values()]",
    "kept = {asyncio.create_task(fetch('a'))}\nawait asyncio.wait(kept)",
    "async with asyncio.TaskGroup() as group:\n    group.create_task(fetch('a'))",
    "async with asyncio.TaskGroup() as loop:\n    loop.create_task(fetch('a'))",
    "t = asyncio.create_task(fetch('a'))\ntry:\n    await asyncio.shield(t)\nfinally:\n    t.cancel()",
    "left = {asyncio.create_task(fetch(x)) for x in 'ab'}\nwhile left:\n    done, left = await asyncio.wait(left)",
    "task = asyncio.create_task(fetch('a'))\nwhile not task.done():\n    await asyncio.sleep(1)",
    "seen = fetch('a')\nother = seen\nreturn await other", "await wb.gather(price.defer(1), fetch('a'))",
    "return (asyncio.create_task(fetch('a')),)",
    "price('a')", "async with asyncio.timeout(3):\n    await fetch('a')",
]  # fmt: skip


@pytest.mark.parametrize(("rule", "body"), [(rule, body) for rule, bodies in BAD.items() for body in bodies])
def test_what_is_bad_is_found(rule: str, body: str) -> None:
    assert set(rules(body)) == {rule}


@pytest.mark.parametrize(("rule", "body"), [(rule, body) for rule, bodies in BAD_ASYNC.items() for body in bodies])
def test_what_is_bad_in_async_code_is_found(rule: str, body: str) -> None:
    assert set(rules(body, kind="async def")) == {rule}


@pytest.mark.parametrize("body", GOOD)
def test_what_is_fine_is_left_alone(body: str) -> None:
    assert rules(body) == []


@pytest.mark.parametrize("body", GOOD_ASYNC)
def test_what_is_fine_in_async_code_is_left_alone(body: str) -> None:
    assert rules(body, kind="async def") == []


def test_every_rule_has_an_example_that_it_finds_and_a_remedy() -> None:
    assert {*BAD, *BAD_ASYNC} == {*RULES}
    for finding in found("time.time()\nos.getenv('A')"):
        assert finding.remedy


def test_a_default_argument_that_all_calls_share() -> None:
    assert "WB105" in rules("seen.append(1)", arguments="seen=[]")
    assert rules("return seen", arguments="seen=()") == []


def test_a_parameter_annotated_as_a_set() -> None:
    assert rules("for x in names: price(x)", arguments="names: set[str]") == ["WB106"]
    assert rules("for x in names: price(x)", arguments="names: list[str]") == []


def test_a_finding_names_file_line_column_and_remedy() -> None:
    (one,) = found("price('a')\nprice(time.time())")
    assert (one.line, one.column, one.function) == (len(_HEAD.splitlines()) + 4, 11, "flow")
    assert "wb.now()" in one.remedy
    assert str(one).startswith(f"{one.file}:{one.line}:11: WB101 time.time() reads a clock")


def test_findings_show_themselves() -> None:
    findings = found("price('<a>' if time.time() else 1)")
    assert repr(findings) == str(findings[0])
    assert list(findings.frame["rule"]) == ["WB101"]
    assert ">WB101</td>" in findings._repr_html_()
    assert "/linted/" not in findings._repr_html_(), "the file without its folder"
    assert repr(found("wb.now()")) == "nothing found"


def test_a_rule_is_silenced_on_its_line_with_a_reason() -> None:
    assert rules("time.time()  # wb: ignore[WB101] only logged") == []
    assert rules("time.time()  # wb: ignore[WB101, WB102] only logged") == []
    assert rules("time.time()  # wb: ignore[WB101]") == ["WB101"], "without a reason it is not"
    assert rules("time.time()  # wb: ignore[WB102] another rule") == ["WB101"]


def test_functions_that_are_called_are_followed_and_steps_are_not() -> None:
    (one,) = found("helper()\nprice('a')")
    assert one.function == "helper"


@pytest.mark.parametrize("name", SHAPES)
def test_our_own_workflows_are_clean(name: str) -> None:
    assert lint(SHAPES[name][0]) == []
    assert lint(checkout) == []


def test_findings_make_a_frame() -> None:
    frame = remarks_frame(found("time.time()\nrandom.random()"))
    assert [*frame["rule"]] == ["WB101", "WB102"]
    assert str(frame.dtypes["line"]) == "int64"
    assert [*remarks_frame([]).columns] == [*frame.columns]
