"""How long the verdict on one long run takes: every payload is read, and every step judged for two dozen options."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.fleet import write_long_run
from tests.benchmarks.ours import judged
from tests.benchmarks.sides import Figures, in_turn, measure
from tests.benchmarks.table import Row, Table

pytestmark = pytest.mark.bench

LIMITS = {10_000: 0.2, 1_000_000: 10.0}
"""Seconds that a verdict may take, by number of events."""


@pytest.mark.parametrize("events", LIMITS)
def test_the_verdict_on_a_long_run(table: Table, folder: Path, events: int) -> None:
    path, cache = folder / f"long-{events}.wlog", str(folder / "cache")
    write_long_run(path, events // 2)
    measure(judged, str(path), cache)  # the index is made, pages are warm
    rounds = 3 if events < max(LIMITS) else 1
    (ours,) = in_turn(rounds, lambda: measure(judged, str(path), cache))
    table.add(_row(ours, LIMITS[events]))


def _row(ours: Figures, limit: float) -> Row:
    return Row(
        f"verdict on a run of {ours['events']:,.0f} events that failed at the end, in an open log",
        f"{ours['seconds']:.2f} s",
        f"reading each payload of the run once ({ours['frame']:.3f} s for the frame of its events)",
        f"{ours['payloads']:.2f} s",
        f"{ours['seconds'] / ours['payloads']:.1f}x as long",
        f"≤ {limit:g} s",
        ours["seconds"] <= limit,
    )
