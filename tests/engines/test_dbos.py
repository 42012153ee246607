"""DBOS system databases: every row is an event, nothing is unpickled, nothing beside the file or in it changes."""

from __future__ import annotations

import base64
import hashlib
import os
import pickle
import random
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.engines.planted import Acts, loaded
from tests.engines.real import DBOS, dbos_file
from workbench._errors import LogError, LogNotFoundError, NotALogError, WorkbenchError
from workbench.analysis import Safety
from workbench.engines import dbos
from workbench.engines.dbos import database

NAMES = ("dbos_checkout", "dbos_after_crash")
COUNT = """
    SELECT (SELECT count(*) FROM workflow_status)                                   -- a run begins
         + (SELECT 2 * count(*) FROM operation_outputs)                             -- an operation begins and ends
         + (SELECT count(*) FROM notifications)                                     -- a message arrives
         + (SELECT count(*) FROM workflow_status WHERE status IN
            ('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', 'RETRIES_EXCEEDED'))  -- a run ends
         + (SELECT count(*) FROM workflow_status WHERE status NOT IN ('SUCCESS', 'ERROR'))  -- a step may have begun
"""


def asked(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def digest(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A database of one's own to break."""
    folder = tmp_path / "db"
    folder.mkdir()
    path = folder / "system.sqlite"
    shutil.copyfile(dbos_file("dbos_after_crash"), path)
    return path


def change(path: Path, *statements: str, **values: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement, values)
        connection.commit()
    return path


# --- real databases ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_an_event(name: str) -> None:
    path = dbos_file(name)
    recording = wb.open(path)
    assert len(recording.events) == asked(path, COUNT)[0][0]
    assert set(recording.runs["run_id"]) == {row[0] for row in asked(path, "SELECT workflow_uuid FROM workflow_status")}
    steps = recording.steps[recording.steps["name"] != "(unknown step)"]
    query = """
        SELECT count(*) FROM operation_outputs
        WHERE function_name NOT IN ('DBOS.sleep', 'DBOS.recv', 'DBOS.getResult') AND child_workflow_id IS NULL
    """
    assert len(steps) == asked(path, query)[0][0]
    recoveries = dict(asked(path, "SELECT workflow_uuid, recovery_attempts - 1 FROM workflow_status"))
    assert dict(zip(recording.runs["run_id"], recording.runs["recoveries"], strict=True)) == recoveries


@pytest.mark.parametrize("name", NAMES)
def test_times_are_those_of_the_rows(name: str) -> None:
    path = dbos_file(name)
    steps = wb.open(path).steps
    steps = steps[steps["name"] == "charge_card"]
    query = """
        SELECT workflow_uuid, started_at_epoch_ms, completed_at_epoch_ms
        FROM operation_outputs WHERE function_name = 'charge_card'
    """
    ours = {
        (run_id, began.value // 10**6, ended.value // 10**6)
        for run_id, began, ended in zip(steps["run_id"], steps["started"], steps["ended"], strict=True)
    }
    assert ours == set(asked(path, query))


@pytest.mark.parametrize("name", NAMES)
def test_every_run_can_be_looked_at(name: str) -> None:
    dbos_file(name)
    for run in wb.open(DBOS / f"{name}.sqlite"):
        assert run.timeline().layout.title.text
        assert run.terminal_timeline()
        assert len(run.effects()) <= len(run.steps)
        assert run.id in repr(run)
        assert "<table" in run._repr_html_()
        for seq in run.events["seq"]:
            assert dict(run.payload(int(seq))) is not None
        verdict = run.verdict()
        done = [step for step in run.facts.steps if step.acts]
        assert not done or all(row.safety is not Safety.SAFE for row in verdict.rows), run.id
        assert len(verdict.options)


def test_an_open_run_has_an_unknown_step_in_doubt() -> None:
    run = wb.open(dbos_file("dbos_after_crash")).run("wf-crash-5")
    assert run.status == "running"
    last = run.steps.iloc[-1]
    assert (last["name"], last["position"], last["state"]) == ("(unknown step)", "6", "in_doubt")
    assert "its name is unknown" in last["assumed"]
    verdict = run.verdict()
    assert verdict.best is None
    assert [row.safety for row in verdict.rows if row.action in {"resume", "rerun"}] == [Safety.UNSAFE] * 2
    assert "(unknown step) (6): Did it happen?" in str(verdict)


def test_a_recovered_run_says_that_a_step_may_have_run_twice() -> None:
    run = wb.open(dbos_file("dbos_checkout")).run("wf-crash-5")
    assert (run.status, run.facts.recoveries) == ("completed", 1)
    resume = run.verdict().row("resume")
    assert resume is not None
    assert resume.because.startswith("the run was recovered: what was running then may have been done twice")


def test_what_only_an_error_says_about_attempts() -> None:
    run = wb.open(dbos_file("dbos_checkout")).run("wf-decline-3")
    charge = run.steps.set_index("name").loc["charge_card"]
    assert (charge["attempts"], charge["state"]) == (4, "in_doubt")
    assert charge["error"].startswith("charge_card failed 4 times, at last CardDeclined: declined")
    assert run.facts.error_type == "DBOSMaxStepRetriesExceeded"


def test_messages_timers_children_and_events() -> None:
    run = wb.open(dbos_file("dbos_checkout")).run("wf-wait-4")
    frame = run.events.set_index("seq")
    consumed = frame[frame["event"] == "SignalConsumed"]
    assert consumed["name"].tolist() == ["approval"]
    assert run.payload(int(consumed.index[0]))["result"] == {"approved_by": "ann"}
    assert run.facts.unconsumed == ()
    assert (frame["event"] == "TimerFired").sum() == 1
    assert (frame["event"] == "TimerCancelled").sum() == 1  # the deadline of the wait, which nobody slept through
    assert [(child.run_id, child.answer >= 0) for child in run.facts.children] == [("wf-wait-4-9", True)]
    first = frame[frame["name"] == "DBOS.setEvent"].index[0]
    assert run.payload(int(first))["args"] == ["status", "started"]
    assert run.payload(int(frame.index[0]))["args"] == ["wait-4", "sku9", 1, 5.0]


def test_a_fork_names_where_it_comes_from() -> None:
    recording = wb.open(dbos_file("dbos_checkout"))
    fork = next(run for run in recording if run.facts.business_key == "wf-ok-1" and run.id != "wf-ok-1")
    assert "it was forked from run wf-ok-1" in str(fork.verdict())


# --- how it is opened --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["{path}", "sqlite:///{path}", "sqlite:///{path}?timeout=5"])
def test_paths_and_urls(where: str) -> None:
    path = dbos_file("dbos_checkout")
    assert len(wb.open(where.format(path=path))) == 15


@pytest.mark.parametrize("suffix", [".db", ".sqlite3", ".anything"])
def test_names_do_not_matter(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"system{suffix}"
    shutil.copyfile(dbos_file("dbos_checkout"), path)
    assert len(wb.open(path)) == 15


def test_a_folder_of_databases_holds_only_those_of_dbos(tmp_path: Path) -> None:
    shutil.copyfile(dbos_file("dbos_checkout"), tmp_path / "a.sqlite")
    change(tmp_path / "b.sqlite", "CREATE TABLE cookies (name TEXT)")
    (tmp_path / "c.json").write_text('{"name": "package"}')
    assert len(wb.open(tmp_path).logs) == 1


def test_opening_changes_nothing(copy: Path) -> None:
    before = digest(copy.parent)
    assert len(wb.open(copy).events)
    assert digest(copy.parent) == before


def live(copy: Path) -> sqlite3.Connection:
    """A process that has the database open in WAL mode with a change that is only in the -wal."""
    connection = sqlite3.connect(copy)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("UPDATE workflow_status SET name = 'newest' WHERE workflow_uuid = 'wf-crash-5'")
    connection.commit()
    return connection


def name_of(path: Path) -> str:
    runs = wb.open(path).runs.set_index("run_id")
    return str(runs.loc["wf-crash-5", "workflow"])


def left_behind(copy: Path, folder: Path) -> Path:
    """What a killed process leaves: database and -wal, without the -shm."""
    folder.mkdir()
    with closing(live(copy)):
        for path in (copy, copy.with_name(f"{copy.name}-wal")):
            shutil.copyfile(path, folder / path.name)
    return folder / copy.name


def test_a_wal_that_a_living_process_writes(copy: Path) -> None:
    with closing(live(copy)):
        assert name_of(copy) == "newest"


def test_a_wal_that_was_left_behind(copy: Path, tmp_path: Path) -> None:
    path = left_behind(copy, tmp_path / "dead")
    before = digest(path.parent)
    assert name_of(path) == "newest"
    assert digest(path.parent) == before


def test_a_shm_that_was_left_behind_too(copy: Path) -> None:
    dies = """
        import os, sqlite3, sys
        connection = sqlite3.connect(sys.argv[1])
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("UPDATE workflow_status SET name = 'newest' WHERE workflow_uuid = 'wf-crash-5'")
        connection.commit()
        os.kill(os.getpid(), 9)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(dies), str(copy)], check=False)
    before = digest(copy.parent)
    assert len(before) == 3
    assert name_of(copy) == "newest"
    after = digest(copy.parent)
    assert {name for name in before if before[name] != after[name]} <= {f"{copy.name}-shm"}
    assert after.keys() == before.keys()


def test_wal_mode_without_its_wal(copy: Path, tmp_path: Path) -> None:
    path = left_behind(copy, tmp_path / "dead")
    path.with_name(f"{path.name}-wal").unlink()
    before = digest(path.parent)
    assert name_of(path) == "checkout"
    assert digest(path.parent) == before


def test_a_wal_that_must_not_be_read(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = left_behind(copy, tmp_path / "dead")
    wal = path.with_name(f"{path.name}-wal")
    wal.chmod(0)
    if os.access(wal, os.R_OK):  # root may read everything
        monkeypatch.setattr(database, "_state_of", lambda _: "unreadable")
    run = wb.open(path).run("wf-crash-5")
    assert run.facts.workflow == "checkout"
    assert "the newest changes are missing" in str(run.verdict())


def test_in_a_folder_that_must_not_be_written(copy: Path, tmp_path: Path) -> None:
    path = left_behind(copy, tmp_path / "dead")
    path.parent.chmod(0o555)
    try:
        before = digest(path.parent)
        assert name_of(path) == "newest"
        assert digest(path.parent) == before
    finally:
        path.parent.chmod(0o755)


# --- old schemas -------------------------------------------------------------------------------------------------


def test_columns_and_tables_may_be_missing(copy: Path) -> None:
    path = change(
        copy,
        "DROP TABLE workflow_input", "DROP TABLE workflow_output", "DROP TABLE workflow_events_history",
        "ALTER TABLE operation_outputs DROP COLUMN started_at_epoch_ms",
        "ALTER TABLE operation_outputs DROP COLUMN serialization",
        "ALTER TABLE notifications DROP COLUMN consumed_by_function_id",
        "ALTER TABLE notifications DROP COLUMN consumed",
        "UPDATE workflow_status SET recovery_attempts = NULL",
    )  # fmt: skip
    recording = wb.open(path)
    steps = recording.steps
    assert len(steps) == len(wb.open(dbos_file("dbos_after_crash")).steps)
    known = steps[steps["name"] != "(unknown step)"]
    assert known["assumed"].str.contains("when it began is not recorded").all()
    assert all(run.timeline() and run.terminal_timeline() and str(run.verdict()) for run in recording)


def test_what_waits_has_no_step_in_doubt(copy: Path) -> None:
    path = change(
        copy,
        "DELETE FROM operation_outputs WHERE workflow_uuid = 'wf-crash-5'",
        "UPDATE workflow_status SET status = 'ENQUEUED' WHERE workflow_uuid = 'wf-crash-5'",
    )
    run = wb.open(path).run("wf-crash-5")
    assert (run.status, len(run.steps)) == ("running", 0)


@pytest.mark.parametrize("status", ["CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "SOMETHING_NEW"])
def test_what_was_cut_off_may_have_acted(copy: Path, status: str) -> None:
    path = change(copy, "UPDATE workflow_status SET status = :status WHERE workflow_uuid = 'wf-crash-5'", status=status)
    run = wb.open(path).run("wf-crash-5")
    assert run.steps["state"].tolist()[-1] == "in_doubt"
    assert run.status == {"CANCELLED": "cancelled", "SOMETHING_NEW": "running"}.get(status, "failed")


# --- hostile ones ------------------------------------------------------------------------------------------------


def test_a_planted_pickle_does_not_run(copy: Path, tmp_path: Path) -> None:
    mark = tmp_path / "was-here"
    planted = base64.b64encode(pickle.dumps(Acts(f"touch {mark}"))).decode()
    path = change(
        copy,
        "UPDATE operation_outputs SET output = :planted, serialization = 'py_pickle'",
        "UPDATE operation_outputs SET error = :planted WHERE function_name = 'ship'",
        "UPDATE workflow_input SET inputs = :planted",
        "UPDATE workflow_output SET output = :planted",
        "UPDATE notifications SET message = :planted",
        planted=planted,
    )
    recording = wb.open(path)
    shown = [repr(run.payload(int(seq))) for run in recording for seq in run.events["seq"]]
    assert any("system(args=" in text for text in shown)
    for run in recording:
        assert run.timeline()
        assert str(run.verdict())
    assert not mark.exists()
    loaded(base64.b64decode(planted))
    assert mark.exists()


def test_a_value_that_cannot_be_read_stays_and_says_why(copy: Path) -> None:
    path = change(copy, "UPDATE operation_outputs SET output = 'gASV' WHERE function_name = 'charge_card'")
    run = wb.open(path).run("wf-crash-5")
    end = run.events[(run.events["event"] == "StepCompleted") & (run.events["name"] == "charge_card")]
    value = run.payload(int(end["seq"].iloc[0]))["result"]
    assert (value.type_name, value.raw, value.encoding) == ("Undecoded", "gASV", "py_pickle")
    assert "damaged" in value.why


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: change(path, "CREATE TABLE cookies (name TEXT)"), "no system database of DBOS"),
        (lambda path: path.write_bytes(b"SQLite format 3\x00" + b"\x01" * 4096), "no readable SQLite database"),
        (lambda path: path.write_bytes(b"hello"), "no readable SQLite database"),
        (
            lambda path: change(
                path, "CREATE VIEW workflow_status AS SELECT 1", "CREATE VIEW operation_outputs AS SELECT 1"
            ),
            "no system database",
        ),
    ],
)
def test_what_is_no_database_of_dbos(tmp_path: Path, make: Any, says: str) -> None:
    path = tmp_path / "other.sqlite"
    make(path)
    with pytest.raises(NotALogError, match=says) as caught:
        wb.open(path)
    assert caught.value.hint


def test_a_view_is_never_computed(copy: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS workflow_uuid FROM n"
    path = change(copy, "DROP TABLE workflow_events_history", f"CREATE VIEW workflow_events_history AS {endless}")
    assert len(wb.open(path)) == 12


def test_no_such_database(tmp_path: Path) -> None:
    with pytest.raises(LogNotFoundError):
        wb.open(f"sqlite:///{tmp_path}/none.sqlite")
    with pytest.raises(LogNotFoundError):
        dbos.load(tmp_path / "none.sqlite")
    with pytest.raises(LogError):
        dbos.load(tmp_path)
    with pytest.raises(WorkbenchError, match="no place that can be opened"):
        wb.open("postgresql://localhost/dbos")


def test_odd_values_in_columns(copy: Path) -> None:
    path = change(
        copy,
        "UPDATE operation_outputs SET function_id = -5 WHERE function_id = 2",
        "UPDATE operation_outputs SET function_id = 9223372036854775807 WHERE function_id = 3",
        "UPDATE operation_outputs SET started_at_epoch_ms = 'soon', function_name = x'00' WHERE function_id = 4",
        "UPDATE operation_outputs SET completed_at_epoch_ms = -1, output = x'00ff' WHERE function_id = 5",
        "UPDATE workflow_status SET created_at = 1e300, name = x'fffe', recovery_attempts = 'many'",
    )
    recording = wb.open(path)
    for run in recording:
        assert run.timeline()
        assert run.terminal_timeline()
        assert str(run.verdict())
        assert [repr(run.payload(int(seq))) for seq in run.events["seq"] if seq % 7]


def test_real_databases_broken_anywhere(tmp_path: Path) -> None:
    chance = random.Random(11)
    whole = dbos_file("dbos_checkout").read_bytes()
    outcomes = {True: 0, False: 0}
    for _ in range(60):
        raw = bytearray(whole)
        for _ in range(chance.randrange(1, 40)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        if chance.random() < 0.2:
            del raw[chance.randrange(1, len(raw)) :]
        path = tmp_path / "broken.sqlite"
        path.write_bytes(raw)
        try:
            for run in wb.open(path):
                run.terminal_timeline()
                str(run.verdict())
        except WorkbenchError as error:
            assert error.message  # noqa: PT017 - a refusal with words is right as well
            outcomes[False] += 1
        else:
            outcomes[True] += 1
    assert min(outcomes.values()) > 5
