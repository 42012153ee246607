"""Open a log: five answers for what is not a good file, a history and a report for what is.

Opening never modifies, never unpickles, never imports, never executes. Payloads are decoded one at a time,
when asked for.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack

from workbench._errors import (
    EmptyLogError,
    LogError,
    LogNotFoundError,
    NewerVersionError,
    NotALogError,
    RottenLogError,
    TornLogError,
    UndecodableError,
)
from workbench.journal.boot import boot_hash
from workbench.journal.codec import decode
from workbench.journal.columns import read_columns
from workbench.journal.format import (
    BLOB_FLAG,
    FILE_MAGIC,
    FRAME,
    FRAME_SIZE,
    PATH_ITEM,
    PAYLOAD_LIMIT,
    SEGMENT_SIZE,
    SUFFIX,
    VERSION,
    SegmentHeader,
    unpack_segment,
)
from workbench.journal.report import OpenMode, Report
from workbench.journal.scan import Scan, scan
from workbench.journal.writer import Durability, LogWriter, Tail
from workbench.model import History

__all__ = ["Log", "LogPayloads", "is_log", "open_log", "open_writer", "writer_lives"]

_MAP_FROM = 64 << 20
"""Smaller files are read whole: a mapped file that somebody truncates kills the process by SIGBUS."""


@dataclass(frozen=True)
class Log:
    """An opened log.

    Attributes:
        history: Its events.
        report: What was found besides.
        path: The file.
        recording: Unique id of the recording.
    """

    history: History
    report: Report
    path: Path
    recording: bytes


class LogPayloads:
    """Reads the body of one event at a time.

    Args:
        buffer: The log's bytes.
        offsets: Offset of each event's frame.
        blobs: Offset of each blob frame by sequence number.
    """

    def __init__(self, buffer: Any, offsets: array[int], blobs: dict[int, int]) -> None:
        self._buffer = buffer
        self._offsets = offsets
        self._blobs = blobs

    def __call__(self, row: int) -> Any:
        """Decoded body of the event in this row."""
        return decode(self.raw(row))

    def raw(self, row: int) -> bytes:
        """Encoded body of the event in this row.

        Raises:
            UndecodableError: A part of a large payload is missing or its sizes contradict each other.
        """
        flags, body = self._body(self._offsets[row])
        return self._join(body) if flags & BLOB_FLAG else body

    def _body(self, at: int) -> tuple[int, bytes]:
        header = FRAME.unpack_from(self._buffer, at)
        start = at + FRAME_SIZE
        return header[3], self._buffer[start + header[13] * PATH_ITEM : start + header[4]]

    def _join(self, body: bytes) -> bytes:
        reference = msgpack.unpackb(body)
        first, parts, size = reference["first"], reference["parts"], reference["size"]
        if not 0 <= size <= PAYLOAD_LIMIT or not 0 < parts <= size:
            message = f"a payload claims {size} bytes in {parts} parts"
            raise UndecodableError(message)
        try:
            joined = b"".join(self._body(self._blobs[seq])[1] for seq in range(first, first + parts))
        except KeyError as error:
            message = f"part {error.args[0]} of a large payload is missing from the log"
            raise UndecodableError(message, hint="open with mode='salvage' to see what is damaged") from None
        if len(joined) != size:
            message = f"a large payload has {len(joined)} bytes instead of {size}"
            raise UndecodableError(message)
        return joined


def is_log(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a `.wlog`, of whatever version."""
    return head.startswith(FILE_MAGIC)


def open_log(path: str | Path, mode: OpenMode | str = OpenMode.PREFIX) -> Log:
    """Read a log.

    Args:
        path: The file.
        mode: How to meet damage, see `OpenMode`.

    Raises:
        LogNotFoundError: No such file.
        EmptyLogError: No byte in it, or not one whole header.
        NotALogError: It does not begin as a log does.
        NewerVersionError: Written by a newer version of this package.
        TornLogError: `strict` only, see `OpenMode`.
        RottenLogError: `strict` and `tail` only, or the file header itself is damaged.
    """
    path = Path(path)
    mode = OpenMode(mode)
    buffer = _read(path)
    found = _scan(path, buffer, mode)
    report = found.report
    _check(path, report, mode)
    last = found.last_header
    report.same_boot = None if last is None or not last.boot or not boot_hash() else last.boot == boot_hash()
    report.writer_alive = writer_lives(path)
    return Log(_history(path, buffer, found), report, path, bytes.fromhex(report.recording))


