"""How fast the debugger's desk answers about a million events in one run, and about a hundred thousand runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.sides import Figures, in_turn, measure
from tests.benchmarks.table import Row, Table

pytestmark = pytest.mark.bench

ROUNDS = 3
EVENTS = 1_000_000
RUNS = 100_000


def asked(events: int, runs: int, questions: list[str]) -> Figures:
    """Seconds of the first answer to each question, one after the other, and the megabytes that it sends."""
    from tests.debugger.long import long_history
    from workbench.debugger.desk import Desk
    from workbench.engines import Loaded
    from workbench.recording import Recording

    desk = Desk(Recording([Loaded(long_history(events, runs), None, Path("long.wlog"))]))
    figures: Figures = {}
    for question in questions:
        facts: dict[str, Any] = {} if question == "runs" else {"run_id": "run-0"}
        began = time.perf_counter()
        answer = desk.answer({"ask": question, **facts})
        figures[question] = time.perf_counter() - began
        figures[f"{question} MB"] = sum(map(len, answer.buffers)) / 1e6
    return figures


def test_a_run_of_a_million_events(table: Table) -> None:
    questions = ["run", "spans", "events"]
    (figures,) = in_turn(ROUNDS, lambda: measure(asked, EVENTS, 1, questions))
    table.add(*(_row(f"debugger: `{one}` of a run of 1 M events", figures, one, 0.5) for one in questions))


def test_a_hundred_thousand_runs(table: Table) -> None:
    (figures,) = in_turn(ROUNDS, lambda: measure(asked, 5 * RUNS + RUNS, RUNS, ["runs"]))
    table.add(_row("debugger: `runs` of 100,000 runs", figures, "runs", 3.0))


def _row(what: str, figures: Figures, question: str, most: float) -> Row:
    seconds = figures[question]
    return Row(f"{what}, {figures[f'{question} MB']:.0f} MB", f"{seconds:.2f} s", target=f"< {most} s",
               reached=seconds < most)  # fmt: skip
