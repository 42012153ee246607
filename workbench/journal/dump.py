"""Raw frames as lines of text, damage shown in place: what `workbench dump` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from typing import Any

import msgpack

from workbench.journal.entrance import first_header, read_file
from workbench.journal.format import (
    EVENT_LIMIT,
    FRAME,
    FRAME_SIZE,
    PATH_ITEM,
    SEGMENT_SIZE,
    FrameType,
    unpack_segment,
)
from workbench.journal.report import Gap, OpenMode
from workbench.journal.scan import scan
from workbench.model import EventType, instant, position_text

__all__ = ["dump"]

_PREVIEW_BYTES = 4096
_PREVIEW_CHARS = 120
_UNSHOWN = re.compile("[^ -~¡-¬®-\u036f\u0370-\u05ff]")
"""Everything but plain printable characters: control characters would reach the terminal, others turn text around."""


def dump(path: str | Path) -> Iterator[str]:
    """One line per segment header, frame and damaged stretch, in file order.

    Args:
        path: The log; it may be damaged.

    Yields:
        Lines without line ends and without control characters.

    Raises:
        LogError: As `open_log` in its most patient mode.
    """
    path = Path(path)
    buffer = read_file(path)
    found = scan(buffer, OpenMode.SALVAGE, first_header(path, buffer))
    parts: Iterator[tuple[int, int, Any]] = merge(
        ((gap.offset, 0, gap) for gap in found.report.gaps),
        ((at, 1, _segment_line) for at in found.headers),
        ((at, 2, _frame_line) for at in merge(found.offsets, found.own)),
        key=lambda part: part[:2],
    )
    for at, _, what in parts:
        yield _gap_line(buffer, what) if isinstance(what, Gap) else what(buffer, at)
    if found.newer is not None:
        yield f"{found.end:>10}  a segment of format version {found.newer}, which this package cannot read"


def _segment_line(buffer: Any, at: int) -> str:
    header = unpack_segment(bytes(buffer[at : at + SEGMENT_SIZE]))
    if header is None:
        return f"{at:>10}  SEGMENT"
    who = f"recording {header.recording.hex()}  pid {header.pid}  boot {header.boot:016x}"
    return (
        f"{at:>10}  SEGMENT {header.number}  version {header.version}  {who}  "
        f"first seq {header.first_seq}  {_time(header.wall_ns)}"
    )


def _gap_line(buffer: Any, gap: Gap) -> str:
    start = bytes(buffer[gap.offset : gap.offset + min(gap.length, 16)]).hex(" ")
    return f"{gap.offset:>10}  *** {gap.reason}: {gap.length:,} bytes are no frame ***  {start}".rstrip()


def _frame_line(buffer: Any, at: int) -> str:
    header = FRAME.unpack_from(buffer, at)
    _, _, type_, flags, length, seq, wall, _, cause, run, name, tag, attempt, depth = header
    body = at + FRAME_SIZE + depth * PATH_ITEM
    position = memoryview(buffer)[at + FRAME_SIZE : body].cast("I") if depth else ()
    facts = [f"{at:>10}", f"{seq:>8}", f"{_name(type_):<18}", _time(wall)]
    if type_ < EVENT_LIMIT:
        facts += [f"run {run}", f"name {name}", f"at {position_text(tuple(position)) or '-'}"]
    facts += [f"{word} {value}" for word, value in (("attempt", attempt), ("cause", cause), ("tag", tag)) if value]
    facts += [f"flags {flags:#x}"] if flags else []
    preview = _preview(type_, bytes(buffer[body : min(at + FRAME_SIZE + length, body + _PREVIEW_BYTES)]))
    return "  ".join([*facts, f"{length} bytes", "crc ok", preview])


def _name(type_: int) -> str:
    kind = EventType if type_ < EVENT_LIMIT else FrameType
    return kind(type_).name if type_ in set(map(int, kind)) else f"type {type_}"


def _time(wall_ns: int) -> str:
    try:
        return instant(wall_ns).isoformat()
    except OverflowError:
        return f"{wall_ns} ns"


def _preview(type_: int, raw: bytes) -> str:
    """The start of a body: decoded where that is cheap, else its bytes."""
    text = ""
    if type_ != FrameType.BLOB and len(raw) < _PREVIEW_BYTES:
        try:
            text = repr(msgpack.unpackb(raw, strict_map_key=False, unicode_errors="backslashreplace"))
        except (ValueError, TypeError, msgpack.UnpackException):
            text = ""  # no msgpack that can be shown: the bytes are
    text = _UNSHOWN.sub(lambda match: f"\\u{ord(match[0]):04x}", text or raw[:_PREVIEW_CHARS].hex(" "))
    return text if len(text) <= _PREVIEW_CHARS else text[: _PREVIEW_CHARS - 1] + "…"
