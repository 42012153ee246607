"""A log cut at every single byte reads as the exact prefix; torn is said, rotten never."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

import pytest

from tests.journal.logs import Pen, clocks, frame_end, frames, make_log, read, read_facts
from workbench._errors import EmptyLogError
from workbench.journal import GapReason, OpenMode, open_log, open_writer
from workbench.journal.format import SEGMENT_SIZE

SIZES = [16 << 10, pytest.param(64 << 10, marks=pytest.mark.nightly)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shop.wlog"


def cut_everywhere(whole: bytes, step: int = 1) -> None:
    """Check every prefix of an undamaged log in the modes that go on, and that stop, at damage."""
    found = read(whole)
    assert not found.report.gaps
    starts = [at for at, _ in frames(found)]
    ends = [frame_end(whole, at) for at in starts]
    headers = list(found.headers)
    boundaries = {*ends, *(at + SEGMENT_SIZE for at in headers)}
    event_ends = [frame_end(whole, at) for at in found.offsets]
    for cut in range(0, len(whole) + 1, step):
        part = whole[:cut]
        if cut < SEGMENT_SIZE:
            with pytest.raises(EmptyLogError):
                read(part)
            continue
        mode = OpenMode.SALVAGE if cut % 2 else OpenMode.PREFIX
        got = read(part, mode)
        assert got.offsets == found.offsets[: bisect_right(event_ends, cut)], cut
        assert got.report.frames == bisect_right(ends, cut), cut
        assert not got.report.rotten, (cut, str(got.report))
        assert got.report.torn == (cut not in boundaries), cut
        assert sum(gap.length for gap in got.report.gaps) == cut - got.end, cut


@pytest.mark.parametrize("size", SIZES)
def test_every_cut_of_one_segment_gives_the_exact_prefix(log: Path, size: int) -> None:
    make_log(log, size)
    cut_everywhere(log.read_bytes())


@pytest.mark.parametrize("size", SIZES)
def test_every_cut_of_a_log_that_was_gone_on_with_gives_the_exact_prefix(log: Path, size: int) -> None:
    make_log(log, size, segments=2)
    cut_everywhere(log.read_bytes())


def test_every_cut_around_the_parts_of_a_large_payload(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.journal.writer.INLINE_LIMIT", 700)  # parts of a test's size
    writer = open_writer(log, **clocks())
    pen = Pen(writer)
    for size in (10, 2_000, 20, 1_400, 5):
        pen.event(size=size)
    writer.close()
    whole = log.read_bytes()
    cut_everywhere(whole)
    for cut in range(SEGMENT_SIZE, len(whole), 97):
        log.write_bytes(whole[:cut])
        facts = read_facts(log)
        assert facts == pen.written[: len(facts)], cut


def test_a_tail_torn_by_one_crash_is_not_rot_to_those_who_read_after_the_next_writer(log: Path) -> None:
    facts = make_log(log, 2 << 10, close=False)
    whole = log.read_bytes()
    last = read(whole).offsets[-1]
    for cut in range(last, len(whole)):
        log.write_bytes(whole[:cut])
        more = make_log(log, cut + 500, seed=9)
        opened = open_log(log, OpenMode.TAIL)
        assert [event[0] for event in read_facts(log)] == [
            *(fact[0] for fact in facts[:-1]),
            *(fact[0] for fact in more),
        ]
        assert [gap.reason for gap in opened.report.gaps] == ([GapReason.TORN] if cut > last else []), cut


def test_a_header_torn_by_one_crash_is_not_rot_to_those_who_read_after_the_next_writer(log: Path) -> None:
    facts = make_log(log, 1 << 10, close=False)
    first = log.stat().st_size
    make_log(log, (1 << 10) + 500, seed=3)
    whole = log.read_bytes()
    for cut in range(first, first + SEGMENT_SIZE):
        log.write_bytes(whole[:cut])
        more = make_log(log, cut + 300, seed=7)
        opened = open_log(log, OpenMode.TAIL)
        assert len(opened.history) == len(facts) + len(more)
        assert opened.report.torn == (cut > first)
