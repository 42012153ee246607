"""Doubts about undos, about runs that are over, about failures that were none, and about requests on their way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.recording.deciding_shop import Died, Shop, shop
from tests.recording.other_side import Other, RefusedError, charging, in_line, key_here, safety
from tests.story import Story
from workbench import errors
from workbench.analysis import verdict_of


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Other:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    return Other(tmp_path / "a.wlog")


# --- undos in doubt --------------------------------------------------------------------------------------------------


def refunding(other: Other) -> Any:
    def refund(order: str, charge: str | None) -> None:
        del order, charge
        other.act("refund")

    def was_refunded(order: str, charge: str | None) -> str | None:
        other.asked.append((f"{order} {charge}", key_here()))
        return "re-1" if "refund" in other.did else None

    @wb.step(kind="compensatable", undo=refund, probe=other.find, undo_probe=was_refunded, key=lambda o: f"ch/{o}")
    def charge(order: str) -> str:
        del order
        other.act("charge")
        return "ch-1"

    @wb.step(kind="write", definite_errors=(RefusedError,))
    def ship(order: str) -> str:
        del order
        other.act("ship")
        return "on its way"

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        charge(order)
        return str(ship(order))

    return sell


@pytest.mark.parametrize(("trouble", "undone"), [("refund", True), ("before refund", False)])
def test_an_undo_in_doubt_is_asked_about_by_its_own_probe(other: Other, trouble: str, undone: bool) -> None:  # noqa: FBT001 - a case of the table
    sell = refunding(other)
    run = other.start(sell, "before ship", RefusedError("closed"))
    other.trouble[trouble] = TimeoutError("no answer")
    run.compensate(sell)
    now = other.run()
    assert str(now.verdict(sell).in_doubt[0]) == (
        "charge (1): Is it undone? Ask was_refunded. Its key is ch/42."
    )  # fmt: skip
    answers = now.probe(code=sell, record=True)
    assert (answers[0].undo, answers[0].happened) == (True, undone)
    assert other.asked == [("42 ch-1", "ch/42/undo")]
    assert str(other.run().facts.steps[0].state) == ("compensated" if undone else "compensation_failed")
    if not undone:
        assert other.run().compensate(sell).failed is None
    assert other.did.count("refund") == 1
    assert other.run().status == "compensated"


def test_an_undo_in_doubt_without_a_probe_is_told_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    sold = undo_lost(tmp_path)
    run = sold.open()
    assert not run.probe(code=sold.sell)  # what finds the charge says nothing about the refund
    assert run.verdict(sold.sell).advice.call == "run.resolve('charge (2)', undone=…)"
    with pytest.raises(errors.UsageError, match="has no undo_probe"):
        run.probe("charge", sold.sell)
    with pytest.raises(errors.UsageError, match="either"):
        run.resolve("charge")
    run = run.resolve("charge", undone=True, why="the provider shows the refund")
    assert "it is undone" in repr(run.decision_record())
    run.compensate(sold.sell)
    assert (sold.open().status, sold.world.count("refund")) == ("compensated", 1)


def undo_lost(folder: Path) -> Shop:
    sold = shop(folder, null_safe=False)
    run = sold.fails("before mail", ValueError("no address"))
    sold.world.trouble["refund"] = TimeoutError("no answer")
    run.compensate(sold.sell)
    return sold


def test_an_undo_probe_without_an_undo_is_a_mistake() -> None:
    with pytest.raises(errors.UsageError, match="undo_probe and no undo"):

        @wb.step(kind="write", undo_probe=lambda _order, _result: None)
        def charge(order: str) -> str:
            return order


# --- a completed run about which something is in doubt ------------------------------------------------------------


def test_a_completed_run_says_what_is_in_doubt_and_what_settles_it() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="write", probe="find").attempt_failed("Timeout").completed("ch-1")
    run.completed()
    found = verdict_of(story.history(), "order-42", story.report(), now_ns=story.now_ns)
    assert found.best is None
    assert "nothing needs to be done" not in found.text()
    assert found.advice.sentence == "ask find about charge (1), then look again"
    assert "charge (1): It happened; did another attempt of it act as well? Ask find." in found.text()


def test_when_it_happened_twice_the_due_compensation_is_named() -> None:
    story = Story()
    run = story.run("order-42")
    charge = run.step("charge", kind="compensatable", undo="refund").attempt_failed("Timeout").completed("ch-1")
    run.completed()
    charge.resolved(happened=True, result="ch-2")
    found = verdict_of(story.history(), "order-42", story.report(), now_ns=story.now_ns)
    assert found.advice.sentence == (
        "charge (1) was done twice: undo one of the two by refund or by hand, and record it"
    )  # fmt: skip
    assert found.advice.call == "run.resolve('charge (1)', undone=True)"
    assert not found.in_doubt


def test_a_doubt_that_the_code_passed_by_is_settled_after_the_end(other: Other) -> None:
    charge = charging(other)

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        try:
            return str(charge(order))
        except TimeoutError:
            return "on account"

    other.trouble["charge"] = TimeoutError("no answer")
    with wb.Recorder(other.log) as recorder:
        assert recorder.run(sell, "42", id="order-7") == "on account"
    row = wb.open(other.log).triage().iloc[0]
    assert row["safety"] == "CHECK"
    assert "charge (1)" in row["because"]
    assert other.run().verdict(sell).advice.sentence == "ask find about charge (1), then look again"
    other.finds = "ch-1"
    other.run().probe(code=sell, record=True)
    found = other.run().verdict(sell)
    assert "charge (1) happened, although the code was told otherwise: undo it by hand" in found.advice.sentence
    run = other.run().resolve("charge", undone=True)
    assert run.verdict(sell).advice.sentence == "nothing needs to be done"


# --- failed, and in truth it happened --------------------------------------------------------------------------------


def test_a_failed_step_that_happened_is_given_to_the_code_by_a_retry(other: Other) -> None:
    sell = in_line(other)
    run = other.start(sell, "charge", TimeoutError("no answer"))
    run = run.resolve("charge", happened=True, result="ch-9", by="ann", why="the statement shows it")
    verdict = run.verdict(sell)
    assert verdict.best_option is not None
    assert (verdict.best, verdict.best_option.from_step) == ("retry_from", "charge (2)")
    assert verdict.best_option.executes_again == ()
    assert safety(run, "resume", sell) == "UNSAFE"  # the code would be told again that it failed
    assert run.retry_from(code=sell) == "42ch-9"
    assert other.did == ["look", "charge"]
    assert other.run().replay(sell).outcome.word == "completed"
    assert "the statement shows it" in other.run().decision_record().to_markdown()


def test_a_failed_step_that_happened_is_undone_by_hand_and_then_done_anew(other: Other) -> None:
    sell = in_line(other)
    run = other.start(sell, "charge", TimeoutError("no answer"))
    run = run.resolve("charge", happened=True, result="ch-9").resolve("charge", undone=True, why="refunded by hand")
    assert run.status == "compensated"
    assert run.verdict(sell).settled
    assert run.retry_from("charge", sell) == "42ch-1"
    assert other.did.count("charge") == 2


def test_a_failure_that_is_proof_is_not_talked_away(other: Other) -> None:
    run = other.start(in_line(other), "before charge", RefusedError("declined"))
    with pytest.raises(errors.UsageError, match="proves that nothing happened"):
        run.resolve("charge", happened=True)


# --- requests on their way -----------------------------------------------------------------------------------------


def test_what_is_taken_for_granted_about_requests_is_said(other: Other) -> None:
    sell = in_line(other, timeout_seconds=3600)
    run = other.start(sell, "charge", Died())
    assumed = " ".join(run.verdict(sell).options["assumed"].iloc[0])
    assert "charge (2): no request of it is still on its way: sent at" in assumed
    assert "timeout 3600 s, ask again in" in assumed
    answers = run.probe(code=sell)
    assert answers[0].happened is None
    assert "may be on its way: ask again in" in answers[0].error
    with pytest.raises(errors.InDoubtError, match="until its request has timed out"):
        run.resume(sell, in_doubt="probe")
    other.finds = "ch-1"
    assert run.probe(code=sell)[0].happened is True  # what is found is there
    run = run.resolve("charge", happened=False)
    assumed = " ".join(run.verdict(sell).options["assumed"].iloc[0])
    assert "no request of it was still on its way when somebody said that it did not happen" in assumed
