"""Append events to one log file: one `write` per event, intents synced, never a byte changed.

Promises (and the tests that hold them: `tests/journal/test_kill.py`, `test_disk_errors.py`):

* When `append` returns, the event survives the death of this process. When it returns with `durable=True`, it
  also survives a power cut.
* A file that exists is never truncated or rewritten; a new writer adds a segment behind whatever is there.
* After a refused write or sync nothing is trusted silently: `LogDegradedError`, and the log says DROPPED.
"""

from __future__ import annotations

import errno
import os
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgpack

from workbench._errors import LogError, PayloadTooLargeError, UsageError
from workbench.journal import disk
from workbench.journal.flusher import Flusher
from workbench.journal.format import (
    BLOB_FLAG,
    INLINE_LIMIT,
    LENGTH_LIMIT,
    MEND_FLAG,
    NOTE_LIMIT,
    PAYLOAD_LIMIT,
    SUFFIX,
    FrameType,
)
from workbench.journal.frames import FrameFile
from workbench.journal.tables import Tables
from workbench.model import Declaration, EventType, Position, Source

__all__ = ["Durability", "LogWriter", "Tail"]

_MAX_ATTEMPT = 0xFFFF
"""Attempts are two bytes in a frame; a step that is retried more often stays at the highest number."""


