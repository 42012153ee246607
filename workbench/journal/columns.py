"""Many frame headers at a time: by numpy where it is there, by the standard library where not."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from typing import Any, NamedTuple

from workbench.journal.format import FRAME, FRAME_MAGIC, FRAME_SIZE, LENGTH_LIMIT, PATH_ITEM
from workbench.model import Columns

__all__ = ["Batch", "frames_ahead", "highest", "numpy_if_here", "read_columns"]

_CHUNK = 1 << 14
"""Frames gathered at a time: bounds the extra memory to about 10 MB."""

_FIELDS = [
    ("crc", "<u4"), ("magic", "<u2"), ("type", "u1"), ("flags", "u1"), ("length", "<u4"), ("seq", "<u8"),
    ("wall", "<i8"), ("mono", "<i8"), ("cause", "<u8"), ("run", "<u4"), ("name", "<u4"), ("tag", "<u4"),
    ("attempt", "<u2"), ("depth", "u1"), ("pad", "u1"),
]  # fmt: skip
_COLUMN_OF = {
    "seq": "seq", "wall": "time_ns", "mono": "mono_ns", "type": "type", "cause": "cause", "run": "run",
    "name": "name", "tag": "tag", "attempt": "attempt",
}  # fmt: skip


_MAGIC_LOW, _MAGIC_HIGH = FRAME_MAGIC.to_bytes(2, "little")
_MAGIC_AT = 4
_HIGHEST_SEQ = 1 << 62
"""No log counts so far; beyond, numbers are looked at one by one."""

_FEW = 4096
"""Not worth an import."""


class Batch(NamedTuple):
    """Frames that follow each other, as their headers say; no checksum has been looked at.

    Attributes:
        starts: Offset of each, as an array of numpy.
        ends: Where each ends.
        crcs: The checksum that each claims.
        types: The type of each.
        events: Whether each can be an event.
    """

    starts: Any
    ends: list[int]
    crcs: list[int]
    types: list[int]
    events: Any


def numpy_if_here() -> Any:
    """The module, or `None` in a base install."""
    try:
        import numpy as np
    except ImportError:
        return None
    return np


def highest(column: array[int]) -> int:
    """The highest number in a column; 0 when it is empty."""
    np = numpy_if_here() if len(column) > _FEW else None
    return max(column, default=0) if np is None else int(np.asarray(column).max())


def frames_ahead(np: Any, buffer: Any, place: tuple[int, int], span: int, events: Collection[int]) -> Batch | None:
    """The frames that begin in the next `span` bytes, as far as one follows the other.

    Headers are found by their magic and kept when number, length and neighbours fit, all at once. What remains is
    what a walk from frame to frame would have met.

    Args:
        np: numpy.
        buffer: The log's bytes.
        place: Offset and number that the first frame must have.
        span: How many bytes to look at.
        events: Types of events.

    Returns:
        At least one frame, or `None`.
    """
    at, seq = place
    size = len(buffer)
    near = min(span, size - at)
    if near < FRAME_SIZE or seq > _HIGHEST_SEQ:
        return None
    raw = np.frombuffer(buffer, np.uint8, near, at)
    magic = (raw[_MAGIC_AT:-1] == _MAGIC_LOW) & (raw[_MAGIC_AT + 1 :] == _MAGIC_HIGH)
    starts = np.flatnonzero(magic)[: near // FRAME_SIZE + 1] + at  # a payload may be nothing but magic
    starts = starts[starts <= size - FRAME_SIZE]
    heads = _headers(np, buffer, starts)
    likely = heads["seq"] - np.uint64(seq) < len(starts)  # a lower number wraps around and is too high
    starts, heads = starts[likely], heads[likely]
    lengths = heads["length"].astype(np.int64)
    ends = starts + FRAME_SIZE + lengths
    fits = (heads["seq"] == np.arange(seq, seq + len(starts), dtype=np.uint64)) & (ends <= size)
    fits &= (lengths > 0) & (lengths <= LENGTH_LIMIT)
    fits[:1] &= starts[:1] == at
    fits[1:] &= starts[1:] == ends[:-1]
    count = len(fits) if fits.all() else int(fits.argmin())
    if not count:
        return None
    known = np.zeros(256, np.bool_)
    known[list(events)] = True
    can_be = known[heads["type"]] & (heads["depth"].astype(np.int64) * PATH_ITEM < lengths)
    crcs, types = (heads[name][:count].tolist() for name in ("crc", "type"))
    return Batch(starts[:count], ends[:count].tolist(), crcs, types, can_be[:count])


def _headers(np: Any, buffer: Any, starts: Any) -> Any:
    """The fixed parts of the frames at these offsets, gathered into one structured array."""
    everywhere = np.ndarray((len(buffer) - FRAME_SIZE + 1,), f"V{FRAME_SIZE}", buffer, strides=(1,))
    return everywhere[starts].view(np.dtype(_FIELDS))


def read_columns(buffer: Any, offsets: array[int]) -> Columns:
    """The hot facts of the frames at these offsets.

    Args:
        buffer: The log's bytes.
        offsets: Byte offset of each event frame, as `scan` found them.

    Returns:
        One element per offset in every column.
    """
    np = numpy_if_here()
    return _plain(buffer, offsets) if np is None else _vectorised(np, buffer, offsets)


def _plain(buffer: Any, offsets: array[int]) -> Columns:
    columns = Columns()
    end = 0
    for at in offsets:
        _, _, type_, _, _, seq, wall, mono, cause, run, name, tag, attempt, depth = FRAME.unpack_from(buffer, at)
        columns.seq.append(seq)
        columns.time_ns.append(wall)
        columns.mono_ns.append(mono)
        columns.type.append(type_)
        columns.run.append(run)
        columns.name.append(name)
        columns.tag.append(tag)
        columns.attempt.append(attempt)
        columns.cause.append(cause)
        columns.path.frombytes(buffer[at + FRAME_SIZE : at + FRAME_SIZE + depth * PATH_ITEM])
        end += depth
        columns.path_end.append(end)
    return columns


def _vectorised(np: Any, buffer: Any, offsets: array[int]) -> Columns:
    columns = Columns()
    starts = np.frombuffer(offsets, np.uint64).astype(np.int64) if offsets else np.empty(0, np.int64)
    end = 0
    for begin in range(0, len(starts), _CHUNK):
        part = starts[begin : begin + _CHUNK]
        frames = _headers(np, buffer, part)
        for source, target in _COLUMN_OF.items():
            getattr(columns, target).frombytes(frames[source].tobytes())
        depth = frames["depth"].astype(np.int64)
        ends = np.cumsum(depth) + end
        columns.path_end.frombytes(ends.astype(np.uint64).tobytes())
        columns.path.frombytes(_paths(np, buffer, part, depth).tobytes())
        end = int(ends[-1])
    return columns


def _paths(np: Any, buffer: Any, starts: Any, depth: Any) -> Any:
    """All path items of a chunk, one frame after the other."""
    first = np.repeat(starts + FRAME_SIZE, depth)
    within = np.arange(len(first)) - np.repeat(np.cumsum(depth) - depth, depth)
    everywhere = np.ndarray((len(buffer) - PATH_ITEM + 1,), f"V{PATH_ITEM}", buffer, strides=(1,))
    return everywhere[first + within * PATH_ITEM]
