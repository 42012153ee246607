"""Forged files: checksums that fit over contents that cannot be, and files made to cost time or memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgpack
import pytest

from tests.journal import hostile
from tests.journal.logs import Pen, frames, make_log, read
from workbench._errors import RottenLogError, UndecodableError
from workbench.journal import FILE_MAGIC, GapReason, OpenMode, open_log, open_writer
from workbench.journal.format import BLOB_FLAG, ENVELOPE, FRAME_MAGIC, SEGMENT_SIZE, FrameType


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shop.wlog"


# --- forged: the checksum fits and the content is impossible ------------------------------------------------------

IMPOSSIBLE: dict[str, bytes] = {
    "no msgpack": hostile.frame(2, b"\xc1", FrameType.DEFINE),
    "no map": hostile.frame(2, b"\x93\1\2\3", FrameType.DEFINE),
    "no such table": hostile.note(2, FrameType.DEFINE, table="zoo", number=1, value="x"),
    "no value": hostile.note(2, FrameType.DEFINE, table="run", number=1),
    "negative number": hostile.note(2, FrameType.DEFINE, table="run", number=-1, value="x"),
    "number too high": hostile.note(2, FrameType.DEFINE, table="run", number=1 << 32, value="x"),
    "number zero": hostile.note(2, FrameType.DEFINE, table="name", number=0, value={"name": "x"}),
    "number as text": hostile.note(2, FrameType.DEFINE, table="run", number="1", value="x"),
    "run id as a list": hostile.note(2, FrameType.DEFINE, table="run", number=1, value=["x"]),
    "name as text": hostile.note(2, FrameType.DEFINE, table="name", number=1, value="x"),
    "name without name": hostile.note(2, FrameType.DEFINE, table="name", number=1, value={}),
    "name of numbers": hostile.note(2, FrameType.DEFINE, table="name", number=1, value={"name": 7}),
    "no such kind": hostile.note(2, FrameType.DEFINE, table="name", number=1, value={"name": "x", "kind": "zoo"}),
    "another meaning": hostile.note(2, FrameType.DEFINE, table="run", number=0, value="another"),
    "synced future": hostile.note(2, FrameType.SYNC, upto=2),
    "fewer than none dropped": hostile.note(2, FrameType.DROPPED, events=-3),
    "host of numbers": hostile.note(2, FrameType.PROCESS, host=3),
    "source without text": hostile.note(2, FrameType.SOURCE, digest="d", file="f", module="m"),
    "long note": hostile.note(2, FrameType.SYNC, upto=1, more="x" * 70_000),
    "no such event": hostile.frame(2, type_=99),
    "event zero": hostile.frame(2, type_=0),
    "position longer than the body": hostile.frame(2, b"\1\0\0\0", depth=2),
    "nothing but a position": hostile.frame(2, b"\1\0\0\0", depth=1),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_an_impossible_frame_is_damage_and_no_exception_of_python(log: Path, name: str) -> None:
    first = hostile.note(1, FrameType.DEFINE, table="run", number=0, value="order-1")
    log.write_bytes(hostile.log(first, IMPOSSIBLE[name], hostile.frame(3)))
    opened = open_log(log, OpenMode.SALVAGE)
    assert [gap.reason for gap in opened.report.gaps] == [GapReason.FORGED]
    assert list(opened.history.columns.seq) == [3]
    assert opened.history.event(0).run_id == "order-1"
    assert len(open_log(log).history) == 0
    assert open_log(log).report.last_seq == 1
    for mode in (OpenMode.TAIL, OpenMode.STRICT):
        with pytest.raises(RottenLogError):
            open_log(log, mode)


def test_a_note_of_a_type_that_only_the_future_knows_is_passed_over(log: Path) -> None:
    log.write_bytes(hostile.log(hostile.frame(1, b"\xc1", 230), hostile.frame(2)))
    opened = open_log(log, OpenMode.STRICT)
    assert list(opened.history.columns.seq) == [2]


REFERENCES: list[Any] = [
    {"first": 1, "parts": 1, "size": 3},
    {"first": 1, "parts": 1 << 40, "size": 2},
    {"first": 1, "parts": 2, "size": 2},
    {"first": 9, "parts": 1, "size": 2},
    {"first": "x", "parts": 1, "size": 2},
    {"first": 1, "parts": 1, "size": 1 << 50},
    {"first": -5, "parts": 1, "size": 2},
    {"parts": 1},
    [1, 2],
]


@pytest.mark.parametrize("reference", REFERENCES, ids=str)
def test_a_wrong_reference_to_parts_is_undecodable(log: Path, reference: Any) -> None:
    event = hostile.frame(2, msgpack.packb(reference), flags=BLOB_FLAG)
    log.write_bytes(hostile.log(hostile.frame(1, b"\xa1x", FrameType.BLOB), event))
    with pytest.raises(UndecodableError):
        open_log(log).history.payload(0)


def test_made_up_numbers_cost_no_memory_and_keep_their_meaning(log: Path) -> None:
    far = (1 << 32) - 1
    log.write_bytes(
        hostile.log(
            hostile.note(1, FrameType.DEFINE, table="run", number=far, value="far"),
            hostile.note(2, FrameType.DEFINE, table="name", number=1 << 31, value={"name": "step"}),
            hostile.frame(3, run=far, name=1 << 31, tag=far),
            hostile.frame(4, run=7, name=3),
        )
    )
    history = open_log(log).history
    assert len(history.runs) + len(history.names) + len(history.tags) < 20
    assert history.event(0).run_id == "far"
    assert history.event(0).name == "step"
    assert history.event(0).error_type == f"error?{far}"
    assert (history.event(1).run_id, history.event(1).name) == ("run?7", "step?3")
    writer = open_writer(log)
    Pen(writer).event()
    writer.close()
    assert len(open_log(log, OpenMode.STRICT).history) == 3


def test_a_lost_definition_never_gets_its_number_reused(log: Path) -> None:
    make_log(log, 3_000, close=False)
    raw = bytearray(log.read_bytes())
    for at, own in frames(read(raw)):
        if own and raw[at + 6] == FrameType.DEFINE:
            raw[at + 61] ^= 1
    log.write_bytes(raw)
    before = open_log(log, "salvage").history
    writer = open_writer(log)
    number = writer.run_number("somebody else's order")
    writer.close()
    after = open_log(log, "salvage").history
    assert number > max(before.columns.run)
    assert [after.event(row) for row in range(len(before))] == [before.event(row) for row in range(len(before))]


# --- bounds --------------------------------------------------------------------------------------------------------

CHILD = """
import resource, sys, time
from workbench._errors import WorkbenchError
from workbench.journal import open_log, dump
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.perf_counter()
try:
    history = open_log(sys.argv[1], "salvage").history
    for row in range(min(len(history), 3)):
        try:
            history.payload(row)
        except WorkbenchError:
            pass
