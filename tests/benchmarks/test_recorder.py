"""What recording costs a step, beside the bare call, beside a bare synced write, and beside DBOS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.ours import plain_calls, recorded_steps
from tests.benchmarks.peers import bare_writes, dbos_steps
from tests.benchmarks.sides import in_turn, measure
from tests.benchmarks.table import Row, Table, micros, rate

pytestmark = pytest.mark.bench

ROUNDS = 7
STEPS = 20_000
SYNCED_STEPS = 1_000
DBOS_STEPS = 200


def test_a_step_that_repeats(table: Table, folder: Path) -> None:
    where = str(folder)
    ours, plain, dbos, unsynced = in_turn(
        ROUNDS,
        lambda: measure(recorded_steps, "read", STEPS, where),
        lambda: measure(plain_calls, STEPS),
        lambda: measure(dbos_steps, DBOS_STEPS, where),
        lambda: measure(dbos_steps, DBOS_STEPS, where, "OFF"),
    )
    overhead, speedup = ours["p50"] - plain["p50"], ours["per_second"] / dbos["per_second"]
    figure = rate(ours["per_second"], "steps")
    table.add(
        Row(
            "recorder, kind that repeats (intent + result): added per step, p50",
            f"{micros(overhead)} (p99 {micros(ours['p99'] - plain['p99'])})",
            "the same function called plainly", f"{plain['p50']:.2f} µs (p99 {plain['p99']:.2f} µs)",
            f"{ours['p50'] / plain['p50']:.0f}x its time", "≤ 15 µs p50", overhead <= 15,
        ),
        Row(
            "recorder, kind that repeats: steps",
            figure, "DBOS on SQLite as it comes (syncs each step)", rate(dbos["per_second"], "steps"),
            f"{speedup:.0f}x as many", "≥ 100x", speedup >= 100,
        ),
        Row(
            "the same, syncs taken out of the comparison",
            figure, "DBOS on SQLite, `synchronous=OFF`", rate(unsynced["per_second"], "steps"),
            f"{ours['per_second'] / unsynced['per_second']:.0f}x as many",
        ),
    )  # fmt: skip


def test_a_step_that_must_not_repeat(table: Table, folder: Path) -> None:
    where = str(folder)
    size = round(measure(recorded_steps, "write", SYNCED_STEPS, where)["bytes"])
    ours, bare, dbos = in_turn(
        ROUNDS,
        lambda: measure(recorded_steps, "write", SYNCED_STEPS, where),
        lambda: measure(bare_writes, SYNCED_STEPS, size, where),
        lambda: measure(dbos_steps, DBOS_STEPS, where),
    )
    slower, speedup = ours["p50"] / bare["p50"], dbos["p50"] / ours["p50"]
    table.add(
        Row(
            f"recorder, kind that does not repeat (intent synced, {size} bytes a step): per step, p50",
            f"{micros(ours['p50'])} (p99 {micros(ours['p99'])}, mean {micros(ours['mean'])})",
            "`os.write` + `os.fdatasync` of as many bytes",
            f"{micros(bare['p50'])} (p99 {micros(bare['p99'])}, mean {micros(bare['mean'])})",
            f"{slower:.2f}x its time (means {ours['mean'] / bare['mean']:.2f}x)", "≤ 1.3x", slower <= 1.3,
        ),
        Row(
            "recorder, kind that does not repeat: per step, p50",
            micros(ours["p50"]), "DBOS on SQLite as it comes", micros(dbos["p50"]),
            f"{speedup:.1f}x as fast", "≥ 5x", speedup >= 5,
        ),
    )  # fmt: skip
