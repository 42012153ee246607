"""The bytes of a `.wlog` file: constants and fixed layouts, the only place that knows them.

`FORMAT.md` beside this file says the same in words, so that a stranger can write a reader. All numbers are
little-endian. Two rules that the layout rests on (measured in the project's design notes):

* No valid frame begins with zeros, is empty, or carries another file's salt: zero-filled and recycled sectors
  after a power cut are never taken for events.
* The CRC covers header and payload, and sequence numbers leave no hole: a flipped bit or a lost frame is seen.
"""

from __future__ import annotations

import struct
import zlib
from enum import IntEnum
from typing import NamedTuple

__all__ = [
    "BLOB_FLAG",
    "BODY",
    "CRC_SIZE",
    "DEPTH_AT",
    "ENVELOPE",
    "EVENT_LIMIT",
    "FILE_MAGIC",
    "FRAME",
    "FRAME_MAGIC",
    "FRAME_SIZE",
    "HOT",
    "INLINE_LIMIT",
    "LENGTH_LIMIT",
    "MEND_FLAG",
    "NOTE_LIMIT",
    "PATH_ITEM",
    "PAYLOAD_LIMIT",
    "SEGMENT",
    "SEGMENT_SIZE",
    "SUFFIX",
    "VERSION",
    "FrameHeader",
    "FrameType",
    "SegmentHeader",
    "envelope_version",
    "pack_segment",
    "segment_seed",
    "unpack_segment",
]

SUFFIX = ".wlog"

VERSION = 1
"""Format version; a reader refuses a newer one, and reads all older ones for ever."""

FILE_MAGIC = b"\x89WLG\r\n\x1a\n"
"""Begins every segment. A non-ASCII byte, both line ends and a DOS end-of-file show damage by text transfer
(the trick is PNG's)."""

SEGMENT = struct.Struct("<8sHHI16s8sIIQQQQqqB3x")
"""magic, version, flags, header length, recording uuid, salt, segment number, pid, boot hash, own offset,
first seq, end of the valid bytes before it, wall ns, monotonic ns, durability. A CRC-32 (u32) follows."""

SEGMENT_SIZE = SEGMENT.size + 4

ENVELOPE = struct.Struct("<8sHHI16s")
"""What every version keeps: magic, version, flags, header length, recording uuid, and a CRC-32 of the header as its
last four bytes. A newer file is thereby told from a damaged one."""

_HEADER_LIMIT = 4096
"""No header of any version is longer."""

MEND_FLAG = 0x01
"""Segment flag: the bytes from `previous_end` to this header are a write of its own writer that the disk refused."""

FRAME_MAGIC = 0xD10E
"""Begins every frame after its CRC; both bytes are nonzero, so a zeroed sector never resembles a frame."""

FRAME = struct.Struct("<IHBBIQqqQIIIHBx")
"""crc, magic, type, flags, body length, seq, wall ns, monotonic ns, cause, run, name, tag, attempt, depth."""

FRAME_SIZE = FRAME.size

HOT = struct.Struct("<IHBxIQ38xBx")
"""The fields of `FRAME` that a reader checks in every frame: crc, magic, type, body length, seq, depth."""

BODY = struct.Struct("<7xBI")
"""The fields of `FRAME` that say where a body is: flags, body length."""

DEPTH_AT = FRAME_SIZE - 2
"""Where in a frame its depth stands: so many indices of a position begin the body."""

CRC_SIZE = 4
PATH_ITEM = 4
"""Bytes of one index of a position; `depth` of them begin the body."""

BLOB_FLAG = 0x01
"""The body is a reference to blob frames just before this one."""

INLINE_LIMIT = 1 << 20
"""A larger payload goes into blob frames of at most this size."""

LENGTH_LIMIT = 16 << 20
"""No frame body is longer; checked before anything is allocated."""

NOTE_LIMIT = 64 << 10
"""No frame of the journal's own, sources and blobs aside, is longer: a reader decodes these while it scans."""

PAYLOAD_LIMIT = 64 << 20
"""No payload is longer, blob parts summed up."""

EVENT_LIMIT = 200
"""Frame types below are events (`workbench.model.EventType`), from here on the journal's own."""


class FrameType(IntEnum):
    """Frames that are not events."""

    DEFINE = 200
    """A number for a run id, a name with its declaration, or an error class."""
    SOURCE = 201
    """One source file, addressed by the SHA-256 of its text."""
    BLOB = 202
    """A part of a payload too large for one frame."""
    SYNC = 203
    """All frames up to the given seq are on stable storage."""
    DROPPED = 204
    """The disk refused writes; so many events are missing here."""
    CLOSE = 205
    """The writer ended in good order."""
    PROCESS = 206
    """Who writes this segment."""


class FrameHeader(NamedTuple):
    """The fixed part of a frame, in the order of `FRAME`."""

    crc: int
    magic: int
    type: int
    flags: int
    length: int
    seq: int
    wall_ns: int
    mono_ns: int
    cause: int
    run: int
    name: int
    tag: int
    attempt: int
    depth: int


class SegmentHeader(NamedTuple):
    """The header that a writer puts at the start of the file and each time it goes on after another process."""

    recording: bytes
    salt: bytes
    number: int
    pid: int
    boot: int
    offset: int
    first_seq: int
    previous_end: int
    wall_ns: int
    mono_ns: int
    durability: int
    flags: int = 0
    version: int = VERSION


def segment_seed(recording: bytes, salt: bytes) -> int:
    """Initial value of the CRC of every frame in a segment: frames of other files and segments never fit."""
    return zlib.crc32(recording + salt)


def pack_segment(header: SegmentHeader) -> bytes:
    """The bytes of a segment header, CRC included."""
    body = SEGMENT.pack(
        FILE_MAGIC,
        header.version,
        header.flags,
        SEGMENT_SIZE,
        header.recording,
        header.salt,
        header.number,
        header.pid,
        header.boot,
        header.offset,
        header.first_seq,
        header.previous_end,
        header.wall_ns,
        header.mono_ns,
        header.durability,
    )
    return body + zlib.crc32(body).to_bytes(CRC_SIZE, "little")


def envelope_version(raw: bytes) -> int | None:
    """Format version of the header that `raw` begins with, or `None` when it is no whole, undamaged header.

    Args:
        raw: At least the header's bytes; up to 4,096 are looked at.
    """
    if len(raw) < ENVELOPE.size or not raw.startswith(FILE_MAGIC):
        return None
    _, version, _, length, _ = ENVELOPE.unpack_from(raw)
    if not ENVELOPE.size + CRC_SIZE <= length <= min(_HEADER_LIMIT, len(raw)):
        return None
    crc = int.from_bytes(raw[length - CRC_SIZE : length], "little")
    return int(version) if zlib.crc32(raw[: length - CRC_SIZE]) == crc else None


def unpack_segment(raw: bytes) -> SegmentHeader | None:
    """The header in `raw` (`SEGMENT_SIZE` bytes), or `None` when it is damaged or not of a version known here."""
    version = envelope_version(raw)
    if version is None or not 0 < version <= VERSION:
        return None
    _, _, flags, length, recording, salt, number, pid, boot, offset, first, end, wall, mono, durable = (
        SEGMENT.unpack_from(raw)
    )
    if length != SEGMENT_SIZE:
        return None
    return SegmentHeader(
        recording, salt, number, pid, boot, offset, first, end, wall, mono, durable, flags, version
    )  # fmt: skip
