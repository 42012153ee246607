"""A gather that dies between its calls: somebody says what became of those in doubt, and the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.crashes import crashes
from workbench import errors
from workbench.machine import read_run
from workbench.replay import Completed, Diverged, replay

DID: list[str] = []


@wb.step(kind="write")
def act(name: str) -> str:
    DID.append(name)
    return name


@wb.step(kind="write")
async def act_later(name: str) -> str:
    DID.append(name)
    return name


@wb.workflow
def side_by_side(names: str) -> str:
    return "".join(wb.gather(*(act.defer(name) for name in names))) + act("end")


@wb.workflow
async def at_once(names: str) -> str:
    return "".join(await wb.gather(*(act_later(name) for name in names))) + await act_later("end")


@pytest.mark.parametrize("happened", [True, False])
@pytest.mark.parametrize("code", [side_by_side, at_once], ids=lambda code: str(code.name))
def test_wherever_it_dies_a_word_lets_it_go_on(code: Callable[..., Any], tmp_path: Path, *, happened: bool) -> None:
    whole = tmp_path / "whole.wlog"
    with wb.Recorder(whole) as recorder:
        result = recorder.run(code, "abc", id="r")
    doubtful = 0
    for crash in crashes(whole, "r"):
        if crash.record.started < 0:
            continue
        with wb.Recorder(crash.path) as recorder:
            for slot in crash.record.slots.values():
                if slot.in_doubt(crash.record.history):
                    recorder.resolve("r", slot.position, happened=happened, result=slot_result(crash, slot.position))
                    doubtful += 1
        said = wb.open(crash.path).run("r")
        assert not isinstance(said.replay(code).outcome, Diverged), crash.after
        assert said.resume(code) == result, crash.after
        again = wb.open(crash.path)
        assert again.run("r").replay(code).outcome == Completed(result), crash.after
        assert len(read_run(again.run("r").history, "r").slots) == 4, crash.after
    assert doubtful > 3, "the crashes between the calls were among them"


def slot_result(crash: Any, position: Any) -> str:
    """What the step in doubt would have returned: its argument."""
    record = crash.record
    return str(record.history.payload(record.slots[position].opened)["args"][0])


def test_a_call_that_is_new_while_recorded_results_still_come_is_a_divergence(tmp_path: Path) -> None:
    log = tmp_path / "a.wlog"
    with wb.Recorder(log) as recorder:
        recorder.run(side_by_side, "ab", id="r")

    @wb.workflow(name="side_by_side")
    def one_more(names: str) -> str:
        return side_by_side.function(names + "c")

    assert isinstance(replay(one_more, wb.open(log).run("r").history, run_id="r").outcome, Diverged)
    with pytest.raises(errors.UsageError, match="nothing in it failed"):
        wb.open(log).run("r").retry_from("end", one_more)
