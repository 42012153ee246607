"""The operating system as a log needs it: append, sync, lock. Tests make this door refuse."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

from workbench._errors import LogBusyError, LogError

__all__ = [
    "create_locked",
    "datasync",
    "forget_cached",
    "open_locked",
    "sync_entry",
    "write",
    "write_all",
    "writer_lives",
]

_LOCK_TRIES = 20
_LOCK_PAUSE_SECONDS = 0.01
"""A reader that asks whether a writer lives holds the lock for microseconds; a writer waits that out."""

_PAGE = 4096

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC


def _full_sync(fd: int) -> None:
    fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # type: ignore[attr-defined]  # macOS only: fsync alone stops at the drive's cache


write: Callable[[int, bytes], int] = os.write
"""Every byte of a log goes through here; a signal that interrupts it is retried by the interpreter (PEP 475)."""

datasync: Callable[[int], None] = _full_sync if hasattr(fcntl, "F_FULLFSYNC") else os.fdatasync
"""Every promise of durability goes through here."""


def write_all(fd: int, data: bytes) -> None:
    """Write `data` to its last byte; a short write (a nearly full disk) is gone on with."""
    written = write(fd, data)
    while written < len(data):
        data = data[written:]
        written = write(fd, data)


def sync_entry(fd: int, folder: Path) -> None:
    """Put a file's bytes and its name in its folder on stable storage."""
    datasync(fd)
    entry = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


def forget_cached(fd: int) -> bool:
    """Make the next read of a file show what is on the disk, not what the kernel remembers.

    After a failed sync the two may differ. Returns false where that cannot be made sure of: the sync fails again, the
    kernel keeps the pages (somebody maps them), or the system has no way to ask.
    """
    if not hasattr(os, "RWF_NOWAIT"):
        return False
    try:
        datasync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        return not any(_is_cached(fd, at) for at in range(0, os.fstat(fd).st_size, _PAGE))
    except OSError:
        return False  # the answer is "not sure", whatever the system's reason


def _is_cached(fd: int, at: int) -> bool:
    try:
        return os.preadv(fd, [bytearray(1)], at, os.RWF_NOWAIT) > 0
    except BlockingIOError:
        return False


def open_locked(path: Path) -> int:
    """Open a log for appending, create it where absent, and hold its writer lock.

    Raises:
        LogBusyError: Another writer holds it.
        LogError: The operating system refuses to open it.
    """
    fd = _open(path, _FLAGS)
    for attempt in range(_LOCK_TRIES):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if attempt + 1 < _LOCK_TRIES:
                time.sleep(_LOCK_PAUSE_SECONDS)
        except OSError as error:
            os.close(fd)
            raise _refused(path, error) from error
        else:
            return fd
    os.close(fd)
    raise LogBusyError(
        f"{path} is being written by another live process, or by another recorder in this one",
        path=path,
        hint="wait for it to end, or stop it; two writers on one run would be two executions",
    )


def create_locked(path: Path) -> int | None:
    """As `open_locked` for a file that must be new; `None` when there is one of this name."""
    try:
        fd = os.open(path, _FLAGS | os.O_EXCL, 0o600)
    except FileExistsError:
        return None
    except OSError as error:
        raise _refused(path, error) from error
    fcntl.flock(fd, fcntl.LOCK_EX)
    return fd


def writer_lives(path: Path) -> bool:
    """Whether a live process holds the writer lock. The kernel releases it when the process dies, however it does."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # a file system without locks: no writer could have taken one here
    finally:
        os.close(fd)
    return False


def _open(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags, 0o600)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> LogError:
    hint = "choose a file in a folder that exists and that you may write to"
    return LogError(f"cannot write {path}: {error.strerror}", path=path, hint=hint)
