"""Append frames to one log file: one `write` per event, intents synced, never a byte changed.

Promises (and the tests that hold them: `tests/journal/test_kill.py`, `test_disk_errors.py`):

* When `append` returns, the event survives the death of this process. When it returns with `durable=True`, it
  also survives a power cut.
* A file that exists is never truncated or rewritten; a new writer adds a segment behind whatever is there.
* After a refused write or sync nothing is trusted silently: `LogDegradedError`, and the log says DROPPED.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import threading
import time
import weakref
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgpack

from workbench._errors import LogBusyError, LogDegradedError, PayloadTooLargeError
from workbench.journal.boot import boot_hash
from workbench.journal.flusher import Flusher
from workbench.journal.format import (
    BLOB_FLAG,
    EVENT_LIMIT,
    FRAME,
    FRAME_MAGIC,
    INLINE_LIMIT,
    PAYLOAD_LIMIT,
    SUFFIX,
    FrameType,
    SegmentHeader,
    pack_segment,
    segment_seed,
)
from workbench.journal.tables import Tables
from workbench.model import Declaration, EventType, Position, Source

__all__ = ["Durability", "LogWriter", "Tail"]

_LOCK_TRIES = 20
_LOCK_PAUSE_SECONDS = 0.01
"""A reader that asks whether a writer lives holds the lock for microseconds; a writer waits that out."""

_NEXT = struct.Struct("<IHBBI")
_crc32 = zlib.crc32


class Durability(StrEnum):
    """What survives a power cut."""

    RELAXED = "relaxed"
    """Intents of steps that must not repeat at once, all else within 50 ms. The default."""
    STRICT = "strict"
    """Every event before the workflow goes on."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What a new writer must know of the file it goes on with.

    Attributes:
        recording: Unique id of the recording.
        end: Where the readable bytes end.
        last_seq: Highest sequence number in use.
        segments: Number of segments so far.
        tables: Numbers in use.
    """

    recording: bytes
    end: int
    last_seq: int
    segments: int
    tables: Tables


class LogWriter:
    """The one writer of a log file.

    Args:
        path: File to create or to go on with.
        tail: What an existing file holds; `None` for a new one. `workbench.journal.open_writer` finds it.
        durability: See `Durability`.
        wall_ns: Wall clock, nanoseconds since the Unix epoch.
        mono_ns: Monotonic clock, nanoseconds.

    Raises:
        LogBusyError: Another live process (or another writer in this one) holds the log.
    """

    def __init__(
        self,
        path: Path,
        *,
        tail: Callable[[Path], Tail | None],
        durability: Durability = Durability.RELAXED,
        wall_ns: Callable[[], int] = time.time_ns,
        mono_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.path = path
        self.durability = durability
        self.degraded: OSError | None = None
        self._wall_ns = wall_ns
        self._mono_ns = mono_ns
        self._mutex = threading.Lock()
        self._fd = _open_locked(path)
        try:
            self._adopt(tail(path))
        except BaseException:
            os.close(self._fd)
            raise
        self._flusher = Flusher(self)
        self.closed = False
        _live.add(self)

    # --- segments -------------------------------------------------------------------------------------------

    def _adopt(self, tail: Tail | None) -> None:
        self.recording = tail.recording if tail else os.urandom(16)
        self.tables = tail.tables if tail else Tables()
        self._seq = tail.last_seq if tail else 0
        self._segment = tail.segments if tail else 0
        self._end = tail.end if tail else 0
        self._count = 0
        self._crc_of_crcs = 0
        self._dropped = 0
        self.synced_seq = self._seq
        self._begin_segment()
        if not tail:
            os.fsync(self._fd)
            _sync_folder(self.path.parent)

    def _begin_segment(self) -> None:
        salt = os.urandom(8)
        self._seed = segment_seed(self.recording, salt)
        header = SegmentHeader(
            recording=self.recording,
            salt=salt,
            number=self._segment,
            pid=os.getpid(),
            boot=boot_hash(),
            offset=os.lseek(self._fd, 0, os.SEEK_END),
            first_seq=self._seq + 1,
            previous_end=self._end,
            wall_ns=self._wall_ns(),
            mono_ns=self._mono_ns(),
            durability=self.durability is Durability.STRICT,
        )
        _write_all(self._fd, pack_segment(header))
        self._segment += 1
        self._frame(FrameType.PROCESS, msgpack.packb({"host": os.uname().nodename, "pid": os.getpid()}))

    # --- frames ---------------------------------------------------------------------------------------------

    def append(
        self,
        event: EventType,
        run: int,
        name: int,
        position: Position,
        body: bytes,
        *,
        attempt: int = 0,
        tag: int = 0,
        cause: int = 0,
        durable: bool = False,
    ) -> int:
        """Write one event.

        Args:
            event: What happened.
            run: Number of the run (`run_number`).
            name: Number of the declaration (`name_number`); 0 for none.
            position: Where in the program.
            body: Encoded payload, one msgpack mapping.
            attempt: Attempt of the step, 1-based; 0 where attempts do not apply.
            tag: Number of the error class (`tag_number`); 0 for none.
            cause: Sequence number of the event that this one answers; 0 for none.
            durable: Return only when the event is on stable storage.

        Returns:
            The event's sequence number.

        Raises:
            LogDegradedError: The disk refused; the event may be lost.
            PayloadTooLargeError: The body exceeds 64 MiB; nothing was written.
        """
        flags = 0
        with self._mutex:
            if len(body) > INLINE_LIMIT:
                body = self._blobs(body)
                flags = BLOB_FLAG
            seq = self._frame(event, body, run, name, tag, attempt, cause, position, flags)
        if durable or self.durability is Durability.STRICT:
            self.sync()
        else:
            self._flusher.wake()
        return seq

    def _frame(
        self,
        type_: int,
        body: bytes,
        run: int = 0,
        name: int = 0,
        tag: int = 0,
        attempt: int = 0,
        cause: int = 0,
        position: Position = (),
        flags: int = 0,
    ) -> int:
        if self.degraded is not None:
            self._mend()
        seq = self._seq + 1
        depth = len(position)
        if depth:
            body = struct.pack(f"<{depth}I", *position) + body
        header = FRAME.pack(
            0, FRAME_MAGIC, type_, flags, len(body), seq, self._wall_ns(), self._mono_ns(),
            cause, run, name, tag, attempt, depth,
        )  # fmt: skip
        rest = header[4:] + body
        crc = _crc32(rest, self._seed)
        try:
            _write_all(self._fd, crc.to_bytes(4, "little") + rest)
        except OSError as error:
            raise self._degrade(error, type_) from error
        self._seq = seq
        self._count += 1
        self._crc_of_crcs = _crc32(crc.to_bytes(4, "little"), self._crc_of_crcs)
        self._end += len(rest) + 4
        return seq

    def _blobs(self, body: bytes) -> bytes:
        if len(body) > PAYLOAD_LIMIT:
            message = f"a payload of {len(body):,} bytes cannot be recorded; the limit is {PAYLOAD_LIMIT:,}"
            raise PayloadTooLargeError(message, hint="store it elsewhere and return a reference with a hash")
        parts = range(0, len(body), INLINE_LIMIT)
        first = self._seq + 1
        for start in parts:
            self._frame(FrameType.BLOB, body[start : start + INLINE_LIMIT])
        return msgpack.packb({"first": first, "parts": len(parts), "size": len(body)})

    # --- definitions ----------------------------------------------------------------------------------------

    def run_number(self, run_id: str) -> int:
        """Number of a run id, defined in the log at first use."""
        return self._number("run", run_id, run_id)

    def tag_number(self, error_type: str) -> int:
        """Number of an error class name, defined in the log at first use."""
        return self._number("tag", error_type, error_type) if error_type else 0

    def name_number(self, declaration: Declaration) -> int:
        """Number of a declaration, defined in the log at first use."""
        return self._number("name", declaration, declaration.plain())

    def add_source(self, source: Source) -> None:
        """Store one source file, once per recording."""
        with self._mutex:
            if source.digest in self.tables.sources:
                return
            fields = {"digest": source.digest, "file": source.file, "module": source.module, "text": source.text}
            self._frame(FrameType.SOURCE, msgpack.packb(fields))
            self.tables.sources.add(source.digest)

    def _number(self, table: str, key: Any, value: Any) -> int:
        known = self.tables.number(table, key)
        if known is not None:
            return known
        with self._mutex:
            known = self.tables.number(table, key)
            if known is None:
                known = self.tables.free(table)
                self._frame(FrameType.DEFINE, msgpack.packb({"table": table, "number": known, "value": value}))
                self.tables.define(table, known, key)
            return known

    # --- durability -----------------------------------------------------------------------------------------

    def sync(self) -> None:
        """Put everything written so far on stable storage.

        Raises:
            LogDegradedError: The disk refused. After a failed sync the kernel may have thrown the pages away, so
                a later success proves nothing: the file is not trusted again (PostgreSQL's "fsyncgate").
        """
        upto = self._seq
        if upto <= self.synced_seq:
            return
        try:
            _datasync(self._fd)
        except OSError as error:
            raise self._degrade(error, FrameType.SYNC) from error
        self.synced_seq = max(self.synced_seq, upto)

    def mark_synced(self) -> None:
        """Sync, and say in the log up to where; the flusher calls this in the background."""
        if self._seq > self.synced_seq and self.degraded is None:
            self.sync()
            with self._mutex:
                seq = self._frame(FrameType.SYNC, msgpack.packb({"upto": self.synced_seq}))
                if seq == self.synced_seq + 1:
                    self.synced_seq = seq

    def _degrade(self, error: OSError, type_: int) -> LogDegradedError:
        self.degraded = error
        if type_ < EVENT_LIMIT:
            self._dropped += 1
        name = errno.errorcode.get(error.errno or 0, "error")
        return LogDegradedError(
            f"the disk refused to store an event in {self.path} ({name}: {error.strerror})",
            path=self.path,
            hint="free space or move the log to another disk, then run again: the run resumes from what is stored",
        )

    def _mend(self) -> None:
        """After a refused write: a fresh segment behind the torn bytes, which says how many events are missing."""
        self._segment_after_damage()
        if self._dropped:
            self._frame(FrameType.DROPPED, msgpack.packb({"events": self._dropped}))
            self._dropped = 0

    def _segment_after_damage(self) -> None:
        cause, self.degraded = self.degraded, None
        try:
            self._begin_segment()
        except OSError as error:
            raise self._degrade(error, FrameType.SYNC) from cause

    # --- the end --------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Sync, write the closing frame and give up the lock. A second call does nothing."""
        if self.closed:
            return
        self.closed = True
        self._flusher.stop()
        _live.discard(self)
        try:
            if self.degraded is None:
                with self._mutex:
                    closing = {"frames": self._count, "crc": self._crc_of_crcs}
                    self._frame(FrameType.CLOSE, msgpack.packb(closing))
                self.sync()
        finally:
            os.close(self._fd)

    # --- fork -----------------------------------------------------------------------------------------------

    def after_fork_in_child(self) -> None:
        """The parent keeps its file; the child goes on in one of its own, with the same numbers."""
        os.close(self._fd)  # releases nothing: the lock belongs to the parent's open file too
        self._mutex = threading.Lock()
        stem = self.path.name.removesuffix(SUFFIX)
        self.path = self.path.with_name(f"{stem}.{os.getpid()}{SUFFIX}")
        self._fd = _open_locked(self.path)
        tables, self.tables = self.tables, Tables()
        self._adopt(None)
        for table, number, key in tables.entries():
            value = key.plain() if isinstance(key, Declaration) else key
            self._frame(FrameType.DEFINE, msgpack.packb({"table": table, "number": number, "value": value}))
            self.tables.define(table, number, key)
        self._flusher = Flusher(self)


# --- the operating system ---------------------------------------------------------------------------------------


def _open_locked(path: Path) -> int:
    fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for attempt in range(_LOCK_TRIES):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if attempt + 1 < _LOCK_TRIES:
                time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            return fd
    os.close(fd)
    raise LogBusyError(
        f"{path} is being written by another live process",
        path=path,
        hint="wait for it to end, or stop it; two writers on one run would be two executions",
    )


def _write_all(fd: int, data: bytes) -> None:
    written = os.write(fd, data)
    while written < len(data):
        data = data[written:]
        written = os.write(fd, data)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _full_sync(fd: int) -> None:
    fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # type: ignore[attr-defined]  # macOS only: fsync alone stops at the drive's cache


_datasync: Callable[[int], None] = _full_sync if hasattr(fcntl, "F_FULLFSYNC") else os.fdatasync

_live: weakref.WeakSet[LogWriter] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for writer in list(_live):
        writer.after_fork_in_child()


os.register_at_fork(after_in_child=_after_fork_in_child)
