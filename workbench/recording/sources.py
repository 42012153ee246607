"""Which files a person means: one, a glob, a folder, a list."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from workbench._errors import LogNotFoundError
from workbench.engines import suffixes

__all__ = ["Where", "files_of"]

Where = str | Path | Iterable[str | Path]
"""A file, a glob pattern, a folder (searched through), or several of these."""


def files_of(where: Where) -> list[Path]:
    """The files meant, without repetition, in a stable order.

    Raises:
        LogNotFoundError: A name or pattern means no file.
    """
    if isinstance(where, str | Path):
        return list(dict.fromkeys(_one(where)))
    return list(dict.fromkeys(path for item in where for path in _one(item)))


def _one(where: str | Path) -> list[Path]:
    path = Path(where).expanduser()
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix in suffixes() and file.is_file())
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
