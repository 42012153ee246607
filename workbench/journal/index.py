"""The columns of a large log kept in the user's cache folder, so that opening it again skips the scan.

A cache and nothing more: made again whenever it does not fit, never an error, never believed. It holds numbers of
event frames only. Definitions, sources and processes are read from the log itself (there are few), the log's last
frame must be the one that the index ends with, and what was added since is scanned. A checksum of our own stands
before the Arrow bytes, because Arrow's reader trusts what it reads.

The file is mapped and its columns are views of it. That is safe as no process of ours ever changes an index in
place: a new one takes its name. It is written by a thread after the log is open; the interpreter waits for the
thread when it ends.
"""

from __future__ import annotations

import mmap
import os
import threading
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgpack

from workbench.journal.columns import numpy_if_here, read_columns
from workbench.journal.format import FRAME_SIZE, HOT, SEGMENT_SIZE, SegmentHeader, unpack_segment
from workbench.journal.report import OpenMode
from workbench.journal.scan import Scan, Walk, scan
from workbench.model import Columns

__all__ = ["INDEX_FROM", "index_folder", "indexed_scan", "position_texts", "settle"]

INDEX_FROM = 4 << 20
"""Smaller logs are scanned faster than an index is looked up; a log that grew by this much is indexed anew."""

_MAGIC = b"WLGIDX2\n"
_HEAD = 64
"""Bytes of magic, checksum and padding: Arrow wants what is mapped to be aligned."""

_BLOCK = 4096
_CHUNK = 256 * _BLOCK
_COLUMNS = tuple(column.name for column in fields(Columns) if column.name != "texts")
_PER_EVENT = tuple(name for name in _COLUMNS if name != "path")
_OFFSETS = ("offsets", "own", "headers")
_TEXTS = {"text_end": "q", "text": "B"}
_ASCII = 0x7F

_saving: dict[Path, threading.Thread] = {}


@dataclass(frozen=True)
class _Index:
    """What an index file says.

    Attributes:
        arrays: The columns, offsets of events, other frames and headers, and positions as text: views of the file.
        end: Where the indexed bytes end.
        next_seq: Number of the frame behind them.
        last_frame: Offset of their last frame.
        last_crc: Its checksum.
    """

    arrays: dict[str, Any]
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
    settle(path)
    index = _load(path)
    resumed = _resume(buffer, mode, first, index) if index else None
    if resumed is None or index is None:
        found = scan(buffer, mode, first)
        columns = read_columns(buffer, found.offsets)
    else:
        found, columns = resumed
    if not found.report.gaps and found.newer is None and (resumed is None or found.end - _end(index) >= INDEX_FROM):
        _save(path, buffer, found, columns)
    return found, columns


def settle(path: Path | None = None) -> None:
    """Wait until the index at this path, or every one, is written."""
    for thread in [_saving.get(path)] if path else list(_saving.values()):
        if thread is not None:
            thread.join()


def _end(index: _Index | None) -> int:
    return index.end if index else 0


# --- from the index to a scan -----------------------------------------------------------------------------------


def _resume(buffer: Any, mode: OpenMode, first: SegmentHeader, index: _Index) -> tuple[Scan, Columns] | None:
    """What the index remembers, gone on with to the end of the file; `None` when it does not fit."""
    if index.end > len(buffer) or not _consistent(index):
        return None
    walk = Walk(buffer, mode, first)
    if not _read_own_frames(walk, index) or not _ends_alike(walk, index):
        return None
    found = walk.found
    found.next_seq, found.last_frame = index.next_seq, index.last_frame
    walk.go_on(index.end)
    columns = _columns(buffer, found.offsets, index)
    found.offsets = _longer(index.arrays["offsets"], found.offsets)
    return walk.finish(), columns


def _consistent(index: _Index) -> bool:
    """Whether lengths and offsets can be right at all: everything later indexes by them."""
    import numpy as np

    arrays = {name: np.asarray(values) for name, values in index.arrays.items()}
    offsets, ends, seqs = arrays["offsets"], arrays["path_end"], arrays["seq"]
    if any(len(arrays[name]) != len(offsets) for name in _PER_EVENT) or not _texts_fit(arrays):
        return False
    if not len(offsets):
        return not len(arrays["path"])
    in_order = all(bool((column[1:] > column[:-1]).all()) for column in (offsets, seqs))
    within = offsets[0] >= SEGMENT_SIZE and int(offsets[-1]) + FRAME_SIZE <= index.end and seqs[-1] < index.next_seq
    paths_end = bool((ends[1:] >= ends[:-1]).all()) and int(ends[-1]) == len(arrays["path"])
    return all((in_order, bool(within), paths_end))


