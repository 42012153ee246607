"""How fast a million events are opened: every checksum read, from the index, and until a notebook shows them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.benchmarks.million import Files
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


def test_cold_scan_with_checksums(table: Table, million_events: Files) -> None:
    files = million_events
    ours, sqlite = in_turn(ROUNDS, lambda: measure(scanned, files.log), lambda: measure(sqlite_rows, files.sqlite))
    again, mcap = in_turn(MCAP_ROUNDS, lambda: measure(scanned, files.log), lambda: measure(mcap_messages, files.mcap))
    size = Path(files.log).stat().st_size / ours["events"]
    what = f"cold scan with CRC, 1 M events of {size:.0f} bytes ({WARM})"
    table.add(
        _row(what, "≥ 0.7 M/s", 0.7e6, ours, "SQLite, header columns by `fetchall`, no checksum", sqlite),
        _row(what, "≥ 0.7 M/s", 0.7e6, again, "MCAP, `StreamReader(validate_crcs=True)`", mcap),
    )


def test_headers_to_frame_from_the_index(table: Table, million_events: Files) -> None:
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


def test_a_million_events_shown(table: Table, million_events: Files, folder: Path) -> None:
    files, number, again = million_events, itertools.count(), str(folder / "again")
    measure(shown, files.log, again)
    cold, warm, sqlite = in_turn(
        ROUNDS,
        lambda: measure(shown, files.log, str(folder / f"cache-{next(number)}")),
        lambda: measure(shown, files.log, again),
        lambda: measure(sqlite_shown, files.sqlite),
    )
    how = "from the index" if warm["indexed"] else "again (`wb.open` made no index)"
    table.add(_shown("for the first time", cold, sqlite), _shown(how, warm, sqlite))


def _shown(how: str, ours: Figures, sqlite: Figures) -> Row:
    mine, other = ours["seconds"], sqlite["seconds"]
    return Row(
        f"1 M events shown {how}: `wb.open` + `rec.events`, imports and HTML included ({WARM})",
        f"{mine:.2f} s", "`pandas.read_sql` of SQLite, the same", f"{other:.2f} s", f"{other / mine:.1f}x as fast",
        "< 2 s", mine < 2,
    )  # fmt: skip


def _row(what: str, target: str, least: float, ours: Figures, peer: str, theirs: Figures) -> Row:
    mine, other = (side["events"] / side["seconds"] for side in (ours, theirs))
    return Row(
        what, rate(mine, "events"), peer, rate(other, "events"), f"{mine / other:.1f}x as fast", target, mine >= least
    )
