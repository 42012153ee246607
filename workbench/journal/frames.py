"""One open log file: frames go in, and what a failed write left behind is known to the byte.

The rules after a failure, which `tests/journal/test_disk_errors.py` holds:

* A refused *write* leaves torn bytes at most. The next frame begins a new segment behind them (flag MEND), which
  says in a DROPPED frame how many events are missing.
* A refused *sync* may have made the kernel throw pages away and call them clean, so a later success proves nothing
  (PostgreSQL's "fsyncgate"): this writer reports no sync of the file as done again, and the next one first reads
  the file back from the disk itself.
* An exception that arrives in the middle of a write (a person's Ctrl-C) is settled by the file's size.
"""

from __future__ import annotations

import errno
import os
import struct
import threading
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgpack

from workbench._errors import LogDegradedError, LogError
from workbench.journal import disk
from workbench.journal.boot import boot_hash
from workbench.journal.format import (
    FRAME_MAGIC,
    MEND_FLAG,
    PATH_ITEM,
    SEGMENT_SIZE,
    FrameType,
    SegmentHeader,
    pack_segment,
    segment_seed,
)
from workbench.model import Position

__all__ = ["FrameFile"]

_REST = struct.Struct("<HBBIQqqQIIIHBx")
"""`FRAME` behind its CRC."""

_crc32 = zlib.crc32


@cache
def _rest_and_path(depth: int) -> Callable[..., bytes]:
    """Packs a frame without its CRC and body: the header, and a position of this depth."""
    return struct.Struct(f"{_REST.format}{depth}I").pack


_LAST_OF_CALLERS = FrameType.BLOB
"""Frames up to this type carry what a caller wants stored; a refused one counts as a missing event."""


