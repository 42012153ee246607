"""The list of recordings: all of them, newest first, each with how it stands; bounded, and broken by no file."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.engines.real import Told
from tests.incident import killed_demo
from tests.recording.shop import impatient
from tests.server.served import Server, record, server
from workbench._errors import LogNotFoundError, UsageError
from workbench.debugger.wire.shapes import misfits
from workbench.debugger.wire.workspace import WorkspaceAnswer, WorkspaceRow
from workbench.engines import Loaded, load
from workbench.server import opening, search, workspace
from workbench.server.place import Root
from workbench.server.workspace import Workspace
from workbench.simulate.demo import Demo

__all__ = ["killed_demo", "server"]


class Clock:
    """Seconds that only the test moves."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def listing(tmp_path: Path, clock: Clock) -> Workspace:
    return Workspace(Root(tmp_path), clock)


def listed(listing: Workspace, folder: str = "") -> list[WorkspaceRow]:
    answer = listing.answer(folder)
    assert list(misfits(answer, WorkspaceAnswer)) == []
    assert answer["folder"] == folder
    return answer["recordings"]


def aged(path: Path, seconds: int) -> Path:
    """As if it had been written at another time."""
    os.utime(path, (1_700_000_000 - seconds, 1_700_000_000 - seconds))
    return path


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were opened, in order."""
    names: list[str] = []

    def counted(path: Path) -> Loaded:
        names.append(path.name)
        return load(path)

    monkeypatch.setattr(opening, "load", counted)
    return names


# --- what a row says -----------------------------------------------------------------------------------------


def test_an_incident_shows_what_is_at_stake(listing: Workspace, tmp_path: Path, killed_demo: Demo) -> None:
    shutil.copy(killed_demo.log, tmp_path / "shop.wlog")
    (row,) = listed(listing)
    status = (tmp_path / "shop.wlog").stat()
    assert row == {
        "path": "shop.wlog", "name": "shop.wlog", "size": status.st_size, "modified_ms": status.st_mtime_ns / 1e6,
        "system": "native", "runs": 1, "failed": 0, "interrupted": 1, "running": 0, "in_doubt": row["in_doubt"],
        "best": row["best"], "safety": row["safety"], "at_stake": 118.0, "currency": "EUR", "problem": "",
    }  # fmt: skip


def test_the_worst_run_speaks_for_its_recording(listing: Workspace, tmp_path: Path) -> None:
    record(tmp_path / "a.wlog", "one")
    (row,) = listed(listing)
    assert (row["runs"], row["in_doubt"], row["best"], row["safety"], row["at_stake"]) == (1, 0, "", "SAFE", 0.0)
    told = Told()
    told.started()
    told.began(told.activity("charge"))
    told.write(tmp_path / "b.json")
    rows = {row["name"]: row for row in listed(listing)}
    assert (rows["b.json"]["system"], rows["b.json"]["running"], rows["b.json"]["in_doubt"]) == ("temporal", 1, 1)
    assert rows["b.json"]["safety"] != "SAFE"


def test_failures_are_counted(listing: Workspace, tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(impatient, id="slow")
    told = Told()
    told.started()
    told.event("WorkflowExecutionFailed", failure={"message": "no", "applicationFailureInfo": {"type": "Declined"}})
    told.write(tmp_path / "b.json")
    rows = {row["name"]: row for row in listed(listing)}
    assert (rows["a.wlog"]["failed"], rows["b.json"]["failed"]) == (0, 1)


BROKEN = {
    "empty.wlog": b"", "zip.wlog": b"PK\x03\x04 no log", "half.wlog": b"\x89WLG\r\n\x1a\n\x01",
    "half.json": b'{"events": [{"eventId": "1", "eventTime": "2026-11-24T10:00:00Z", "eventType": "Workf',
}  # fmt: skip


def test_a_broken_file_is_a_row_and_hides_no_other(listing: Workspace, tmp_path: Path) -> None:
    record(tmp_path / "fine.wlog", "one")
    for name, content in BROKEN.items():
        (tmp_path / name).write_bytes(content)
    rows = {row["name"]: row for row in listed(listing)}
    assert rows.keys() >= {"fine.wlog", "empty.wlog", "zip.wlog", "half.wlog"}
    for name, row in rows.items():
        assert (row["problem"] == "") == (name == "fine.wlog")
        assert (row["runs"] is None) == (name != "fine.wlog")
        assert str(tmp_path) not in row["problem"]


def test_damage_inside_is_said_beside_the_counts(listing: Workspace, tmp_path: Path) -> None:
    log = bytearray(record(tmp_path / "a.wlog", "one").read_bytes())
    log[len(log) * 2 // 3] ^= 0xFF
    (tmp_path / "a.wlog").write_bytes(log)
    (row,) = listed(listing)
    assert row["runs"] == 1
    assert "rotten" in row["problem"]


def test_a_fault_of_ours_is_a_row_too(listing: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(tmp_path / "a.wlog", "one")
    nothing: dict[str, Loaded] = {}
    monkeypatch.setattr(opening, "load", lambda _: nothing["secret of a payload"])
    (row,) = listed(listing)
    assert row["problem"] == "a fault in Workbench: KeyError"


def test_other_files_are_no_recordings(listing: Workspace, tmp_path: Path) -> None:
    for name in ("package.json", "settings.db", "notes.txt", "a.wlog.bak"):
        (tmp_path / name).write_bytes(b"{}")
    assert listed(listing) == []


def test_a_name_that_is_no_text_is_said_so(listing: Workspace, tmp_path: Path) -> None:
    record(tmp_path / "a.wlog", "one").rename(os.fsdecode(bytes(tmp_path) + b"/bad-\xff.wlog"))
    (row,) = listed(listing)
    assert "is no path of this server" in row["problem"]
    assert row["runs"] is None
    row["path"].encode()


# --- where it looks ------------------------------------------------------------------------------------------


def test_newest_first_whatever_the_folder(listing: Workspace, tmp_path: Path) -> None:
    for number, name in enumerate(["c.wlog", "sub/a.wlog", "b.wlog", "sub/deep/d.wlog"]):
        aged(record(tmp_path / name, "one"), number)
    assert [row["path"] for row in listed(listing)] == ["c.wlog", "sub/a.wlog", "b.wlog", "sub/deep/d.wlog"]
    assert [row["path"] for row in listed(listing, "sub")] == ["sub/a.wlog", "sub/deep/d.wlog"]


def test_hidden_ones_and_folders_of_programs_are_passed_over(listing: Workspace, tmp_path: Path) -> None:
    for name in (".a.wlog", ".venv/b.wlog", "node_modules/c.wlog", "sub/.d/e.wlog"):
        record(tmp_path / name, "one")
    answer = listing.answer("")
    assert (answer["recordings"], answer["left_off"]) == ([], 0)
    shown = Workspace(Root(tmp_path, allow_hidden=True)).answer("")
    assert {row["path"] for row in shown["recordings"]} == {".a.wlog", ".venv/b.wlog", "sub/.d/e.wlog"}


def test_links_are_followed_to_files_inside_only(tmp_path: Path) -> None:
    root = tmp_path / "root"
    record(root / "sub" / "a.wlog", "one")
    record(tmp_path / "outside.wlog", "canary")
    (root / "out.wlog").symlink_to("../outside.wlog")
    (root / "in.wlog").symlink_to("sub/a.wlog")
    (root / "nowhere.wlog").symlink_to("nothing")
    (root / "round").symlink_to(".")
    assert {row["path"] for row in Workspace(Root(root)).answer("")["recordings"]} == {"sub/a.wlog", "in.wlog"}


@pytest.mark.parametrize("folder", ["absent", "..", "/", "a.wlog", None, 1])
def test_what_is_no_folder_inside_is_refused(listing: Workspace, tmp_path: Path, folder: Any) -> None:
    record(tmp_path / "a.wlog", "one")
    with pytest.raises((LogNotFoundError, UsageError)):
        listing.answer(folder)


# --- bounds --------------------------------------------------------------------------------------------------


def test_the_newest_ones_are_listed_and_the_others_counted(
    listing: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "_MOST", 2)
    for number in range(5):
        aged(record(tmp_path / f"{number}.wlog", "one"), number)
    answer = listing.answer("")
    assert [row["name"] for row in answer["recordings"]] == ["0.wlog", "1.wlog"]
    assert answer["left_off"] == 3


@pytest.mark.parametrize(("bound", "most"), [("_MOST_ENTRIES", 2), ("_DEEPEST", 0)])
def test_a_search_that_is_cut_short_says_so(
    listing: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    for name in ("a.wlog", "sub/b.wlog", "sub/c.wlog"):
        record(tmp_path / name, "one")
    assert listing.answer("")["left_off"] == 0
    monkeypatch.setattr(search, bound, most)
    answer = listing.answer("")
    assert answer["left_off"] == -1
    assert len(answer["recordings"]) < 3


def test_a_search_ends_in_time(tmp_path: Path) -> None:
    record(tmp_path / "a.wlog", "one")
    seconds = iter(range(0, 10_000, 4))
    assert Workspace(Root(tmp_path), lambda: next(seconds)).answer("")["left_off"] == -1


def test_what_there_was_no_time_for_comes_with_the_next_question(
    listing: Workspace, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        aged(record(tmp_path / f"{number}.wlog", "one"), number)

    def slowly(path: Path) -> Loaded:
        clock.seconds += 3
        return load(path)

    monkeypatch.setattr(opening, "load", slowly)
    assert [row["runs"] for row in listed(listing)] == [1, 1, None]
    assert [row["runs"] for row in listed(listing)] == [1, 1, 1]


def test_large_files_are_listed_and_not_opened(
    listing: Workspace, tmp_path: Path, openings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "_LARGEST", 100)
    record(tmp_path / "a.wlog", "one")
    (row,) = listed(listing)
    assert (row["system"], row["runs"], row["safety"], row["problem"]) == ("native", None, "", "")
    assert row["size"] > 100
    assert openings == []


# --- what is kept --------------------------------------------------------------------------------------------


def test_a_file_is_opened_again_only_when_it_changed_or_after_a_while(
    listing: Workspace, tmp_path: Path, clock: Clock, openings: list[str]
) -> None:
    path = record(tmp_path / "a.wlog", "one")
    assert [listed(listing)[0]["runs"] for _ in range(3)] == [1, 1, 1]
    assert len(openings) == 1
    record(path, "two")
    assert [listed(listing)[0]["runs"] for _ in range(3)] == [2, 2, 2]
    assert len(openings) == 2
    clock.seconds += 601
    listed(listing)
    assert len(openings) == 3


def test_a_writer_that_dies_is_noticed_though_the_file_is_the_same(
    listing: Workspace, tmp_path: Path, killed_demo: Demo
) -> None:
    path = Path(shutil.copy(killed_demo.log, tmp_path / "shop.wlog"))
    with path.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert (listed(listing)[0]["running"], listed(listing)[0]["interrupted"]) == (1, 0)
    assert (listed(listing)[0]["running"], listed(listing)[0]["interrupted"]) == (0, 1)


@pytest.mark.xdist_group("server")
def test_the_route_lists_a_folder(server: Server) -> None:
    record(server.root / "orders and more" / "é.wlog", "one")
    found = server.send("GET", "workspace", params={"folder": "orders and more"}).json()
    assert list(misfits(found, WorkspaceAnswer)) == []
    assert [row["path"] for row in found["recordings"]] == ["orders and more/é.wlog"]
    everything = server.send("GET", "workspace").json()
    assert {row["path"] for row in everything["recordings"]} == {"shop.wlog", "orders and more/é.wlog"}
