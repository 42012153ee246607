"""Sides of a comparison, each run in a process of its own, in turn.

A side is a module-level function that measures itself and returns figures. Every repetition is a fresh interpreter
that has loaded what this side needs and nothing of its peer: no other engine's threads, no warm caches but the
operating system's pages, and the heap of a real worker.

    ours, theirs = in_turn(5, lambda: measure(ours_side, path), lambda: measure(their_side, path))
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec

__all__ = ["Figures", "in_turn", "measure", "spread", "timed"]

P = ParamSpec("P")
Figures = dict[str, float]
"""What a side measured, by name."""

ROOT = Path(__file__).parents[2]


def measure(side: Callable[P, Figures], *args: P.args, **kwargs: P.kwargs) -> Figures:
    """Run a side in a fresh interpreter.

    Args:
        side: A function at the top of a module under `tests.benchmarks`.
        args: Its arguments: plain values of JSON.
        kwargs: More of them.

    Returns:
        What it returned.
    """
    task = json.dumps([side.__module__, side.__name__, args, kwargs])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-m", __name__, task],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def in_turn(times: int, *sides: Callable[[], Figures]) -> list[Figures]:
    """Run sides one after the other, `times` times over, and take the median of each figure.

    Args:
        times: Repetitions.
        sides: What to run.

    Returns:
        The medians, one mapping per side.
    """
    rounds = [[side() for side in sides] for _ in range(times)]
    return [
        {name: statistics.median(figures[name] for figures in of_side) for name in of_side[0]}
        for of_side in zip(*rounds, strict=True)
    ]


def timed(call: Callable[[str, int], Any], times: int) -> list[int]:
    """Call a step `times` times and return how long each call took, in nanoseconds."""
    spent = []
    for number in range(times):
        before = time.perf_counter_ns()
        call("order-42", number)
        spent.append(time.perf_counter_ns() - before)
    return spent


def spread(spent: list[int]) -> Figures:
    """Median, 99th percentile and mean in microseconds, and calls per second, of durations in nanoseconds."""
    ordered = sorted(spent)
    total = sum(ordered)
    return {
        "p50": ordered[len(ordered) // 2] / 1e3,
        "p99": ordered[len(ordered) * 99 // 100] / 1e3,
        "mean": total / len(ordered) / 1e3,
        "per_second": len(ordered) * 1e9 / total,
    }


def _main(task: str) -> None:
    module, name, args, kwargs = json.loads(task)
    figures = getattr(importlib.import_module(module), name)(*args, **kwargs)
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    _main(sys.argv[1])
