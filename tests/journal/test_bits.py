"""Every single bit of a log toggled, as systemd does with its journal: none goes unseen, none makes a wrong event."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from tests.journal.logs import frame_end, frames, make_log, read
from workbench._errors import NotALogError, RottenLogError
from workbench.journal import GapReason, OpenMode
from workbench.journal.format import FILE_MAGIC, SEGMENT_SIZE

CHUNKS = 8
"""Parts of equal size, so that workers of pytest-xdist share the work."""


@pytest.fixture(scope="module")
def sixteen(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("bits") / "shop.wlog"
    make_log(path, 16 << 10)
    return path.read_bytes()


@pytest.fixture(scope="module")
def sixty_four(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("bits") / "shop.wlog"
    make_log(path, 64 << 10)
    return path.read_bytes()


def toggle(whole: bytes, first: int, last: int, mode: OpenMode = OpenMode.SALVAGE) -> int:
    """Toggle each bit of the frames between two offsets and read; return how many were toggled."""
    found = read(whole)
    defined = list(found.notes.tables.entries())
    buffer = bytearray(whole)
    toggled = 0
    for start, own in frames(found):
        if not first <= start < last:
            continue
        left = array("Q", (at for at in found.offsets if at != start and (mode is OpenMode.SALVAGE or at < start)))
        for byte in range(start, frame_end(whole, start)):
            for bit in range(8):
                buffer[byte] ^= 1 << bit
                got = read(buffer, mode)
                buffer[byte] ^= 1 << bit
                toggled += 1
                assert got.offsets == left, (byte, bit)
                gaps = got.report.gaps
                assert len(gaps) == 1, (byte, bit)
                assert gaps[0].offset == start, (byte, bit)
                if own:  # a definition is lost at most, it never becomes another one
                    assert all(entry in defined for entry in got.notes.tables.entries()), (byte, bit)
    return toggled


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_toggled_bit_goes_unseen_or_costs_more_than_its_own_frame(sixteen: bytes, chunk: int) -> None:
    size = -(-len(sixteen) // CHUNKS)
    assert toggle(sixteen, chunk * size, (chunk + 1) * size) > 0


@pytest.mark.nightly
@pytest.mark.parametrize("chunk", range(CHUNKS * 4))
def test_no_toggled_bit_of_a_larger_log_goes_unseen(sixty_four: bytes, chunk: int) -> None:
    size = -(-len(sixty_four) // (CHUNKS * 4))
    assert toggle(sixty_four, chunk * size, (chunk + 1) * size) > 0


def test_reading_the_prefix_stops_exactly_before_the_toggled_bit(tmp_path: Path) -> None:
    make_log(tmp_path / "shop.wlog", 2 << 10)
    whole = (tmp_path / "shop.wlog").read_bytes()
    assert toggle(whole, 0, len(whole), OpenMode.PREFIX) == (len(whole) - SEGMENT_SIZE) * 8


def test_a_toggled_bit_of_the_file_header_is_an_error_and_never_a_newer_version(sixteen: bytes) -> None:
    buffer = bytearray(sixteen)
    for byte in range(SEGMENT_SIZE):
        for bit in range(8):
            buffer[byte] ^= 1 << bit
            with pytest.raises(NotALogError if byte < len(FILE_MAGIC) else RottenLogError):
                read(buffer)
            buffer[byte] ^= 1 << bit


def test_a_toggled_bit_of_a_later_header_costs_that_segment_and_is_seen(tmp_path: Path) -> None:
    make_log(tmp_path / "shop.wlog", 4 << 10, segments=2)
    whole = (tmp_path / "shop.wlog").read_bytes()
    found = read(whole)
    second = found.headers[1]
    first_part = array("Q", (at for at in found.offsets if at < second))
    buffer = bytearray(whole)
    for byte in range(second, second + SEGMENT_SIZE):
        for bit in range(8):
            buffer[byte] ^= 1 << bit
            got = read(buffer, OpenMode.SALVAGE)
            buffer[byte] ^= 1 << bit
            assert got.offsets == first_part, (byte, bit)
            assert [gap.reason for gap in got.report.gaps] == [GapReason.ROTTEN], (byte, bit)


def test_a_zeroed_page_costs_only_the_frames_in_it(sixteen: bytes) -> None:
    found = read(sixteen)
    for page in range(4096, len(sixteen) - 8192, 512):
        broken = bytearray(sixteen)
        broken[page : page + 4096] = bytes(4096)
        got = read(broken, OpenMode.SALVAGE)
        whole = [at for at in found.offsets if frame_end(sixteen, at) <= page or at >= page + 4096]
        assert list(got.offsets) == whole
        assert got.report.rotten
