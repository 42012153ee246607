"""A DBOS system database as rows of plain values: opened so that nothing beside it or in it changes.

A database in WAL mode keeps its newest changes in a `-wal` file, and reading that in place may create a `-shm` file.
So it is read in place only where there is a `-shm` already, which a living process may be using (SQLite may renew
that one, and nothing else); else from a copy, or, without a `-wal`, as it stands. In the other modes a process that
died leaves a `-journal`, with which half a transaction must be undone before anybody reads: that is done to a copy.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from workbench._errors import LogError, NotALogError
from workbench.engines.head import copy_database, head_of, is_database

__all__ = ["Contents", "is_dbos", "read_database"]

_WAL_AT, _WAL = 18, 2
_STATUS, _STEPS = "workflow_status", "operation_outputs"
_TABLES = (_STATUS, _STEPS, "workflow_input", "workflow_output", "notifications", "workflow_events_history")
_HINT = "a system database of DBOS has the tables workflow_status and operation_outputs"

PATIENCE_SECONDS = 5.0
"""How long to wait for another process to end its transaction."""

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_BROKEN = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises about a damaged file; its message may quote bytes that are no text."""

Row = dict[str, Any]


class Contents(NamedTuple):
    """What a system database holds.

    Attributes:
        tables: Rows of each table that is there, in the order in which they were written.
        stale: The newest changes could not be read: they are in a `-wal` file that must not be opened.
    """

    tables: dict[str, list[Row]]
    stale: bool

    def of(self, table: str) -> list[Row]:
        """Rows of a table; none where an older schema lacks it."""
        return self.tables.get(table, [])


def is_dbos(path: Path, head: bytes) -> bool:
    """Whether a file is a system database of DBOS, by its header and its tables."""
    if not is_database(head):
        return False
    try:
        with _opened(path) as (connection, _):
            return {_STATUS, _STEPS} <= _tables(connection)
    except (*_BROKEN, OSError) as error:
        return _code_of(error) in _BUSY  # then opening it says so; a file of a folder is not passed over


def read_database(path: Path) -> Contents:
    """Every row that says something about a run.

    Raises:
        NotALogError: It is no SQLite database, or none of DBOS.
        LogError: It cannot be read, or is damaged.
    """
    try:
        with _opened(path) as (connection, stale):
            known = _tables(connection)
            if not {_STATUS, _STEPS} <= known:
                raise NotALogError(f"{path} is no system database of DBOS", path=path, hint=_HINT)
            connection.execute("BEGIN")  # all tables as they are at one moment, whoever writes meanwhile
            tables = {name: list(_rows(connection, name)) for name in _TABLES if name in known}
            return Contents(tables, stale)
    except OSError as error:
        raise LogError(f"cannot read {path}: {error.strerror or error}", path=path) from error
    except _BROKEN as error:
        if _code_of(error) in _BUSY:
            hint = "try again in a moment, or open a copy"
            raise LogError(f"{path} is being written: {error}", path=path, hint=hint) from error
        if _code_of(error) == sqlite3.SQLITE_CANTOPEN:
            raise LogError(f"cannot read {path}: {error}", path=path, hint="look at its permissions") from error
        hint = "restore the file from a copy; a copy of a running database needs its -wal file too"
        raise NotALogError(f"{path} is no readable SQLite database: {error}", path=path, hint=hint) from error


def _code_of(error: Exception) -> int:
    """SQLite's primary result code; 0 for none."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


@contextmanager
def _opened(path: Path) -> Generator[tuple[sqlite3.Connection, bool]]:
    """A read-only connection, and whether the newest changes are out of its reach."""
    state = _state_of(path)
    connection = None if state == "left" else _in_place(path, immutable=state in {"missing", "unreadable"})
    if connection is not None:
        with closing(connection):
            yield connection, state == "unreadable"
        return
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        copy = Path(folder) / path.name
        copy_database(path, copy)
        for beside in ("-wal", "-journal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{beside}", f"{copy}{beside}")
        with closing(_connected(copy, "mode=rw")) as connection:
            yield connection, False


def _in_place(path: Path, *, immutable: bool) -> sqlite3.Connection | None:
    """A connection to the file itself; `None` where SQLite must write first: to undo what a dead process began."""
    connection = _connected(path, "mode=ro&immutable=1" if immutable else "mode=ro")
    try:
        _tables(connection)
    except _BROKEN as error:
        connection.close()
        if _code_of(error) == sqlite3.SQLITE_READONLY:
            return None
        raise
    return connection


def _state_of(path: Path) -> str:
    """Of the `-wal`: `missing`, `unreadable`, `left`, perhaps `shared` with a living process; `none` in other modes.

    An empty one that has its `-shm` is shared: a process has opened the database and may write at any moment.
    """
    header = head_of(path)
    if len(header) <= _WAL_AT or header[_WAL_AT] != _WAL:
        return "none"
    wal = path.with_name(f"{path.name}-wal")
    try:
        with wal.open("rb") as file:
            holds = bool(file.read(1))
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "unreadable"
    if path.with_name(f"{path.name}-shm").exists():
        return "shared"
    return "left" if holds else "missing"


def _connected(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{how}", uri=True, isolation_level=None, timeout=PATIENCE_SECONDS
    )
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA query_only=ON")
    return connection


def _tables(connection: sqlite3.Connection) -> set[str]:
    """Real tables only: a view could compute for ever, a virtual one runs code of an extension."""
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {name for name, sql in found if isinstance(sql, str) and not sql.upper().startswith("CREATE VIRTUAL")}


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Stored columns only: generated ones are computed by expressions of the file."""
    columns = [row["name"] for row in connection.execute(f"PRAGMA table_info({table})")]
    listed = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
    for row in connection.execute(f"SELECT {listed} FROM {table} ORDER BY rowid"):  # noqa: S608 - names of the schema, quoted
        yield dict(zip(columns, row, strict=True))
