"""One log gives one command stream, whatever the hash seed, time zone, locale and load of the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.replay.flows import SHAPES, chance, recorded

PROCESSES = 20
ZONES = ("UTC", "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu", "Antarctica/Troll")
LOCALES = ("C", "C.UTF-8", "POSIX")
ROOT = Path(__file__).parents[2]


def elsewhere(folder: Path, number: int) -> dict[str, Any]:
    changed = {
        "PYTHONHASHSEED": str(number),
        "TZ": ZONES[number % len(ZONES)],
        "LC_ALL": LOCALES[number % len(LOCALES)],
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.replay.elsewhere", str(folder), str(number % 4)],
        cwd=ROOT, env=os.environ | changed, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_shape_asks_for_the_same_in_twenty_processes(tmp_path: Path) -> None:
    chance.seed(3)
    assert len(SHAPES) >= 12
    ended = {}
    for name, (code, args) in SHAPES.items():
        result, history = recorded(tmp_path / f"{name}.wlog", code, *args)
        ended[name] = (result, len(history.rows_of("r")))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        streams = list(pool.map(lambda number: elsewhere(tmp_path, number), range(PROCESSES)))
    first = streams[0]
    assert set(first) == set(SHAPES)
    for name, (_, calls, outcome, stops) in first.items():
        assert calls > 0
        assert outcome == f"completed with {ended[name][0]!r}", "no false divergence"
        assert stops == ended[name][1]
    for stream in streams[1:]:
        assert stream == first
