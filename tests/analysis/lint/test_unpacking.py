"""Sets that are unpacked, names that a star brought in, and generators of one's own."""

from __future__ import annotations

import linecache
import sys
from types import ModuleType

import pytest

from workbench.analysis import lint

_HEAD = "import random\nfrom random import *\nimport workbench as wb\n\n\n@wb.workflow\ndef flow(x):\n    "
FILE = "/linted/starred.py"


def _rules(line: str) -> set[str]:
    text = f"{_HEAD}{line}\n"
    linecache.cache[FILE] = (len(text), None, text.splitlines(keepends=True), FILE)
    module = sys.modules["starred"] = ModuleType("starred")
    exec(compile(text, FILE, "exec"), module.__dict__)  # noqa: S102 - the code to be checked
    return {finding.rule for finding in lint(module.flow)}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("return choice([1, 2])", "WB102"),
        ("return randint(1, x)", "WB102"),
        ("return random.Random().random()", "WB102"),
        ("first, *others = {1, 2, 3}", "WB106"),
        ("[first, second] = set(x)", "WB106"),
    ],
)
def test_they_are_found(line: str, rule: str) -> None:
    assert _rules(line) == {rule}


@pytest.mark.parametrize(
    "line",
    ["return random.Random(7).random()", "first, *others = sorted({1, 2})", "choice = len\n    return choice(x)"],
)
def test_what_is_fine_is_left_alone(line: str) -> None:
    assert _rules(line) == set()
