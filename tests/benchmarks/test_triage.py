"""How fast a fleet is judged, and how fast a folder of ten thousand logs opens again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.benchmarks.fleet import MIX, write_fleet
from tests.benchmarks.ours import opened_again, opened_plainly, triaged
from tests.benchmarks.sides import Figures, in_turn, measure
from tests.benchmarks.table import Row, Table, rate

pytestmark = pytest.mark.bench

RUNS, RUNS_IN_TROUBLE = 100_000, 20_000
LOGS, RUNS_PER_LOG = 10_000, 10
ROUNDS = 3


def test_triage_of_a_hundred_thousand_runs(table: Table, folder: Path) -> None:
    path, cache = folder / "fleet.wlog", str(folder / "cache")
    write_fleet(path, RUNS)
    measure(triaged, str(path), cache, hazards="none")  # the index is made, pages are warm
    for hazards in ("none", "quick"):
        (ours,) = in_turn(ROUNDS, partial(measure, triaged, str(path), cache, hazards=hazards))
        table.add(_triage_row(MIX, hazards, ours))
    table.add(_triage_row(MIX, "troubled", measure(triaged, str(path), cache, hazards="troubled", runs=2_000)))


def test_triage_of_a_fleet_that_is_all_in_trouble(table: Table, folder: Path) -> None:
    path, cache = folder / "troubled.wlog", str(folder / "cache")
    write_fleet(path, RUNS_IN_TROUBLE, troubled=1.0)
    measure(triaged, str(path), cache, hazards="none")
    table.add(_triage_row(1.0, "quick", measure(triaged, str(path), cache, hazards="quick")))


def _triage_row(share: float, hazards: str, ours: Figures) -> Row:
    per_second = ours["runs"] / ours["seconds"]
    target = share < 1 and hazards in {"none", "quick"}
    alone = ours["alone"]
    return Row(
        f"triage, {ours['runs']:,.0f} runs in one log, {share:.0%} in trouble, hazards={hazards}, one process",
        rate(per_second, "runs"),
        "`verdict_of` run by run, no hazards (in the same process, a sample)",
        rate(alone, "runs"),
        f"{per_second / alone:,.0f}x as fast",
        "≥ 20,000 runs/s" if target else "",
        per_second >= 20_000 if target else None,
    )


def test_a_folder_of_ten_thousand_logs_opens_again(table: Table, folder: Path) -> None:
    logs = folder / "logs"
    logs.mkdir()
    for number in range(LOGS):
        write_fleet(logs / f"worker-{number:05}.wlog", RUNS_PER_LOG)
    cache = str(folder / "cache")
    first = measure(opened_again, str(logs), cache)
    again, plain = in_turn(
        ROUNDS,
        lambda: measure(opened_again, str(logs), cache),
        lambda: measure(opened_plainly, str(logs)),
    )
    table.add(
        Row(
            f"{LOGS:,} logs of {RUNS_PER_LOG} runs each: `wb.open(folder).runs` for the first time, imports included",
            f"{first['seconds']:.1f} s",
        ),
        Row(
            f"{LOGS:,} logs: the second time, imports included (warm page cache, fresh process)",
            f"{again['seconds']:.2f} s",
            "opening every log, without its runs",
            f"{plain['seconds']:.2f} s",
            f"{plain['seconds'] / again['seconds']:.1f}x as fast",
            "< 2 s",
            again["seconds"] < 2,
        ),
    )
