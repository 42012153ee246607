"""Opening: each kind of file its own answer, in each mode, and never more memory or time than the file warrants."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgpack
import pytest

from tests.journal import hostile
from tests.journal.logs import Fact, Pen, frame_end, frames, make_log, read, read_facts
from workbench._errors import (
    EmptyLogError,
    LogError,
    LogNotFoundError,
    NewerVersionError,
    NotALogError,
    RottenLogError,
    TornLogError,
    UndecodableError,
)
from workbench.journal import FILE_MAGIC, GapReason, OpenMode, is_log, open_log, open_writer
from workbench.journal.format import BLOB_FLAG, ENVELOPE, FRAME_MAGIC, SEGMENT_SIZE, FrameType
from workbench.model import EventType


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shop.wlog"


def newer(raw: bytes, length: int = SEGMENT_SIZE) -> bytes:
    """A header of the next version, perhaps longer."""
    import zlib

    fields = bytearray(raw[: SEGMENT_SIZE - 4].ljust(length - 4, b"n"))
    fields[8:10] = (2).to_bytes(2, "little")
    fields[12:16] = length.to_bytes(4, "little")
    return bytes(fields) + zlib.crc32(fields).to_bytes(4, "little")


# --- five answers -------------------------------------------------------------------------------------------------


def test_absent_is_not_broken(log: Path) -> None:
    with pytest.raises(LogNotFoundError, match="no recording"):
        open_log(log)
    assert not log.exists()


@pytest.mark.parametrize("size", [0, 1, 7, 8, SEGMENT_SIZE - 1])
def test_less_than_a_header_is_empty(log: Path, size: int) -> None:
    log.write_bytes(hostile.header()[:size])
    with pytest.raises(EmptyLogError):
        open_log(log)


@pytest.mark.parametrize(
    "head", [b"SQLite format 3\0", b"{", b"\x89PNG\r\n\x1a\n", b"\0" * 200, b"\x89WLG\n\x1a\n" * 20]
)
def test_another_format_is_said_to_be_one(log: Path, head: bytes) -> None:
    log.write_bytes(head)
    assert not is_log(head)
    with pytest.raises(NotALogError):
        open_log(log)


@pytest.mark.parametrize("length", [SEGMENT_SIZE, SEGMENT_SIZE + 64])
@pytest.mark.parametrize("mode", OpenMode)
def test_a_newer_version_is_refused_whatever_its_header_holds(log: Path, mode: OpenMode, length: int) -> None:
    log.write_bytes(newer(hostile.header(), length) + b"what only the future knows" * 9)
    with pytest.raises(NewerVersionError, match="version 2"):
        open_log(log, mode)


@pytest.mark.parametrize("length", [SEGMENT_SIZE, SEGMENT_SIZE + 64])
@pytest.mark.parametrize("mode", OpenMode)
def test_a_segment_of_a_newer_version_is_refused_too(log: Path, mode: OpenMode, length: int) -> None:
    old = hostile.log(hostile.frame(1), hostile.frame(2))
    log.write_bytes(old + newer(hostile.header(offset=len(old), first_seq=3), length) + b"future" * 20)
    with pytest.raises(NewerVersionError, match="version 2"):
        open_log(log, mode)


@pytest.mark.parametrize("mode", OpenMode)
def test_a_damaged_header_is_rot_in_every_mode(log: Path, mode: OpenMode) -> None:
    make_log(log, 2_000)
    raw = bytearray(log.read_bytes())
    raw[30] ^= 4
    log.write_bytes(raw)
    with pytest.raises(RottenLogError, match="header"):
        open_log(log, mode)


def test_a_folder_is_not_readable_as_a_log(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="directory"):
        open_log(tmp_path)


def test_a_refused_permission_is_said(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_log(log, 2_000)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read everything, so the mode bits would not do
    with pytest.raises(LogError, match="Permission denied"):
        open_log(log)


# --- damage inside --------------------------------------------------------------------------------------------------


def rot(log: Path) -> tuple[list[Fact], int]:
    """A log with one event in the middle damaged: all its facts, and the number of the damaged one."""
    facts = make_log(log, 4_000)
    raw = bytearray(log.read_bytes())
    found = read(raw)
    victim = len(found.offsets) // 2
    raw[found.offsets[victim] + 62] ^= 0x10
    log.write_bytes(raw)
    return facts, victim


def test_prefix_gives_what_is_before_the_damage(log: Path) -> None:
    facts, victim = rot(log)
    opened = open_log(log)
    assert read_facts(log) == facts[:victim]
    assert opened.report.rotten
    assert opened.report.last_seq < facts[victim][0]
    assert not opened.report.closed


def test_salvage_gives_what_is_around_the_damage(log: Path) -> None:
    facts, victim = rot(log)
    assert read_facts(log, OpenMode.SALVAGE) == facts[:victim] + facts[victim + 1 :]
    assert [gap.reason for gap in open_log(log, "salvage").report.gaps] == [GapReason.ROTTEN]


@pytest.mark.parametrize("mode", [OpenMode.TAIL, OpenMode.STRICT])
def test_the_careful_modes_refuse_damage_and_say_where(log: Path, mode: OpenMode) -> None:
    facts, victim = rot(log)
    with pytest.raises(RottenLogError) as caught:
        open_log(log, mode)
    assert caught.value.offset == read(log.read_bytes(), OpenMode.SALVAGE).report.gaps[0].offset
    assert facts[victim]


def test_only_strict_refuses_a_torn_tail(log: Path) -> None:
    make_log(log, 3_000, close=False)
    log.write_bytes(log.read_bytes()[:-5])
    for mode in (OpenMode.PREFIX, OpenMode.TAIL, OpenMode.SALVAGE):
        assert open_log(log, mode).report.torn
    with pytest.raises(TornLogError):
        open_log(log, OpenMode.STRICT)


def test_a_last_frame_whose_length_alone_rotted_is_not_called_torn(log: Path) -> None:
    make_log(log, 3_000, close=False)
    raw = bytearray(log.read_bytes())
    at = read(raw).offsets[-1]
    raw[at + 9] ^= 1  # 256 bytes longer than the file
    assert [gap.reason for gap in read(raw).report.gaps] == [GapReason.ROTTEN]


def test_frames_of_another_recording_are_never_events(log: Path, tmp_path: Path) -> None:
    facts = make_log(log, 3_000)
    make_log(tmp_path / "other.wlog", 3_000, seed=4)
    raw, other = log.read_bytes(), (tmp_path / "other.wlog").read_bytes()
    donor = read(other).offsets
    piece = other[donor[2] : frame_end(other, donor[4])]
    for at in read(raw).offsets[1:]:
        log.write_bytes(raw[:at] + piece + raw[at:])
        assert read_facts(log) == [fact for fact in facts if fact in read_facts(log)]
        assert read_facts(log, OpenMode.SALVAGE) == facts
        assert open_log(log).report.rotten


def test_a_segment_of_another_recording_is_named_foreign_and_read_around(log: Path, tmp_path: Path) -> None:
    facts = make_log(log, 3_000)
    make_log(tmp_path / "other.wlog", 2_000, seed=4)
    raw, other = log.read_bytes(), (tmp_path / "other.wlog").read_bytes()
    middle = read(raw).offsets[5]
    for at in (middle, len(raw)):
        log.write_bytes(raw[:at] + other + raw[at:])
        assert read_facts(log, OpenMode.SALVAGE) == facts
        assert [gap.reason for gap in open_log(log, "salvage").report.gaps] == [GapReason.FOREIGN]
    log.write_bytes(other + raw)
    assert len(read_facts(log, OpenMode.SALVAGE)) == len(read(other).offsets)


def test_frames_that_were_taken_out_leave_a_hole_that_is_seen(log: Path) -> None:
    facts = make_log(log, 3_000)
    raw = log.read_bytes()
    found = read(raw)
    for number, at in enumerate(found.offsets):
        end = frame_end(raw, at)
        log.write_bytes(raw[:at] + raw[end:])
        opened = open_log(log, OpenMode.SALVAGE)
        assert read_facts(log, OpenMode.SALVAGE) == facts[:number] + facts[number + 1 :]
        assert [(gap.offset, gap.length, gap.reason) for gap in opened.report.gaps] == [(at, 0, GapReason.MISSING)]
        assert read_facts(log) == facts[:number]
        with pytest.raises(RottenLogError):
            open_log(log, OpenMode.TAIL)


def test_frames_that_were_taken_off_before_the_next_writer_are_missed(log: Path) -> None:
    make_log(log, 2_000, close=False)
    first = log.stat().st_size
    make_log(log, 3_500, seed=6)
    raw = log.read_bytes()
    last = read(raw[:first]).offsets[-1]
    log.write_bytes(raw[:last] + bytes(first - last) + raw[first:])
    assert [gap.reason for gap in open_log(log, "salvage").report.gaps] == [GapReason.ROTTEN]


def test_frames_that_stand_there_twice_count_once(log: Path) -> None:
    facts = make_log(log, 3_000)
    raw = log.read_bytes()
    for at in read(raw).offsets:
        end = frame_end(raw, at)
        log.write_bytes(raw[:end] + raw[at:end] + raw[end:])
        assert read_facts(log, OpenMode.SALVAGE) == facts
        assert open_log(log, "salvage").report.rotten


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


# --- manners --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", OpenMode)
def test_opening_changes_nothing(log: Path, mode: OpenMode) -> None:
    make_log(log, 3_000, close=False)
    log.write_bytes(log.read_bytes()[:-7])
    os.utime(log, ns=(1_000_000_000, 2_000_000_000))
    before, files = (log.read_bytes(), log.stat().st_mtime_ns, log.stat().st_ctime_ns), list(log.parent.iterdir())
    try:
        open_log(log, mode)
    except TornLogError:
        assert mode is OpenMode.STRICT
    assert (log.read_bytes(), log.stat().st_mtime_ns, log.stat().st_ctime_ns) == before
    assert list(log.parent.iterdir()) == files


def test_a_log_reads_while_another_thread_writes(log: Path) -> None:
    writer = open_writer(log)
    pen = Pen(writer)
    pen.event()
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            pen.event()

    thread = threading.Thread(target=write)
    thread.start()
    begin = time.monotonic()
    counts: list[int] = []
    while len(counts) < 60 and time.monotonic() - begin < 20:
        opened = open_log(log, OpenMode.TAIL)
        counts.append(len(opened.history))
        assert opened.report.writer_alive
    stop.set()
    thread.join()
    writer.close()
    assert counts == sorted(counts)
    assert read_facts(log, OpenMode.STRICT) == pen.written


def test_sources_are_read_when_asked_for(log: Path) -> None:
    from workbench.model import Source

    source = Source("a" * 64, "<ipython-input-1>", "__main__", "def checkout(): return '\udcff😀'\n")
    writer = open_writer(log)
    writer.add_source(source)
    writer.add_source(source)
    writer.close()
    history = open_log(log).history
    assert dict(history.sources) == {source.digest: source}
    assert EventType.RunStarted not in history.columns.type
