"""How fast a run is stepped through, beside temporalio's Replayer, DBOS and recording it; and how that grows."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.ours import looked_at, record_for_replay, recorded_steps, replayed
from tests.benchmarks.peers import dbos_reexecution
from tests.benchmarks.sides import Figures, in_turn, measure
from tests.benchmarks.table import Row, Table, rate
from tests.benchmarks.temporal_peer import temporal_replay

pytestmark = pytest.mark.bench

ROUNDS = 5
STEPS = 5_000
DBOS_STEPS = 200
ACTIVITIES = 1_000
"""Where temporalio is fastest per activity: shorter runs pay for its start, longer ones for its growth."""
SIZES = (50, 500, 5_000, 25_600)
"""Steps of two events each: from 100 to 51,200 events."""
TIMES_TEMPORAL = 30
MOST_BYTES = 10
_Side = Callable[[], Figures]


def test_replay(table: Table, folder: Path) -> None:
    where = str(folder)
    measure(record_for_replay, STEPS, where)
    bare, full, live, dbos, temporal = in_turn(
        ROUNDS,
        lambda: measure(replayed, STEPS, where, with_locals=False),
        lambda: measure(replayed, STEPS, where, with_locals=True),
        lambda: measure(recorded_steps, "read", STEPS, where),
        lambda: measure(dbos_reexecution, DBOS_STEPS, where),
        lambda: measure(temporal_replay, ACTIVITIES),
    )
    for what, ours, target in (("without", bare, 100_000), ("with", full, 20_000)):
        mine = ours["per_second"]
        row = f"replay {what} locals, {ours['stops']:,.0f} stops"
        for peer, theirs, wanted, reached in (
            ("recording the same steps", live, f"≥ {target:,}/s", mine >= target),
            ("DBOS, `fork_workflow` through recorded steps", dbos, "", None),
            (
                "temporalio `Replayer`, activities, no sandbox", temporal,
                f"≥ {TIMES_TEMPORAL}x", mine >= TIMES_TEMPORAL * temporal["per_second"],
            ),
        ):  # fmt: skip
            other = theirs["per_second"]
            times = f"{mine / other:.1f}x as fast"
            table.add(Row(row, rate(mine, "steps"), peer, rate(other, "steps"), times, wanted, reached))


def test_cost_grows_with_the_run_and_not_faster(table: Table, folder: Path) -> None:
    where = str(folder)
    for steps in SIZES:
        measure(record_for_replay, steps, where)
    for what, with_locals in (("without", False), ("with", True)):
        found = in_turn(ROUNDS, *[_replaying(steps, where, with_locals=with_locals) for steps in SIZES])
        slope = _exponent([figures["seconds"] for figures in found])
        shown = ", ".join(f"{2 * n:,}: {one['seconds'] * 1e3:,.1f} ms" for n, one in zip(SIZES, found, strict=True))
        table.add(
            Row(
                f"replay {what} locals, by number of events ({shown})", f"exponent {slope:.2f}", "", "", "",
                "linear: ≤ 1.1", slope <= 1.1,
            )
        )  # fmt: skip


def _replaying(steps: int, where: str, *, with_locals: bool) -> _Side:
    return lambda: measure(replayed, steps, where, with_locals=with_locals)


def _exponent(seconds: list[float]) -> float:
    """Slope of the straight line through the logarithms: 1 for a cost that is proportional to the size."""
    xs, ys = [math.log(size) for size in SIZES], [math.log(one) for one in seconds]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum((x - mean_x) ** 2 for x in xs)


def test_the_largest_history_is_looked_at_without_waiting(table: Table, folder: Path) -> None:
    where = str(folder)
    measure(record_for_replay, SIZES[-1], where)
    for what, lines in (("", False), (", every line", True)):
        (seen,) = in_turn(3, _looking(where, lines=lines))
        times = ", ".join(
            f"{name} {seen[name] * 1e3:,.1f} ms" for name in ("step", "find", "history", "frame", "eval", "diff")
        )
        table.add(
            Row(
                f"trace of {2 * SIZES[-1]:,} events{what}, {seen['stops']:,.0f} stops ({times})",
                f"{seen['bytes_per_log_byte']:.1f} bytes", "a byte of its log", "1", "", f"< {MOST_BYTES}",
                seen["bytes_per_log_byte"] < MOST_BYTES,
            )
        )  # fmt: skip


def _looking(where: str, *, lines: bool) -> _Side:
    return lambda: measure(looked_at, SIZES[-1], where, lines=lines)
