"""The dump: each frame a line, damage in its place, nothing of the file reaching the terminal as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journal import hostile
from tests.journal.logs import make_log, read
from workbench._errors import EmptyLogError, NotALogError
from workbench.journal import dump
from workbench.journal.format import FrameType


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shop.wlog"


def test_every_frame_and_header_has_a_line_in_file_order(log: Path) -> None:
    make_log(log, 4_000, segments=2)
    found = read(log.read_bytes())
    lines = list(dump(log))
    offsets = [int(line.split()[0]) for line in lines]
    assert offsets == sorted(offsets)
    assert len(lines) == found.report.frames + 2
    assert sum("SEGMENT" in line for line in lines) == 2
    assert all("crc ok" in line for line in lines if "SEGMENT" not in line)
    assert "CLOSE" in lines[-1]


def test_damage_is_shown_where_it_is(log: Path) -> None:
    make_log(log, 3_000)
    raw = bytearray(log.read_bytes())
    victim = read(raw).offsets[4]
    raw[victim + 61] ^= 1
    log.write_bytes(bytes(raw[:-5]))
    lines = list(dump(log))
    damaged = [line for line in lines if "***" in line]
    assert len(damaged) == 2
    assert damaged[0].split()[0] == str(victim)
    assert "rotten" in damaged[0]
    assert "torn" in damaged[1]
    assert lines[-1] == damaged[1]


def test_no_control_character_reaches_the_terminal(log: Path) -> None:
    nasty = "\x1b]0;owned\x07\r\n\x9b31m\u202eevil\u2028\U000e0041"
    kind = FrameType.DEFINE
    log.write_bytes(
        hostile.log(
            hostile.note(1, kind, table="run", number=0, value=nasty),
            hostile.frame(2, b"\xa5\x1b[31m"),
            hostile.frame(3, b"\xc1\x1b\x07" + b"\x9b" * 5_000),
            hostile.frame(4, b"\x1b]", FrameType.BLOB),
            hostile.frame(5, b"\xc0", wall=0),
        )
        + b"\x1b[2J"
    )
    lines = list(dump(log))
    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) < 400
    assert not any("\u202e" in line for line in lines)


def test_a_time_that_no_calendar_holds_is_shown_as_a_number(log: Path) -> None:
    log.write_bytes(hostile.header(wall_ns=(1 << 63) - 1) + hostile.frame(1))
    assert len(list(dump(log))) == 2


def test_a_segment_of_the_future_ends_the_dump_with_a_word(log: Path) -> None:
    old = hostile.log(hostile.frame(1))
    log.write_bytes(old + hostile.newer(hostile.header(offset=len(old), first_seq=2)) + b"future")
    lines = list(dump(log))
    assert len(lines) == 3
    assert "version 2" in lines[-1]


def test_what_is_no_log_is_said_as_on_opening(log: Path) -> None:
    log.write_bytes(b"")
    with pytest.raises(EmptyLogError):
        list(dump(log))
    log.write_bytes(b"hello")
    with pytest.raises(NotALogError):
        list(dump(log))
