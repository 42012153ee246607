"""Which files a person means: one, a glob, a folder, a list, a `sqlite:///` URL."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from workbench._errors import LogNotFoundError, UsageError
from workbench.engines import known, suffixes

__all__ = ["Where", "files_of"]

Where = str | Path | Iterable[str | Path]
"""A file, a glob pattern, a folder (searched through), `sqlite:///file` as DBOS is configured, or several of these."""


def files_of(where: Where) -> list[Path]:
    """The files meant, without repetition, in a stable order.

    Raises:
        LogNotFoundError: A name or pattern means no file.
        UsageError: A URL of another kind.
    """
    if isinstance(where, str | Path):
        return list(dict.fromkeys(_one(where)))
    return list(dict.fromkeys(path for item in where for path in _one(item)))


def _one(where: str | Path) -> list[Path]:
    path = _path(where).expanduser()
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file() and known(file))
        if not found:
            hint = f"recordings end in {', '.join(suffixes())}; `workbench demo` makes one"
            raise LogNotFoundError(f"no recording in folder {path}", path=path, hint=hint)
        return found
    if path.exists() or not glob.has_magic(str(path)):
        return [path]
    pattern = str(path)
    matches = sorted(Path(match) for match in glob.glob(pattern, recursive=True))  # noqa: PTH207 - absolute patterns
    if not matches:
        raise LogNotFoundError(f"no file fits {where}", path=path, hint="quote the pattern, or name a folder")
    return matches


def _path(where: str | Path) -> Path:
    """SQLAlchemy's URLs of a database, which DBOS is configured with: three slashes, then the path."""
    if isinstance(where, Path) or not (found := _URL.match(where)):
        return Path(where)
    if found[1] != "sqlite" or not (rest := where[found.end() :]).startswith("/"):
        hint = "files are opened by path; a database of DBOS also as sqlite:///path"
        raise UsageError(f"{where} is no place that can be opened", hint=hint)
    return Path(unquote(rest[1:].partition("?")[0]))


_URL = re.compile(r"([a-z][a-z0-9+.]*)://")
