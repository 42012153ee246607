"""Recordings elsewhere, read through fsspec."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import fsspec
import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.shop import approved
from tests.recording.test_recording import sell
from workbench.recording.remote import must_be_here, remote_files
from workbench.recording.sources import files_of


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A file system in memory, and a cache of its own."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    files = fsspec.filesystem("memory")
    files.store.clear()
    files.pseudo_dirs[:] = [""]
    yield files
    files.store.clear()


def recorded(path: Path, run_id: str) -> bytes:
    with FakeClock().recorder(path) as recorder:
        recorder.run(sell, "book", id=run_id)
    return path.read_bytes()


def put(store: Any, tmp_path: Path, *names: str) -> None:
    for name in names:
        store.pipe(f"/{name}", recorded(tmp_path / f"{len(store.store)}.wlog", Path(name).stem))


def test_a_file_a_folder_and_a_pattern(store: Any, tmp_path: Path) -> None:
    put(store, tmp_path, "logs/a.wlog", "logs/deep/b.wlog")
    store.pipe("/logs/readme.txt", b"no log")
    store.pipe("/logs/settings.json", b"{}")
    assert wb.open("memory://logs/a.wlog").run().id == "a"
    assert set(wb.open("memory://logs").runs["run_id"]) == {"a", "b"}
    assert list(wb.open("memory://logs/*.wlog").runs["run_id"]) == ["a"]
    mixed = wb.open([tmp_path / "0.wlog", "memory://logs/deep/b.wlog"])
    assert list(mixed.runs["run_id"]) == ["a", "b"]
    assert list(mixed.runs["source"]) == [str(tmp_path / "0.wlog"), "memory:///logs/deep/b.wlog"]


def test_it_reads_as_the_file_does(store: Any, tmp_path: Path) -> None:
    put(store, tmp_path, "a.wlog")
    here, there = wb.open(tmp_path / "0.wlog"), wb.open("memory://a.wlog")
    assert there.run().verdict().status == "completed"
    assert there.run().replay(sell).outcome == here.run().replay(sell).outcome
    assert there.steps.drop(columns="log").equals(here.steps.drop(columns="log"))


def test_a_version_is_fetched_once(store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, tmp_path, "a.wlog")
    fetched: list[str] = []
    get = type(store).get_file

    def watched(self: Any, name: str, *rest: Any, **named: Any) -> Any:
        fetched.append(name)
        return get(self, name, *rest, **named)

    monkeypatch.setattr(type(store), "get_file", watched)
    for _ in range(2):
        assert wb.open("memory://a.wlog").run().id == "a"
    assert fetched == ["/a.wlog"]
    put(store, tmp_path, "b.wlog")
    store.pipe("/a.wlog", store.cat_file("/b.wlog"))
    assert wb.open("memory://a.wlog").run().id == "b"
    assert fetched == ["/a.wlog", "/a.wlog"]


def test_copies_are_for_their_owner_only(store: Any, tmp_path: Path) -> None:
    put(store, tmp_path, "a.wlog")
    copy = wb.open("memory://a.wlog").logs[0].path
    assert copy.is_relative_to(tmp_path / "cache")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_many_files_elsewhere_are_fetched_once_and_then_known(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = recorded(tmp_path / "a.wlog", "a")
    for number in range(70):
        store.pipe(f"/many/{number:02}.wlog", whole)
    first = wb.open("memory://many")
    assert len(first.runs) == 70
    assert first.runs["source"][3] == "memory:///many/03.wlog"

    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("it is known")

    monkeypatch.setattr("workbench.recording.logs.load_place", refused)
    assert wb.open("memory://many").runs.equals(first.runs)


def test_whether_its_writer_lives_cannot_be_known(store: Any, tmp_path: Path) -> None:
    whole = recorded(tmp_path / "a.wlog", "a")
    seen = wb.open(tmp_path / "a.wlog").logs[0]
    assert seen.report is not None
    cut = next(size for size in range(len(whole) - 1, 0, -1) if _runs(tmp_path, whole[:size]) == ["interrupted"])
    store.pipe("/cut.wlog", whole[:cut])
    run = wb.open("memory://cut.wlog").run()
    assert run.status == "running"
    verdict = run.verdict()
    assert verdict.best is None
    assert "may be executing it right now" in str(verdict)


def _runs(tmp_path: Path, raw: bytes) -> list[str]:
    path = tmp_path / "cut.wlog"
    path.write_bytes(raw)
    return list(wb.open(path).runs["status"])


def test_nobody_acts_through_a_copy(store: Any, tmp_path: Path) -> None:
    put(store, tmp_path, "a.wlog")
    must_be_here(wb.open(tmp_path / "0.wlog").logs[0])
    with pytest.raises(wb.errors.UsageError, match="lies elsewhere"):
        must_be_here(wb.open("memory://a.wlog").logs[0])


@pytest.mark.usefixtures("store")
def test_other_processes_open_it_by_its_url(tmp_path: Path) -> None:
    recorded(tmp_path / "a.wlog", "a")
    recording = wb.open(f"local://{tmp_path / 'a.wlog'}")
    assert recording.logs[0].url
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        frame = recording.triage(executor=executor)
    assert frame["status"].to_list() == ["completed"]
    assert frame["origin"].to_list() == [recording.logs[0].url]


def test_what_cannot_be_opened_is_said(store: Any, tmp_path: Path) -> None:
    with pytest.raises(wb.errors.LogNotFoundError, match="memory://nothing"):
        wb.open("memory://nothing/here.wlog")
    with pytest.raises(wb.errors.UsageError, match="no place that can be opened"):
        wb.open("gopher://old/a.wlog")
    store.pipe("/bad.wlog", b"no log at all" * 10)
    with pytest.raises(wb.errors.NotALogError):
        wb.open("memory://bad.wlog")
    put(store, tmp_path, "a.wlog")
    with pytest.raises(wb.errors.UsageError, match="not on this machine"):
        files_of("memory://a.wlog")


def test_without_fsspec_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(wb.errors.MissingDependencyError, match=r"durable-workbench\[remote\]"):
        wb.open("s3://bucket/a.wlog")


def test_a_file_url_is_a_path(tmp_path: Path) -> None:
    recorded(tmp_path / "a b.wlog", "a")
    recording = wb.open(f"file://{tmp_path}/a%20b.wlog")
    assert recording.run().id == "a"
    assert recording.logs[0].url == ""


def test_a_place_that_tells_no_version_is_fetched_each_time(store: Any, tmp_path: Path) -> None:
    put(store, tmp_path, "a.wlog")
    info = type(store).info
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(store), "info", lambda self, name, **named: {
            key: value for key, value in info(self, name, **named).items() if key != "created"
        })  # fmt: skip
        one, other = (remote_files("memory://a.wlog")[0] for _ in range(2))
    assert one.path != other.path


def test_what_runs_there_replays_here(store: Any, tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "b.wlog") as recorder:
        recorder.run(approved, "book", id="b")
    store.pipe("/b.wlog", (tmp_path / "b.wlog").read_bytes())
    assert [*wb.open("memory://b.wlog").check()["outcome"]] == ["completed"]
