"""The columns of a large log kept in the user's cache folder, so that opening it again skips the scan.

A cache and nothing more: made again whenever it does not fit, never an error, never believed. It holds numbers of
event frames only. Definitions, sources and processes are read from the log itself (there are few), the log's last
frame must be the one that the index ends with, and what was added since is scanned. A checksum of our own stands
before the Arrow bytes, because Arrow's reader trusts what it reads.
"""

from __future__ import annotations

import os
import zlib
from array import array
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import msgpack

from workbench.journal.columns import read_columns
from workbench.journal.format import FRAME_SIZE, HOT, SEGMENT_SIZE, SegmentHeader, unpack_segment
from workbench.journal.report import OpenMode
from workbench.journal.scan import Scan, Walk, scan
from workbench.model import Columns

__all__ = ["INDEX_FROM", "index_folder", "indexed_scan"]

INDEX_FROM = 4 << 20
"""Smaller logs are scanned faster than an index is looked up; a log that grew by this much is indexed anew."""

_MAGIC = b"WLGIDX1\n"
_HEAD = len(_MAGIC) + 4
_COLUMNS = tuple(column.name for column in fields(Columns))
_PER_EVENT = tuple(name for name in _COLUMNS if name != "path")
_OFFSETS = ("offsets", "own", "headers")


@dataclass(frozen=True)
class _Index:
    """What an index file says.

    Attributes:
        arrays: The columns, and offsets of events, other frames and headers.
        end: Where the indexed bytes end.
        next_seq: Number of the frame behind them.
        last_frame: Offset of their last frame.
        last_crc: Its checksum.
    """

    arrays: dict[str, array[int]]
    end: int
    next_seq: int
    last_frame: int
    last_crc: int


def index_folder() -> Path:
    """Where indexes are kept: `$WORKBENCH_CACHE/index`, else `$XDG_CACHE_HOME/workbench/index`."""
    own = os.environ.get("WORKBENCH_CACHE")
    if own:
        return Path(own) / "index"
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "workbench" / "index"


def indexed_scan(buffer: Any, mode: OpenMode, first: SegmentHeader) -> tuple[Scan, Columns]:
    """As `scan`, by the index where there is one that fits.

    Args:
        buffer: The log's bytes.
        mode: See `OpenMode`.
        first: The file header.

    Returns:
        What a scan finds, and the columns.
    """
    path = index_folder() / f"{first.recording.hex()}-{first.salt.hex()}.arrow"  # the logs of a fork share a recording
    index = _load(path)
    resumed = _resume(buffer, mode, first, index) if index else None
    if resumed is None or index is None:
        found = scan(buffer, mode, first)
        columns = read_columns(buffer, found.offsets)
    else:
        found = resumed
        columns = _columns(buffer, found, index)
    if not found.report.gaps and found.newer is None and (resumed is None or found.end - _end(index) >= INDEX_FROM):
        _save(path, buffer, found, columns)
    return found, columns


def _end(index: _Index | None) -> int:
    return index.end if index else 0


# --- from the index to a scan -----------------------------------------------------------------------------------


def _resume(buffer: Any, mode: OpenMode, first: SegmentHeader, index: _Index) -> Scan | None:
    """The scan that the index remembers, gone on with to the end of the file; `None` when it does not fit."""
    if index.end > len(buffer) or not _consistent(index):
        return None
    walk = Walk(buffer, mode, first)
    if not _read_own_frames(walk, index) or not _ends_alike(walk, index):
        return None
    found = walk.found
    found.offsets = index.arrays["offsets"][:]
    found.next_seq, found.last_frame = index.next_seq, index.last_frame
    walk.go_on(index.end)
    return walk.finish()


def _consistent(index: _Index) -> bool:
    """Whether lengths and offsets can be right at all: everything later indexes by them."""
    import numpy as np

    arrays = index.arrays
    offsets, ends = np.asarray(arrays["offsets"]), np.asarray(arrays["path_end"])
    if any(len(arrays[name]) != len(offsets) for name in _PER_EVENT):
        return False
    if not len(offsets):
        return not len(arrays["path"])
    seqs = np.asarray(arrays["seq"])
    in_order = all(bool((column[1:] > column[:-1]).all()) for column in (offsets, seqs))
    within = offsets[0] >= SEGMENT_SIZE and int(offsets[-1]) + FRAME_SIZE <= index.end and seqs[-1] < index.next_seq
    paths_end = bool((ends[1:] >= ends[:-1]).all()) and int(ends[-1]) == len(arrays["path"])
    return all((in_order, bool(within), paths_end))


