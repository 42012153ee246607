"""Folders of many logs: opened once, then known, as long as nothing changes."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.shop import DeclinedError, approve, charge, price
from workbench.analysis import runs_frame
from workbench.engines import load
from workbench.recording import catalogue, recording
from workbench.recording.catalogue import catalogue_path

LOGS = 70


@wb.workflow
def sell(sku: str) -> int:
    if sku == "nothing":
        raise DeclinedError("secret-looking text 4242")
    return approve(charge(price(sku)))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("written")
    for number in range(LOGS):
        write(place / f"worker-{number:03}.wlog", f"order-{number}", seed=number)
    return place


@pytest.fixture
def folder(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return shutil.copytree(written, tmp_path / "logs")


def write(path: Path, run_id: str, *, seed: int = 0, sku: str = "book") -> None:
    with FakeClock(seed).recorder(path) as recorder:
        recorder.run(sell, sku, id=run_id, business_key=f"customer-{run_id}")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are really read."""
    read: list[Path] = []

    def watched(path: Path, *rest: Any) -> Any:
        read.append(path)
        return load(path, *rest)

    monkeypatch.setattr("workbench.recording.logs.load", watched)
    return read


def kept(folder: Path) -> Path:
    return catalogue_path(sorted(folder.iterdir()))


def all_runs(folder: Path) -> pd.DataFrame:
    logs = [load(path) for path in sorted(folder.iterdir())]
    return runs_frame([log.history for log in logs], [log.report for log in logs])


def test_the_second_opening_reads_no_log_and_shows_the_same_runs(folder: Path, opened: list[Path]) -> None:
    first = wb.open(folder)
    assert len(opened) == LOGS
    pd.testing.assert_frame_equal(first.runs, all_runs(folder))
    opened.clear()
    second = wb.open(folder)
    pd.testing.assert_frame_equal(second.runs, first.runs)
    assert repr(second) == repr(first)
    assert len(second) == LOGS
    assert opened == []


def test_a_run_is_found_by_opening_its_own_log_only(folder: Path, opened: list[Path]) -> None:
    wb.open(folder)
    opened.clear()
    run = wb.open(folder).run("order-33")
    assert run.status == "completed"
    assert [path.name for path in opened] == ["worker-033.wlog"]
    with pytest.raises(wb.errors.RunNotFoundError, match="order-0"):
        wb.open(folder).run("nobody")


def test_what_needs_all_logs_gets_all(folder: Path) -> None:
    wb.open(folder)
    again = wb.open(folder)
    assert len(again.steps) == 3 * LOGS
    assert len(again.events["run_id"].unique()) == LOGS
    assert [run.id for run in again][:2] == ["order-0", "order-1"]
    assert len(again.logs[3:5]) == 2
    assert again.logs[-1].path.name == f"worker-{LOGS - 1:03}.wlog"


def test_a_changed_a_new_and_a_removed_log_are_noticed(folder: Path, opened: list[Path]) -> None:
    wb.open(folder)
    opened.clear()
    write(folder / "worker-003.wlog", "order-3b")
    with pytest.raises(DeclinedError):
        write(folder / "worker-901.wlog", "order-901", sku="nothing")
    (folder / "worker-005.wlog").unlink()
    again = wb.open(folder)
    assert {path.name for path in opened} == {"worker-003.wlog", "worker-901.wlog"}
    assert {"order-3", "order-3b", "order-901"} <= set(again.runs["run_id"])
    assert "order-5" not in set(again.runs["run_id"])
    pd.testing.assert_frame_equal(again.runs, all_runs(folder))
    pd.testing.assert_frame_equal(wb.open(folder).runs, again.runs)


