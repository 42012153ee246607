"""Hazards 21 and 22: payloads and histories that outgrow their engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.analysis.hazards.seen import BY_ID, seen
from tests.story import Story
from workbench.analysis.hazards import Case, Severity
from workbench.journal import LogPayloads, open_log
from workbench.model import EventType

KIB = 1024
MIB = KIB * KIB


def returned(*results: Any) -> Story:
    story = Story()
    run = story.run("r")
    for result in results:
        run.step("render").completed(result)
    return story


# --- 21: payload -------------------------------------------------------------------------------------------------


def test_above_the_limits() -> None:
    (warned,) = seen("oversize-payload", returned("x" * (300 * KIB)))
    assert warned.seqs == (3,)
    assert warned.severity is None
    (refused,) = seen("oversize-payload", returned(b"x" * (3 * MIB)))
    assert refused.severity is Severity.DANGER


@pytest.mark.parametrize(
    "result", ["x" * (200 * KIB), {"url": "s3://b/k", "size": 40 * MIB, "sha256": "ab" * 32}, [b"x" * (100 * KIB)] * 2]
)
def test_below_the_limits(result: Any) -> None:
    assert not seen("oversize-payload", returned(result))


def test_many_pages_add_up() -> None:
    (found,) = seen("oversize-payload", returned(*[{"page": "x" * (200 * KIB)}] * 60))
    assert "add up" in found.text
    assert not seen("oversize-payload", returned(*[{"page": "x" * (200 * KIB)}] * 40))


def test_arguments_and_signals_count_too() -> None:
    story = Story()
    story.run("r", args=["x" * (300 * KIB)]).received("document", b"x" * (300 * KIB))
    assert {one.seqs[0] for one in seen("oversize-payload", story)} == {1, 2}


@wb.step(kind="read")
def measure(count: int) -> Any:
    return {"numbers": [number % 100 for number in range(count)], "text": "ä" * (12 * count), "large": [1 << 60] * 9}


@wb.workflow
def measures(counts: list[int]) -> int:
    for count in counts:
        measure(count)
    return len(counts)


def test_our_own_logs_are_measured_by_what_is_stored(tmp_path: Path) -> None:
    with wb.Recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(measures, [10, 70_000, 90_000], id="r")
    history = open_log(tmp_path / "a.wlog").history
    case = Case(history, "r", history.columns.time_ns[-1])
    payloads = history.payloads
    assert isinstance(payloads, LogPayloads)
    assert case.sizes == {row: len(payloads.raw(row)) for row in range(len(history))}
    large = [row for row in case.rows_of(EventType.StepCompleted) if case.sizes[row] > 256 * KIB]
    found = list(BY_ID["oversize-payload"].detect(case))
    assert [one.seqs[0] for one in found] == [case.seq(row) for row in large[::-1]]
    assert [one.severity for one in found] == [Severity.DANGER, None]


# --- 22: history -------------------------------------------------------------------------------------------------


def polled(times: int) -> Story:
    story = Story()
    run = story.run("r")
    for number in range(times):
        run.event(EventType.ClockRead, position=(number + 1,), value=number)
    return story


@pytest.mark.parametrize(
    ("events", "severities"), [(10_000, []), (10_300, [None]), (51_000, [None]), (51_300, [Severity.DANGER])]
)
def test_events_without_end(events: int, severities: list[Severity | None]) -> None:
    assert [one.severity for one in seen("unbounded-history", polled(events - 1))] == severities


def test_other_runs_of_the_log_do_not_count() -> None:
    story = polled(10_000)
    for number in range(5_000):
        story.lost_run("other").event(EventType.ClockRead, position=(number + 1,), value=number)
    assert not seen("unbounded-history", story)


def test_few_heavy_events() -> None:
    (found,) = seen("unbounded-history", returned(*["x" * MIB] * 52))
    assert found.severity is Severity.DANGER
    assert not seen("unbounded-history", returned(*["x" * MIB] * 40))
