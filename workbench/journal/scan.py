"""Walk the bytes of a log once: find every good frame, and name every stretch that is none.

The hot loop touches each frame once (header, bounds, CRC, sequence) and keeps only its offset; columns and
payloads are read from there when somebody asks.
"""

from __future__ import annotations

import zlib
from array import array
from dataclasses import dataclass, field
from typing import Any

import msgpack

from workbench.journal.format import (
    CRC_SIZE,
    EVENT_LIMIT,
    FILE_MAGIC,
    FRAME,
    FRAME_MAGIC,
    FRAME_SIZE,
    LENGTH_LIMIT,
    SEGMENT_SIZE,
    FrameType,
    SegmentHeader,
    segment_seed,
    unpack_segment,
)
from workbench.journal.report import Gap, GapReason, OpenMode, Report
from workbench.journal.tables import Tables
from workbench.model import Declaration, Process, Source

__all__ = ["Scan", "scan"]

_MAGIC_BYTES = FRAME_MAGIC.to_bytes(2, "little")
_SECTOR = 512
"""A disk writes whole sectors; one that is all zero inside the last frame was never written (etcd's test)."""
_SHORTEST_PART = 16
"""A shorter run of zeros at the edge of a sector may be content."""

_META_LIMITS = {"max_array_len": 64, "max_map_len": 64, "max_ext_len": 0, "strict_map_key": True}
_MESSAGE_BYTES = 16 << 20


@dataclass
class Scan:
    """What one pass over a log found.

    Attributes:
        offsets: Byte offset of each event frame.
        blobs: Offset of each blob frame by sequence number.
        tables: Definitions.
        sources: Recorded sources by digest.
        processes: Who wrote.
        report: Counts and damage.
        end: Where the readable bytes end.
        last_crc: CRC of the last good frame: with size and id it identifies the content.
    """

    offsets: array[int] = field(default_factory=lambda: array("Q"))
    blobs: dict[int, int] = field(default_factory=dict)
    tables: Tables = field(default_factory=Tables)
    sources: dict[str, Source] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    end: int = 0
    last_crc: int = 0
    last_header: SegmentHeader | None = None


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
    found = Scan()
    found.report.mode = mode
    found.report.size = len(buffer)
    found.report.recording = first.recording.hex()
    found.report.version = first.version
    walk = _Walk(buffer, found, first.recording)
    walk.run(first, stop_at_damage=mode is OpenMode.PREFIX)
    return found


