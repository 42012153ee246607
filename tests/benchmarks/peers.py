"""The other sides: DBOS on SQLite, a bare loop of writes, SQLite tables and MCAP files.

Each loads its own library, by name, because types and lint are checked where it is not installed too.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks.sides import Figures, spread, timed

__all__ = [
    "bare_writes",
    "dbos_reexecution",
    "dbos_steps",
    "mcap_frame",
    "mcap_messages",
    "sqlite_frame",
    "sqlite_pandas",
    "sqlite_rows",
    "sqlite_shown",
]

_SELECT = "SELECT seq, time, run_id, event, position, name, attempt, cause FROM events"
_COLUMNS = ["seq", "time", "run_id", "event", "position", "name", "attempt", "cause"]
_WARM_UP = 50


# --- DBOS -------------------------------------------------------------------------------------------------------


@contextmanager
def _dbos(folder: str, synchronous: str) -> Generator[Any]:
    """DBOS, launched on a system database of its own, as its documentation says; destroyed at the end."""
    dbos, sqlalchemy = import_module("dbos").DBOS, import_module("sqlalchemy")
    if synchronous:
        pragma = f"PRAGMA synchronous={synchronous}"
        sqlalchemy.event.listen(sqlalchemy.Engine, "connect", lambda connection, _record: connection.execute(pragma))
    with tempfile.TemporaryDirectory(dir=folder, prefix="dbos-") as own:
        dbos(
            config={
                "name": "bench",
                "system_database_url": f"sqlite:///{own}/system.sqlite",
                "log_level": "CRITICAL",
                "console_log_level": "CRITICAL",
            }
        )
        yield dbos
        dbos.destroy()


def dbos_steps(times: int, folder: str, synchronous: str = "") -> Figures:
    """Run a DBOS workflow of steps.

    Args:
        times: Number of steps.
        folder: Where the system database lies.
        synchronous: SQLite's pragma; `""` for what DBOS uses, which syncs every step.
    """
    with _dbos(folder, synchronous) as dbos:
        spent, flow = _dbos_flow(dbos)
        dbos.launch()
        flow(_WARM_UP)
        flow(times)
        return spread(spent)


def dbos_reexecution(times: int, folder: str) -> Figures:
    """Let DBOS go through a finished workflow again with every step's result recorded (`fork_workflow`)."""
    with _dbos(folder, "") as dbos:
        spent, flow = _dbos_flow(dbos)
        dbos.launch()
        with import_module("dbos").SetWorkflowID("measured"):
            flow(times)
        dbos.fork_workflow("measured", times + 1).get_result()
        return spread(spent)


def _dbos_flow(dbos: Any) -> tuple[list[int], Any]:
    spent: list[int] = []

    @dbos.step()  # type: ignore[untyped-decorator]  # typed where DBOS is installed, and it need not be
    def look(order: str, amount: int) -> dict[str, Any]:
        return {"order": order, "amount": amount, "currency": "EUR"}

    @dbos.workflow()  # type: ignore[untyped-decorator]  # as above
    def flow(times: int) -> int:
        spent[:] = timed(look, times)
        return times

    return spent, flow


# --- bare writes ------------------------------------------------------------------------------------------------


def bare_writes(times: int, size: int, folder: str) -> Figures:
    """Append `size` bytes and sync, nothing else, to a fresh file."""
    path = Path(folder, "bare.bin")
    path.unlink(missing_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    data = os.urandom(size)

    def write(_order: str, _amount: int) -> None:
        os.write(fd, data)
        os.fdatasync(fd)

    timed(write, _WARM_UP)
    spent = timed(write, times)
    os.close(fd)
    return spread(spent)


# --- SQLite -----------------------------------------------------------------------------------------------------


def sqlite_rows(path: str) -> Figures:
    """Select the header columns of every event into a list."""
    start = time.perf_counter()
    rows = sqlite3.connect(path).execute(_SELECT).fetchall()
    return {"seconds": time.perf_counter() - start, "events": len(rows)}


def sqlite_frame(path: str) -> Figures:
    """Select the header columns into a DataFrame by `fetchall`."""
    import pandas as pd

    start = time.perf_counter()
    rows = sqlite3.connect(path).execute(_SELECT).fetchall()
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    return {"seconds": time.perf_counter() - start, "events": len(frame)}


def sqlite_pandas(path: str) -> Figures:
    """Select the header columns into a DataFrame by `pandas.read_sql`."""
    import pandas as pd

    start = time.perf_counter()
    frame = pd.read_sql(_SELECT, sqlite3.connect(path))
    return {"seconds": time.perf_counter() - start, "events": len(frame)}


def sqlite_shown(path: str) -> Figures:
    """From the file's name to the table that a notebook shows, imports included."""
    start = time.perf_counter()
    import pandas as pd

    frame = pd.read_sql(_SELECT, sqlite3.connect(path))
    html = frame._repr_html_()  # type: ignore[operator]  # pandas-stubs does not know what a notebook calls
    seconds = time.perf_counter() - start
    assert "StepCompleted" in html
    return {"seconds": seconds, "events": len(frame)}


# --- MCAP -------------------------------------------------------------------------------------------------------


def mcap_messages(path: str) -> Figures:
    """Read every message with its checksum and keep number and time."""
    start = time.perf_counter()
    rows = _mcap_rows(path)
    return {"seconds": time.perf_counter() - start, "events": len(rows)}


def mcap_frame(path: str) -> Figures:
    """As `mcap_messages`, into a DataFrame; what a message holds beyond number and time stays undecoded."""
    import pandas as pd

    start = time.perf_counter()
    frame = pd.DataFrame(_mcap_rows(path), columns=["seq", "time"])
    return {"seconds": time.perf_counter() - start, "events": len(frame)}


def _mcap_rows(path: str) -> list[tuple[int, int]]:
    message, reader = import_module("mcap.records").Message, import_module("mcap.stream_reader").StreamReader
    with Path(path).open("rb") as file:
        records = reader(file, validate_crcs=True).records
        return [(record.sequence, record.log_time) for record in records if isinstance(record, message)]
