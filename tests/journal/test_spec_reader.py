"""A reader written from `workbench/journal/FORMAT.md` alone agrees with ours: the page is complete, and true."""

from __future__ import annotations

import os
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import msgpack
import pytest

Row = tuple[int, int, str, str, str, tuple[int, ...], int, int, bytes]

# --- the reader: nothing of Workbench in here ---------------------------------------------------------------------

MAGIC = b"\x89WLG\r\n\x1a\n"
HEADER = struct.Struct("<8sHHI16s8sIIQQQQqqB3xI")
FRAME = struct.Struct("<IHBBIQqqQIIIHBx")


def header_at(raw: bytes, at: int) -> tuple[Any, ...] | None:
    """Fields of a segment header that counts at this offset."""
    if raw[at : at + 8] != MAGIC or at + 104 > len(raw):
        return None
    fields = HEADER.unpack_from(raw, at)
    fits = zlib.crc32(raw[at : at + 100]) == fields[-1] and fields[9] == at and fields[4] == raw[16:32]
    return fields if fits else None


def read_log(raw: bytes) -> tuple[list[Row], dict[str, Any], list[str]]:
    """All events of an undamaged or torn log, its tables, and the names of the notes it holds."""
    tables: dict[str, dict[int, Any]] = {"run": {}, "name": {0: {"name": ""}}, "tag": {0: ""}}
    names = {200: "DEFINE", 201: "SOURCE", 202: "BLOB", 203: "SYNC", 204: "DROPPED", 205: "CLOSE", 206: "PROCESS"}
    rows: list[Row] = []
    notes: list[str] = []
    blobs: dict[int, bytes] = {}
    at, seq, seed = 0, 0, 0
    while at < len(raw):
        header = header_at(raw, at)
        if header is not None:
            assert header[1] == 1
            seed, seq, at = zlib.crc32(header[4] + header[5]), header[10] - 1, at + 104
            continue
        good = at + 60 <= len(raw)
        fields = FRAME.unpack_from(raw, at) if good else ()
        end = at + 60 + fields[4] if good else 0
        if not good or fields[1] != 0xD10E or fields[5] != seq + 1 or zlib.crc32(raw[at + 4 : end], seed) != fields[0]:
            at = next((next_ for next_ in range(at + 1, len(raw)) if header_at(raw, next_)), len(raw))
            continue
        _, _, type_, flags, _, seq, wall, _, cause, run, name, tag, attempt, depth = fields
        position = struct.unpack_from(f"<{depth}I", raw, at + 60)
        body = raw[at + 60 + 4 * depth : end]
        at = end
        if type_ >= 200:
            notes.append(names[type_])
        if type_ == 202:
            blobs[seq] = body
        elif type_ == 200:
            note = msgpack.unpackb(body)
            tables[note["table"]][note["number"]] = note["value"]
        elif type_ < 200:
            if flags & 1:
                note = msgpack.unpackb(body)
                body = b"".join(blobs[note["first"] + part] for part in range(note["parts"]))
                assert len(body) == note["size"]
            who = tables["run"][run], tables["name"][name]["name"], tables["tag"][tag]
            rows.append((seq, type_, *who, position, attempt, cause, body))
            assert wall > 0
    return rows, tables, notes


# --- and ours -----------------------------------------------------------------------------------------------------


def ours(path: Path) -> list[Row]:
    from workbench.journal import open_log

    history = open_log(path, "tail").history
    events = [history.event(row) for row in range(len(history))]
    return [
        (
            event.seq, int(event.type), event.run_id, event.name, event.error_type, event.position, event.attempt,
            event.cause, history.payloads.raw(row),  # type: ignore[attr-defined]  # of LogPayloads
        )
        for row, event in enumerate(events)
    ]  # fmt: skip


def cut_off(fd: int, data: bytes) -> int:
    """A disk that is full just before the end of a write."""
    os.write(fd, data[:-9])
    raise OSError(28, "full")


def test_both_readers_agree_about_a_log_with_every_kind_of_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.journal.logs import Pen, abandon, clocks
    from workbench._errors import LogDegradedError
    from workbench.journal import disk, open_writer
    from workbench.model import Source

    log = tmp_path / "shop.wlog"
    monkeypatch.setattr("workbench.journal.writer.INLINE_LIMIT", 500)
    writer = open_writer(log, **clocks())
    pen = Pen(writer)
    for number in range(40):
        pen.event(size=1_700 if number == 7 else None)
    writer.add_source(Source("0" * 64, "shop.py", "shop", "..."))
    writer.mark_synced()
    with monkeypatch.context() as full:
        full.setattr(disk, "write", cut_off)
        with pytest.raises(LogDegradedError):
            pen.event()
    pen.event()
    abandon(writer)
    log.write_bytes(log.read_bytes()[:-3])
    writer = open_writer(log, **clocks())
    Pen(writer, 5).event()
    writer.close()
    rows, _, notes = read_log(log.read_bytes())
    assert rows == ours(log)
    assert len(rows) == 41
    assert set(notes) == {"DEFINE", "SOURCE", "BLOB", "SYNC", "DROPPED", "CLOSE", "PROCESS"}


def example() -> bytes:
    """The bytes of the hex dump at the end of the page."""
    import workbench.journal

    page = Path(workbench.journal.__file__).with_name("FORMAT.md").read_text(encoding="utf-8")
    raw = bytearray()
    for line in page.rsplit("## Example", 1)[1].splitlines():
        if match := re.match(r"([0-9a-f]{4})  ((?:[0-9a-f]{2} ?)+)", line):
            assert int(match[1], 16) == len(raw), line
            raw += bytes.fromhex(match[2])
    return bytes(raw)


def test_the_example_of_the_page_is_a_sound_log(tmp_path: Path) -> None:
    from workbench.journal import open_log

    log = tmp_path / "example.wlog"
    log.write_bytes(example())
    rows, tables, notes = read_log(example())
    assert rows == ours(log)
    assert [row[2:4] for row in rows] == [("order-42", "charge")] * 2
    assert [msgpack.unpackb(row[-1]) for row in rows] == [{"args": [42], "kwargs": {}}, {"result": True}]
    assert tables["name"][1]["kind"] == "keyed"
    assert notes == ["PROCESS", "DEFINE", "DEFINE", "SYNC", "CLOSE"]
    report = open_log(log, "strict").report
    assert report.closed
    assert report.synced_seq == 5


def test_the_page_lists_every_type_of_frame() -> None:
    import workbench.journal
    from workbench.journal.format import FrameType
    from workbench.model import EventType

    page = Path(workbench.journal.__file__).with_name("FORMAT.md").read_text(encoding="utf-8")
    for type_ in (*EventType, *FrameType):
        assert re.search(rf"^\| [\d, ]*\b{type_.value}\b[\d, ]* \|[^|]*\b{type_.name}\b", page, re.MULTILINE), type_


def test_the_page_lists_every_extension_code() -> None:
    import workbench.journal
    from workbench.journal.codec import codes

    page = Path(workbench.journal.__file__).with_name("FORMAT.md").read_text(encoding="utf-8")
    section = page.split("## Extension values", 1)[1].split("##", 1)[0]
    assert {int(number) for number in re.findall(r"\b(\d+) [a-zU]", section)} == set(codes.KNOWN)
