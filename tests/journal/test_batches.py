"""Frames read in batches are those that are read one by one, whatever the file holds."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator
from pathlib import Path

import msgpack
import pytest

from tests.journal.logs import make_log
from workbench.journal import OpenMode, columns, open_writer, scan
from workbench.journal.entrance import first_header
from workbench.journal.format import FRAME_SIZE
from workbench.journal.report import Report
from workbench.model import EventType

pytest.importorskip("numpy")

SPLITS = [(2, 1, (1 << 7, 1 << 12)), (64, 32, (1 << 14, 1 << 20)), (1, 1, (1 << 16, 1 << 16))]


@pytest.fixture(params=SPLITS, ids=["tiny", "real", "greedy"])
def batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_BATCHES_FROM", 0)
    for name, value in zip(("_ALONE", "_WORTH", "_SPANS"), request.param, strict=True):
        monkeypatch.setattr(scan, name, value)


def found(raw: bytes, mode: OpenMode) -> tuple[array[int], array[int], Report, int, int, int]:
    one = scan.scan(raw, mode, first_header(Path("x"), raw))
    return one.offsets, one.own, one.report, one.end, one.next_seq, one.last_frame


def damaged(raw: bytes, draw: random.Random) -> Iterator[bytes]:
    offsets, own, *_ = found(raw, OpenMode.PREFIX)
    places = [*offsets, *own]
    yield raw
    for _ in range(40):
        bad = bytearray(raw)
        for _ in range(draw.randrange(1, 4)):
            at = min(draw.choice(places) + draw.randrange(FRAME_SIZE + 40), len(bad) - 1)
            bad[at] ^= 1 << draw.randrange(8)
        yield bytes(bad)
    for _ in range(20):
        one, other = sorted(draw.sample(places, 2))
        yield raw[:one] + raw[other:]  # frames taken out
        yield raw[:other] + raw[one:]  # frames doubled
        yield raw[: other + draw.randrange(80)]


@pytest.mark.usefixtures("batches")
def test_damage_is_named_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_log(tmp_path / "shop.wlog", 60_000, segments=3)
    for raw in damaged((tmp_path / "shop.wlog").read_bytes(), random.Random(5)):
        for mode in (OpenMode.PREFIX, OpenMode.SALVAGE):
            got = found(raw, mode)
            with monkeypatch.context() as slow:
                slow.setattr(scan, "numpy_if_here", lambda: None)
                assert got == found(raw, mode)


@pytest.mark.usefixtures("batches")
def test_payloads_that_look_like_frames_are_payloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_log(tmp_path / "inner.wlog", 9_000)
    inner = (tmp_path / "inner.wlog").read_bytes()
    writer = open_writer(tmp_path / "outer.wlog")
    run = writer.run_number("r")
    for number in range(300):
        part = inner[number * 30 :] if number % 3 else b"\x0e\xd1" * 50
        writer.append(EventType.SignalReceived, run, 0, (number,), msgpack.packb({"value": part}))
    writer.close()
    raw = (tmp_path / "outer.wlog").read_bytes()
    got = found(raw, OpenMode.PREFIX)
    assert len(got[0]) == 300
    monkeypatch.setattr(scan, "numpy_if_here", lambda: None)
    assert got == found(raw, OpenMode.PREFIX)


def test_a_number_beyond_all_counting_is_left_to_the_slow_way(tmp_path: Path) -> None:
    np = columns.numpy_if_here()
    make_log(tmp_path / "shop.wlog", 9_000)
    raw = (tmp_path / "shop.wlog").read_bytes()
    first = found(raw, OpenMode.PREFIX)[1][0]
    assert columns.frames_ahead(np, raw, (first, 1), 1 << 16, [1]) is not None
    for number in (2, 1 << 63, (1 << 64) - 1, 1 << 64):
        assert columns.frames_ahead(np, raw, (first, number), 1 << 16, [1]) is None
    assert columns.frames_ahead(np, raw, (len(raw) - 5, 1), 1 << 16, [1]) is None
