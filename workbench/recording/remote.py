"""Recordings elsewhere: whatever fsspec reads (`s3://`, `gs://`, `memory://` …) is copied here and opened as files.

A copy lies in the user's cache folder under a name made of the URL and of what the other side says identifies this
version of the file (fsspec's `ukey`, size, ETag, modification time). A version that is here already is not fetched
again; where the other side says nothing that would change with the file, it is fetched each time. The original is
only ever read, and so is the copy: nobody can act on a run through it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from workbench._errors import LogError, LogNotFoundError, MissingDependencyError, UsageError
from workbench.engines import ENGINES, Loaded, load, suffixes
from workbench.engines.native import SUFFIXES
from workbench.journal import OpenMode, index_folder
from workbench.model import Unsaid

__all__ = ["RemoteFile", "must_be_here", "remote_files"]

_IDENTITY: Final = (
    "ETag",
    "etag",
    "md5Hash",
    "crc32c",
    "mtime",
    "LastModified",
    "last_modified",
    "modified",
    "created",
)
"""What file systems of fsspec call the things that change when a file does."""

_HEAD_BYTES: Final = 512
_MAGIC: Final = "*?["


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file elsewhere.

    Attributes:
        url: Where, for people.
        path: Where the copy of this version lies, or will.
        size: Bytes; -1 where the other side does not say.
        files: The file system, of fsspec.
        name: Its name there.
    """

    url: str
    path: Path
    size: int
    files: Any = field(compare=False, repr=False)
    name: str = field(compare=False)

    def __str__(self) -> str:
        """The URL."""
        return self.url

    def load(self, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:
        """Open the copy, which is made now when this version is not here yet.

        Raises:
            LogError: It cannot be fetched, or not read as asked.
        """
        if not self.path.exists():
            with _told(self.url):
                self._fetch()
        loaded = load(self.path, mode)
        report, history = loaded.report, replace(loaded.history, origin=self.url)
        if report is not None and not report.closed:  # its writer, and that machine, cannot be asked from here
            history = replace(history, unsaid=history.unsaid | {Unsaid.WORKER})
            report = replace(report, same_boot=None)
        return Loaded(history, report, self.path, self.url)

    def _fetch(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=".fetching-")  # made with mode 0600
        os.close(fd)
        try:
            self.files.get_file(self.name, temporary)
            Path(temporary).replace(self.path)
        finally:
            Path(temporary).unlink(missing_ok=True)


def remote_files(url: str) -> list[RemoteFile]:
    """The recordings that a URL means: a file, a pattern, or a folder that is searched through; in order of names.

    Args:
        url: As fsspec has it, `s3://bucket/logs/*.wlog`. Credentials are those of the file system's own configuration.

    Raises:
        MissingDependencyError: fsspec is not installed.
        UsageError: fsspec knows no such URL, or needs a package for it that is not installed.
        LogNotFoundError: Nothing is there.
        LogError: The other side refuses.
    """
    try:
        import fsspec
    except ImportError:
        hint = "pip install 'durable-workbench[remote]' opens s3://, gs://, memory:// and other URLs through fsspec"
        raise MissingDependencyError(f"{url} lies elsewhere, and fsspec is not installed", hint=hint) from None
    try:
        files, name = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        hint = "fsspec says which package it needs; local files are opened by path, databases of DBOS as sqlite:///path"
        raise UsageError(f"{url} is no place that can be opened here: {error}", hint=hint) from error
    with _told(url):
        if any(sign in name for sign in _MAGIC):
            found = files.glob(name, detail=True)
        elif files.isfile(name):
            found = {name: files.info(name)}
        else:
            found = {name: info for name, info in files.find(name, detail=True).items() if _is_recording(files, name)}
    if not found:
        hint = f"recordings end in {', '.join(suffixes())}"
        raise LogNotFoundError(f"no recording at {url}", path=name, hint=hint)
    return [_file(files, name, found[name]) for name in sorted(found) if found[name].get("type") != "directory"]


def _file(files: Any, name: str, facts: dict[str, Any]) -> RemoteFile:
    url = files.unstrip_protocol(name)
    identity = [f"{key}={facts[key]}" for key in _IDENTITY if facts.get(key) not in {None, ""}]
    version = [str(files.ukey(name)), str(facts.get("size")), *identity] if identity else [os.urandom(16).hex()]
    digests = [hashlib.blake2b(text.encode(), digest_size=12).hexdigest() for text in (url, "\0".join(version))]
    base = PurePosixPath(name).name
    path = index_folder().with_name("remote") / digests[0] / digests[1] / base
    size = facts.get("size")
    return RemoteFile(url, path, size if isinstance(size, int) else -1, files, name)


def _is_recording(files: Any, name: str) -> bool:
    """As `workbench.engines.known`: ours by its name, another engine's by its first bytes."""
    path = Path(PurePosixPath(name).name)
    if path.suffix in SUFFIXES or path.suffix not in suffixes():
        return path.suffix in SUFFIXES
    head = files.cat_file(name, start=0, end=_HEAD_BYTES)
    return any(engine.sniff(path, head) for engine in ENGINES)


def must_be_here(loaded: Loaded) -> None:
    """Refuse to act through a copy.

    Raises:
        UsageError: The original lies elsewhere.
    """
    if loaded.url:
        raise UsageError(
            f"{loaded.url} lies elsewhere, and what is open here is a copy of it: nobody can act on its runs from here",
            hint="act where its writer runs, or copy the log, open the copy by its path, and act there",
        )


@contextmanager
def _told(url: str) -> Generator[None]:
    """What the other side says, in the words of this package."""
    try:
        yield
    except FileNotFoundError as error:
        raise LogNotFoundError(f"no recording at {url}", path=url, hint="check the name") from error
    except OSError as error:
        raise LogError(f"cannot read {url}: {error}", path=url) from error
