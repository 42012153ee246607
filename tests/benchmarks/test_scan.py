"""How fast a million events are opened: every checksum read, from the index, and until a notebook shows them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.benchmarks.conftest import Million
from tests.benchmarks.ours import frame_from_index, scanned, shown
from tests.benchmarks.peers import (
    mcap_frame,
    mcap_messages,
    sqlite_frame,
    sqlite_pandas,
    sqlite_rows,
    sqlite_shown,
)
from tests.benchmarks.sides import Figures, in_turn, measure
from tests.benchmarks.table import Row, Table, rate

pytestmark = pytest.mark.bench

ROUNDS = 5
MCAP_ROUNDS = 3
WARM = "warm page cache, fresh process"


def test_cold_scan_with_checksums(table: Table, million_events: Million) -> None:
    files = million_events
    ours, sqlite = in_turn(ROUNDS, lambda: measure(scanned, files.log), lambda: measure(sqlite_rows, files.sqlite))
    again, mcap = in_turn(MCAP_ROUNDS, lambda: measure(scanned, files.log), lambda: measure(mcap_messages, files.mcap))
    size = Path(files.log).stat().st_size / ours["events"]
    what = f"cold scan with CRC, 1 M events of {size:.0f} bytes ({WARM})"
    table.add(
        _row(what, "≥ 0.7 M/s", 0.7e6, ours, "SQLite, header columns by `fetchall`, no checksum", sqlite),
        _row(what, "≥ 0.7 M/s", 0.7e6, again, "MCAP, `StreamReader(validate_crcs=True)`", mcap),
    )


def test_headers_to_frame_from_the_index(table: Table, million_events: Million) -> None:
    files = million_events
    ours, fetched, read = in_turn(
        ROUNDS,
        lambda: measure(frame_from_index, files.log, files.cache),
        lambda: measure(sqlite_frame, files.sqlite),
        lambda: measure(sqlite_pandas, files.sqlite),
    )
    again, mcap = in_turn(
        MCAP_ROUNDS,
        lambda: measure(frame_from_index, files.log, files.cache),
        lambda: measure(mcap_frame, files.mcap),
    )
    what = "headers to DataFrame from the index, 1 M events"
    parts = f"open {ours['open'] * 1e3:.0f} ms, frame {ours['frame'] * 1e3:.0f} ms"
    table.add(
        _row(f"{what} ({parts})", "≥ 20 M/s", 20e6, ours, "SQLite `fetchall` to DataFrame", fetched),
        _row(what, "≥ 20 M/s", 20e6, ours, "`pandas.read_sql` of SQLite", read),
        _row(what, "≥ 20 M/s", 20e6, again, "MCAP messages to DataFrame", mcap),
    )


def test_a_million_events_shown(table: Table, million_events: Million, folder: Path) -> None:
    files, number = million_events, itertools.count()
    cold, indexed, sqlite = in_turn(
        ROUNDS,
        lambda: measure(shown, files.log, str(folder / f"cache-{next(number)}")),
        lambda: measure(shown, files.log, files.cache),
        lambda: measure(sqlite_shown, files.sqlite),
    )
    table.add(
        *(
            Row(
                f"1 M events shown, {how}: `wb.open` + `rec.events`, imports and HTML included ({WARM})",
                f"{ours['seconds']:.2f} s", "`pandas.read_sql` of SQLite, the same", f"{sqlite['seconds']:.2f} s",
                f"{sqlite['seconds'] / ours['seconds']:.1f}x as fast", "< 2 s", ours["seconds"] < 2,
            )
            for how, ours in (("no index yet", cold), ("from the index", indexed))
        )
    )  # fmt: skip


def _row(what: str, target: str, least: float, ours: Figures, peer: str, theirs: Figures) -> Row:
    mine, other = (side["events"] / side["seconds"] for side in (ours, theirs))
    return Row(
        what, rate(mine, "events"), peer, rate(other, "events"), f"{mine / other:.1f}x as fast", target, mine >= least
    )
