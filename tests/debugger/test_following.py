"""Live tailing: what another process appends is seen, and a file that did not change is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.debugger.asking import ask
from tests.recording.shop import buy
from workbench.debugger import following
from workbench.debugger.desk import Desk
from workbench.engines import Loaded, load
from workbench.recording.recording import CATALOGUE_FROM


def record(path: Path, run_id: str) -> None:
    with FakeClock().recorder(path) as recorder:
        recorder.run(buy, ["book"], id=run_id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    record(tmp_path / "a.wlog", "one")
    return tmp_path / "a.wlog"


def test_new_events_of_the_run_come_with_their_own_tables(tmp_path: Path) -> None:
    log = tmp_path / "live.wlog"
    clock = FakeClock()
    with clock.recorder(log) as recorder:
        recorder.run(buy, ["book"], id="one")
        desk = Desk(wb.open(log))
        known = ask(desk, "events", run_id="one").columns["seq"]
        nothing = ask(desk, "follow", run_id="one", since_seq=int(known[-1]))
        assert (nothing["grew"], nothing["events"], nothing["run"]) == (False, None, None)
        recorder.run(buy, ["pen"], id="two")
        other = ask(desk, "follow", run_id="one", since_seq=int(known[-1]))
        assert (other["grew"], other["events"], other["run_count"]) == (True, None, 2)
        half = ask(desk, "follow", run_id="two", since_seq=0)
        assert half["events"]["total"] == len(half.columns["seq"])
        assert half["events"]["start"] == 0
        assert half["run"]["status"] == "completed"
        part = ask(desk, "follow", run_id="two", since_seq=int(half.columns["seq"][2]))
        assert part.columns["seq"].tolist() == half.columns["seq"][3:].tolist()
        assert part["events"]["start"] == 3


def test_a_file_that_did_not_change_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(wb.open(path))
    reads: list[Path] = []

    def counted(place: Path) -> Loaded:
        reads.append(place)
        return load(place)

    monkeypatch.setattr(following, "load", counted)
    for _ in range(3):
        assert not ask(desk, "follow", run_id="one", since_seq=10**6)["grew"]
    assert reads == []
    record(path, "two")
    assert ask(desk, "follow", since_seq=0)["grew"]
    assert not ask(desk, "follow", since_seq=0)["grew"]
    assert reads == [path]


def test_what_was_added_before_the_first_question_is_seen(path: Path) -> None:
    desk = Desk(wb.open(path))
    record(path, "two")
    answer = ask(desk, "follow", since_seq=0)
    assert (answer["grew"], answer["run_count"]) == (True, 2)
    assert ask(desk, "runs")["run_ids"] == ["one", "two"]


def test_a_log_that_is_gone_or_broken_keeps_what_was_seen(path: Path) -> None:
    desk = Desk(wb.open(path))
    ask(desk, "follow", since_seq=0)
    path.write_bytes(b"something else")
    assert not ask(desk, "follow", run_id="one", since_seq=0)["grew"]
    path.unlink()
    answer = ask(desk, "follow", run_id="one", since_seq=10**6)
    assert (answer["grew"], answer["run_count"]) == (False, 1)


def test_branches_outlive_a_log_that_grows(path: Path) -> None:
    desk = Desk(wb.open(path))
    branch = ask(desk, "replay", run_id="one", edits=[])["branch"]
    record(path, "two")
    assert ask(desk, "follow", since_seq=0)["grew"]
    ask(desk, "stop", branch=branch, index=0)
    assert len(ask(desk, "branches", run_id="one")["branches"]) == 1


def test_of_very_many_files_only_that_of_the_run_is_watched(tmp_path: Path) -> None:
    clock = FakeClock()
    for number in range(CATALOGUE_FROM):
        with clock.recorder(tmp_path / f"{number:03}.wlog") as recorder:
            recorder.run(buy, ["book"], id=f"run-{number:03}")
    desk = Desk(wb.open(tmp_path))
    total = ask(desk, "events", run_id="run-007")["total"]
    with clock.recorder(tmp_path / "007.wlog") as recorder:
        recorder.run(buy, ["pen"], id="another")
    answer = ask(desk, "follow", run_id="run-007", since_seq=10**6)
    assert (answer["grew"], answer["run"]["events"]) == (True, total)
    assert not ask(desk, "follow", run_id="run-008", since_seq=10**6)["grew"]