except WorkbenchError as error:
    print(type(error).__name__, file=sys.stderr)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, time.perf_counter() - begin)
"""


def measure(log: Path) -> tuple[int, float]:
    """KiB of memory and seconds that a fresh process takes to open a file and read some payloads."""
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(log)], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    kib, seconds = done.stdout.split()
    return int(kib), float(seconds)


MEGABYTES = 10
SIZE = MEGABYTES << 20


def _bombs() -> dict[str, bytes]:
    arrays = b"\xdd" + (SIZE - 5).to_bytes(4, "big") + b"\x90" * (SIZE - 5)
    maps = b"\xdf" + ((SIZE - 5) // 2).to_bytes(4, "big") + b"\xa0\x80" * ((SIZE - 5) // 2)
    nested = b"\x91" * (SIZE - 1) + b"\xc0"
    wide = b"\x9f" * 200 + b"\x90" * (SIZE - 200)
    claims = b"\xdd\xff\xff\xff\xff"
    return {"arrays": arrays, "maps": maps, "nested": nested, "wide": wide, "claims": claims}


def _deceptive_frames() -> bytes:
    """Frame headers that all claim to be as long as a frame may be, none with a checksum that fits."""
    one = hostile.frame(9, b"x", length=15 << 20)[4:]
    return hostile.log() + (b"bad!" + one) * (SIZE // (len(one) + 4))


def _dense_frames() -> bytes:
    return hostile.log(*(hostile.frame(seq, run=seq, name=seq) for seq in range(1, SIZE // 61)))


def _dense_definitions() -> bytes:
    kind = FrameType.DEFINE
    return hostile.log(
        *(hostile.note(seq, kind, table="run", number=seq, value=f"{seq:x}") for seq in range(1, 90_000))
    )


def _dense_gaps() -> bytes:
    return hostile.log(*(hostile.frame(seq) + b"!" for seq in range(1, SIZE // 62)))


def _headers() -> bytes:
    return b"".join(hostile.header(offset=number * SEGMENT_SIZE) for number in range(SIZE // SEGMENT_SIZE))


HOSTILE: dict[str, Any] = {
    **{f"{name} in a payload": (lambda raw=raw: hostile.log(hostile.frame(1, raw))) for name, raw in _bombs().items()},
    **{
        f"{name} in a definition": (lambda raw=raw: hostile.log(hostile.frame(1, raw, FrameType.DEFINE)))
        for name, raw in _bombs().items()
    },
    **{
        f"{name} in a source": (lambda raw=raw: hostile.log(hostile.frame(1, raw, FrameType.SOURCE)))
        for name, raw in _bombs().items()
    },
    "frame magics": lambda: hostile.log() + FRAME_MAGIC.to_bytes(2, "little") * (SIZE // 2),
    "file magics": lambda: hostile.log() + FILE_MAGIC * (SIZE // 8),
    "envelopes": lambda: hostile.log() + hostile.header()[: ENVELOPE.size] * (SIZE // ENVELOPE.size),
    "long frames": _deceptive_frames,
    "short frames": _dense_frames,
    "definitions": _dense_definitions,
    "gaps": _dense_gaps,
    "headers": _headers,
    "zeros": lambda: hostile.log() + bytes(SIZE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_no_more_than_it_warrants(log: Path, name: str) -> None:
    log.write_bytes(HOSTILE[name]())
    kib, seconds = measure(log)
    assert kib <= (64 << 10) + 2 * log.stat().st_size // 1024
    assert seconds < 10, "work that grows faster than the file"
