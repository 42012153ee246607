"""A DBOS database that somebody uses: this process, another one in the middle of a transaction, one that died in it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import workbench as wb
from workbench._errors import LogError, NotALogError
from workbench.engines import head
from workbench.engines.dbos import database

SCHEMA = """
    CREATE TABLE workflow_status (workflow_uuid TEXT PRIMARY KEY, name TEXT, status TEXT, created_at INTEGER);
    CREATE TABLE operation_outputs (workflow_uuid TEXT, function_id INTEGER, function_name TEXT, output TEXT);
    INSERT INTO workflow_status VALUES ('order-42', 'checkout', 'SUCCESS', 1000);
    INSERT INTO operation_outputs VALUES ('order-42', 1, 'charge_card', NULL);
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "dbos.sqlite"
    with closing(sqlite3.connect(found)) as connection:
        connection.executescript(SCHEMA)
    return found


def told(script: str, path: Path) -> str:
    """What another process says about a database."""
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr


WRITES = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    connection.execute("BEGIN IMMEDIATE")
    print("writes")
except sqlite3.OperationalError as error:
    print(error)
"""

HOLDS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("holds", flush=True)
sys.stdin.read()
"""

DIES = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size=1")
connection.execute("PRAGMA cache_spill=1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE workflow_status SET name = 'half written'")
connection.executemany("INSERT INTO operation_outputs VALUES ('order-42', ?, 'ship', ?)",
                       [(number, "x" * 3000) for number in range(2, 200)])
os.kill(os.getpid(), 9)
"""


@contextmanager
def held(path: Path) -> Generator[None]:
    """Another process in the middle of a write that nobody may look into."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(path)], stdin=pipe, stdout=pipe) as it:
        assert it.stdout is not None
        assert it.stdin is not None
        it.stdout.readline()
        try:
            yield
        finally:
            it.stdin.close()


# --- by this process ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["file", "folder"])
@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_opening_leaves_the_locks_of_this_process(path: Path, mode: str, where: str) -> None:
    """As in a notebook that runs DBOS and looks at its database: POSIX would drop the locks with any close."""
    with closing(sqlite3.connect(path, isolation_level=None)) as dbos:
        dbos.execute(f"PRAGMA journal_mode={mode}")
        dbos.execute("BEGIN IMMEDIATE")
        dbos.execute("UPDATE workflow_status SET status = 'ERROR'")
        assert "locked" in told(WRITES, path)
        assert list(wb.open(path if where == "file" else path.parent).runs["status"]) == ["completed"]
        assert "locked" in told(WRITES, path)
        dbos.execute("COMMIT")
    assert list(wb.open(path).runs["status"]) == ["failed"]


def test_looking_at_any_database_leaves_its_locks(tmp_path: Path) -> None:
    path = tmp_path / "shop.of.mine"
    with closing(sqlite3.connect(path, isolation_level=None)) as shop:
        shop.execute("CREATE TABLE orders (id INTEGER)")
        shop.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotALogError, match="no system database of DBOS"):
            wb.open(path)
        assert "locked" in told(WRITES, path)


def test_one_descriptor_for_each_database_and_not_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "_kept", {})
    monkeypatch.setattr(head, "_MOST_KEPT", 3)
    in_use = sqlite3.connect(path)
    with closing(in_use):
        in_use.execute("SELECT 1 FROM workflow_status").fetchone()
        for _ in range(3):
            assert head.is_database(head.head_of(path))
        assert len(head._kept) == 1
        for number in range(10):
            other = path.with_name(f"{number}.sqlite")
            other.write_bytes(path.read_bytes())
            head.head_of(other)
        status = path.stat()
        assert (status.st_dev, status.st_ino) in head._kept  # this process has it open: it may have locks to lose
        assert len(head._kept) <= 4
    for descriptor in head._kept.values():
        os.close(descriptor)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.json"
    os.mkfifo(path)
    with pytest.raises(LogError, match="no regular file"):
        wb.open(path)


# --- by another process ------------------------------------------------------------------------------------------


def test_a_writer_in_the_middle_of_a_transaction_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.01)
    with held(path):
        with pytest.raises(LogError, match="is being written") as caught:
            wb.open(path)
        assert not isinstance(caught.value, NotALogError)
        with pytest.raises(LogError, match="is being written"):
            wb.open(path.parent)  # not passed over as if it were none of DBOS
    assert len(wb.open(path).steps) == 1


def test_half_a_transaction_of_a_dead_process_is_undone_in_a_copy(path: Path) -> None:
    told(DIES, path)
    before = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in path.parent.iterdir()}
    assert set(before) == {path.name, f"{path.name}-journal"}
    recording = wb.open(path)
    assert list(recording.runs["workflow"]) == ["checkout"]
    assert list(recording.steps["name"]) == ["charge_card"]
    assert before == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in path.parent.iterdir()}


def test_an_empty_wal_is_that_of_a_living_process(path: Path) -> None:
    with closing(sqlite3.connect(path)) as dbos:
        dbos.execute("PRAGMA journal_mode=WAL")
        dbos.execute("UPDATE workflow_status SET status = 'ERROR'")
        dbos.commit()
        dbos.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert path.with_name(f"{path.name}-wal").stat().st_size == 0
        assert database._state_of(path) == "shared"
        assert list(wb.open(path).runs["status"]) == ["failed"]


def test_all_tables_are_of_one_moment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tables another process may write; a run must not be read as open whose last step is there."""
    with closing(sqlite3.connect(path, isolation_level=None)) as dbos:
        dbos.execute("PRAGMA journal_mode=WAL")
        dbos.execute("UPDATE workflow_status SET status = 'PENDING'")
        read = database._rows

        def writes_in_between(connection: sqlite3.Connection, table: str) -> Iterator[database.Row]:
            if table == "operation_outputs":
                dbos.execute("INSERT INTO operation_outputs VALUES ('order-42', 2, 'ship', NULL)")
            return read(connection, table)

        monkeypatch.setattr(database, "_rows", writes_in_between)
        assert list(wb.open(path).steps["name"]) == ["charge_card", "(unknown step)"]
