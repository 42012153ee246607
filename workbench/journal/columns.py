"""Turn frame offsets into columns: by numpy where it is there, by the standard library where not."""

from __future__ import annotations

from array import array
from typing import Any

from workbench.journal.format import FRAME, FRAME_SIZE, PATH_ITEM
from workbench.model import Columns

__all__ = ["read_columns"]

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


def read_columns(buffer: Any, offsets: array[int]) -> Columns:
    """The hot facts of the frames at these offsets.

    Args:
        buffer: The log's bytes.
        offsets: Byte offset of each event frame, as `scan` found them.

    Returns:
        One element per offset in every column.
    """
    try:
        import numpy as np
    except ImportError:
        return _plain(buffer, offsets)
    return _vectorised(np, buffer, offsets)


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
    layout = np.dtype(_FIELDS)
    raw = np.frombuffer(buffer, np.uint8)
    starts = np.frombuffer(offsets, np.uint64).astype(np.int64) if offsets else np.empty(0, np.int64)
    end = 0
    for begin in range(0, len(starts), _CHUNK):
        part = starts[begin : begin + _CHUNK]
        frames = raw[part[:, None] + np.arange(FRAME_SIZE)].reshape(-1).view(layout)
        for source, target in _COLUMN_OF.items():
            getattr(columns, target).frombytes(np.ascontiguousarray(frames[source]).tobytes())
        depth = frames["depth"].astype(np.int64)
        ends = np.cumsum(depth) + end
        columns.path_end.frombytes(ends.astype(np.uint64).tobytes())
        columns.path.frombytes(_paths(np, raw, part, depth).tobytes())
        end = int(ends[-1])
    return columns


def _paths(np: Any, raw: Any, starts: Any, depth: Any) -> Any:
    """All path items of a chunk, one frame after the other."""
    first = np.repeat(starts + FRAME_SIZE, depth)
    within = np.arange(len(first)) - np.repeat(np.cumsum(depth) - depth, depth)
    items = first + within * PATH_ITEM
    return raw[items[:, None] + np.arange(PATH_ITEM)].reshape(-1).view("<u4")
