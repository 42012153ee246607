"""What bytes are that are no frames: torn, rotten, foreign; and where good ones begin again.

All searches are bounded: each byte of a hostile file is looked at a small fixed number of times.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any

from workbench.journal.format import (
    CRC_SIZE,
    ENVELOPE,
    FILE_MAGIC,
    FRAME_MAGIC,
    FRAME_SIZE,
    HOT,
    LENGTH_LIMIT,
    MEND_FLAG,
    SEGMENT_SIZE,
    VERSION,
    SegmentHeader,
    envelope_version,
    unpack_segment,
)
from workbench.journal.report import GapReason

__all__ = ["Budget", "good_frame_after", "header_after", "why"]

_CANDIDATE = re.compile(
    re.escape(FRAME_MAGIC.to_bytes(2, "little")) + rb"[^\0].[\0-\xff]{3}[\0\1][\0-\xff]{7}[\0-\x7f]", re.DOTALL
)
"""Magic, a type, and a length and a number that a frame may have: the rest is looked at one by one."""

_UUID = slice(ENVELOPE.size - 16, ENVELOPE.size)
_ENVELOPE_LIMIT = 4096
_SECTOR = 512
"""A disk writes whole sectors; one that is all zero inside the last frame was never written (etcd's test)."""
_SHORTEST_PART = 16
"""A shorter run of zeros at the edge of a sector may be content."""
_ZEROS = bytes(_SECTOR)


class Budget:
    """How many bytes a pass may put through the CRC in vain, and how many candidates it may look at.

    Chance makes one false candidate in some ten million bytes. A file full of frame headers that all claim 16 MiB
    would cost the square of its size; beyond the budget the rest of the segment is given up as rotten.
    """

    def __init__(self, size: int) -> None:
        self._left = 4 * size + (64 << 20)

    def spend(self, count: int) -> bool:
        """Take `count` bytes; false when they are not there."""
        self._left -= count
        return self._left >= 0


def header_after(
    buffer: Any, start: int, recording: bytes, newer: Callable[[int], None]
) -> tuple[int, SegmentHeader | None]:
    """The next segment header of a recording.

    Args:
        buffer: The file's bytes.
        start: Where to begin.
        recording: Unique id of the recording.
        newer: Told the version of a header that only a newer package can read; the search ends there.

    Returns:
        Its offset and content, or the end of the file and `None`.
    """
    at = buffer.find(FILE_MAGIC, start)
    while at != -1:
        if buffer[at + _UUID.start : at + _UUID.stop] == recording:
            raw = buffer[at : at + _ENVELOPE_LIMIT]
            version = envelope_version(raw)
            if version is not None and version > VERSION:
                newer(version)
                return at, None
            header = unpack_segment(raw)
            if header is not None and header.offset == at:
                return at, header
        at = buffer.find(FILE_MAGIC, at + len(FILE_MAGIC))
    return len(buffer), None


def good_frame_after(buffer: Any, start: int, stop: int, expected: tuple[int, int], budget: Budget) -> int | None:
    """Offset of the next good frame of a segment: magic, bounds, number and CRC must all fit.

    Args:
        buffer: The file's bytes.
        start: Where to begin; a frame right here has an unexpected number.
        stop: Where the segment ends at the latest.
        expected: CRC seed of the segment, and the lowest number that the frame may have.
        budget: What the search may cost.
    """
    candidate = _CANDIDATE.search(buffer, start + CRC_SIZE, stop)
    while candidate is not None:
        at = candidate.start() - CRC_SIZE
        cost = _fits(buffer, at, stop, expected)
        if cost < 0:
            return at
        if not budget.spend(cost):
            return None
        candidate = _CANDIDATE.search(buffer, at + CRC_SIZE + 1, stop)
    return None


def _fits(buffer: Any, at: int, stop: int, expected: tuple[int, int]) -> int:
    """-1 when a good frame is here, else how many bytes it took to see that there is none."""
    seed, lowest = expected
    if at + FRAME_SIZE > stop:
        return 1
    crc, _, _, length, seq, _ = HOT.unpack_from(buffer, at)
    end = at + FRAME_SIZE + length
    if not 0 < length <= LENGTH_LIMIT or end > stop or seq < lowest:
        return 1
    return -1 if zlib.crc32(buffer[at + CRC_SIZE : end], seed) == crc else end - at


def why(
    buffer: Any, start: int, stop: int, next_seq: int, seed: int, following: SegmentHeader | None = None
) -> GapReason:
    """Torn or rotten: a tail is torn when its writer could not have finished it.

    Args:
        buffer: The file's bytes.
        start: First unreadable byte.
        stop: Where the next segment, or the end of the file, is.
        next_seq: Number that the frame here should have.
        seed: CRC seed of the segment.
        following: Header of the next segment, if any.
    """
    if following is not None and following.previous_end > start:
        return GapReason.ROTTEN  # the next writer could still read on from here
    if following is not None and following.flags & MEND_FLAG and following.previous_end == start:
        return GapReason.TORN  # its own writer says so
    if unpack_segment(buffer[start : start + SEGMENT_SIZE]) is not None:
        return GapReason.FOREIGN
    first = buffer.find(FILE_MAGIC, start, stop)
    if first != -1 and not _only_torn_headers(buffer, first, stop):
        return GapReason.ROTTEN
    cut = first if first != -1 else stop
    if _is_cut_off(buffer, start, cut, next_seq, seed) or _has_unwritten_sector(buffer, start, stop):
        return GapReason.TORN
    return GapReason.ROTTEN


def _only_torn_headers(buffer: Any, at: int, stop: int) -> bool:
    """Whether nothing but beginnings of segment headers is here: a full disk refused them one after the other."""
    while at != -1:
        following = buffer.find(FILE_MAGIC, at + 1, stop)
        if (following if following != -1 else stop) - at >= SEGMENT_SIZE + len(FILE_MAGIC):
            return False
        at = following
    return True


def _is_cut_off(buffer: Any, start: int, stop: int, next_seq: int, seed: int) -> bool:
    """Whether the frame here is shorter than it says. Its last bytes may be the first ones of a refused header."""
    length = stop - start
    if length < FRAME_SIZE:
        return True
    crc, magic, _, body, seq, _ = HOT.unpack_from(buffer, start)
    if magic != FRAME_MAGIC or seq != next_seq or not 0 < body <= LENGTH_LIMIT:
        return False
    if FRAME_SIZE + body <= length - len(FILE_MAGIC) or length > FRAME_SIZE + LENGTH_LIMIT:
        return False
    if FRAME_SIZE + body <= length:
        return not FILE_MAGIC.startswith(bytes(buffer[start + FRAME_SIZE + body : stop]))
    return not _is_whole_with_another_length(buffer[start + CRC_SIZE : stop], crc, seed)


def _is_whole_with_another_length(frame: bytes, crc: int, seed: int) -> bool:
    """Whether only the length field is wrong: then the frame was whole once, and rotted."""
    length = (len(frame) + CRC_SIZE - FRAME_SIZE).to_bytes(4, "little")
    return zlib.crc32(frame[:4] + length + frame[8:], seed) == crc


def _has_unwritten_sector(buffer: Any, start: int, stop: int) -> bool:
    at = start
    while at < stop:
        end = min(at - at % _SECTOR + _SECTOR, stop)
        if end - at >= _SHORTEST_PART and buffer[at:end] == _ZEROS[: end - at]:
            return True
        at = end
    return False
