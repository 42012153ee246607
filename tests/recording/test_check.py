"""`rec.check`: many runs against other code."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.test_recording import charge, price, sell
from workbench._errors import UsageError
from workbench.analysis import Cause
from workbench.recording import fitting


@wb.workflow
def refund(order: str) -> str:
    return charge(len(order))


@wb.workflow(name="sell")
def sell_twice(sku: str) -> str:
    price("first")
    return charge(price(sku))


@wb.workflow
def sell_to(sku: str) -> str:
    with open("/nowhere/that/is", "w"):  # noqa: PTH123 - what a replay must not do
        return charge(price(sku))


@pytest.fixture
def recording(tmp_path: Path) -> Any:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        for number in range(30):
            recorder.run(sell, "book" * (number % 2 + 1), id=f"s{number}")
        recorder.run(refund, "x", id="refund")
    return wb.open(tmp_path / "a.wlog")


TYPES = {
    "run_id": "str", "workflow": "str", "outcome": "category", "reason": "str", "position": "str", "seq": "Int64",
    "cause": "category", "sure": "category", "because": "str", "line": "str", "remedy": "str", "origin": "str",
}  # fmt: skip


def test_the_recorded_code_fits_by_default(recording: Any) -> None:
    frame = recording.check()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == TYPES
    assert [*frame["outcome"]] == ["completed"] * 31
    assert frame["cause"].isna().all()


def test_one_workflow_is_checked_against_the_runs_of_its_name(recording: Any) -> None:
    frame = recording.check(sell_twice)
    told = frame.set_index("run_id")
    assert told.loc["refund", "outcome"] == "completed"
    diverged = frame[frame["outcome"] == "diverged"]
    assert len(diverged) == 30
    assert set(diverged["cause"]) == {str(Cause.STEP_INSERTED)}
    assert set(diverged["position"]) == {"1"}
    assert diverged["line"].str.contains("test_check.py:").all()
    assert diverged["remedy"].str.contains("wb.patched").all()
    steps = recording.steps
    first = steps[(steps["run_id"] == "s7") & (steps["position"] == "1")]
    assert len(first) == 1
    assert told.loc["s7", "seq"] == recording.run("s7").events.query("event == 'StepStarted'")["seq"].min()


def test_a_mapping_gives_each_workflow_its_code(recording: Any) -> None:
    frame = recording.check({"refund": sell_twice}).set_index("run_id")
    assert frame.loc["refund", "outcome"] == "diverged"
    assert frame.loc["s0", "outcome"] == "completed"


def test_code_of_no_recorded_name_is_refused(recording: Any) -> None:
    with pytest.raises(UsageError, match="none of the recorded workflows: refund, sell"):
        recording.check(lambda: None)


def test_threads_and_processes_give_the_same(recording: Any) -> None:
    here = recording.check(sell_twice)
    with ThreadPoolExecutor(2) as threads:
        assert recording.check(sell_twice, executor=threads).equals(here)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        assert recording.check(executor=processes).equals(recording.check())


def test_another_process_must_be_able_to_find_the_code(recording: Any) -> None:
    def local(sku: str) -> str:
        return charge(price(sku))

    with ProcessPoolExecutor(1) as processes, pytest.raises(UsageError, match="cannot import"):
        recording.check({"sell": local}, executor=processes)


def test_code_that_is_gone_is_a_row_and_no_error(tmp_path: Path) -> None:
    @wb.workflow
    def local() -> str:
        return charge(1)

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(local, id="r")
    (row,) = wb.open(tmp_path / "a.wlog").check().itertuples()
    assert row.outcome == "unknown"
    assert "local" in str(row.because)


def test_code_that_does_not_end_is_a_row(recording: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    @wb.workflow(name="sell")
    def spins(sku: str) -> None:
        while sku:
            pass

    monkeypatch.setattr(fitting, "RUN_SECONDS", 0.05)
    fit = fitting.fit_of(recording.logs[0].history, "s0", {"sell": spins})
    assert fit.outcome == "unknown"
    assert "does not end" in fit.because


def test_code_that_acts_is_said(recording: Any) -> None:
    frame = recording.check({"sell": sell_to}).set_index("run_id")
    assert frame.loc["s0", "outcome"] == "acted"
    assert frame.loc["s0", "cause"] == str(Cause.OUTSIDE)


def test_progress_sees_every_chunk(recording: Any) -> None:
    seen: list[int] = []

    def progress(chunks: Any) -> Any:
        seen.append(len(chunks))
        return chunks

    recording.check(progress=progress)
    assert seen == [1]


def test_run_branch_and_trace_explain(recording: Any) -> None:
    run = recording.run("s3")
    for explanation in (
        run.explain(sell_twice), run.what_if(sell_twice).explain(), run.replay(sell_twice).explain(),
    ):  # fmt: skip
        assert explanation.cause is Cause.STEP_INSERTED
    assert not run.explain().diverged


def test_a_run_that_was_interrupted_and_fits_so_far_needs_an_answer(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder, pytest.raises(Killed):
        recorder.run(dying, id="r")
    (row,) = wb.open(tmp_path / "a.wlog").check().itertuples()
    assert row.outcome == "needs"
    (row,) = wb.open(tmp_path / "a.wlog").check({"dying": sell_twice}).itertuples()
    assert row.outcome == "diverged"


class Killed(BaseException):
    """As a signal that ends the process."""


@wb.step(kind="write")
def dies() -> None:
    raise Killed


@wb.workflow
def dying() -> None:
    wb.now()
    dies()
