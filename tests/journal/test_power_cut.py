"""What a disk may hold after the power went, enumerated: synced events are there, and nothing that was never written.

The model is that of ALICE and dm-log-writes: all bytes before the last completed sync are on the disk; behind them
the file has any size up to what was written (or to the end of the sector, filled with zeros), and each sector is, on
its own, new, zero, or holds what a recycled block held before: a piece of another recording in the same format.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from itertools import product
from pathlib import Path

import pytest

from tests.journal.logs import frame_end, frames, make_log, read
from workbench.journal import OpenMode
from workbench.journal.format import SEGMENT_SIZE

RANDOM_STATES = 8_000
"""Of each of two sector sizes and three seeds: 48,000 states, beside the exhaustive ones."""


class Cut:
    """Makes and checks states of one log.

    Args:
        folder: Where to write the logs.
    """

    def __init__(self, folder: Path) -> None:
        make_log(folder / "new.wlog", 14 << 10)
        make_log(folder / "old.wlog", 14 << 10, seed=5)
        self.new = (folder / "new.wlog").read_bytes()
        old = (folder / "old.wlog").read_bytes()
        self.old = old[: len(self.new)].ljust(len(self.new) + 4096, b"\0")
        found = read(self.new)
        self.events = list(found.offsets)
        self.event_ends = [frame_end(self.new, at) for at in self.events]
        self.ends = [SEGMENT_SIZE, *(frame_end(self.new, at) for at, _ in frames(found))]

    def state(self, synced: int, written: int, size: int, sectors: str, sector: int) -> bytes:
        """The file: new bytes up to `synced`, then one letter a sector: n(ew), z(ero), o(ld)."""
        buffer = bytearray(self.new[: min(size, written)].ljust(size, b"\0"))
        start = synced
        for kind in sectors:
            end = min(start - start % sector + sector, size)
            if kind == "z":
                buffer[start:end] = bytes(end - start)
            elif kind == "o":
                buffer[start:end] = self.old[start:end]
            start = end
        return bytes(buffer)

    def check(self, buffer: bytes, synced: int, why: object) -> None:
        """Every reading mode: synced events are there, the others are a prefix of what was written."""
        prefix = read(buffer)
        count = len(prefix.offsets)
        assert list(prefix.offsets) == self.events[:count], why
        assert count >= bisect_right(self.event_ends, synced), why
        assert buffer[: prefix.end] == self.new[: prefix.end], why
        if prefix.report.gaps:
            salvaged = read(buffer, OpenMode.SALVAGE)
            assert set(salvaged.offsets) <= set(self.events), why
            for at in salvaged.offsets:
                end = frame_end(buffer, at)
                assert buffer[at:end] == self.new[at:end], why


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    return Cut(tmp_path_factory.mktemp("power"))


def random_states(cut: Cut, seed: int, sector: int, count: int) -> None:
    draw = random.Random(seed)
    for number in range(count):
        first = draw.randrange(len(cut.ends) - 12)
        synced = cut.ends[first]
        written = cut.ends[first + draw.randrange(1, 12)]
        whole_sector = -(-written // sector) * sector
        size = draw.choice([written, draw.randrange(synced, written + 1), whole_sector, synced])
        count_of_sectors = (size - 1) // sector - synced // sector + 1 if size > synced else 0
        sectors = "".join(draw.choice("nnzo") for _ in range(count_of_sectors))
        buffer = cut.state(synced, written, size, sectors, sector)
        cut.check(buffer, synced, f"seed {seed} state {number}: {synced=} {written=} {size=} {sectors=} {sector=}")


@pytest.mark.parametrize("sector", [512, 4096])
@pytest.mark.parametrize("seed", range(3))
def test_random_states_keep_what_was_synced_and_invent_nothing(cut: Cut, seed: int, sector: int) -> None:
    random_states(cut, seed, sector, RANDOM_STATES)


@pytest.mark.nightly
@pytest.mark.parametrize("sector", [512, 4096])
@pytest.mark.parametrize("seed", range(100, 125))
def test_many_more_random_states(cut: Cut, seed: int, sector: int) -> None:
    random_states(cut, seed, sector, 10 * RANDOM_STATES)


@pytest.mark.parametrize("first", [1, 9, 17, 40])
def test_all_states_of_the_last_six_sectors(cut: Cut, first: int) -> None:
    synced = cut.ends[first]
    written = next(end for end in cut.ends if end // 512 - synced // 512 >= 5)
    for sectors in product("nzo", repeat=6):
        for size in (written, -(-written // 512) * 512):
            buffer = cut.state(synced, written, size, "".join(sectors), 512)
            cut.check(buffer, synced, f"{first=} {sectors=} {size=}")
