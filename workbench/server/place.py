"""Where a path of the server lies on its disk: inside of the root, or nowhere.

A path is refused rather than mended: what is not written as Jupyter's own paths are means nothing here.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jupyter_core.paths import is_hidden
from jupyter_server.services.contents.fileio import FileManagerMixin

from workbench._errors import LogError, LogNotFoundError, NotAllowedError, UsageError
from workbench.model import visible

__all__ = ["Place", "Root", "Stamp"]

_LONGEST: Final = 4_096
_SHOWN: Final = 200
_BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite opens beside a database without being asked."""
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})

Stamp = tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """A file inside of the root.

    Attributes:
        path: As the server calls it: relative to the root, with `/`.
        file: Where it really lies, with no link in it.
        identity: Device and inode: another file of the same name has another one.
        size: Bytes.
        modified_ns: When it was last written, ns since the epoch.
        beside: Sizes and times of what a database keeps in files of their own.
    """

    path: str
    file: Path
    identity: tuple[int, int]
    size: int
    modified_ns: int
    beside: Stamp

    @property
    def stamp(self) -> Stamp:
        """Changes when the file does."""
        return (*self.identity, self.size, self.modified_ns, *self.beside)


class Root:
    """The folder that the server serves.

    Args:
        folder: The folder.
        allow_hidden: Whether names that begin with a dot are served, as the contents manager says.

    Attributes:
        allow_hidden: The same.
    """

    def __init__(self, folder: str | Path, *, allow_hidden: bool = False) -> None:
        self._named = Path(folder).absolute()
        self.allow_hidden = allow_hidden

    @classmethod
    def of(cls, contents: Any) -> Root:
        """The root of a contents manager.

        Raises:
            NotAllowedError: Its files do not lie in a folder of this machine.
        """
        if not isinstance(contents, FileManagerMixin):
            raise NotAllowedError(
                "the files of this server do not lie in a folder of its machine",
                hint="open the recording in a notebook: wb.open(path)",
            )
        facts: Any = contents  # the class that reads folders does not say that it is a contents manager
        return cls(facts.root_dir, allow_hidden=facts.allow_hidden)

    def file(self, path: Any) -> Place:
        """A file, by its path.

        Raises:
            UsageError: The path is not written as paths of the server are.
            LogNotFoundError: There is none, none that is served, or it leads out of the root.
            NotAllowedError: The server itself may not look at it.
            LogError: The disk does not answer.
        """
        real, status = self._found(path)
        if not stat.S_ISREG(status.st_mode):
            what = "a folder" if stat.S_ISDIR(status.st_mode) else "no file that can be read from its beginning"
            raise UsageError(f"{_text(path)} is {what}", hint="name one recording")
        beside = tuple(fact for name in _BESIDE for fact in _beside(real.with_name(f"{real.name}{name}"), path))
        identity = (status.st_dev, status.st_ino)
        return Place(path, real, identity, status.st_size, status.st_mtime_ns, beside)

    def folder(self, path: Any) -> Path:
        """Where a folder really lies; `""` is the root itself.

        Raises:
            UsageError: The path is not written as paths of the server are, or is that of a file.
            LogNotFoundError: There is none, none that is served, or it leads out of the root.
            NotAllowedError: The server itself may not look at it.
            LogError: The disk does not answer.
        """
        real, status = self._found(path, may_be_root=True)
        if not stat.S_ISDIR(status.st_mode):
            raise UsageError(f"{_text(path)} is no folder", hint="name the folder that holds the recordings")
        return real

    def again(self, place: Place) -> Place:
        """The same file as it is now: nobody put another one, or a link, in its place while it was opened.

        Raises:
            LogNotFoundError: Somebody did.
        """
        now = self.file(place.path)
        if (now.file, now.identity) != (place.file, place.identity):
            raise LogNotFoundError(
                f"{_text(place.path)} was replaced while it was opened", path=place.path, hint="open it again"
            )
        return now

    def _found(self, path: Any, *, may_be_root: bool = False) -> tuple[Path, os.stat_result]:
        asked = self._named.joinpath(*_parts(path, may_be_root=may_be_root))
        try:
            real = Path(os.path.realpath(asked, strict=True))
            status = real.lstat()
        except OSError as error:
            raise _refusal(error, path) from None
        if not self._holds(real) or not self._shows(asked, self._named):
            raise _nothing(path)
        return real, status

    def _holds(self, real: Path) -> bool:
        root = Path(os.path.realpath(self._named))
        return real.is_relative_to(root) and self._shows(real, root)

    def _shows(self, file: Path, root: Path) -> bool:
        return self.allow_hidden or not is_hidden(file, root)


def _parts(path: Any, *, may_be_root: bool) -> list[str]:
    """The names in a path.

    Raises:
        UsageError: It is not written as paths of the server are.
    """
    if type(path) is not str:
        raise UsageError(f"a path is text, not {type(path).__name__}")
    if may_be_root and not path:
        return []
    if len(path) > _LONGEST or "\0" in path or "\\" in path or not _is_text(path):
        raise UsageError(
            f"{_text(path)} is no path of this server", hint="no NUL, no backslash, at most 4,096 characters"
        )
    parts = path.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        hint = "relative to the root of the server, as the file browser shows it: shop/orders.wlog"
        raise UsageError(f"{_text(path)} is no path of this server", hint=hint)
    return parts


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _beside(file: Path, path: str) -> Stamp:
    try:
        status = file.lstat()
    except OSError:
        return ()
    if not stat.S_ISREG(status.st_mode):
        raise LogNotFoundError(
            f"{_text(file.name)} beside {_text(path)} is a link or no file", path=path, hint="take it away"
        )
    return status.st_size, status.st_mtime_ns


def _refusal(error: OSError, path: str) -> LogError | NotAllowedError:
    if isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno in {errno.ELOOP, errno.ENAMETOOLONG}:
        return _nothing(path)
    if error.errno in _FORBIDDEN:
        return NotAllowedError(f"the server may not look at {_text(path)}", hint="look at its permissions")
    return LogError(f"cannot read {_text(path)}: {error.strerror}", path=path)


def _nothing(path: str) -> LogNotFoundError:
    """One answer for what is not there, is hidden or lies outside: it must not tell them apart."""
    return LogNotFoundError(f"no recording at {_text(path)}", path=path, hint="it was moved, renamed or deleted")


def _text(path: object) -> str:
    return repr(visible(str(path)[: 2 * _SHOWN], limit=_SHOWN, lines=False))