def test_a_log_of_the_same_size_and_time_in_its_place_is_another_file(folder: Path, opened: list[Path]) -> None:
    wb.open(folder)
    opened.clear()
    path = folder / "worker-007.wlog"
    before = path.stat()
    copy = folder.parent / "copy"
    shutil.copy(path, copy)
    copy.replace(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    wb.open(folder)
    assert [read.name for read in opened] == ["worker-007.wlog"]


def test_whether_a_writer_lives_is_asked_each_time(folder: Path) -> None:
    path = folder / "worker-000.wlog"
    whole = path.read_bytes()
    cuts = (whole[:size] for size in range(len(whole) - 1, 0, -1))
    path.write_bytes(next(raw for raw in cuts if statuses(folder.parent / "cut.wlog", raw) == ["interrupted"]))
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as a writer holds it
        assert wb.open(folder).runs["status"][0] == "running"
    assert wb.open(folder).runs["status"][0] == "interrupted"
    assert wb.open(folder).runs["status"][0] == "interrupted"


def statuses(path: Path, raw: bytes) -> list[str]:
    path.write_bytes(raw)
    return list(wb.open(path).runs["status"])


def test_an_open_run_is_running_only_while_its_writer_lives(folder: Path) -> None:
    path = folder / "worker-000.wlog"
    path.unlink()

    @wb.step(kind="read")
    def looks() -> str:
        inside = wb.open(folder).runs.set_index("run_id")
        seen.append(str(inside.loc["open", "status"]))
        shutil.copy(path, folder.parent / "half.wlog")
        return "done"

    @wb.workflow
    def looking() -> str:
        return looks()

    seen: list[str] = []
    with FakeClock().recorder(path) as recorder:
        recorder.run(looking, id="open")
    assert seen == ["running"]
    path.unlink()
    shutil.copy(folder.parent / "half.wlog", path)
    assert wb.open(folder).runs.set_index("run_id").loc["open", "status"] == "interrupted"
    assert wb.open(folder).runs.set_index("run_id").loc["open", "status"] == "interrupted"


def test_a_log_that_was_not_closed_is_read_again_after_a_restart(
    folder: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "worker-000.wlog"
    path.write_bytes(path.read_bytes()[:-10])
    wb.open(folder)
    opened.clear()
    wb.open(folder)
    assert opened == []
    monkeypatch.setattr(catalogue, "boot_hash", lambda: 99)
    wb.open(folder)
    assert [read.name for read in opened] == ["worker-000.wlog"]


@pytest.mark.parametrize("damage", ["cut", "rot", "text", "empty"])
def test_a_damaged_catalogue_is_made_anew_with_a_note(folder: Path, damage: str) -> None:
    whole = wb.open(folder).runs
    place = kept(folder)
    raw = place.read_bytes()
    middle = len(raw) // 3
    changed = bytes([raw[middle] ^ 0xFF])
    wrong = {
        "cut": raw[: len(raw) // 2],
        "rot": raw[:middle] + changed + raw[middle + 1 :],
        "text": b"{}",
        "empty": b"",
    }
    place.write_bytes(wrong[damage])
    again = wb.open(folder)
    pd.testing.assert_frame_equal(again.runs, whole)
    assert "catalogue" in again.warnings[0]
    assert wb.open(folder).warnings == []


def test_no_flipped_byte_of_a_catalogue_changes_what_is_shown(folder: Path) -> None:
    whole = wb.open(folder).runs
    place = kept(folder)
    raw = place.read_bytes()
    for at in range(4, len(raw), 101):
        place.write_bytes(raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :])
        pd.testing.assert_frame_equal(wb.open(folder).runs, whole)


def test_a_catalogue_of_another_version_is_made_anew_in_silence(folder: Path, opened: list[Path]) -> None:
    wb.open(folder)
    table = pq.read_table(kept(folder))
    pq.write_table(table.replace_schema_metadata({"workbench": "0"}), kept(folder))
    opened.clear()
    assert wb.open(folder).warnings == []
    assert len(opened) == LOGS


def test_a_catalogue_that_lies_about_its_logs_is_believed_for_the_list_only(folder: Path) -> None:
    wb.open(folder)
    table = pq.read_table(kept(folder))
    rows = table.to_pylist()
    rows[0]["runs"][0]["status"] = "failed"
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), kept(folder))
    again = wb.open(folder)
    assert again.runs["status"][0] == "failed"
    assert again.run("order-0").status == "completed"
    assert again.run("order-0").verdict().status == "completed"
    assert again.triage(hazards="none")["status"][0] == "completed"


def test_the_catalogue_lies_in_the_cache_and_for_the_owner_only(folder: Path, tmp_path: Path) -> None:
    before = sorted(folder.iterdir())
    wb.open(folder)
    assert sorted(folder.iterdir()) == before
    assert kept(folder).is_relative_to(tmp_path / "cache")
    assert stat.S_IMODE(kept(folder).stat().st_mode) == 0o600


def test_no_payload_is_in_the_catalogue(folder: Path) -> None:
    with pytest.raises(DeclinedError):
        write(folder / "worker-901.wlog", "order-901", sku="nothing")
    wb.open(folder)
    rows = pq.read_table(kept(folder)).to_pylist()
    shown = set(wb.open(folder).runs.columns)
    assert set(rows[0]["runs"][0]) <= shown
    text = str(rows)
    assert "ch_4" not in text
    assert "book" not in text


def test_without_a_place_for_the_catalogue_opening_takes_longer_and_works(
    folder: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "file"))
    for _ in range(2):
        opened.clear()
        assert len(wb.open(folder).runs) == LOGS
        assert len(opened) == LOGS


def test_damage_in_one_of_many_is_told_both_times(folder: Path) -> None:
    path = folder / "worker-010.wlog"
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) - 30])
    for _ in range(2):
        assert any("worker-010" in warning for warning in wb.open(folder).warnings)
    (folder / "worker-011.wlog").write_bytes(b"no log at all" * 10)
    for _ in range(2):
        with pytest.raises(wb.errors.NotALogError):
            wb.open(folder)


def test_progress_counts_the_files_that_are_read(folder: Path) -> None:
    counted: list[int] = []

    def progress(places: Any) -> Any:
        counted.append(len(places))
        return places

    wb.open(folder, progress=progress)
    wb.open(folder, progress=progress)
    assert counted == [LOGS, 0]


def test_few_files_are_opened_at_once_and_kept_nowhere(folder: Path, opened: list[Path]) -> None:
    few = sorted(folder.iterdir())[: recording.CATALOGUE_FROM - 1]
    wb.open(few)
    assert opened == few
    assert not catalogue_path(few).exists()
