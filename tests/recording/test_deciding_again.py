"""Decision upon decision: what a review found to harm, each as small as it can be.

The other side recognises keys, as payment services do: a key that it knows gets the old answer, and nothing is done.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.recording.deciding_shop import Died
from tests.story import Story
from workbench import errors
from workbench.analysis import verdict_of
from workbench.machine import read_run
from workbench.model import EventType


class RefusedError(Exception):
    """Certainly did nothing."""


class Service:
    """Does things once per key, and goes wrong once where a test wants it."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.did: list[str] = []
        self.trouble: dict[str, BaseException] = {}
        self.known: set[tuple[str, str]] = set()

    def act(self, name: str, key: str = "") -> None:
        if (error := self.trouble.pop(name, None)) is not None:
            raise error
        if not key or (name, key) not in self.known:
            self.did.append(name)
        self.known.add((name, key))

    def start(self, code: Any, trouble: str = "", error: BaseException | None = None) -> wb.Run:
        if error is not None:
            self.trouble[trouble] = error
        with wb.Recorder(self.log) as recorder, pytest.raises(type(error or RefusedError())):
            recorder.run(code, "42", id="order-7")
        return self.run()

    def run(self) -> wb.Run:
        return wb.open(self.log).run("order-7")

    def net(self) -> int:
        return self.did.count("charge") - self.did.count("refund")


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    return Service(tmp_path / "a.wlog")


def charging(service: Service, *, keyed: bool = True) -> Any:
    def refund(order: str, charge: str | None) -> None:
        del order, charge
        service.act("refund", wb.current_key())

    key = (lambda order: f"charge/{order}") if keyed else None

    @wb.step(kind="compensatable", undo=refund, undo_null_safe=True, key=key, definite_errors=(RefusedError,))
    def charge(order: str) -> str:
        del order
        service.act("charge", wb.current_key() if keyed else "")
        return "ch"

    return charge


def shipping(service: Service) -> Any:
    @wb.step(kind="write", definite_errors=(RefusedError,))
    def ship(order: str) -> str:
        del order
        service.act("ship")
        return "on its way"

    return ship


def selling(service: Service, *, keyed: bool = True) -> Any:
    charge, ship = charging(service, keyed=keyed), shipping(service)

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        charge(order)
        return str(ship(order))

    return sell


def test_a_new_key_is_not_forgotten_by_the_next_decision(service: Service) -> None:
    sell = selling(service)
    service.start(sell, "ship", RefusedError("closed")).compensate(sell, down_to="charge")
    service.trouble["charge"] = RefusedError("declined")
    with pytest.raises(RefusedError):
        service.run().retry_from("charge", sell)
    assert str(service.run().verdict(sell).row("rerun").safety) == "CHECK"  # type: ignore[union-attr]  # there is one
    service.run().retry_from("charge", sell)
    assert service.did == ["charge", "refund", "charge", "ship"]
    assert service.net() == 1


def test_a_new_key_is_the_same_after_a_crash_and_another_after_the_next_undo(service: Service) -> None:
    sell = selling(service)
    service.start(sell, "ship", RefusedError("closed")).compensate(sell, down_to="charge")
    service.trouble["ship"] = Died()
    with pytest.raises(Died):
        service.run().retry_from("charge", sell)
    service.run().resolve("ship", happened=False)
    service.run().compensate(sell, down_to="charge")
    service.run().retry_from("charge", sell)
    charges = [key for name, key in service.known if name == "charge"]
    assert len(charges) == 3
    assert service.did == ["charge", "refund"] * 2 + ["charge", "ship"]


def test_a_new_key_goes_with_the_step_that_code_has_moved(service: Service) -> None:
    sell, charge, ship = selling(service), charging(service), shipping(service)
    service.start(sell, "ship", RefusedError("closed")).compensate(sell, down_to="charge")

    @wb.step(kind="read")
    def look(order: str) -> str:
        return order

    @wb.workflow(name="sell")
    def mended(order: str) -> str:
        look(order)
        charge(order)
        return str(ship(order))

    service.run().retry_from("charge", mended)
    assert service.net() == 1
    assert service.did.count("ship") == 1


def test_two_steps_at_one_place_are_told_apart(service: Service) -> None:
    """Undos and words name the execution that they are about."""
    ship = shipping(service)
    charge = charging(service, keyed=False)

    @wb.step(kind="read")
    def look(order: str) -> str:
        return order

    @wb.workflow(name="sell")
    def before(order: str) -> str:
        look(order)
        return str(ship(order))

    @wb.workflow(name="sell")
    def after(order: str) -> str:
        charge(order)
        return str(ship(order))

    service.start(before, "ship", RefusedError("closed"))
    service.trouble["ship"] = RefusedError("closed")
    with pytest.raises(RefusedError):
        service.run().retry_from("look", after)
    verdict = service.run().verdict(after)
    rerun = verdict.row("rerun")
    assert rerun is not None
    assert rerun.safety == "UNSAFE"
    with pytest.raises(errors.UnsafeError, match="is done and would be done twice"):
        service.run().rerun(after)
    assert service.run().compensate(after).failed is None
    assert service.net() == 0
    assert service.run().verdict().settled


def test_in_an_old_log_an_undo_that_names_no_execution_makes_nothing_safe() -> None:
    story = Story()
    run = story.run("order-7")
    run.step("charge", kind="compensatable").started().completed("ch_1")
    run.step("ship", kind="write").started().failed("Refused")
    run.event(EventType.RunFailed, run.declaration, error="Refused")
    run.event(EventType.DecisionMade, action="retry_from", cut=2)
    run.step("reserve", kind="compensatable", at=(1,)).started().completed("r_1")
    run.compensation("charge").started()
    safeties = {str(row.safety) for row in verdict_of(story.history(), "order-7", story.report()).rows}
    assert "SAFE" not in safeties