class _Walk:
    """One pass: segments outside, frames inside."""

    def __init__(self, buffer: Any, found: Scan, recording: bytes) -> None:
        self.buffer = buffer
        self.view = memoryview(buffer)
        self.found = found
        self.recording = recording
        self.next_seq = 1

    def run(self, first: SegmentHeader, *, stop_at_damage: bool) -> None:
        """Walk the segments in file order."""
        offset, end = 0, 0
        header: SegmentHeader | None = first
        while header is not None:
            self._enter(header)
            end = self._segment(offset + SEGMENT_SIZE, stop_at_damage=stop_at_damage)
            if stop_at_damage and self.found.report.rotten:
                break
            offset, header = self._next_segment(end)
        self._finish(end)

    def _segment(self, at: int, *, stop_at_damage: bool) -> int:
        """Read one segment, across damage where asked; return where its readable bytes end."""
        seed = segment_seed(self.recording, self._current.salt)
        while True:
            end = self._frames(at, seed)
            stop, following = self._next_segment(end)
            again = self._close_gap(end, stop, following)
            if again is None or stop_at_damage:
                return end
            at = again

    def _finish(self, end: int) -> None:
        report = self.found.report
        report.events = len(self.found.offsets)
        report.last_seq = self.next_seq - 1
        self.found.end = end
        self.view.release()

    # --- segments -------------------------------------------------------------------------------------------

    def _enter(self, header: SegmentHeader) -> None:
        self._current = header
        self.found.last_header = header
        report = self.found.report
        report.segments += 1
        report.closed = False
        if header.first_seq > self.next_seq and not self._gap_ends_here(header.offset):
            report.gaps.append(Gap(header.offset, 0, GapReason.MISSING))
        self.next_seq = max(self.next_seq, header.first_seq)
        self.found.processes.append(Process(header.first_seq, header.pid, "", header.boot, header.wall_ns))

    def _gap_ends_here(self, offset: int) -> bool:
        gaps = self.found.report.gaps
        return bool(gaps) and gaps[-1].offset + gaps[-1].length == offset and gaps[-1].reason is not GapReason.TORN

    def _next_segment(self, start: int) -> tuple[int, SegmentHeader | None]:
        """Offset and header of the next segment of this recording, or the end of the file and `None`."""
        at = self.buffer.find(FILE_MAGIC, start)
        while at != -1:
            header = unpack_segment(self.buffer[at : at + SEGMENT_SIZE])
            if header is not None and header.offset == at and header.recording == self.recording:
                return at, header
            at = self.buffer.find(FILE_MAGIC, at + 1)
        return len(self.buffer), None

    # --- damage ---------------------------------------------------------------------------------------------

    def _close_gap(self, start: int, stop: int, following: SegmentHeader | None) -> int | None:
        """Name the unreadable bytes from `start`; return where frames of this segment go on, if they do."""
        if start == stop:
            if following is not None and following.previous_end > start:
                self.found.report.gaps.append(Gap(start, 0, GapReason.MISSING))
            return None
        again = self._resync(start, stop)
        if again is not None:
            self.found.report.gaps.append(Gap(start, again - start, GapReason.ROTTEN))
            return again
        reason = self._why(start, stop, following)
        self.found.report.gaps.append(Gap(start, stop - start, reason))
        return None

    def _resync(self, start: int, stop: int) -> int | None:
        """Next good frame of the current segment after damaged bytes: magic, bounds, CRC must all fit."""
        seed = segment_seed(self.recording, self._current.salt)
        at = self.buffer.find(_MAGIC_BYTES, start + CRC_SIZE + 1, stop)
        while at != -1:
            if self._frame_fits(at - CRC_SIZE, stop, seed):
                self.next_seq = FRAME.unpack_from(self.buffer, at - CRC_SIZE)[5]
                return at - CRC_SIZE
            at = self.buffer.find(_MAGIC_BYTES, at + 1, stop)
        return None

    def _frame_fits(self, at: int, stop: int, seed: int) -> bool:
        if at < 0 or at + FRAME_SIZE > stop:
            return False
        fields = FRAME.unpack_from(self.buffer, at)
        end = at + FRAME_SIZE + fields[4]
        if fields[1] != FRAME_MAGIC or not 0 < fields[4] <= LENGTH_LIMIT or end > stop or fields[5] < self.next_seq:
            return False
        return zlib.crc32(self.view[at + CRC_SIZE : end], seed) == fields[0]

    def _why(self, start: int, stop: int, following: SegmentHeader | None) -> GapReason:
        """Torn or rotten: a tail is torn when its writer could not have finished it."""
        if following is not None and following.previous_end > start:
            return GapReason.ROTTEN  # the next writer could still read on from here
        if self.buffer[start : start + len(FILE_MAGIC)] == FILE_MAGIC:
            header = unpack_segment(self.buffer[start : start + SEGMENT_SIZE])
            if header is not None:
                return GapReason.FOREIGN
        tail = self.buffer[start:stop]
        if len(tail) < FRAME_SIZE:
            return GapReason.TORN
        fields = FRAME.unpack_from(tail)
        cut_off = fields[1] == FRAME_MAGIC and fields[5] == self.next_seq and FRAME_SIZE + fields[4] > len(tail)
        return GapReason.TORN if cut_off or _has_unwritten_sector(tail, start) else GapReason.ROTTEN

    # --- frames ---------------------------------------------------------------------------------------------

    def _frames(self, at: int, seed: int) -> int:
        """Read good frames from `at` on; return where they end."""
        buffer, view, found = self.buffer, self.view, self.found
        unpack, crc32, add = FRAME.unpack_from, zlib.crc32, found.offsets.append
        size, seq, last_start = len(buffer), self.next_seq, len(buffer) - FRAME_SIZE
        frames = 0
        while at <= last_start:
            crc, magic, type_, _, length, frame_seq, *_rest = unpack(buffer, at)
            end = at + FRAME_SIZE + length
            if magic != FRAME_MAGIC or not 0 < length <= LENGTH_LIMIT or end > size or frame_seq != seq:
                break
            if crc32(view[at + CRC_SIZE : end], seed) != crc:
                break
            if type_ < EVENT_LIMIT:
                add(at)
            else:
                self._own(type_, seq, at, end)
            found.last_crc = crc
            seq += 1
            frames += 1
            at = end
        self.next_seq = seq
        found.report.frames += frames
        return at

    def _own(self, type_: int, seq: int, at: int, end: int) -> None:
        report = self.found.report
        if type_ == FrameType.BLOB:
            self.found.blobs[seq] = at
            return
        body = msgpack.unpackb(self.view[at + FRAME_SIZE : end], max_str_len=_MESSAGE_BYTES, **_META_LIMITS)
        if type_ == FrameType.DEFINE:
            value = body["value"]
            key = Declaration.from_plain(value) if body["table"] == "name" else value
            self.found.tables.define(body["table"], body["number"], key)
        elif type_ == FrameType.SOURCE:
            source = Source(body["digest"], body["file"], body["module"], body["text"])
            self.found.sources[source.digest] = source
            self.found.tables.sources.add(source.digest)
        elif type_ == FrameType.SYNC:
            report.synced_seq = max(report.synced_seq, body["upto"])
        elif type_ == FrameType.DROPPED:
            report.dropped += body["events"]
        elif type_ == FrameType.CLOSE:
            report.closed = True
        elif type_ == FrameType.PROCESS:
            last = self.found.processes[-1]
            host = str(body.get("host", ""))
            self.found.processes[-1] = Process(last.first_seq, last.pid, host, last.boot, last.started_ns)


def _has_unwritten_sector(tail: bytes, offset: int) -> bool:
    first = -offset % _SECTOR
    parts = [tail[:first], *(tail[at : at + _SECTOR] for at in range(first, len(tail), _SECTOR))]
    return any(len(part) >= _SHORTEST_PART and not any(part) for part in parts)
