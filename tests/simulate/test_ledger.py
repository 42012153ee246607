"""The ledger: what is in it happened, whatever the crash cut off, and damage is never taken for the truth."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.simulate.scenery import FakeClock
from workbench._errors import LogBusyError, LogDegradedError, LogNotFoundError
from workbench.simulate.ledger import (
    Ledger,
    LedgerEntry,
    RottenLedgerError,
    charged_cents,
    digest,
    extensions,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def fill(path: Path, count: int = 3) -> list[LedgerEntry]:
    with Ledger(path, now_ns=FakeClock()) as ledger:
        return [ledger.append("mail", "sent", "", {"id": f"ml_{number}"}) for number in range(count)]


def test_what_is_appended_is_read_back(path: Path) -> None:
    written = fill(path)
    assert Ledger.read(path) == written
    assert [entry.seq for entry in written] == [1, 2, 3]
    assert written[0].time_ns == FakeClock().ns


def test_a_reopened_ledger_is_continued(path: Path) -> None:
    fill(path)
    fill(path)
    assert [entry.seq for entry in Ledger.read(path)] == [1, 2, 3, 4, 5, 6]


def test_cut_anywhere_it_holds_the_whole_lines_and_says_what_is_left_over(path: Path) -> None:
    written = fill(path)
    content = path.read_bytes()
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        found = Ledger.scan(path)
        whole = content[:length].count(b"\n")
        assert found.entries == written[:whole]
        assert found.torn_bytes == length - (content.rfind(b"\n", 0, length) + 1)


def test_reading_a_torn_ledger_leaves_it_as_it_is(path: Path) -> None:
    fill(path)
    path.write_bytes(path.read_bytes()[:-5])
    before = digest(path)
    Ledger.read(path)
    assert digest(path) == before


def test_writing_goes_on_after_a_torn_line(path: Path) -> None:
    fill(path)
    path.write_bytes(path.read_bytes()[:-5])
    with Ledger(path) as ledger:
        assert ledger.torn_bytes > 0
        assert ledger.append("mail", "sent", "", {}).seq == 3
    assert Ledger.scan(path).torn_bytes == 0
    assert len(Ledger.read(path)) == 3


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b'{"seq":2}',
        b'{"seq":"2","time_ns":1,"service":"mail","action":"sent","key":"","facts":{}}',
        b'{"seq":7,"time_ns":1,"service":"mail","action":"sent","key":"","facts":{}}',
    ],
)
def test_a_broken_line_is_an_error_that_names_the_line(path: Path, broken: bytes) -> None:
    fill(path)
    lines = path.read_bytes().split(b"\n")
    for lines_after in (lines[2:], [b""]):  # in the middle, and as a last line that is whole
        path.write_bytes(b"\n".join([lines[0], broken, *lines_after]))
        with pytest.raises(RottenLedgerError, match="line 2") as caught:
            Ledger.read(path)
        assert caught.value.line == 2
        assert caught.value.offset == len(lines[0]) + 1
        with pytest.raises(RottenLedgerError):
            Ledger(path)


def test_an_absent_ledger_is_not_an_empty_one(path: Path) -> None:
    with pytest.raises(LogNotFoundError):
        Ledger.read(path)
    path.touch()
    assert Ledger.read(path) == []


def test_a_second_writer_is_refused_until_the_first_lets_go(path: Path) -> None:
    first = Ledger(path)
    with pytest.raises(LogBusyError):
        Ledger(path)
    first.close()
    first.close()
    Ledger(path).close()
    with pytest.raises(LogDegradedError, match="closed"):
        first.append("mail", "sent", "", {})


def test_an_effect_is_synced_before_it_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    with Ledger(path) as ledger:
        monkeypatch.setattr(os, "fdatasync", lambda _file: synced.append(len(Ledger.read(path))))
        ledger.append("token", "issued", "", {}, sync=False)
        assert synced == []
        ledger.append("mail", "sent", "", {})
        assert synced == [2]


def test_a_disk_that_refuses_stops_the_ledger(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int, _line: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Ledger(path) as ledger:
        ledger.append("mail", "sent", "", {})
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(LogDegradedError, match="No space left"):
                ledger.append("mail", "sent", "", {})
        with pytest.raises(LogDegradedError, match="No space left"):
            ledger.append("mail", "sent", "", {})
    assert len(Ledger.read(path)) == 1


def test_a_write_cut_short_by_the_disk_is_a_torn_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with Ledger(path) as ledger:
        monkeypatch.setattr(os, "write", lambda file, line: write(file, line[:10]))
        with pytest.raises(LogDegradedError, match="10 of"):
            ledger.append("mail", "sent", "", {})
    assert Ledger.scan(path).torn_bytes == 10


def test_many_threads_write_one_whole_line_each(path: Path) -> None:
    with Ledger(path) as ledger, ThreadPoolExecutor(8) as pool:
        seqs = set(pool.map(lambda number: ledger.append("mail", "sent", "", {"n": number}).seq, range(200)))
    assert seqs == set(range(1, 201))
    assert {entry.whole("n") for entry in Ledger.read(path)} == set(range(200))


def test_the_questions_that_tests_ask(path: Path) -> None:
    with Ledger(path) as ledger:
        for action, order, cents in [("charged", "a", 100), ("charged", "a", 100), ("refunded", "a", 100)]:
            ledger.append("payment", action, "", {"order": order, "amount_cents": cents})
        ledger.append("payment", "charged", "", {"order": "b", "amount_cents": 7})
        ledger.append("subscription", "extended", "ann", {"customer": "ann", "until": "2027-01-31"})
    entries = Ledger.read(path)
    assert charged_cents(entries, "a") == 100
    assert charged_cents(entries, "b") == 7
    assert charged_cents(entries, "c") == 0
    assert [entry.text("until") for entry in extensions(entries, "ann")] == ["2027-01-31"]
    assert extensions(entries, "bob") == []


def test_a_fact_of_the_wrong_type_is_not_counted_as_money(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.append("payment", "charged", "", {"order": "a", "amount_cents": "100"})
    with pytest.raises(TypeError, match="entry 1"):
        charged_cents(Ledger.read(path), "a")


def test_the_digest_tells_whether_anybody_acted(path: Path) -> None:
    fill(path)
    before = digest(path)
    assert digest(path) == before
    fill(path, 1)
    assert digest(path) != before


def test_a_line_is_plain_json_for_any_other_tool(path: Path) -> None:
    fill(path, 1)
    line = json.loads(path.read_text())
    assert set(line) == {"seq", "time_ns", "service", "action", "key", "facts"}