def test_each_execution_without_a_key_is_undone_under_a_key_of_its_own(service: Service) -> None:
    sell = selling(service, keyed=False)
    service.start(sell, "ship", RefusedError("closed")).compensate(sell, down_to="charge")
    service.trouble["ship"] = RefusedError("closed")
    with pytest.raises(RefusedError):
        service.run().retry_from("charge", sell)
    service.run().compensate(sell)
    assert service.did == ["charge", "refund"] * 2
    assert service.run().status == "compensated"


def test_of_two_charges_one_refund_undoes_one(service: Service) -> None:
    sell = selling(service, keyed=False)
    run = service.start(sell, "ship", RefusedError("closed"))
    service.trouble["ship"] = RefusedError("closed")
    with pytest.raises(RefusedError):
        run.retry_from("charge", sell, accept=["charge (1)"])
    service.run().compensate(sell, accept=["charge (1)"])
    assert service.net() == 1
    assert service.run().status == "failed"
    assert "SAFE" not in service.run().verdict(sell).options["safety"].to_list()


def test_an_acceptance_is_not_carried_over_to_what_it_was_not_given_for(service: Service) -> None:
    sell = selling(service)
    run = service.start(sell, "charge", Died())
    service.run().resolve("charge", happened=True, result="ch")
    with pytest.raises(errors.RunBusyError, match="new since you looked"):
        run.retry_from("charge", sell, accept=["charge (1)"])
    assert service.did == []


def test_resuming_asks_where_the_recorder_would_not(service: Service) -> None:
    """A decision has said to do the step again; then the process died before it did."""
    sell = selling(service, keyed=False)
    service.start(sell, "ship", RefusedError("closed"))
    charge_again = next(step for step in service.run().facts.steps if step.name == "charge")
    with wb.Recorder(service.log) as recorder:
        cut = service.run().history.columns.seq[charge_again.opened]
        recorder.retry_from("order-7", sell, cut, {"accepted": ["charge (1)"]}, begin=False)
    with pytest.raises(errors.UnsafeError, match="would be done twice"):
        service.run().resume(sell)
    assert service.net() == 1


def test_an_undo_that_the_code_has_lost_is_noticed_before_anything_is_undone(service: Service) -> None:
    sell = selling(service)
    run = service.start(sell, "ship", RefusedError("closed"))
    ship = shipping(service)

    @wb.step(name="charge", kind="write")
    def charge(order: str) -> str:
        return order

    @wb.workflow(name="sell")
    def mended(order: str) -> str:
        charge(order)
        return str(ship(order))

    with pytest.raises(errors.UsageError, match="has no undo"):
        run.compensate(mended)
    assert not service.run().facts.decisions
    assert service.did == ["charge"]


@pytest.mark.parametrize("action", ["compensate", "rerun"])
def test_a_decision_to_give_a_run_up_holds_from_the_moment_it_is_written(service: Service, action: str) -> None:
    sell = selling(service)
    service.start(sell, "ship", Died())
    with wb.Recorder(service.log) as recorder:
        recorder.decide("order-7", {"action": action})
        with pytest.raises(errors.RunGivenUpError):
            recorder.run(sell, "42", id="order-7")
    service.run().resolve("ship", happened=False)
    with pytest.raises(errors.UnsafeError, match=f"decided to {action}"):
        service.run().resume(sell)
    assert "ship" not in service.did


@pytest.mark.parametrize("cut", [-1, True, 10**9, "9", None, 2.5, [1]])
def test_a_decision_that_cannot_be_right_makes_nothing_safe_and_hides_no_other_run(service: Service, cut: Any) -> None:
    sell = selling(service)
    service.start(sell, "ship", RefusedError("closed"))
    with wb.Recorder(service.log) as recorder:
        recorder.decide("order-7", {"action": "retry_from", "cut": cut})
        recorder.run(sell, "43", id="order-8")
    recording = wb.open(service.log)
    assert len(recording.runs) == 2
    assert recording.triage()["run_id"].to_list() == ["order-7", "order-8"]
    assert read_run(service.run().history, "order-7").unread
    assert "SAFE" not in service.run().verdict().options["safety"].to_list()
    assert recording.run("order-8").status == "completed"


def test_a_step_beside_another_one_that_was_done_anew_can_be_undone(service: Service) -> None:
    """Only the first attempt of a call writes its arguments."""
    undone: list[str] = []

    def refund(order: str, charge: str | None) -> None:
        del charge
        undone.append(order)

    @wb.step(kind="compensatable", undo=refund, undo_null_safe=True, key=lambda order: f"c/{order}")
    async def charge(order: str) -> str:
        service.act("charge", wb.current_key())
        return f"ch of {order}"

    @wb.step(kind="write", definite_errors=(RefusedError,))
    async def ship(order: str) -> str:
        await asyncio.sleep(0.01)
        service.act("ship")
        return order

    @wb.workflow(name="sell")
    async def sell(order: str) -> list[str]:
        return list(await wb.gather(charge(order), ship(order)))

    service.start(sell, "ship", RefusedError("closed"))
    service.run().compensate(sell, down_to="charge")
    service.trouble["ship"] = RefusedError("closed")
    with pytest.raises(RefusedError):
        service.run().retry_from("ship", sell)
    assert service.run().compensate(sell).failed is None
    assert undone == ["42", "42"]