def _history(path: Path, buffer: Any, found: Scan) -> History:
    columns = read_columns(buffer, found.offsets)
    return History(
        columns=columns,
        runs=found.tables.runs(max(columns.run, default=0)),
        names=found.tables.names(max(columns.name, default=0)),
        tags=found.tables.tags(max(columns.tag, default=0)),
        payloads=LogPayloads(buffer, found.offsets, found.blobs),
        sources=found.sources,
        processes=tuple(found.processes),
        origin=str(path),
    )


def _read(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _MAP_FROM:
                return file.read()
            return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        message = f"no recording at {path}"
        raise LogNotFoundError(message, path=path, hint="check the name; `workbench demo` makes one") from None
    except (IsADirectoryError, PermissionError) as error:
        message = f"cannot read {path}: {error.strerror}"
        raise LogError(message, path=path) from error


def _first_header(path: Path, buffer: Any) -> SegmentHeader:
    if len(buffer) == 0:
        message = f"{path} is empty"
        raise EmptyLogError(message, path=path, hint="its writer died before the first byte; nothing was recorded")
    head = buffer[:SEGMENT_SIZE]
    if not FILE_MAGIC.startswith(head[: len(FILE_MAGIC)]):
        message = f"{path} is no recording: it begins with {head[:8]!r}"
        raise NotALogError(message, path=path, offset=0, hint=f"a {SUFFIX} file begins with {FILE_MAGIC!r}")
    if len(head) < SEGMENT_SIZE:
        message = f"{path} ends inside its header ({len(head)} of {SEGMENT_SIZE} bytes)"
        raise EmptyLogError(message, path=path, hint="its writer died before the first event; nothing was recorded")
    version = int.from_bytes(head[8:10], "little")
    header = unpack_segment(head)
    if header is None and version > VERSION:
        message = f"{path} has format version {version}; this package reads up to {VERSION}"
        raise NewerVersionError(message, path=path, hint="pip install -U durable-workbench")
    if header is None:
        message = f"the header of {path} is damaged (its CRC does not fit)"
        raise RottenLogError(message, path=path, offset=0, hint="restore the file from a copy")
    if header.version > VERSION:
        message = f"{path} has format version {header.version}; this package reads up to {VERSION}"
        raise NewerVersionError(message, path=path, hint="pip install -U durable-workbench")
    return header


def _scan(path: Path, buffer: Any, mode: OpenMode) -> Scan:
    header = _first_header(path, buffer)
    try:
        return scan(buffer, mode, header)
    except (ValueError, KeyError, TypeError, IndexError, msgpack.UnpackException) as error:
        # The CRC fits, so this is no accident: somebody made a frame whose content contradicts its type.
        message = f"{path} holds a frame with a valid checksum and an impossible content ({error!r})"
        raise RottenLogError(message, path=path, hint="the file was forged or written by a faulty program") from error


def _check(path: Path, report: Report, mode: OpenMode) -> None:
    if mode in {OpenMode.STRICT, OpenMode.TAIL} and report.rotten:
        message = f"{path} is damaged inside:\n{report}"
        hint = "open with mode='salvage' to read around it; what lies in the gap is unknown"
        raise RottenLogError(message, path=path, offset=report.gaps[0].offset if report.gaps else None, hint=hint)
    if mode is OpenMode.STRICT and report.torn:
        message = f"the last write to {path} was cut off:\n{report}"
        hint = "open with mode='prefix'; an event that was cut off was never acknowledged"
        raise TornLogError(message, path=path, offset=report.gaps[0].offset, hint=hint)


def writer_lives(path: Path) -> bool:
    """Whether a live process holds the writer lock. The kernel releases it when the process dies, however it does."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def open_writer(path: str | Path, *, durability: Durability | str = Durability.RELAXED, **clocks: Any) -> LogWriter:
    """Create a log, or go on with an existing one in a new segment.

    Args:
        path: The file; its folder must exist.
        durability: See `Durability`.
        clocks: `wall_ns` and `mono_ns`, for tests.

    Raises:
        LogBusyError: Another live writer holds it.
        LogError: The existing file is no log, or of a newer version; it stays untouched.
    """
    return LogWriter(Path(path), tail=_tail, durability=Durability(durability), **clocks)


def _tail(path: Path) -> Tail | None:
    buffer = _read(path)
    if len(buffer) < SEGMENT_SIZE and FILE_MAGIC.startswith(buffer[: len(FILE_MAGIC)]):
        if len(buffer):
            message = f"{path} ends inside its header ({len(buffer)} of {SEGMENT_SIZE} bytes)"
            hint = "nothing was recorded in it: delete it or choose another name"
            raise EmptyLogError(message, path=path, hint=hint)
        return None
    found = _scan(path, buffer, OpenMode.SALVAGE)
    return Tail(
        recording=bytes.fromhex(found.report.recording),
        end=found.end,
        last_seq=found.report.last_seq,
        segments=found.report.segments,
        tables=found.tables,
    )
