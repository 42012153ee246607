"""The doctor: every state of a file its own word, and always something to do next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journal import hostile
from tests.journal.logs import make_log, read
from workbench.journal import examine, open_writer
from workbench.journal.format import FrameType


def _write(raw: bytes) -> Callable[[Path], object]:
    return lambda log: log.write_bytes(raw)


def _torn(log: Path) -> None:
    make_log(log, 2_000, close=False)
    log.write_bytes(log.read_bytes()[:-4])


def _rotten(log: Path) -> None:
    make_log(log, 2_000)
    raw = bytearray(log.read_bytes())
    raw[read(raw).offsets[2] + 61] ^= 1
    log.write_bytes(raw)


STATES: dict[str, Callable[[Path], object]] = {
    "absent": lambda log: log,
    "unreadable": lambda log: log.mkdir(),
    "empty": _write(b""),
    "foreign": _write(b"SQLite format 3\0"),
    "newer": _write(hostile.newer(hostile.header())),
    "rotten": _rotten,
    "degraded": _write(hostile.log(hostile.note(1, FrameType.DROPPED, events=2))),
    "torn": _torn,
    "unclosed": lambda log: make_log(log, 1_000, close=False),
    "sound": lambda log: make_log(log, 1_000),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_word_and_an_advice(tmp_path: Path, state: str) -> None:
    log = tmp_path / "shop.wlog"
    STATES[state](log)
    examination = examine(log)
    assert examination.condition == state
    assert examination.meaning
    assert examination.advice
    assert examination.lines()[0] == f"condition: {state}"
    assert bool(examination.missing) == (state in {"rotten", "degraded", "torn"})
    assert (examination.report is not None) == (state in {"rotten", "degraded", "torn", "unclosed", "sound"})


def test_a_log_that_is_being_written_is_alive(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "shop.wlog")
    assert examine(writer.path).condition == "alive"
    writer.close()
    assert examine(writer.path).condition == "sound"


def test_a_damaged_header_is_rot_with_an_advice_of_its_own(tmp_path: Path) -> None:
    log = tmp_path / "shop.wlog"
    raw = bytearray(hostile.header())
    raw[20] ^= 1
    log.write_bytes(raw)
    examination = examine(log)
    assert examination.condition == "rotten"
    assert "copy" in examination.advice


def test_a_failed_sync_is_told(tmp_path: Path) -> None:
    log = tmp_path / "shop.wlog"
    log.write_bytes(hostile.log(hostile.frame(1), hostile.note(2, FrameType.DROPPED, events=0, unsynced_from=1)))
    assert any("seq 0" in line for line in examine(log).missing)


def test_a_restart_of_the_machine_is_taken_into_account(tmp_path: Path) -> None:
    log = tmp_path / "shop.wlog"
    log.write_bytes(hostile.header(boot=77) + hostile.frame(1))
    assert any("machine stopped" in line for line in examine(log).missing)


def test_a_file_full_of_gaps_gets_a_short_answer(tmp_path: Path) -> None:
    log = tmp_path / "shop.wlog"
    log.write_bytes(hostile.log(*(hostile.frame(seq) + b"!" for seq in range(1, 500))))
    assert len(examine(log).lines()) < 60
