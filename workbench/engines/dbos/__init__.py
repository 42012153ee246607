"""DBOS system databases in SQLite, read without its SDK and without unpickling anything.

What the database does not hold is said: arguments and attempts of steps, and the step that was running when a process
died; an open run has an inferred step in doubt for it.
"""

from __future__ import annotations

from pathlib import Path

from workbench._errors import LogNotFoundError
from workbench.engines.dbos.database import is_dbos, read_database
from workbench.engines.dbos.translate import translate
from workbench.engines.loaded import Loaded
from workbench.engines.rows import Rows
from workbench.journal import OpenMode
from workbench.model import Unsaid, uncollected

__all__ = ["SUFFIXES", "SYSTEM", "load", "sniff"]

SYSTEM = "dbos"
"""Name of the engine in frames."""

SUFFIXES = (".sqlite", ".sqlite3", ".db")
"""How its files end; a folder may hold other databases, so header and tables decide."""

UNSAID = frozenset({Unsaid.WORKER, Unsaid.CODE, Unsaid.ATTEMPTS, Unsaid.BEGINNINGS, Unsaid.ARGUMENTS})


def sniff(path: Path, head: bytes) -> bool:
    """Whether a file is a system database, by its header and its tables.

    Args:
        path: The file.
        head: Its first bytes.
    """
    return is_dbos(path, head)


def load(path: Path, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:  # noqa: ARG001 - SQLite vouches for its file
    """Read every run of a system database; it is neither changed nor locked.

    Args:
        path: The file.
        mode: Makes no difference: SQLite finds damage itself.

    Raises:
        LogNotFoundError: No such file.
        NotALogError: It is no database of DBOS.
        LogError: It cannot be read.
    """
    if not path.exists():
        raise LogNotFoundError(f"no database at {path}", path=path, hint="check the name")
    rows = Rows()
    with uncollected():
        bodies = translate(read_database(path), rows)
    return Loaded(rows.history(lambda row: bodies[row], SYSTEM, str(path), UNSAID), None, path)
