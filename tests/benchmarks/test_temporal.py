"""How fast a Temporal history of the largest size is opened and shown as frames, beside parsing its JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks import foreign
from tests.benchmarks.sides import in_turn, measure
from tests.benchmarks.table import Row, Table

pytestmark = pytest.mark.bench

ROUNDS = 5
MOST_SECONDS = 3.0
MOST_PARSES = 3.0


def test_the_largest_history_to_frames(table: Table, folder: Path) -> None:
    path, small = folder / "history.json", folder / "small.json"
    foreign.write_history(path)
    small.write_text(json.dumps({"events": json.loads(path.read_text())["events"][:7]}))
    ours, theirs = in_turn(
        ROUNDS, lambda: measure(foreign.shown, str(path), str(small)), lambda: measure(foreign.parsed, str(path))
    )
    assert ours["events"] == theirs["events"] == foreign.EVENTS
    mine, other = ours["seconds"], theirs["seconds"]
    parts = f"open {ours['open']:.2f} s, events {ours['list']:.2f} s, runs and steps {ours['facts']:.2f} s"
    size = path.stat().st_size / 1e6
    table.add(
        Row(
            f"Temporal history of {foreign.EVENTS:,} events, {size:.0f} MB, to three frames ({parts})",
            f"{mine:.2f} s", "`json.load` of the same file", f"{other:.2f} s", f"{mine / other:.1f}x as long",
            "< 3 s and ≤ 3 x", mine < MOST_SECONDS and mine <= MOST_PARSES * other,
        ),
    )  # fmt: skip
