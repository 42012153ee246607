"""Looking at a file that SQLite may have open in this process, without taking its locks away.

POSIX drops all locks that a process holds on a file when the process closes *any* descriptor of that file (fcntl(2);
SQLite calls it "the POSIX advisory lock problem" in `os_unix.c`). In a notebook that runs DBOS, looking at its database
with open and close would let another process write into the middle of a transaction. So a descriptor through which a
database was looked at stays open, one for each database, as SQLite keeps its own. SQLite knows of its own descriptors
only: a process that uses two builds of it (`sqlite3` and `apsw`) on one file is not protected, by us or by SQLite.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Lock

__all__ = ["copy_database", "head_of", "is_database"]

_HEAD_BYTES = 512
_BLOCK_BYTES = 1 << 20
_MAGIC = b"SQLite format 3\x00"
_MOST_KEPT = 64

_Identity = tuple[int, int]

_lock = Lock()
_kept: dict[_Identity, int] = {}
"""Descriptors of databases by device and inode; while one is open, its inode is given to no other file."""


def is_database(head: bytes) -> bool:
    """Whether a file is a SQLite database, by its first bytes."""
    return head.startswith(_MAGIC)


def head_of(path: Path) -> bytes:
    """The first bytes of a file, at most 512.

    Raises:
        OSError: It cannot be read, or is no file: a pipe or a device would never end.
    """
    with _lock:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            number = errno.EISDIR if stat.S_ISDIR(status.st_mode) else errno.EINVAL
            raise OSError(number, os.strerror(errno.EISDIR) if number == errno.EISDIR else "no regular file")
        known = _kept.get((status.st_dev, status.st_ino))
        return os.pread(known, _HEAD_BYTES, 0) if known is not None else _first_look(path)


def copy_database(path: Path, target: Path) -> None:
    """Copy a database file; `shutil` would close it.

    Raises:
        OSError: It cannot be read, or the copy cannot be written.
    """
    head_of(path)
    with _lock, target.open("wb") as file:
        status = path.stat()
        descriptor, offset = _kept[status.st_dev, status.st_ino], 0
        while block := os.pread(descriptor, _BLOCK_BYTES, offset):
            offset += file.write(block)


def _first_look(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        head = os.pread(descriptor, _HEAD_BYTES, 0)
    except OSError:
        os.close(descriptor)
        raise
    identity = _identity(descriptor)
    if not is_database(head) or identity is None or identity in _kept:
        os.close(descriptor)
        return head
    if len(_kept) >= _MOST_KEPT:
        _let_go()
    _kept[identity] = descriptor
    return head


def _let_go() -> None:
    """Close the descriptors of databases that nobody else in this process has open: they have no lock to lose."""
    with suppress(OSError):  # no list of descriptors on this system: keep them all
        users = Counter(_identity(int(name)) for name in os.listdir("/dev/fd"))  # noqa: PTH208 - numbers, not paths
        for identity in [identity for identity in _kept if users[identity] == 1]:
            os.close(_kept.pop(identity))


def _identity(descriptor: int) -> _Identity | None:
    """Device and inode; `None` where it is closed already, as that of the listing itself."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino
