"""How long it takes to kill a workflow of ten steps everywhere, and to go on in four ways."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import workbench as wb
from tests.benchmarks.table import Row, Table
from tests.simulate.shopping import ten_steps
from workbench.simulate import World

pytestmark = pytest.mark.bench

WITHIN_SECONDS = 20


def test_a_sweep_of_ten_steps_over_all_points_and_four_policies(table: Table, folder: Path) -> None:
    began = time.perf_counter()
    swept = wb.sweep_crashes(ten_steps, ("order-1",), World, folder=folder / "sweep", jobs=2)
    seconds = time.perf_counter() - began
    assert len(swept.stage.design.policies) == 4
    assert swept.frame.loc[swept.frame["point"] != "nowhere", "died"].all()
    places = len({(plan.place.step, plan.place.point) for plan in swept.plans})
    table.add(
        Row(
            f"crash sweep of 10 steps: {places} places to die x 4 policies, {len(swept):,} lives, 2 at once",
            f"{seconds:.1f} s",
            "each worker really killed, virtual time only",
            f"{seconds / len(swept) * 1000:.0f} ms per life",
            "",
            f"< {WITHIN_SECONDS} s on 2 cores",
            seconds < WITHIN_SECONDS,
        )
    )
