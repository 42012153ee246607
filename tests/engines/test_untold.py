"""What a history does not hold may have acted: other runs, lost pages, unknown events, numbers without a row."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.engines.real import TEMPORAL, Told, dbos_file, payload, temporal_files
from workbench.engines.dbos import database
from workbench.engines.rows import Rows
from workbench.recording import Run


def opened(told: Told, folder: Path) -> Run:
    return wb.open(told.write(folder / "history.json")).run()


def safety(run: Run, action: str = "rerun") -> str:
    row = run.verdict().row(action)
    assert row is not None
    return str(row.safety)


def finished(**more: Any) -> Told:
    """A run that completed and did nothing: the only sort of which another run is SAFE."""
    told = Told()
    told.started(**more)
    told.event("WorkflowTaskScheduled", attempt=1)
    told.event("WorkflowExecutionCompleted")
    return told


# --- Temporal ----------------------------------------------------------------------------------------------------


def test_a_run_that_did_nothing_may_run_again(tmp_path: Path) -> None:
    assert safety(opened(finished(), tmp_path)) == "SAFE"
    assert safety(opened(finished(continuedExecutionRunId="run-0"), tmp_path)) == "SAFE"


def test_what_was_done_before_a_reset_and_by_whom(tmp_path: Path) -> None:
    """The run that was reset went on after that point, and the id in its first event is that of the other run."""
    told = Told()
    told.started()
    told.event("WorkflowTaskFailed", cause="RESET_WORKFLOW", baseRunId="run-1", newRunId="run-2")
    told.event("WorkflowTaskFailed", cause="RESET_WORKFLOW", baseRunId="run-2", newRunId="run-3")
    told.event("WorkflowExecutionCompleted")
    run = opened(told, tmp_path)
    assert run.id == "run-3"
    assert safety(run) == "CHECK"
    assert "it was reset from run run-2" in str(run.verdict())


def test_a_real_reset_run_has_its_own_id() -> None:
    temporal_files()
    run = wb.open(TEMPORAL / "sdk-go__reset-workflow-after-child-complete.json").run()
    assert run.id == "b64f8938-b361-4a06-8821-a5d5ad8c8992"


def test_earlier_attempts_of_a_workflow_are_in_other_histories(tmp_path: Path) -> None:
    told = finished(continuedExecutionRunId="run-0")
    told.events[0]["workflowExecutionStartedEventAttributes"]["attempt"] = 2
    run = opened(told, tmp_path)
    assert safety(run) == "CHECK"
    assert "it is a later attempt of its workflow: what run run-0 and those before it did" in str(run.verdict())


def test_events_that_are_not_in_the_file_may_be_acts(tmp_path: Path) -> None:
    told = finished()
    told.events[2]["eventId"] = "40"
    run = opened(told, tmp_path)
    assert safety(run) == "UNSAFE"
    assert safety(run, "compensate") == "CHECK"
    assert "events between 2 and 40 are not in the file" in str(run.verdict())


def test_events_of_unknown_types_may_be_acts(tmp_path: Path) -> None:
    told = Told()
    told.started()
    told.event("StandaloneActivityStarted")
    told.event("WorkflowExecutionCompleted")
    run = opened(told, tmp_path)
    assert safety(run) == "CHECK"
    assert "events of unknown types: StandaloneActivityStarted" in str(run.verdict())


def one_order(order: str) -> list[dict[str, Any]]:
    told = Told()
    told.started()
    told.completed(told.activity("charge_card"))
    told.event("WorkflowExecutionCompleted")
    told.events[0]["workflowExecutionStartedEventAttributes"]["originalExecutionRunId"] = order
    return told.events


def test_histories_one_after_the_other_are_not_mixed(tmp_path: Path) -> None:
    """As `jq -s '[.[].events[]]'` puts them; the events of two runs have the same numbers."""
    both = [*one_order("a"), *one_order("b")]
    for events in (both, both[::-1]):
        path = tmp_path / "both.json"
        path.write_text(json.dumps({"events": events}))
        recording = wb.open(path)
        assert sorted(recording.runs["run_id"]) == ["a", "b"]
        assert recording.runs["events"].tolist() == [4, 4]
        assert recording.steps["state"].tolist() == ["committed", "committed"]


def test_a_page_that_was_exported_twice_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    events = one_order("a")
    path.write_text(json.dumps({"events": [*events[:2], *events]}))
    run = wb.open(path).run()
    assert len(run.steps) == 1
    assert len(run.events) == 4


@pytest.mark.parametrize(
    "kind", ["DecisionTaskScheduled", "EVENT_TYPE_DECISION_TASK_SCHEDULED", "WorkflowTaskScheduled"]
)
def test_attempts_that_are_counted_from_zero(tmp_path: Path, kind: str) -> None:
    told = Told()
    told.started()
    told.event("WorkflowTaskScheduled", attempt=0)
    told.events[1]["eventType"] = kind
    scheduled = told.activity("charge_card")
    told.began(scheduled, 1)
    told.completed(scheduled)
    step = opened(told, tmp_path).facts.steps[0]
    assert step.attempts == 2
    assert step.repeated


@pytest.mark.parametrize("kind", ["WorkflowExecutionTerminated", "EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED", 27])
def test_who_ended_a_run(tmp_path: Path, kind: Any) -> None:
    told = Told()
    told.started()
    told.event("WorkflowExecutionTerminated")
    told.events[1]["eventType"] = kind
    assert opened(told, tmp_path).payload(2)["by"] == "operator"


def test_json_as_it_was_marked_before_version_one(tmp_path: Path) -> None:
    told = Told()
    told.started()
    told.event("WorkflowExecutionSignaled", signalName="approve", input={"payloads": [payload({"by": "Eve"}, "json")]})
    assert opened(told, tmp_path).payload(2)["value"] == {"by": "Eve"}


# --- DBOS --------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / "system.sqlite"
    shutil.copyfile(dbos_file("dbos_after_crash"), path)
    return path


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_numbers_without_a_row_are_steps_in_doubt(copy: Path) -> None:
    """Of steps side by side, the one that had not ended when the process died; the last number says nothing of it."""
    change(copy, "DELETE FROM operation_outputs WHERE workflow_uuid = 'wf-crash-5' AND function_id IN (2, 3)")
    run = wb.open(copy).run("wf-crash-5")
    assert run.steps["position"].tolist() == ["1", "2", "4", "6"]
    untold = run.facts.steps[1]
    assert (untold.name, str(untold.state)) == ("(unknown step)", "in_doubt")
    assert any("the database holds no row of this number" in reason for reason in untold.assumed)


def test_the_second_number_of_a_wait_for_a_message_is_none(copy: Path) -> None:
    """`recv` reserves a number for its sleep, and uses it only when the message is not there yet."""
    change(copy, "DELETE FROM operation_outputs WHERE workflow_uuid = 'wf-wait-4' AND function_id = 6")
    assert "(unknown step)" not in wb.open(copy).run("wf-wait-4").steps["name"].tolist()


def test_real_databases_have_no_such_number(copy: Path) -> None:
    assert wb.open(copy).steps["name"].tolist().count("(unknown step)") == 1  # that of the open run


def test_newest_changes_that_cannot_be_read_may_be_acts(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_state_of", lambda _: "unreadable")
    run = next(run for run in wb.open(copy) if run.facts.workflow == "bulk")
    assert safety(run) == "UNSAFE"


def test_transactions_of_old_versions_are_elsewhere(copy: Path) -> None:
    """Up to version 2 a transaction had its row in the application's database only."""
    bulk = next(run for run in wb.open(copy) if run.facts.workflow == "bulk")
    assert safety(bulk) == "SAFE"
    change(copy, "DROP TABLE workflow_input")
    bulk = next(run for run in wb.open(copy) if run.facts.workflow == "bulk")
    assert safety(bulk) == "CHECK"


def test_many_runs_of_one_id() -> None:
    rows = Rows()
    began = time.perf_counter()
    ids = {rows.run("order-42")[1] for _ in range(20_000)}
    assert len(ids) == 20_000
    assert time.perf_counter() - began < 2  # looking for a free suffix from the start took a minute
