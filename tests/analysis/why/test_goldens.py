"""Explanations of real histories, word for word: the demo's crash, Temporal's and DBOS's own recordings."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import workbench as wb
from tests.engines.real import TEMPORAL, dbos_file, temporal_files
from tests.incident import doubtful_demo, doubtful_run, killed_demo, killed_run
from workbench.analysis.why import Role, Why, why
from workbench.recording import Run

__all__ = ["doubtful_demo", "doubtful_run", "killed_demo", "killed_run"]

HOUR_NS = 3_600_000_000_000
GOLDENS = Path(__file__).parent / "goldens"
SPAN = re.compile(
    r"\b\d[\d,.]* (millisecond|second|minute|hour|day)s?( \d+ (second|minute|hour)s?)?|less than a millisecond"
)


def explain(run: Run) -> Why:
    """An hour after its last event."""
    rows = run.history.rows_of(run.id)
    now_ns = run.history.columns.time_ns[rows[-1]] + HOUR_NS
    return why(run.history, run.id, run._loaded.report, now_ns=now_ns)


def without_time(found: Why) -> str:
    """Without durations and event numbers, which differ from machine to machine."""
    return re.sub(r" \(events? [\d, and]+\)\.$", ".", SPAN.sub("a while", found.text()), flags=re.MULTILINE)


def temporal(name: str) -> Run:
    path = TEMPORAL / name
    if not path.exists():
        pytest.skip(f"no real history at {path}: it is not part of the project")
    return wb.open(path).run()


def golden(name: str) -> str:
    return (GOLDENS / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


def test_the_demo_that_was_killed_after_its_charge(killed_run: Run) -> None:
    assert without_time(explain(killed_run)) == golden("demo_after_charge")


def test_the_demo_that_was_killed_in_its_charge(doubtful_run: Run) -> None:
    assert without_time(explain(doubtful_run)) == golden("demo_in_charge")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("samples-go__rainbowstatusesworkflow.json", "temporal_activity_timed_out"),
        ("sdk-go__reset-workflow-with-child-failed.json", "temporal_child_failed"),
        ("ui__events.running.json", "temporal_running"),
    ],
)
def test_histories_of_temporal(file: str, name: str) -> None:
    assert explain(temporal(file)).text() == golden(name)


def test_a_declined_charge_of_dbos() -> None:
    run = wb.open(dbos_file("dbos_checkout")).run("wf-decline-3")
    assert explain(run).text() == golden("dbos_declined")


def every_real_run() -> list[Run]:
    paths: list[Path] = [*temporal_files(), dbos_file("dbos_checkout"), dbos_file("dbos_after_crash")]
    runs = []
    for path in paths:
        try:
            recording = wb.open(path)
        except wb.WorkbenchError:
            continue  # what cannot be opened is told by the tests of the engines
        runs += [recording.run(run_id) for run_id in recording.runs["run_id"]]
    return runs


def test_every_real_run_is_explained_in_whole_sentences() -> None:
    runs = every_real_run()
    assert len(runs) > 50
    for run in runs:
        began = time.perf_counter()
        found = explain(run)
        assert time.perf_counter() - began < 5
        assert found.clauses[0].role is Role.OUTCOME
        assert len(found.text()) < 20_000
        for clause in found.clauses:
            assert re.search(r" \(events? \d+[\d, and]*\)\.$", clause.sentence), clause.sentence