def _texts_fit(arrays: dict[str, Any]) -> bool:
    """Whether the texts of positions are one for each event, inside the characters, and ASCII."""
    ends, characters = arrays["text_end"], arrays["text"]
    if len(ends) != len(arrays["offsets"]) + 1 or int(ends[0]) or int(ends[-1]) != len(characters):
        return False
    return bool((ends[1:] >= ends[:-1]).all()) and (not len(characters) or int(characters.max()) <= _ASCII)


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


def _columns(buffer: Any, offsets: array[int], index: _Index) -> Columns:
    """The indexed columns and those of the frames that were added since, at these offsets."""
    arrays = index.arrays
    if not offsets:
        return Columns(**{name: arrays[name] for name in _COLUMNS}, texts=(arrays["text_end"], arrays["text"]))
    added = read_columns(buffer, offsets)
    before = len(arrays["path"])
    more = {name: getattr(added, name) for name in _COLUMNS}
    more["path_end"] = array("Q", (end + before for end in added.path_end))
    return Columns(**{name: _longer(arrays[name], more[name]) for name in _COLUMNS})


def _longer(view: Any, added: array[int]) -> Any:
    """A column and what was added to it; without a copy where that is nothing."""
    if not added:
        return view
    joined = array(added.typecode)
    joined.frombytes(memoryview(view).cast("B"))
    joined.extend(added)
    return joined


# --- positions as text ------------------------------------------------------------------------------------------

_MEMORABLE = 1 << 16
"""Below this, the text of an index is looked up instead of made anew for every event."""