_NAMES_TRIED = 10_000


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
        distrusted: A sync of this file failed since the machine started, so that no later one proves anything.
    """

    recording: bytes
    end: int
    last_seq: int
    segments: int
    tables: Tables
    distrusted: bool = False


class LogWriter(FrameFile):
    """The one writer of a log file.

    Args:
        path: File to create or to go on with.
        tail: What an existing file holds; `None` for a new one. `workbench.journal.open_writer` finds it.
        durability: See `Durability`.
        wall_ns: Wall clock, nanoseconds since the Unix epoch.
        mono_ns: Monotonic clock, nanoseconds.

    Raises:
        LogBusyError: Another live process (or another writer in this one) holds the log.
        LogDegradedError: The disk refuses its first bytes.
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
        super().__init__(path, wall_ns, mono_ns)
        self.durability = durability
        self._strict = durability is Durability.STRICT
        self._forked = False
        self._fd = disk.open_locked(path)
        try:
            known = tail(path)
            if known is not None and known.distrusted and disk.forget_cached(self._fd):
                known = tail(path)  # this time as it is on the disk
                known = known and replace(known, distrusted=False)
            try:
                self._adopt(known)
            except BaseException:
                if known is None:
                    path.unlink()  # it was empty, and no event is in it: the next try finds no torn header
                raise
        except BaseException:
            os.close(self._fd)
            raise
        self._watch()
        _live.add(self)

    def _adopt(self, tail: Tail | None) -> None:
        self.recording = tail.recording if tail else os.urandom(16)
        self.tables = tail.tables if tail else Tables()
        self._seq = tail.last_seq if tail else 0
        self._segment = tail.segments if tail else 0
        self._end = tail.end if tail else 0
        self._begin_segment()
        if tail and tail.distrusted:
            self.distrusted = OSError(errno.EIO, "a sync of this file failed before")
            return
        try:
            disk.sync_entry(self._fd, self.path.parent)  # what the last process left is not yet on the disk either
        except OSError as error:
            self._distrust(error)
            raise self._refusal(error) from error
        self.synced_seq = self._seq

    def _watch(self) -> None:
        self._flusher = Flusher(self)
        self._dirty = self._flusher.is_awake

    # --- events ---------------------------------------------------------------------------------------------

    def append(  # noqa: PLR0913 - the facts of an event; a value object per event would double the time
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
        if not body:
            raise ValueError("an event's body is at least one byte of msgpack")
        if self._strict:
            durable = True
        if durable and self.distrusted is not None:
            self.untold = False
            raise self._refusal(self.distrusted)
        if attempt > _MAX_ATTEMPT:  # noqa: PLR1730 - `min` is a call, and this runs with every event
            attempt = _MAX_ATTEMPT
        with self._mutex:
            if len(body) > INLINE_LIMIT:
                reference = self._blobs(body)
                seq = self._put(event, reference, run, name, tag, attempt, cause, position, BLOB_FLAG)
            else:
                seq = self._put(event, body, run, name, tag, attempt, cause, position)
        if durable:
            self.sync()
        elif not self._dirty():
            self._flusher.wake()
        return seq

    def _blobs(self, body: bytes) -> bytes:
        if len(body) > PAYLOAD_LIMIT:
            message = f"a payload of {len(body):,} bytes cannot be recorded; the limit is {PAYLOAD_LIMIT:,}"
            raise PayloadTooLargeError(message, hint="store it elsewhere and return a reference with a hash")
        if self.degraded is not None:
            self._ready(FrameType.BLOB)  # first, because a new segment takes numbers of its own
        parts = range(0, len(body), INLINE_LIMIT)
        first = self._seq + 1
        for start in parts:
            self._put(FrameType.BLOB, body[start : start + INLINE_LIMIT])
        return msgpack.packb({"first": first, "parts": len(parts), "size": len(body)})

    # --- definitions ----------------------------------------------------------------------------------------

    def run_number(self, run_id: str) -> int:
        """Number of a run id, defined in the log at first use."""
        return self._number("run", run_id)

    def tag_number(self, error_type: str) -> int:
        """Number of an error class name, defined in the log at first use."""
        return self._number("tag", error_type) if error_type else 0

    def name_number(self, declaration: Declaration) -> int:
        """Number of a declaration, defined in the log at first use."""
        return self._number("name", declaration)

    def add_source(self, source: Source) -> None:
        """Store one source file, once per recording."""
        with self._mutex:
            if source.digest in self.tables.sources:
                return
            fields = {"digest": source.digest, "file": source.file, "module": source.module, "text": source.text}
            body = msgpack.packb(fields, unicode_errors="surrogatepass")
            if len(body) > LENGTH_LIMIT:
                return  # generated code, most likely; a run is replayed without its recorded source too
            self._put(FrameType.SOURCE, body)
            self.tables.sources.add(source.digest)

    def _number(self, table: str, key: Any) -> int:
        known = self.tables.number(table, key)
        if known is not None:
            return known
        with self._mutex:
            known = self.tables.number(table, key)
            if known is None:
                known = self.tables.free(table)
                self._define(table, known, key)
            return known

    def _define(self, table: str, number: int, key: Any) -> None:
        value = key.plain() if isinstance(key, Declaration) else key
        body = msgpack.packb({"table": table, "number": number, "value": value}, unicode_errors="surrogatepass")
        if len(body) > NOTE_LIMIT:
            raise UsageError(
                f"a {table} of {len(body):,} bytes is too long to be recorded; the limit is {NOTE_LIMIT:,}"
            )
        self.tables.reserve(table, number)  # an interrupted write may land: the number is used either way
        self._put(FrameType.DEFINE, body)
        self.tables.define(table, number, key)

    # --- durability and the end -----------------------------------------------------------------------------

    def mark_synced(self) -> None:
        """Sync, and say in the log up to where; the flusher calls this in the background.

        Raises:
            LogDegradedError: The disk refused.
        """
        if self._seq <= self.synced_seq or self.degraded is not None or self.closed:
            return
        self.sync()
        with self._mutex:
            if self.degraded is None:
                upto = self.synced_seq
                seq = self._put(FrameType.SYNC, msgpack.packb({"upto": upto}))
                if seq == upto + 1:
                    self.synced_seq = seq  # the SYNC frame itself needs no second sync

    def close(self) -> None:
        """Sync, write the closing frame and give up the lock. A second call does nothing.

        Raises:
            LogDegradedError: The disk refused, and nobody was told so far; the lock is given up all the same.
        """
        with self._mutex:
            if self.closed:
                return
            self.closed = True
            _live.discard(self)
        self._flusher.stop()
        try:
            self._say_goodbye()
        finally:
            with self._mutex:
                self.degraded = self.degraded or OSError(errno.EBADF, "closed")
                fd, self._fd = self._fd, -1
                if fd >= 0:
                    os.close(fd)

    def _say_goodbye(self) -> None:
        """Write the closing frame, or, after a refused write, at least how many events are missing."""
        if self._forked:
            return  # this process wrote nothing
        with self._mutex:
            if self.degraded is not None:
                self._begin_segment(flags=MEND_FLAG)
            if self.distrusted is None:
                self._put(FrameType.CLOSE, msgpack.packb({"last": self._seq + 1}))
        if self.distrusted is None or self.untold:
            self.sync()

    # --- fork -----------------------------------------------------------------------------------------------

    def after_fork_in_child(self) -> None:
        """The parent keeps its file; the child goes on in one of its own, which its first event creates."""
        if self._fd >= 0:  # a child of a child that wrote nothing has no file
            os.close(self._fd)  # releases nothing: the lock belongs to the parent's open file too
        self._refresh_locks()
        self._unwritten()
        self._forked = True
        self._watch()

    def _recover(self) -> None:
        if self._forked and not self.closed:
            self._move()
        else:
            super()._recover()

    def _move(self) -> None:
        """Go on in a new file, with the numbers that callers hold defined there as well."""
        tables = self.tables
        stem = self.path.name.removesuffix(SUFFIX)
        for again in range(_NAMES_TRIED):
            path = self.path.with_name(f"{stem}.{os.getpid()}{f'-{again}' if again else ''}{SUFFIX}")
            fd = disk.create_locked(path)  # never an existing file: containers use the same few pids again
            if fd is not None:
                break
        else:
            raise LogError(f"no free name beside {self.path} for the log of process {os.getpid()}", path=self.path)
        before = self.path, self.tables
        self._fd, self.path, self.tables = fd, path, Tables()  # the recording stays the same one: so do its keys
        try:
            self._begin_segment({"forked_from": before[0].name})
            for table, number, key in tables.entries():
                self._define(table, number, key)
        except BaseException:
            self.path, self.tables = before
            path.unlink()  # no event is in it yet; the next one tries again
            os.close(fd)
            self._unwritten()
            raise
        self._forked = False

    def _unwritten(self) -> None:
        self._fd = -1
        self._seq = self._end = self._segment = self._dropped = self.synced_seq = 0
        self.distrusted = None
        self.degraded = OSError(errno.ENOTCONN, "this process has no file yet")


_live: weakref.WeakSet[LogWriter] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for writer in list(_live):
        writer.after_fork_in_child()


os.register_at_fork(after_in_child=_after_fork_in_child)
