"""The journal's own frames: what each says, read under limits, because a file may come from anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgpack

from workbench.journal.format import FRAME, FRAME_SIZE, NOTE_LIMIT, FrameType
from workbench.journal.tables import Tables
from workbench.model import Declaration, Kind, Process, Source

__all__ = ["IMPOSSIBLE", "LogSources", "Notes", "read_note"]

IMPOSSIBLE = (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, msgpack.UnpackException)
"""What reading a frame raises whose checksum fits and whose content contradicts its type."""

_CONTAINERS = 64
"""Maps and arrays in one note; real ones have two."""

_LIMITS: dict[str, Any] = {"max_array_len": 64, "max_map_len": 64, "max_ext_len": 0, "strict_map_key": True}


@dataclass
class Notes:
    """What the journal's own frames said so far.

    Attributes:
        tables: Definitions.
        sources: Offset of the frame of each recorded source, by digest.
        processes: Who wrote.
        synced_seq: Everything up to here is on stable storage.
        dropped: Events that the disk refused.
        closed: The writer of the last segment said goodbye.
        sync_failed: Some process says that a sync failed.
        unsynced_boot: Boot hash of the last process that says a sync failed; 0 for none.
    """

    tables: Tables = field(default_factory=Tables)
    sources: dict[str, int] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    synced_seq: int = 0
    dropped: int = 0
    closed: bool = False
    sync_failed: bool = False
    unsynced_boot: int = 0

    def take(self, type_: int, seq: int, at: int, raw: bytes) -> None:
        """Read one frame; types that are not known are somebody's newer notes and are passed over.

        Raises:
            Exception: One of `IMPOSSIBLE`.
        """
        reader = _READERS.get(type_)
        if reader is None:
            return
        if type_ != FrameType.SOURCE and len(raw) > NOTE_LIMIT:
            raise ValueError(f"{len(raw):,} bytes are too many")
        reader(self, read_note(raw), seq, at)


def _take_definition(notes: Notes, note: dict[str, Any], _seq: int, _at: int) -> None:
    table, number, value = _text(note, "table"), _count(note, "number"), note["value"]
    notes.tables.define(table, number, _declaration(value) if table == "name" else _is_text(value))


def _take_source(notes: Notes, note: dict[str, Any], _seq: int, at: int) -> None:
    digest = _source(note).digest
    notes.sources.setdefault(digest, at)
    notes.tables.sources.add(digest)


def _take_sync(notes: Notes, note: dict[str, Any], seq: int, _at: int) -> None:
    upto = _count(note, "upto")
    if upto >= seq:
        raise ValueError("it claims that what comes after it is synced")
    notes.synced_seq = max(notes.synced_seq, upto)


def _take_loss(notes: Notes, note: dict[str, Any], _seq: int, _at: int) -> None:
    notes.dropped += _count(note, "events")
    if "unsynced_from" in note:
        notes.sync_failed = True
        notes.closed = False  # said after the goodbye, whose sync it was
        notes.unsynced_boot = notes.processes[-1].boot


def _take_goodbye(notes: Notes, _note: dict[str, Any], _seq: int, _at: int) -> None:
    notes.closed = True


def _take_process(notes: Notes, note: dict[str, Any], _seq: int, _at: int) -> None:
    notes.processes[-1] = replace(notes.processes[-1], host=_is_text(note.get("host", "")))


_READERS: dict[int, Callable[[Notes, dict[str, Any], int, int], None]] = {
    FrameType.DEFINE: _take_definition,
    FrameType.SOURCE: _take_source,
    FrameType.SYNC: _take_sync,
    FrameType.DROPPED: _take_loss,
    FrameType.CLOSE: _take_goodbye,
    FrameType.PROCESS: _take_process,
}


class LogSources(Mapping[str, Source]):
    """Recorded sources, read from the log when asked for.

    Args:
        buffer: The log's bytes.
        offsets: Offset of the frame of each source, by digest.
    """

    def __init__(self, buffer: Any, offsets: dict[str, int]) -> None:
        self._buffer = buffer
        self._offsets = offsets

    def __getitem__(self, digest: str) -> Source:
        at = self._offsets[digest]
        length = FRAME.unpack_from(self._buffer, at)[4]
        return _source(read_note(self._buffer[at + FRAME_SIZE : at + FRAME_SIZE + length]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._offsets)

    def __len__(self) -> int:
        return len(self._offsets)


def read_note(raw: bytes) -> dict[str, Any]:
    """The mapping in a frame of the journal's own, counting containers so that no bomb unfolds.

    Raises:
        Exception: One of `IMPOSSIBLE`.
    """
    left = _CONTAINERS

    def count(container: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise ValueError(f"more than {_CONTAINERS} containers")
        return container

    note = msgpack.unpackb(
        raw, object_hook=count, list_hook=count, unicode_errors="surrogatepass", max_str_len=len(raw), **_LIMITS
    )
    if not isinstance(note, dict):
        raise TypeError(f"{type(note).__name__} instead of a map")
    return note


def _source(note: dict[str, Any]) -> Source:
    return Source(_text(note, "digest"), _text(note, "file"), _text(note, "module"), _text(note, "text"))


def _declaration(value: dict[str, Any]) -> Declaration:
    for name, types in _FIELDS.items():
        if name in value and type(value[name]) not in types:
            raise TypeError(f"{name} of a declaration is {type(value[name]).__name__}")
    return Declaration.from_plain(value)


def _types_of(value: Any) -> tuple[type, ...]:
    if value is None:
        return (float, int, type(None))
    return (str,) if isinstance(value, Kind) else (type(value),)


_FIELDS = {name: _types_of(getattr(Declaration(""), name)) for name in Declaration.__dataclass_fields__}


def _text(note: dict[str, Any], name: str) -> str:
    return _is_text(note[name])


def _is_text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{type(value).__name__} instead of text")
    return value


def _count(note: dict[str, Any], name: str) -> int:
    value = note[name]
    if type(value) is not int or value < 0:
        raise TypeError(f"{name} is {value!r:.40}")
    return value