def position_texts(columns: Columns) -> Any:
    """Positions of all events as an Arrow array of large strings, without a Python object per event."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if columns.texts is not None:
        begins, characters = columns.texts
        buffers = (pa.py_buffer(part) for part in (begins, characters))
        return pa.LargeStringArray.from_buffers(len(columns.seq), *buffers)
    path, ends = np.asarray(columns.path), np.asarray(columns.path_end).astype(np.int64)
    top = int(path.max()) + 1 if len(path) else 0
    items = _numbers(path)
    if top < _MEMORABLE:
        words = _strings([b"%d" % index for index in range(top)]).take(items)
    else:
        words = pc.cast(items, pa.string())
    begins = _numbers(np.concatenate([[0], ends]).astype(np.int32))
    rows, dot = pa.ListArray.from_arrays(begins, words), _strings([b"."])[0]
    joined = pc.binary_join(rows, dot)  # pyright: ignore[reportAttributeAccessIssue]  # pyarrow makes it at import
    return joined.cast(pa.large_string())


def _strings(words: Sequence[bytes]) -> Any:
    """Words as an Arrow array of strings; `pyarrow.array` would load pandas, which a thread cannot do at the end."""
    import numpy as np
    import pyarrow as pa

    ends = np.fromiter(accumulate(map(len, words), initial=0), np.int32, len(words) + 1)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(words)))


def _numbers(values: Any) -> Any:
    """Numbers as an Arrow array over the same memory, made as in `_strings`."""
    import numpy as np
    import pyarrow as pa

    numbers = np.asarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(numbers), [None, pa.py_buffer(numbers)])


# --- the file ---------------------------------------------------------------------------------------------------


def _load(path: Path) -> _Index | None:
    if numpy_if_here() is None:
        return None
    try:
        import pyarrow as pa

        with path.open("rb") as file:
            raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (ImportError, OSError, ValueError):
        return None  # no reader, no index or an empty one: the log is scanned, as it would be without
    body = memoryview(raw)[_HEAD:]
    if raw[:_HEAD] != _head(_pieces(body)):
        return None
    try:
        batch = pa.ipc.open_file(pa.py_buffer(body)).get_batch(0)
        batch.validate(full=True)
        state = msgpack.unpackb(batch.schema.metadata[b"state"])
        arrays = {name: _view(batch.column(name).flatten(), code) for name, code in _typecodes().items()}
        return _Index(arrays, *(int(state[name]) for name in ("end", "next_seq", "last_frame", "last_crc")))
    except (pa.ArrowException, ValueError, KeyError, TypeError, IndexError):
        return None  # made by another version of this package: it is made again


def _view(values: Any, code: str) -> Any:
    """The numbers of an Arrow array as a view whose elements are plain integers."""
    empty = array(code)
    if values.type.bit_width != empty.itemsize * 8 or values.null_count:
        raise ValueError(f"a column of {values.type}")
    raw: Any = memoryview(values.to_numpy(zero_copy_only=True)).cast("B") if len(values) else empty
    return raw.cast(code) if len(values) else empty


def _head(pieces: Iterable[Any]) -> bytes:
    """The head of a file with this body: magic and checksum.

    The checksum is a CRC-32 over the sums of each 4 KiB of 64-bit words, four times as fast as one over all bytes:
    a change to one word always changes its sum, and blocks that are lost, zeroed or swapped change the CRC.
    """
    import numpy as np

    crc = size = 0
    for piece in pieces:
        whole = len(piece) // _BLOCK * _BLOCK
        words = np.frombuffer(piece, "<u8", whole // 8).reshape(-1, _BLOCK // 8)
        crc = zlib.crc32(piece[whole:], zlib.crc32(words.sum(axis=1, dtype=np.uint64).tobytes(), crc))
        size += len(piece)
    crc = zlib.crc32(size.to_bytes(8, "little"), crc)
    return (_MAGIC + crc.to_bytes(4, "little")).ljust(_HEAD, b"\0")


def _pieces(body: memoryview) -> Iterator[memoryview]:
    for start in range(0, len(body), _CHUNK):
        yield body[start : start + _CHUNK]


def _save(path: Path, buffer: Any, found: Scan, columns: Columns) -> None:
    """Write the index in a thread, so that nobody waits for it.

    The thread is no daemon: one that is cut off inside Arrow takes the interpreter down with it.
    """
    if numpy_if_here() is None:
        return
    crc, _, _, length, _, _ = HOT.unpack_from(buffer, found.last_frame) if found.last_frame >= 0 else (0,) * 6
    if found.last_frame + FRAME_SIZE + length != found.end:
        return
    state = {"end": found.end, "next_seq": found.next_seq, "last_frame": found.last_frame, "last_crc": crc}
    arrays = {name: getattr(columns, name) for name in _COLUMNS} | {name: getattr(found, name) for name in _OFFSETS}
    thread = threading.Thread(target=_save_now, args=(path, state, arrays, columns), name="workbench-index")
    _saving[path] = thread
    try:
        thread.start()
    except RuntimeError:  # no more threads, or the interpreter is ending: the log is scanned again next time
        del _saving[path]


def _save_now(path: Path, state: dict[str, int], arrays: dict[str, Any], columns: Columns) -> None:
    try:
        import numpy as np
        import pyarrow as pa

        texts = position_texts(columns)
        _, begins, characters = texts.buffers()
        arrays["text_end"] = np.frombuffer(begins, np.int64, len(texts) + 1) if len(texts) else np.zeros(1, np.int64)
        arrays["text"] = np.frombuffer(characters, np.uint8) if characters else np.empty(0, np.uint8)
        arrays["text"] = arrays["text"][: arrays["text_end"][-1]]
        lists = [
            pa.LargeListArray.from_arrays(_numbers(np.array([0, len(values)], np.int64)), _numbers(values))
            for values in arrays.values()
        ]
        batch = pa.record_batch(lists, names=list(arrays)).replace_schema_metadata({"state": msgpack.packb(state)})
        with suppress(OSError, pa.ArrowException):
            # A full or read-only home must not keep anybody from opening a log: without an index it takes longer.
            _write(path, batch)
    except ImportError:
        pass  # the index is an extra for those who have pyarrow
    finally:
        _saving.pop(path, None)


def _write(path: Path, batch: Any) -> None:
    """Put the file in place in one step, readable by its owner only."""
    import tempfile

    import pyarrow as pa

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=".index-")  # made with mode 0600
    try:
        with os.fdopen(fd, "w+b") as file:
            file.write(bytes(_HEAD))
            with pa.ipc.new_file(file, batch.schema) as writer:
                writer.write_batch(batch)
            file.seek(_HEAD)
            head = _head(iter(lambda: file.read(_CHUNK), b""))
            file.seek(0)
            file.write(head)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _typecodes() -> dict[str, str]:
    columns = Columns()
    return {name: getattr(columns, name).typecode for name in _COLUMNS} | dict.fromkeys(_OFFSETS, "Q") | _TEXTS
