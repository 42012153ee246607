"""Bodies of events, read one at a time when asked for."""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from workbench._errors import UndecodableError
from workbench.journal.codec import decode
from workbench.journal.format import (
    BLOB_FLAG,
    BODY,
    CRC_SIZE,
    DEPTH_AT,
    FRAME_SIZE,
    PATH_ITEM,
    PAYLOAD_LIMIT,
    SEGMENT_SIZE,
    segment_seed,
    unpack_segment,
)
from workbench.journal.notes import IMPOSSIBLE, read_note
from workbench.journal.scan import Blobs

__all__ = ["LogPayloads"]


_body_of = BODY.unpack_from


class LogPayloads:
    """Reads the body of one event at a time.

    Args:
        buffer: The log's bytes.
        offsets: Offset of each event's frame.
        blobs: Where the parts of large payloads are.
        unchecked: Offsets of the segment headers, when the frames were found by an index: each is then checked when
            it is read. Empty when a scan has checked them all.
    """

    def __init__(self, buffer: Any, offsets: array[int], blobs: Blobs, unchecked: Sequence[int] = ()) -> None:
        self._buffer = buffer
        self._offsets = offsets
        self._blobs = blobs
        self._starts = unchecked
        headers = [unpack_segment(bytes(buffer[at : at + SEGMENT_SIZE])) for at in unchecked]
        self._seeds = [segment_seed(header.recording, header.salt) for header in headers if header is not None]

    def __call__(self, row: int) -> Any:
        """Decoded body of the event in this row.

        Raises:
            UndecodableError: The bytes are no payload, or parts of it are missing.
        """
        return decode(self.raw(row))

    def raw(self, row: int) -> bytes:
        """Encoded body of the event in this row.

        Raises:
            UndecodableError: A part of a large payload is missing or its sizes contradict each other.
        """
        at, buffer = self._offsets[row], self._buffer
        flags, length = _body_of(buffer, at)
        if self._seeds:
            self._check(at, at + FRAME_SIZE + length)
        start = at + FRAME_SIZE  # `_body`, unrolled: replay reads two of these per step
        body = bytes(buffer[start + buffer[at + DEPTH_AT] * PATH_ITEM : start + length])
        return self._join(body) if flags & BLOB_FLAG else body

    def _body(self, at: int) -> bytes:
        buffer = self._buffer
        _, length = _body_of(buffer, at)
        start = at + FRAME_SIZE
        if self._seeds:
            self._check(at, start + length)
        return bytes(buffer[start + buffer[at + DEPTH_AT] * PATH_ITEM : start + length])

    def _check(self, at: int, end: int) -> None:
        """The frame was found by an index: nobody has looked at its bytes yet."""
        seeds, buffer = self._seeds, self._buffer
        seed = seeds[bisect_right(self._starts, at) - 1] if len(seeds) > 1 else seeds[0]
        if zlib.crc32(buffer[at + CRC_SIZE : end], seed) != int.from_bytes(buffer[at : at + CRC_SIZE], "little"):
            hint = "the file has changed since it was indexed: open it with mode='strict' to see where"
            raise UndecodableError(f"the frame at offset {at:,} is damaged (its CRC does not fit)", hint=hint)

    def _join(self, body: bytes) -> bytes:
        try:
            reference = read_note(body)
            first, parts, size = (int(reference[name]) for name in ("first", "parts", "size"))
        except IMPOSSIBLE as error:
            raise UndecodableError(f"a large payload has no usable reference ({error})") from error
        if not 0 < size <= PAYLOAD_LIMIT or not 0 < parts <= size:
            raise UndecodableError(f"a payload claims {size} bytes in {parts} parts")
        joined = bytearray()
        for seq in range(first, first + parts):
            at = self._blobs.offset(seq)
            if at is None:
                hint = "open with mode='salvage' to see what is damaged"
                raise UndecodableError(f"part {seq} of a large payload is missing from the log", hint=hint)
            joined += self._body(at)
            if len(joined) > size:
                break
        if len(joined) != size:
            raise UndecodableError(f"a large payload has {len(joined)} bytes instead of {size}")
        return bytes(joined)