def _read_own_frames(walk: Walk, index: _Index) -> bool:
    """Read headers and the journal's own frames from the log, in file order; false when one is not there."""
    headers, own = index.arrays["headers"], index.arrays["own"]
    place = 0
    for number, at in enumerate(headers):
        header = unpack_segment(bytes(walk.buffer[at : at + SEGMENT_SIZE]))
        if header is None or header.offset != at or header.recording != walk.recording:
            return False
        walk.enter(header)
        stop = headers[number + 1] if number + 1 < len(headers) else index.end
        while place < len(own) and own[place] < stop:
            if not walk.read_own(own[place]):
                return False
            place += 1
    return bool(headers) and headers[0] == 0 and place == len(own)


def _ends_alike(walk: Walk, index: _Index) -> bool:
    """Whether the log still has, with a checksum that fits, the frame that the index ends with."""
    at = index.last_frame
    if not SEGMENT_SIZE <= at <= index.end - FRAME_SIZE:
        return False
    crc, _, _, length, seq, _ = HOT.unpack_from(walk.buffer, at)
    if crc != index.last_crc or seq != index.next_seq - 1 or at + FRAME_SIZE + length != index.end:
        return False
    return zlib.crc32(walk.buffer[at + 4 : index.end], walk.seed) == index.last_crc


def _columns(buffer: Any, found: Scan, index: _Index) -> Columns:
    """The indexed columns and those of the frames that were added since."""
    known = len(index.arrays["offsets"])
    columns = Columns(**{name: index.arrays[name] for name in _COLUMNS})
    added = read_columns(buffer, found.offsets[known:])
    before = len(columns.path)
    for name in _COLUMNS:
        if name != "path_end":
            getattr(columns, name).extend(getattr(added, name))
    columns.path_end.extend(array("Q", (end + before for end in added.path_end)))
    return columns


# --- the file ---------------------------------------------------------------------------------------------------


def _load(path: Path) -> _Index | None:
    try:
        import pyarrow as pa

        raw = path.read_bytes()
    except (ImportError, OSError):
        return None  # no reader or no index: the log is scanned, as it would be without
    body = memoryview(raw)[_HEAD:]
    if raw[: len(_MAGIC)] != _MAGIC or zlib.crc32(body) != int.from_bytes(raw[len(_MAGIC) : _HEAD], "little"):
        return None
    types = _typecodes()
    try:
        batch = pa.ipc.open_file(pa.py_buffer(body)).get_batch(0)
        state = msgpack.unpackb(batch.schema.metadata[b"state"])
        arrays = {name: array(code) for name, code in types.items()}
        for name, column in arrays.items():
            values = batch.column(name).flatten()
            if values.type.bit_width != column.itemsize * 8 or values.null_count:
                return None
            column.frombytes(values.to_numpy(zero_copy_only=True).tobytes())
        return _Index(arrays, *(int(state[name]) for name in ("end", "next_seq", "last_frame", "last_crc")))
    except (pa.ArrowException, ValueError, KeyError, TypeError, IndexError):
        return None  # made by another version of this package: it is made again


def _save(path: Path, buffer: Any, found: Scan, columns: Columns) -> None:
    try:
        import numpy as np
        import pyarrow as pa
    except ImportError:
        return  # the index is an extra for those who have pyarrow
    crc, _, _, length, _, _ = HOT.unpack_from(buffer, found.last_frame) if found.last_frame >= 0 else (0,) * 6
    if found.last_frame + FRAME_SIZE + length != found.end:
        return
    state = {"end": found.end, "next_seq": found.next_seq, "last_frame": found.last_frame, "last_crc": crc}
    arrays = {name: getattr(columns, name) for name in _COLUMNS} | {name: getattr(found, name) for name in _OFFSETS}
    lists = [
        pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), pa.array(np.asarray(values)))
        for values in arrays.values()
    ]
    batch = pa.record_batch(lists, names=list(arrays)).replace_schema_metadata({"state": msgpack.packb(state)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    _write(path, sink.getvalue())


def _write(path: Path, body: Any) -> None:
    """Put the file in place in one step, readable by its owner only."""
    import tempfile

    temporary = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=".index-")  # made with mode 0600
        with os.fdopen(fd, "wb") as file:
            file.write(_MAGIC + zlib.crc32(body).to_bytes(4, "little"))
            file.write(body)
        Path(temporary).replace(path)
    except OSError:
        # A full or read-only home must not keep anybody from opening a log: without an index it only takes longer.
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _typecodes() -> dict[str, str]:
    columns = Columns()
    return {name: getattr(columns, name).typecode for name in _COLUMNS} | dict.fromkeys(_OFFSETS, "Q")
