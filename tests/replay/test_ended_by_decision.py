"""A run that a decision ended: its code would have gone on, and that is no divergence."""

from __future__ import annotations

from pathlib import Path

import pytest

import workbench as wb
from workbench.replay import Completed, Cut, Diverged


class Died(BaseException):
    """The process is gone."""


DYING: list[str] = []


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    DYING.clear()


def refund(order: str, charge: str | None) -> None:
    del order, charge


@wb.step(kind="compensatable", undo=refund, undo_null_safe=True, key=lambda order: f"charge/{order}")
def charge(order: str) -> str:
    return f"ch_{order}"


@wb.step(kind="read")
def look(order: str) -> str:
    if DYING:
        raise Died
    return order


@wb.workflow
def sell(order: str) -> str:
    charge(order)
    wb.now()  # the last thing that the log holds: the run dies before it asks for more
    if DYING:
        raise Died
    return look(order)


@wb.workflow(name="sell")
def sell_more(order: str) -> str:
    look(order)
    return charge(order)


def interrupted(log: Path) -> wb.Run:
    DYING.append("now")
    with wb.Recorder(log) as recorder, pytest.raises(Died):
        recorder.run(sell, "42", id="r")
    DYING.clear()
    return wb.open(log).run("r")


@pytest.mark.parametrize("action", ["compensate", "rerun"])
def test_the_same_code_still_fits_and_other_code_does_not(action: str, tmp_path: Path) -> None:
    log = tmp_path / "a.wlog"
    run = interrupted(log)
    getattr(run, action)(sell, accept=["charge (1)"] if action == "rerun" else [])
    rec = wb.open(log)
    outcome = rec.run("r").replay(sell).outcome
    assert isinstance(outcome, Cut)
    assert "look('42')" in str(outcome)
    check = rec.check(code=sell).set_index("run_id")
    assert check.loc["r", "outcome"] == "cut"
    assert isinstance(rec.run("r").replay(sell_more).outcome, Diverged)
    for code, fits in ((sell, True), (sell_more, False)):
        row = rec.run("r").verdict(code).row("resume")
        assert row is not None
        assert ("G5" not in [one.id for one in row.objections]) is fits


def test_what_a_person_pretends_beyond_the_end_is_played(tmp_path: Path) -> None:
    run = interrupted(tmp_path / "a.wlog")
    run.compensate(sell)
    branch = run.refresh().what_if(sell).returns("look", "43").replay()
    assert branch.outcome == Completed("43")


def test_a_run_that_its_code_ended_still_diverges(tmp_path: Path) -> None:
    log = tmp_path / "a.wlog"
    with wb.Recorder(log) as recorder:
        recorder.run(sell, "42", id="r")

    @wb.workflow(name="sell")
    def longer(order: str) -> str:
        return sell.function(order) + look(order)

    assert isinstance(wb.open(log).run("r").replay(longer).outcome, Diverged)
