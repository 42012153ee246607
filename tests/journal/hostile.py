"""Frames and headers made by hand, with checksums that fit: what an attacker, or a faulty program, would write."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import msgpack

from workbench.journal.format import FRAME_MAGIC, SEGMENT_SIZE, SegmentHeader, pack_segment, segment_seed
from workbench.model import EventType

RECORDING, SALT = b"R" * 16, b"S" * 8
SEED = segment_seed(RECORDING, SALT)


def header(*, offset: int = 0, first_seq: int = 1, **fields: Any) -> bytes:
    """A segment header of `RECORDING`."""
    facts: dict[str, Any] = {
        "recording": RECORDING, "salt": SALT, "number": 0, "pid": 1, "boot": 0, "offset": offset,
        "first_seq": first_seq, "previous_end": offset, "wall_ns": 0, "mono_ns": 0, "durability": 0,
    }  # fmt: skip
    return pack_segment(SegmentHeader(**(facts | fields)))


def frame(
    seq: int, body: bytes = b"\xc0", type_: int = EventType.TimerFired, *, seed: int = SEED, **fields: int
) -> bytes:
    """One frame; its checksum fits whatever the fields say."""
    names = ("cause", "run", "name", "tag", "attempt", "depth")
    facts = [fields.get(name, 0) for name in names]
    length, flags = fields.get("length", len(body)), fields.get("flags", 0)
    rest = struct.pack("<HBBIQqqQIIIHBx", FRAME_MAGIC, type_, flags, length, seq, 0, 0, *facts) + body
    return zlib.crc32(rest, seed).to_bytes(4, "little") + rest


def note(seq: int, type_: int, **facts: Any) -> bytes:
    """A frame of the journal's own."""
    return frame(seq, msgpack.packb(facts), type_)


def log(*frames: bytes) -> bytes:
    """A file of one segment."""
    return header() + b"".join(frames)


def newer(raw: bytes, length: int = SEGMENT_SIZE) -> bytes:
    """A header of the next version, perhaps longer."""
    fields = bytearray(raw[: SEGMENT_SIZE - 4].ljust(length - 4, b"n"))
    fields[8:10] = (2).to_bytes(2, "little")
    fields[12:16] = length.to_bytes(4, "little")
    return bytes(fields) + zlib.crc32(fields).to_bytes(4, "little")
