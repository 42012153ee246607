"""What `import workbench` costs a production worker: time, and libraries loaded."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
import time

import pytest

from tests.benchmarks.sides import ROOT, Figures, in_turn
from tests.benchmarks.table import Row, Table

pytestmark = pytest.mark.bench

ROUNDS = 21
PEERS = ("pandas", "dbos", "temporalio")
LOADED = """
import sys
before = set(sys.modules)
import workbench
print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))
"""


def test_import(table: Table) -> None:
    peers = [name for name in PEERS if importlib.util.find_spec(name) is not None]
    imports = [lambda name=name: _interpreter(f"import {name}") for name in peers]
    for code in ("import workbench", *(f"import {name}" for name in peers)):
        _run(code)  # compiles
    bare, ours, *theirs = in_turn(
        ROUNDS, lambda: _interpreter("pass"), lambda: _interpreter("import workbench"), *imports
    )
    mine = (ours["seconds"] - bare["seconds"]) * 1e3
    foreign = (set(_run(LOADED).split()) & set(importlib.metadata.packages_distributions())) - {"workbench", "msgpack"}
    beyond = ", ".join(sorted(foreign)) or "nothing"
    what = f"`import workbench`, bare interpreter taken off; loads beyond stdlib and msgpack: {beyond}"
    for name, other in zip(peers, theirs, strict=True):
        cost = (other["seconds"] - bare["seconds"]) * 1e3
        table.add(
            Row(
                what, f"{mine:.0f} ms", f"`import {name}`", f"{cost:.0f} ms", f"{cost / mine:.1f}x as fast",
                "≤ 60 ms, nothing else", mine <= 60 and not foreign,
            )
        )  # fmt: skip


def _interpreter(code: str) -> Figures:
    start = time.perf_counter()
    _run(code)
    return {"seconds": time.perf_counter() - start}


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