class FrameFile:
    """A locked file that frames are appended to.

    Attributes:
        path: The file.
        recording: Unique id of the recording.
        degraded: Why the last write failed; `None` while all is well.
        distrusted: Why no sync of this file is believed any more; `None` while all is well.
        synced_seq: Everything up to here is on stable storage.
        closed: `close` was called.
        untold: A sync failed in the background, and no caller knows yet.
    """

    def __init__(self, path: Path, wall_ns: Callable[[], int], mono_ns: Callable[[], int]) -> None:
        self.path = path
        self.recording = b""
        self.degraded: OSError | None = None
        self.distrusted: OSError | None = None
        self.synced_seq = 0
        self.closed = False
        self.untold = False
        self._strict = False
        self._wall_ns = wall_ns
        self._mono_ns = mono_ns
        self._fd = -1
        self._seq = 0
        self._end = 0
        self._segment = 0
        self._seed = 0
        self._dropped = 0
        self._refresh_locks()

    def _refresh_locks(self) -> None:
        self._mutex = threading.Lock()
        self._syncing = threading.Lock()

    # --- frames ---------------------------------------------------------------------------------------------

    def _put(  # noqa: PLR0913, PLR0917 - the fields of a frame, by position because every event passes here
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
        """Write one frame and return its number; the caller holds the mutex."""
        if self.degraded is not None:
            self._ready(type_)
        seq = self._seq + 1
        depth = len(position)
        rest = (
            _rest_and_path(depth)(
                FRAME_MAGIC, type_, flags, len(body) + PATH_ITEM * depth, seq, self._wall_ns(), self._mono_ns(),
                cause, run, name, tag, attempt, depth, *position,
            ) + body
        )  # fmt: skip
        frame = _crc32(rest, self._seed).to_bytes(4, "little") + rest
        start, end = self._end, self._end + len(frame)
        try:
            written = disk.write(self._fd, frame)
            if written != len(frame):
                disk.write_all(self._fd, frame[written:])
            self._seq = seq
            self._end = end
        except OSError as error:
            if not self._settle(start, seq - 1, 0, [len(frame)]):
                self._dropped += type_ <= _LAST_OF_CALLERS
            self.degraded = error
            raise self._refusal(error) from error
        except BaseException:
            self._settle(start, seq - 1, 0, [len(frame)])
            raise
        return seq

    def _ready(self, type_: int) -> None:
        """Mend the file before a frame of this type, or count what is lost because it cannot be mended."""
        try:
            self._recover()
        except LogDegradedError:
            self._dropped += type_ <= _LAST_OF_CALLERS
            raise

    def _note(self, seed: int, seq: int, type_: int, facts: dict[str, Any]) -> bytes:
        """A frame of the journal's own, as bytes."""
        body = msgpack.packb(facts)
        now = self._wall_ns(), self._mono_ns()
        rest = _REST.pack(FRAME_MAGIC, type_, 0, len(body), seq, *now, 0, 0, 0, 0, 0, 0) + body
        return _crc32(rest, seed).to_bytes(4, "little") + rest

    def _settle(self, start: int, seq: int, header: int, lengths: list[int]) -> int:
        """After a write that did not return: learn from the file's size what of it is there.

        Args:
            start: Where the write began.
            seq: Last number in use before it.
            header: Length of the segment header it began with, if any.
            lengths: Length of each frame in it.

        Returns:
            How many of its frames are whole.
        """
        landed = os.fstat(self._fd).st_size - start
        whole, frames = header, 0
        if landed >= header:
            while frames < len(lengths) and whole + lengths[frames] <= landed:
                whole += lengths[frames]
                frames += 1
            self._seq = seq + frames
            self._end = start + whole
        if landed not in {0, whole}:
            self.degraded = OSError(errno.EINTR, "interrupted")
        return frames

    # --- segments -------------------------------------------------------------------------------------------

    def _begin_segment(self, facts: dict[str, Any] | None = None, *, flags: int = 0) -> None:
        """Put a segment header, who writes, and how many events are missing into the file in one write.

        Raises:
            LogDegradedError: The disk refuses.
        """
        salt = os.urandom(8)
        seed = segment_seed(self.recording, salt)
        start = os.lseek(self._fd, 0, os.SEEK_END)
        header = self._header(salt, start, flags)
        notes = [(FrameType.PROCESS, {"host": os.uname().nodename, "pid": os.getpid(), **(facts or {})})]
        if self._dropped:
            notes.append((FrameType.DROPPED, self._loss(self.degraded, self._dropped)))
        seq = self._seq
        frames = [self._note(seed, number, type_, facts) for number, (type_, facts) in enumerate(notes, seq + 1)]
        lengths = [len(frame) for frame in frames]
        self._segment += 1
        try:
            disk.write_all(self._fd, pack_segment(header) + b"".join(frames))
        except BaseException as error:
            if self._settle(start, seq, SEGMENT_SIZE, lengths) == len(lengths):
                self._dropped = 0
            self.degraded = error if isinstance(error, OSError) else OSError(errno.EINTR, "interrupted")
            if isinstance(error, OSError):
                raise self._refusal(error) from error
            raise
        self._seed = seed
        self._seq = seq + len(frames)
        self._end = start + SEGMENT_SIZE + sum(lengths)
        self._dropped = 0
        self.degraded = None

    def _header(self, salt: bytes, start: int, flags: int) -> SegmentHeader:
        return SegmentHeader(
            recording=self.recording,
            salt=salt,
            number=self._segment,
            pid=os.getpid(),
            boot=boot_hash(),
            offset=start,
            first_seq=self._seq + 1,
            previous_end=self._end,
            wall_ns=self._wall_ns(),
            mono_ns=self._mono_ns(),
            durability=self._strict,
            flags=flags,
        )

    def _recover(self) -> None:
        """Make the file writable again; called before a frame while `degraded` is set."""
        if self.closed:
            raise LogError(f"{self.path} is closed", path=self.path, hint="open it again to go on")
        self._begin_segment(flags=MEND_FLAG)

    @staticmethod
    def _loss(error: OSError | None, events: int) -> dict[str, Any]:
        return {"events": events, "error": _error_name(error)}

    # --- durability -----------------------------------------------------------------------------------------

    def sync(self) -> None:
        """Put everything written so far on stable storage; threads that ask at the same time share one call.

        Raises:
            LogDegradedError: The disk refused, now or ever since this file was opened.
        """
        upto = self._seq
        with self._syncing:
            if upto <= self.synced_seq:
                return
            if self.distrusted is not None:
                raise self._refusal(self.distrusted)
            upto = self._seq
            try:
                disk.datasync(self._fd)
            except OSError as error:
                self._distrust(error)
                raise self._refusal(error) from error
            self.synced_seq = upto

    def _distrust(self, error: OSError) -> None:
        """Never believe a sync of this file again, and say so in it as far as it still takes writes."""
        self.distrusted = error
        with self._mutex:
            note = {**self._loss(error, 0), "unsynced_from": self.synced_seq + 1}
            try:
                self._put(FrameType.DROPPED, msgpack.packb(note))
            except LogError:
                return  # the caller hears of the failed sync; `degraded` remembers the failed note

    def _refusal(self, error: OSError) -> LogDegradedError:
        return LogDegradedError(
            f"the disk refused to store an event in {self.path} ({_error_name(error)}: {error.strerror})",
            path=self.path,
            hint="free space or move the log to another disk, then run again: the run resumes from what is stored",
        )


def _error_name(error: OSError | None) -> str:
    return errno.errorcode.get((error and error.errno) or 0, "error")
