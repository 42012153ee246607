"""Opening: each kind of file its own answer, in each mode, and never more memory or time than the file warrants."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from tests.journal import hostile
from tests.journal.logs import Fact, Pen, frame_end, make_log, read, read_facts
from workbench._errors import (
    EmptyLogError,
    LogError,
    LogNotFoundError,
    NewerVersionError,
    NotALogError,
    RottenLogError,
    TornLogError,
)
from workbench.journal import GapReason, OpenMode, is_log, open_log, open_writer
from workbench.journal.format import SEGMENT_SIZE
from workbench.model import EventType


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shop.wlog"


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
    log.write_bytes(hostile.newer(hostile.header(), length) + b"what only the future knows" * 9)
    with pytest.raises(NewerVersionError, match="version 2"):
        open_log(log, mode)


@pytest.mark.parametrize("length", [SEGMENT_SIZE, SEGMENT_SIZE + 64])
@pytest.mark.parametrize("mode", OpenMode)
def test_a_segment_of_a_newer_version_is_refused_too(log: Path, mode: OpenMode, length: int) -> None:
    old = hostile.log(hostile.frame(1), hostile.frame(2))
    log.write_bytes(old + hostile.newer(hostile.header(offset=len(old), first_seq=3), length) + b"future" * 20)
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
