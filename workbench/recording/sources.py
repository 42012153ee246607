"""Which files a person means: one, a glob, a folder, a list, a `sqlite:///` URL, a server, a URL that fsspec knows."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

from workbench._errors import LogNotFoundError, UsageError
from workbench.engines import known, suffixes
from workbench.recording.remote import RemoteFile, remote_files
from workbench.recording.server_of_runs import ServerOfRuns, is_server

__all__ = ["Place", "Where", "files_of", "place_of", "places_of"]

Where = str | Path | Iterable[str | Path]
"""A file, a glob pattern, a folder (searched through), `sqlite:///file` as DBOS is configured, a server of
Restate (`http://127.0.0.1:9070`), a URL, or several."""

Place = Path | RemoteFile
"""Where one recording lies."""


def places_of(where: Where) -> list[Place]:
    """The recordings meant, without repetition, in a stable order.

    Raises:
        LogNotFoundError: A name, pattern or URL means no file.
        UsageError: A URL of a kind that cannot be opened here.
    """
    items = [where] if isinstance(where, str | Path) else where
    return list(dict.fromkeys(place for item in items for place in _meant(item)))


def files_of(where: Where) -> list[Path]:
    """As `places_of`, of what lies on this machine.

    Raises:
        LogNotFoundError: A name or pattern means no file.
        UsageError: A URL of files elsewhere.
    """
    places = places_of(where)
    if elsewhere := next((place for place in places if isinstance(place, RemoteFile)), None):
        raise UsageError(f"{elsewhere} is not on this machine", hint="copy it here first")
    return [place for place in places if isinstance(place, Path)]


def place_of(text: str) -> Place:
    """One recording by what `str` says of its place.

    Raises:
        LogNotFoundError: It is not there any more.
    """
    return _elsewhere(text)[0] if _URL.match(text) else Path(text)


def _meant(where: str | Path) -> list[Place]:
    if isinstance(where, Path) or not (found := _URL.match(where)):
        return [*_local(Path(where))]
    rest = where[found.end() :]
    if found[1] == "sqlite" and rest.startswith("/"):  # as SQLAlchemy has it: three slashes, then the path
        return [*_local(Path(unquote(rest[1:].partition("?")[0])))]
    if found[1] == "file" and rest.startswith("/"):
        return [*_local(Path(unquote(rest)))]
    return [*_elsewhere(where)]


def _elsewhere(url: str) -> Sequence[RemoteFile]:
    return [ServerOfRuns.at(url)] if is_server(url) else remote_files(url)


def _local(named: Path) -> list[Path]:
    path = named.expanduser()
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
        raise LogNotFoundError(f"no file fits {named}", path=path, hint="quote the pattern, or name a folder")
    return matches


_URL = re.compile(r"([a-z][a-z0-9+.]*)://")
