"""What the closed loop found, each as small as it can be."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.simulate.errand import errand
from tests.simulate.network import Fate, connect
from tests.simulate.scenario import Scenario, Timeout
from tests.simulate.stage import stage
from tests.simulate.wrecks import network, wreck_of
from workbench._errors import InDoubtError, UnsafeError
from workbench.analysis import Action
from workbench.recorder import SystemClock
from workbench.simulate.crash import CrashPoint

NS = 1_000_000_000


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "sleep", lambda *_: None)


def test_an_attempt_that_timed_out_is_in_doubt_while_the_worker_waits_for_the_next(tmp_path: Path) -> None:
    """Its key is three days old: to send it again is to charge again, and the recorder must not."""
    scenario = Scenario("pay", 0, "sale", CrashPoint.BETWEEN_ATTEMPTS, Timeout.DONE, days_ago=3)
    wreck = wreck_of(scenario, tmp_path, now_ns=time.time_ns() - NS)
    with stage(wreck, tmp_path / "stage") as here:
        assert str(here.run().verdict(errand).row(Action.RESUME).safety) == "CHECK"  # type: ignore[union-attr]  # there is one
        with pytest.raises(InDoubtError):
            here.run().resume(errand)
        assert here.stands(0) == 1
        assert [answer.happened for answer in here.run().probe(code=errand, record=True)] == [True]
        assert here.run().resume(errand) == [True] * 4
        assert here.stands(0) == 1


def test_a_doubt_of_which_the_code_was_told_otherwise_is_not_passed_by(tmp_path: Path) -> None:
    """Resuming stops only where it would execute; here it would go on as if nothing had been charged."""
    scenario = Scenario("charge_blind", 0, "sale", CrashPoint.AFTER_RESULT, Timeout.DONE, careful=True)
    wreck = wreck_of(scenario, tmp_path, now_ns=time.time_ns() - NS)
    with stage(wreck, tmp_path / "stage") as here, pytest.raises(UnsafeError):
        here.run().resume(errand)


def test_undoing_down_to_a_step_leaves_what_the_retry_may_repeat(tmp_path: Path) -> None:
    """The advice was `compensate(down_to=…)`, and that was refused: pay and extend have no undo, and need none."""
    wreck = wreck_of(
        Scenario("charge", 0, "sale", CrashPoint.BEFORE_UNDO, refused=True), tmp_path, now_ns=time.time_ns() - NS
    )
    with stage(wreck, tmp_path / "stage") as here:
        run = here.run().resolve("charge (1)", happened=False, by="a person who looked")
        assert run.verdict(errand).advice.call == "run.compensate(down_to='charge (1)')"
        run.compensate(errand, down_to="charge (1)")
        assert here.stands(0) == 0
        assert here.run().retry_from("charge (1)", errand) == [True] * 5
        assert here.wrongs({0, 1, 2, 3, 4}) == []


@pytest.mark.parametrize("action", ["resume after a probe", "compensate"])
def test_nobody_can_know_what_is_still_on_its_way(action: str, tmp_path: Path) -> None:
    """The limit of all verdicts: a request that arrives after the question was asked. Wait first, then ask."""
    wreck = wreck_of(Scenario("charge", 0, "saga", CrashPoint.BEFORE_CALL), tmp_path, now_ns=time.time_ns() - NS)
    with stage(wreck, tmp_path / "stage") as here:
        assert here._ledger is not None
        line = network(here._ledger, time.time_ns(), tmp_path, {("o-0", 1): Fate.LATE})
        connect(line)
        with pytest.raises(TimeoutError):
            errand.function(["o-0"], ["charge"])  # the dead worker's own request
        if action == "compensate":
            here.run().compensate(errand)
            line.settle()
            assert here.stands(0) == 1  # left behind
        else:
            here.run().probe(code=errand, record=True)
            here.run().resume(errand)
            assert here.stands(0) == 2  # charged twice
