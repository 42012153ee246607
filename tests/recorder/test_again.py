"""Going back to a step in every shape of workflow: what came before is kept, what came after is done anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench.machine import read_run
from workbench.model import EventType
from workbench.replay import Completed

DID: list[str] = []
BROKEN: set[str] = set()


@pytest.fixture(autouse=True)
def nothing_done_yet() -> None:
    DID.clear()
    BROKEN.clear()


@wb.step(kind="idempotent")
def act(name: str) -> str:
    DID.append(name)
    if name in BROKEN:
        raise ValueError(name)
    return name


@wb.step(kind="idempotent")
async def act_later(name: str) -> str:
    DID.append(name)
    if name in BROKEN:
        raise ValueError(name)
    return name


@wb.workflow
def in_line(names: str) -> str:
    return "".join([act(name) for name in names])


@wb.workflow
def side_by_side(names: str) -> str:
    return act("first") + "".join(wb.gather(*(act.defer(name) for name in names)))


@wb.workflow
async def at_once(names: str) -> str:
    first = await act_later("first")
    return first + "".join(await wb.gather(*(act_later(name) for name in names)))


@wb.workflow
def asked(names: str) -> str:
    before = act("before")
    return before + str(wb.signal("approved")) + in_line.function(names)


@wb.workflow
def parent(names: str) -> str:
    drawn = wb.random()
    kept = wb.child(in_line, "xy")
    wb.patched("new")
    return f"{drawn}{kept}{act(names[0])}{act(names[1])}"


def failed(log: Path, code: Callable[..., Any], broken: str) -> wb.Run:
    """A run that failed at one act."""
    BROKEN.add(broken)
    with wb.Recorder(log) as recorder, pytest.raises(ValueError, match=broken):
        recorder.run(code, "abc", id="r")
    BROKEN.clear()
    DID.clear()
    return wb.open(log).run("r")


def fits(log: Path, code: Callable[..., Any]) -> str:
    return wb.open(log).run("r").replay(code).outcome.word


@pytest.mark.parametrize("code", [in_line, side_by_side, at_once])
@pytest.mark.parametrize("broken", ["a", "b", "c"])
def test_what_failed_is_done_anew_and_the_rest_is_read(tmp_path: Path, code: Any, broken: str) -> None:
    log = tmp_path / "again.wlog"
    run = failed(log, code, broken)
    label = next(step.label for step in run.facts.steps if step.error_type)
    expected = ("first" if code is not in_line else "") + "abc"
    assert run.retry_from(label, code) == expected
    assert broken in DID
    assert "first" not in DID
    assert fits(log, code) == "completed"
    assert wb.open(log).check(code)["outcome"].tolist() == ["completed"]


@pytest.mark.parametrize("code", [in_line, side_by_side, at_once])
def test_it_can_be_done_many_times(tmp_path: Path, code: Any) -> None:
    log = tmp_path / "again.wlog"
    run = failed(log, code, "c")
    for turn in range(5):
        BROKEN.add("c")
        with pytest.raises(ValueError, match="c"):
            run.retry_from(code=code)
        BROKEN.clear()
        run = run.refresh()
        assert run.status == "failed"
        assert len(run.facts.decisions) == turn + 1
        assert fits(log, code) == "failed"
    assert run.retry_from(code=code).endswith("abc")
    assert fits(log, code) == "completed"


def test_a_signal_that_was_consumed_after_the_cut_is_consumed_again(tmp_path: Path) -> None:
    log = tmp_path / "again.wlog"
    with wb.Recorder(log) as recorder:
        BROKEN.add("before")
        with pytest.raises(ValueError, match="before"):
            recorder.run(asked, "ab", id="r")
        recorder.signal("r", "approved", "yes")
    BROKEN.clear()
    BROKEN.add("b")
    run = wb.open(log).run("r")
    with pytest.raises(ValueError, match="b"):
        run.retry_from("act (1)", asked)
    BROKEN.clear()
    run = run.refresh()
    with pytest.raises(wb.errors.UnsafeError, match="G12"):  # the verdict has it looked at
        run.retry_from("act (1)", asked)
    assert run.retry_from("act (1)", asked, accept=["G12"]) == "beforeyesab"
    assert fits(log, asked) == "completed"
    consumed = [row for row in run.refresh().history.columns.type if row == EventType.SignalConsumed]
    assert len(consumed) == 2


def test_draws_children_and_patches_before_the_cut_stay_as_they_were(tmp_path: Path) -> None:
    log = tmp_path / "again.wlog"
    run = failed(log, parent, "b")
    drawn = next(
        run.history.payload(row)["value"]
        for row in run.history.rows_of("r")
        if run.history.columns.type[row] == EventType.RandomDrawn
    )
    assert run.retry_from(code=parent) == f"{drawn}xyab"
    assert DID == ["b"]
    assert fits(log, parent) == "completed"


def test_what_is_superseded_is_kept_apart(tmp_path: Path) -> None:
    log = tmp_path / "again.wlog"
    failed(log, in_line, "b").retry_from("act (1)", in_line)
    record = read_run(wb.open(log).run("r").history, "r")
    assert [(slot.name, slot.position) for slot in record.superseded] == [("act", (1,)), ("act", (2,))]
    assert len(record.slots) == 3


def test_a_branch_can_be_made_of_a_run_that_went_back(tmp_path: Path) -> None:
    log = tmp_path / "again.wlog"
    failed(log, in_line, "b").retry_from(code=in_line)
    run = wb.open(log).run("r")
    branch = run.what_if(in_line).returns("act", "Z", occurrence=3).replay()
    assert isinstance(branch.outcome, Completed)
    assert branch.outcome.value == "abZ"
    assert len(run.timeline().data) > 0
    assert "retry_from" in repr(run.decision_record())
