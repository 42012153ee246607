"""Exploring: code that fits follows the log row by row; code that does not goes on past the first difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import workbench as wb
from tests.replay import flows
from tests.replay.flows import SHAPES, chance, recorded, reserve, stock
from tests.replay.programs import PROGRAMS, interpret
from workbench.model import EventType, History
from workbench.replay.explore import Exploration, explore
from workbench.replay.lending import Lent


def explored(code: Any, history: History) -> Exploration:
    """Explore with every step body armed to fail."""
    flows.armed.append("armed")
    try:
        return explore(code, history, "r")
    finally:
        flows.armed.clear()


@pytest.mark.parametrize("name", SHAPES)
def test_code_that_fits_never_leaves_the_log(tmp_path: Path, name: str) -> None:
    for seed in range(5):
        chance.seed(seed)
        code, args = SHAPES[name]
        _, history = recorded(tmp_path / f"{seed}.wlog", code, *args)
        found = explored(code, history)
        assert (found.left_at, found.ended, found.first) == (None, "completed", None)
        assert {one.lent for one in found.asked} == {Lent.EXACT}


@settings(deadline=None)
@given(program=PROGRAMS)
def test_no_small_program_leaves_its_own_log(tmp_path_factory: pytest.TempPathFactory, program: Any) -> None:
    path = tmp_path_factory.mktemp("program") / "a.wlog"
    _, history = recorded(path, interpret, program)
    assert explored(interpret, history).left_at is None


def test_later_calls_get_the_answers_that_they_had(tmp_path: Path) -> None:
    def new() -> list[int]:
        reserve("first of all")
        return [stock(f"sku-{number}") for number in range(5)]

    _, history = recorded(tmp_path / "a.wlog", flows.looping)
    found = explored(new, history)
    assert [one.lent for one in found.asked] == [Lent.NOTHING, *[Lent.ELSEWHERE] * 5]
    assert [one.made_up for one in found.asked] == [False, *[True] * 5]
    assert (found.asked_before, found.ended) == (0, "completed")
    assert found.left_at is not None
    assert history.event(found.left_at).type is EventType.StepStarted


def test_other_arguments_get_the_answer_of_the_same_occurrence(tmp_path: Path) -> None:
    def new() -> list[int]:
        return [stock(f"other-{number}") for number in range(5)]

    _, history = recorded(tmp_path / "a.wlog", flows.looping)
    found = explored(new, history)
    assert [one.lent for one in found.asked] == [Lent.OCCURRENCE] * 5


def test_code_without_end_is_stopped(tmp_path: Path) -> None:
    def new() -> None:
        while True:
            reserve("once more")

    _, history = recorded(tmp_path / "a.wlog", flows.looping)
    found = explored(new, history)
    assert found.ended == "halted"
    assert "far more" in found.why


def test_at_the_frontier_it_stops(tmp_path: Path) -> None:
    def new() -> None:
        for number in range(5):
            stock(f"sku-{number}")
        reserve("beyond the log")
        reserve("never asked")

    _, history = recorded(tmp_path / "a.wlog", flows.looping)
    found = explored(new, history)
    assert [one.call.name for one in found.asked] == [*["stock"] * 5, "reserve"]
    assert found.ended == "halted"
    assert found.left_at is not None
    assert history.event(found.left_at).type is EventType.RunCompleted


def test_code_that_acts_is_stopped_and_said(tmp_path: Path) -> None:
    def new() -> None:
        with (tmp_path / "made").open("w"):
            pass

    _, history = recorded(tmp_path / "a.wlog", flows.looping)
    found = explored(new, history)
    assert found.ended == "acted"
    assert not (tmp_path / "made").exists()


def test_a_failure_of_the_code_is_told(tmp_path: Path) -> None:
    def new() -> None:
        wb.now()
        raise ZeroDivisionError("mine")

    _, history = recorded(tmp_path / "a.wlog", flows.looping)
    found = explored(new, history)
    assert (found.ended, found.why) == ("failed", "ZeroDivisionError: mine")


def test_what_comes_after_the_end_of_an_open_log_is_no_difference(tmp_path: Path) -> None:
    def new() -> str:
        for number in range(5):
            stock(f"sku-{number}")
        return reserve("one more")

    _, whole = recorded(tmp_path / "a.wlog", flows.looping)
    assert explored(new, whole).left_at is not None
    begun = whole.until(whole.columns.seq[-2])
    assert whole.columns.type[-1] == EventType.RunCompleted
    found = explored(new, begun)
    assert (found.left_at, found.first) == (None, None)
    assert [one.lent for one in found.asked] == [*[Lent.EXACT] * 5, Lent.NOTHING]
