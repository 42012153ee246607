"""Walk the bytes of a log once: find every good frame, and name every stretch that is none.

The hot loop touches each frame once (header, bounds, CRC, sequence) and keeps only its offset; columns and
payloads are read from there when somebody asks. In a large log many headers are looked at together, by numpy where
it is there; what a batch cannot explain is looked at again one by one, so that both give the same answer. Work and
memory stay proportional to the file's size whatever it holds: see `damage.Budget`.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import compress, count, repeat
from operator import getitem, ne
from typing import Any

from workbench.journal.columns import Batch, frames_ahead, numpy_if_here
from workbench.journal.damage import Budget, good_frame_after, header_after, why
from workbench.journal.format import (
    CRC_SIZE,
    EVENT_LIMIT,
    FRAME,
    FRAME_MAGIC,
    FRAME_SIZE,
    HOT,
    LENGTH_LIMIT,
    PATH_ITEM,
    SEGMENT_SIZE,
    FrameType,
    SegmentHeader,
    segment_seed,
)
from workbench.journal.notes import IMPOSSIBLE, Notes
from workbench.journal.report import Gap, GapReason, OpenMode, Report
from workbench.model import FOREIGN, EventType, Process

__all__ = ["Blobs", "Scan", "Walk", "scan"]

_EVENTS = frozenset(map(int, frozenset(EventType) - FOREIGN))

_BATCHES_FROM = 1 << 20
"""A smaller log is read sooner than numpy is imported."""

_ALONE = 64
"""Frames read one by one at the start and after damage. They cost about as much as a batch in vain, so that no file
makes batches a waste."""

_WORTH = 32
"""Fewer frames in a batch are read faster one by one."""

_SPANS = (1 << 14, 1 << 20)
"""Bytes of the first batch and of the longest one; each good batch is followed by one twice as long."""


@dataclass(frozen=True, slots=True)
class Blobs:
    """Where the parts of large payloads are; two arrays, because a hostile file may be all parts."""

    seqs: array[int] = field(default_factory=lambda: array("Q"))
    offsets: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, seq: int, offset: int) -> None:
        """The blob frame with this number is at this offset; numbers only grow."""
        self.seqs.append(seq)
        self.offsets.append(offset)

    def offset(self, seq: int) -> int | None:
        """Offset of the blob frame with this number, or `None`."""
        at = bisect_left(self.seqs, seq)
        return self.offsets[at] if at < len(self.seqs) and self.seqs[at] == seq else None


@dataclass
class Scan:
    """What one pass over a log found.

    Attributes:
        offsets: Byte offset of each event frame.
        own: Byte offset of each other frame.
        headers: Byte offset of each segment header.
        blobs: Parts of large payloads.
        notes: What the journal's own frames said.
        report: Counts and damage.
        end: Where the readable bytes end.
        next_seq: Number that the next frame would have.
        last_frame: Offset of the last good frame; -1 for none.
        header: The last segment's header.
        newer: Version of a segment that this package cannot read, which ended the pass.
    """

    offsets: array[int] = field(default_factory=lambda: array("Q"))
    own: array[int] = field(default_factory=lambda: array("Q"))
    headers: array[int] = field(default_factory=lambda: array("Q"))
    blobs: Blobs = field(default_factory=Blobs)
    notes: Notes = field(default_factory=Notes)
    report: Report = field(default_factory=Report)
    end: int = 0
    next_seq: int = 1
    last_frame: int = -1
    header: SegmentHeader | None = None
    newer: int | None = None


def scan(buffer: Any, mode: OpenMode, first: SegmentHeader) -> Scan:
    """Find the frames of a log.

    Args:
        buffer: The file's bytes (`bytes` or `mmap`).
        mode: `prefix` stops at damage inside the file, all other modes go on behind it so that the report is
            complete.
        first: The file header, already checked.

    Returns:
        Offsets, tables and the report.
    """
    walk = Walk(buffer, mode, first)
    walk.begin(first)
    return walk.finish()


class Walk:
    """One pass: segments outside, frames inside.

    Args:
        buffer: The file's bytes.
        mode: See `scan`.
        first: The file header.
        found: What an index already knows; empty for a whole pass.
    """

    def __init__(self, buffer: Any, mode: OpenMode, first: SegmentHeader, found: Scan | None = None) -> None:
        self.buffer = buffer
        self.size = len(buffer)
        self.found = found or Scan()
        self.recording = first.recording
        self.stop_at_damage = mode is OpenMode.PREFIX
        self.budget = Budget(self.size)
        self.seed = 0
        self._forged = -1
        self._ahead: tuple[int, SegmentHeader | None] = (-1, None)
        report = self.found.report
        report.mode = mode
        report.size = self.size
        report.recording = first.recording.hex()
        report.version = first.version

    def begin(self, first: SegmentHeader) -> None:
        """Read the whole file."""
        self.enter(first)
        self.go_on(SEGMENT_SIZE)

    def finish(self) -> Scan:
        """Complete the report."""
        report, notes = self.found.report, self.found.notes
        report.events = len(self.found.offsets)
        report.frames = report.events + len(self.found.own)
        report.segments = len(self.found.headers)
        report.last_seq = max(self.found.next_seq - 1, 0)
        report.synced_seq = notes.synced_seq
        report.dropped = notes.dropped
        report.closed = notes.closed
        report.sync_failed = notes.sync_failed
        return self.found

    # --- segments -------------------------------------------------------------------------------------------

    def enter(self, header: SegmentHeader) -> None:
        """A segment begins here."""
        found = self.found
        self.seed = segment_seed(self.recording, header.salt)
        found.header = header
        found.headers.append(header.offset)
        found.next_seq = max(found.next_seq, header.first_seq)
        found.notes.closed = False
        found.notes.processes.append(Process(header.first_seq, header.pid, "", header.boot, header.wall_ns))

    def go_on(self, at: int) -> None:
        """Read frames and segments from `at` to the end, or to the first damage."""
        while True:
            at = self.frames(at)
            self.found.end = at
            stop, following = self._next_segment(at)
            if at < stop:
                again = self._name_gap(at, stop, following)
                if self.stop_at_damage and self.found.report.gaps[-1].reason is not GapReason.TORN:
                    return
                if again is not None:
                    at = again
                    continue
            if following is None or not self._enter_after(at, stop, following):
                return
            at = stop + SEGMENT_SIZE

    def _enter_after(self, end: int, at: int, header: SegmentHeader) -> bool:
        """Enter a segment unless frames before it are gone and damage ends the pass."""
        gaps = self.found.report.gaps
        explained = bool(gaps) and gaps[-1].reason is not GapReason.TORN and gaps[-1].offset + gaps[-1].length == at
        cut_out = header.previous_end > end and at == end
        if (header.first_seq > self.found.next_seq or cut_out) and not explained:
            gaps.append(Gap(at, 0, GapReason.MISSING))
            if self.stop_at_damage:
                return False
        self.enter(header)
        return True

    def _next_segment(self, start: int) -> tuple[int, SegmentHeader | None]:
        """Offset and header of the next segment of this recording, or the end of the file and `None`."""
        if self._ahead[0] < start:
            self._ahead = header_after(self.buffer, start, self.recording, self._newer)
        return self._ahead

    def _newer(self, version: int) -> None:
        self.found.newer = version

    # --- damage ---------------------------------------------------------------------------------------------

    def _name_gap(self, start: int, stop: int, following: SegmentHeader | None) -> int | None:
        """Name the unreadable bytes from `start`; return where frames of this segment go on, if they do."""
        gaps, found = self.found.report.gaps, self.found
        if self._forged > start:
            gaps.append(Gap(start, self._forged - start, GapReason.FORGED))
            found.next_seq += not self.stop_at_damage
            return self._forged
        again = good_frame_after(self.buffer, start, stop, (self.seed, found.next_seq), self.budget)
        if again is not None:
            seq = HOT.unpack_from(self.buffer, again)[4]
            reason = GapReason.MISSING if again == start else why(self.buffer, start, again, found.next_seq, self.seed)
            gaps.append(Gap(start, again - start, GapReason.ROTTEN if reason is GapReason.TORN else reason))
            if not self.stop_at_damage:
                found.next_seq = seq
            return again
        gaps.append(Gap(start, stop - start, why(self.buffer, start, stop, found.next_seq, self.seed, following)))
        return None

    # --- frames ---------------------------------------------------------------------------------------------

    def frames(self, at: int) -> int:
        """Read good frames from `at` on; return where they end."""
        self._forged = -1
        np = numpy_if_here() if self.size - at >= _BATCHES_FROM else None
        if np is None:
            return self._one_by_one(at, self.size)
        while True:
            before = self.found.next_seq
            at = self._one_by_one(at, _ALONE)
            if self.found.next_seq - before < _ALONE:
                return at
            at = self._by_batches(np, at)
            if self._forged >= 0:
                return at

    def _one_by_one(self, at: int, limit: int) -> int:
        """Read at most so many good frames from `at` on; return where they end."""
        buffer, found, seed = self.buffer, self.found, self.seed
        unpack, crc32, add, events = HOT.unpack_from, zlib.crc32, found.offsets.append, _EVENTS
        seq, last_start, last = found.next_seq, self.size - FRAME_SIZE, found.last_frame
        stop = seq + limit
        while at <= last_start and seq < stop:
            crc, magic, type_, length, frame_seq, depth = unpack(buffer, at)
            end = at + FRAME_SIZE + length
            if magic != FRAME_MAGIC or frame_seq != seq or not 0 < length <= LENGTH_LIMIT or end > self.size:
                break
            if crc32(buffer[at + CRC_SIZE : end], seed) != crc:
                break
            if type_ in events and depth * PATH_ITEM < length:
                add(at)
            elif not self._own(type_, seq, at, end):
                self._forged = end
                break
            last = at
            seq += 1
            at = end
        found.next_seq = seq
        found.last_frame = last
        return at

    def _by_batches(self, np: Any, at: int) -> int:
        """Read good frames as long as there are many; return where they end, or where it is no longer worth it."""
        found, (span, longest) = self.found, _SPANS
        while True:
            batch = frames_ahead(np, self.buffer, (at, found.next_seq), span, _EVENTS)
            if batch is None:
                return at
            good = self._take(batch, self._first_bad(batch))
            if good:
                at = batch.ends[good - 1]
            if good < max(len(batch.ends), _WORTH):
                return at
            span = min(2 * span, longest)

    def _first_bad(self, batch: Batch) -> int:
        """Which frame has a checksum that does not fit; the number of frames when all fit."""
        parts: Iterator[Any] = map(
            getitem, repeat(self.buffer), map(slice, (batch.starts + CRC_SIZE).tolist(), batch.ends)
        )
        wrong = map(ne, map(zlib.crc32, parts, repeat(self.seed)), batch.crcs)
        return next(compress(count(), wrong), len(batch.ends))

    def _take(self, batch: Batch, good: int) -> int:
        """Keep the first `good` frames of a batch, or fewer when one is impossible; return how many."""
        found, seq = self.found, self.found.next_seq
        for place in (~batch.events[:good]).nonzero()[0].tolist():
            start, end = int(batch.starts[place]), batch.ends[place]
            if not self._own(batch.types[place], seq + place, start, end):
                self._forged, good = end, place
                break
        found.offsets.frombytes(batch.starts[:good][batch.events[:good]].tobytes())
        found.next_seq += good
        if good:
            found.last_frame = int(batch.starts[good - 1])
        return good

    def _own(self, type_: int, seq: int, at: int, end: int) -> bool:
        """Read a frame that is no event; false when it is impossible although its checksum fits."""
        if type_ < EVENT_LIMIT:
            return False
        if type_ == FrameType.BLOB:
            self.found.blobs.add(seq, at)
        else:
            try:
                self.found.notes.take(type_, seq, at, self.buffer[at + FRAME_SIZE : end])
            except IMPOSSIBLE:
                return False  # reported as a gap with the reason `forged`
        self.found.own.append(at)
        return True

    def read_own(self, at: int) -> bool:
        """Read one frame that an index points at; false when it is not a good one."""
        if not 0 <= at <= self.size - FRAME_SIZE:
            return False
        crc, magic, type_, _, length, seq, *_rest = FRAME.unpack_from(self.buffer, at)
        end = at + FRAME_SIZE + length
        if magic != FRAME_MAGIC or not 0 < length <= LENGTH_LIMIT or end > self.size:
            return False
        fits = zlib.crc32(self.buffer[at + CRC_SIZE : end], self.seed) == crc
        return fits and self._own(type_, seq, at, end)
