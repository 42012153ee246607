"""How much memory opening a hostile file takes: at most 64 MiB and twice the file's size."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.benchmarks.ours import opened_hostile
from tests.benchmarks.sides import in_turn, measure
from tests.benchmarks.table import Row, Table
from workbench.journal import OpenMode, open_writer
from workbench.journal.format import FRAME, FRAME_MAGIC, LENGTH_LIMIT
from workbench.model import NOWHERE, Declaration, EventType

pytestmark = pytest.mark.bench

ROUNDS = 3
SIZE = 10 * 1000 * 1000
MIB = 1 << 20


def empty_maps(path: Path) -> None:
    """One list of ten million maps of one byte each: decoded by msgpack alone, it is 640 MB of dicts."""
    _one_payload(path, b"\xdd" + SIZE.to_bytes(4, "big") + b"\x80" * SIZE)


def nested_lists(path: Path) -> None:
    """Ten million lists inside each other."""
    _one_payload(path, b"\x91" * SIZE + b"\xc0")


def claimed_lengths(path: Path) -> None:
    """Lists that claim four billion items each, inside each other."""
    _one_payload(path, b"\xdd\xff\xff\xff\xff" * (SIZE // 5))


def frame_magics(path: Path) -> None:
    """The two bytes with which a frame begins, over and over."""
    _tail(path, FRAME_MAGIC.to_bytes(2, "little") * (SIZE // 2))


def random_bytes(path: Path) -> None:
    """Noise behind a good header."""
    _tail(path, random.Random(7).randbytes(SIZE))


def false_headers(path: Path) -> None:
    """Frame headers that each claim 16 MiB."""
    header = FRAME.pack(1, FRAME_MAGIC, EventType.StepStarted, 0, LENGTH_LIMIT, 1, 1, 1, 0, 1, 1, 0, 1, 0)
    _tail(path, header * (SIZE // len(header)))


def small_runs(path: Path) -> None:
    """As many runs as fit, each of one event: good frames, every one with a name of its own."""
    with closing(open_writer(path)) as writer:
        for number in itertools.count():
            writer.append(EventType.RunStarted, writer.run_number(str(number)), 0, NOWHERE, b"\x80")
            if number % 100 == 0 and path.stat().st_size >= SIZE:
                return


HOSTILE = (empty_maps, nested_lists, claimed_lengths, frame_magics, false_headers, small_runs, random_bytes)


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_opening_hostile_bytes(table: Table, folder: Path, make: Callable[[Path], None]) -> None:
    tame, path = folder / "tame.wlog", folder / f"{make.__name__}.wlog"
    tame.unlink(missing_ok=True)
    _one_payload(tame, b"\x81\xa6result\x01")
    make(path)
    size = path.stat().st_size
    prefix, salvage = in_turn(
        ROUNDS, *(lambda mode=mode: measure(opened_hostile, str(tame), str(path), mode) for mode in _MODES)
    )
    added, listed = (max(prefix[name], salvage[name]) for name in ("added", "listed"))
    limit = 64 * MIB + 2 * size
    table.add(
        Row(
            f"memory to open and read {size / MIB:.1f} MiB of {make.__name__.replace('_', ' ')}",
            f"{added / MIB:.0f} MiB (with `rec.runs` {listed / MIB:.0f} MiB)", "idle interpreter, libraries loaded",
            f"{salvage['idle'] / MIB:.0f} MiB", "added to it, the worse of prefix and salvage",
            f"≤ {limit / MIB:.0f} MiB (64 MiB + 2n)", added <= limit,
        )
    )  # fmt: skip


_MODES = (str(OpenMode.PREFIX), str(OpenMode.SALVAGE))


def _one_payload(path: Path, body: bytes) -> None:
    writer = open_writer(path)
    run, name = writer.run_number("order-1"), writer.name_number(Declaration("look"))
    writer.append(EventType.RunStarted, run, 0, NOWHERE, b"\x80")
    writer.append(EventType.StepStarted, run, name, (1,), b"\x80", attempt=1)
    writer.append(EventType.StepCompleted, run, name, (1,), body, attempt=1, cause=2)
    writer.close()


def _tail(path: Path, data: bytes) -> None:
    _one_payload(path, b"\x80")
    with path.open("ab") as file:
        file.write(data)
