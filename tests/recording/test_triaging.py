"""`rec.triage`: many logs, here and spread over processes; Dask's cluster among them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.shop import approved
from workbench.recording import triaging
from workbench.recording.logs import LazyLogs

TYPES = {
    "run_id": "category", "status": "category", "failing_step": "str", "error_type": "category", "hazards": "object",
    "best": "category", "from_step": "str", "safety": "category", "because": "str", "at_stake": "float64",
    "currency": "category", "business_key": "str", "origin": "category",
}  # fmt: skip
NOW_NS = 1_790_000_000_000_000_000


def run_some(path: Path, count: int) -> None:
    with FakeClock().recorder(path) as recorder:
        for number in range(count):
            recorder.run(approved, "book", id=f"{path.stem}-{number}")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])  # as a process leaves it that died: the last runs are open


@pytest.fixture
def recording(tmp_path: Path) -> wb.Recording:
    for number, count in enumerate((3, 7, 1)):
        run_some(tmp_path / f"{number}.wlog", count)
    return wb.open(tmp_path)


def test_one_row_per_run_in_the_order_of_the_logs(recording: wb.Recording) -> None:
    frame = recording.triage()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == TYPES
    assert frame["run_id"].to_list() == [run.id for run in recording]
    assert {"completed", "interrupted"} <= set(frame["status"])
    for run, best, safety in zip(recording, frame["best"].astype("object"), frame["safety"], strict=True):
        verdict = run.verdict()
        assert (best if isinstance(best, str) else None) == verdict.best
        assert verdict.status == "completed" or safety in {row.safety for row in verdict.rows}


def test_reasons_are_counted(recording: wb.Recording) -> None:
    frame, reasons = recording.triage(), recording.triage(explain=True)
    assert reasons["runs"].sum() == len(frame)
    assert reasons["runs"].is_monotonic_decreasing
    assert len(reasons) < len(frame)


@contextmanager
def dask() -> Iterator[Executor]:
    """A cluster on this machine that nobody else can reach, and that is gone afterwards."""
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=True, host="127.0.0.1", dashboard_address=None
    )
    with cluster, distributed.Client(cluster) as client:
        yield client.get_executor()


@contextmanager
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        yield executor


@contextmanager
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.mark.parametrize("workers", [threads, processes, dask])
def test_spread_over_an_executor_it_is_the_same(
    recording: wb.Recording, workers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triaging, "_CHUNK", 2)
    alone = triaging.triage(recording.logs, now_ns=NOW_NS, hazards="all")
    checked = recording.check(approved)
    swept = recording.run("0-0").what_if(approved).sweep("price", [4, 5, 6])
    with workers() as executor:
        there = triaging.triage(recording.logs, now_ns=NOW_NS, hazards="all", executor=executor)
        pd.testing.assert_frame_equal(there, alone)
        pd.testing.assert_frame_equal(recording.check(approved, executor=executor), checked)
        again = recording.run("0-0").what_if(approved).sweep("price", [4, 5, 6], executor=executor)
        assert again.frame["result"].to_list() == swept.frame["result"].to_list()
        assert len(recording.triage(explain=True, executor=executor)) == len(recording.triage(explain=True))


def test_a_large_log_is_shared_out_and_a_folder_of_small_ones_is_not_opened_here(
    tmp_path: Path, recording: wb.Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triaging, "_CHUNK", 2)
    shared = [(list(part.logs), len(part.run_ids or ())) for part in triaging._parts(recording.logs, spread=True)]
    counts = [len(log.history.run_ids) for log in recording.logs]
    assert sum(count for _, count in shared) == sum(count for count in counts if count > 2)
    assert max(count for _, count in shared) == 2
    lazy = LazyLogs(sorted(tmp_path.glob("*.wlog")) * 30)
    monkeypatch.setattr("workbench.recording.logs.load_place", None)
    assert [len(part.logs) for part in triaging._parts(lazy, spread=True)] == [50, 40]


def test_progress_sees_every_part(recording: wb.Recording) -> None:
    seen: list[Any] = []

    def progress(parts: Any) -> Any:
        seen.extend(parts)
        return parts

    recording.triage(progress=progress)
    assert len(seen) == 3


def test_an_unknown_wish_is_refused(recording: wb.Recording) -> None:
    with pytest.raises(wb.errors.UsageError, match="quick, troubled, all, none"):
        recording.triage(hazards="some")


def test_a_recording_without_runs_has_an_empty_triage() -> None:
    frame = triaging.triage([])
    assert list(frame.columns) == list(TYPES)
    assert len(triaging.triage([], explain=True)) == 0
