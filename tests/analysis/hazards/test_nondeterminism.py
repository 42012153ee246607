"""Hazards 11 to 15: with code at hand, by a dry replay and by its text; 15 by the log as well."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.analysis.hazards.looking import case_of, look, seen
from tests.clock import FakeClock
from tests.story import Story
from workbench.analysis.hazards import Case, Severity, findings_of
from workbench.journal import open_log
from workbench.model import EventType

BY_CODE = ("ambient-values", "unordered", "configuration", "race", "code-change")
FLAG = "WORKBENCH_TEST_FLAG"


@wb.step(kind="read")
def stock(sku: str) -> int:
    return len(sku)


@wb.step(kind="write")
def ship(sku: str, when: float = 0) -> str:
    return f"{sku}@{when}"


@wb.workflow
def plain() -> None:
    wb.now()
    for sku in sorted({"b", "a"}):
        ship(sku, wb.random())


@wb.workflow
def by_clock() -> None:
    ship("a", time.time())


@wb.workflow
def by_chance() -> None:
    if random.random() < 2:
        ship("a")


@wb.workflow
def by_set() -> None:
    for sku in {"b", "a"}:  # noqa: PLC0208 - as above
        stock(sku)


@wb.workflow
def by_flag() -> None:
    if os.environ.get(FLAG):
        stock("fraud")
    ship("a")


@wb.workflow
def by_thread() -> None:
    found: list[int] = []
    worker = threading.Thread(target=lambda: found.append(1))
    worker.start()
    worker.join()
    ship(str(found))


@wb.workflow
def longer() -> None:
    stock("fraud")
    ship("a")


@wb.workflow
def shorter() -> None:
    ship("a")


def recorded(path: Path, flow: Callable[..., Any], code: Callable[..., Any] | None = None) -> Case:
    with FakeClock().recorder(path / "a.wlog") as recorder:
        recorder.run(flow, id="order-42")
    history = open_log(path / "a.wlog").history
    return Case(history, "order-42", history.columns.time_ns[-1], code=code or flow)


@pytest.mark.parametrize(
    ("flow", "hazard"),
    [
        (by_clock, "ambient-values"),
        (by_chance, "ambient-values"),
        (by_set, "unordered"),
        (by_flag, "configuration"),
        (by_thread, "race"),
    ],
)
def test_the_text_of_the_code_shows_it(tmp_path: Path, flow: Callable[..., Any], hazard: str) -> None:
    case = recorded(tmp_path, plain, flow)
    found = [finding for finding in look(case, hazard) if not finding.evidence.seqs]
    assert found
    assert found[0].evidence.at.startswith("test_nondeterminism.py:")


def test_code_that_draws_through_the_recorder_has_none_of_it(tmp_path: Path) -> None:
    case = recorded(tmp_path, plain)
    assert [finding.id for finding in findings_of(case)] == []


def test_without_code_nobody_replays(tmp_path: Path) -> None:
    case = recorded(tmp_path, by_clock)
    case.code = None
    for hazard in BY_CODE:
        assert look(case, hazard) == []


def test_a_dry_replay_asks_for_another_moment(tmp_path: Path) -> None:
    case = recorded(tmp_path, by_clock)
    found = [finding for finding in look(case, "ambient-values") if finding.evidence.seqs]
    assert [finding.severity for finding in found] == [Severity.DANGER]
    assert look(case, "code-change") == [], "the code is the recorded one"


def test_a_flag_that_was_turned_on_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = recorded(tmp_path, by_flag)
    monkeypatch.setenv(FLAG, "1")
    found = [finding for finding in look(case, "configuration") if finding.evidence.seqs]
    assert [finding.severity for finding in found] == [Severity.DANGER]


def test_another_version_of_the_code(tmp_path: Path) -> None:
    case = recorded(tmp_path, shorter, longer)
    (finding,) = look(case, "code-change")
    assert finding.severity is Severity.DANGER
    assert "stock('fraud')" in finding.evidence.text


def resumed(first: str, second: str, *, patched: bool = False) -> Story:
    story = Story()
    run = story.lost_run("order-42")
    run.event(EventType.RunStarted, run.declaration, args=[], kwargs={}, source=first)
    run.step("charge").completed()
    run.event(EventType.RunRecovered, run.declaration, source=second)
    if patched:
        run.event(EventType.PatchChecked, value=False)
    run.completed()
    return story


def test_a_resume_in_other_code_is_seen_in_the_log() -> None:
    assert seen(case_of(resumed("a" * 64, "b" * 64)), "code-change") == [(Severity.WARNING, (4, 1))]
    for same in (resumed("a" * 64, "a" * 64), resumed("a" * 64, ""), resumed("a" * 64, "b" * 64, patched=True)):
        assert look(case_of(same), "code-change") == []


# --- code that cannot be replayed ----------------------------------------------------------------------------------


@wb.workflow
def by_file() -> None:
    Path("orders.txt").write_text("order-42", encoding="utf-8")
    ship("a")


def test_code_that_acts_in_a_replay_is_stopped_and_said(tmp_path: Path) -> None:
    case = recorded(tmp_path, shorter, by_file)
    found = findings_of(case)
    assert "detector-failed" not in {finding.hazard.id for finding in found}
    assert [finding.severity for finding in found if finding.hazard.id == "configuration"] == [Severity.DANGER]
    assert not Path("orders.txt").exists()
