"""What a person says about a step in doubt: which execution it is about, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.recording.deciding_shop import Died, shop
from tests.recording.other_side import Other, RefusedError, charging, in_line, safety
from workbench import errors


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Other:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    return Other(tmp_path / "a.wlog")


def side_by_side(other: Other) -> Any:
    """Charge and look at once, then ship."""
    charge = charging(other)

    @wb.step(kind="read")
    def look(order: str) -> str:
        other.act("look")
        return order

    @wb.step(kind="write", definite_errors=(RefusedError,))
    def ship(order: str) -> str:
        del order
        other.act("ship")
        return "on its way"

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        wb.gather(charge.defer(order), look.defer(order))
        return str(ship(order))

    return sell


# --- what was said of a superseded execution is counted, and not repeated ------------------------------------------


def decided_then_died(other: Other, sell: Any) -> wb.Run:
    other.start(sell, "charge", Died())
    other.trouble["before look"] = Died()
    with pytest.raises(Died):
        other.run().retry_from("look", sell, accept=["charge (2)"])
    return other.run()


def test_what_is_said_after_a_decision_to_do_it_again_is_given_to_the_code(other: Other) -> None:
    sell = in_line(other)
    run = decided_then_died(other, sell).resolve("charge", happened=True, result="ch-9", by="ann")
    assert run.verdict(sell).best == "resume"
    assert "read from the log: charge (2)" in repr(run.resume(sell, dry_run=True))
    with wb.Recorder(other.log) as recorder:  # a worker, which asks for no verdict
        assert recorder.run(sell, "42", id="order-7") == "42ch-9"
    assert other.did.count("charge") == 1
    done = other.run()
    assert done.replay(sell).outcome.word == "completed"
    assert done.verdict(sell).settled
    assert [step.label for step in done.facts.steps if step.acts and step.answered] == ["charge (2)"]
    assert "the code was given what event" in repr(done.decision_record())


def test_what_was_given_is_done_again_only_by_another_decision(other: Other) -> None:
    sell = in_line(other)
    run = decided_then_died(other, sell).resolve("charge", happened=True, result="ch-9")
    run.resume(sell)
    with pytest.raises(errors.UnsafeError, match="would be done twice"):
        other.run().retry_from("charge", sell)
    assert other.run().retry_from("charge", sell, accept=["charge (2)"]) == "42ch-1"
    assert other.did.count("charge") == 2
    assert other.run().replay(sell).outcome.word == "completed"


def test_what_was_given_is_gone_from_its_place_when_a_decision_goes_back_behind_it(other: Other) -> None:
    sell = in_line(other)
    decided_then_died(other, sell).resolve("charge", happened=True, result="ch-9").resume(sell)

    @wb.step(kind="read")
    def look(order: str) -> str:
        return order

    @wb.workflow(name="sell")
    def only_look(order: str) -> str:
        return look(order) + look(order)

    plan = other.run().retry_from("look", only_look, dry_run=True)
    against = [objection.id for objection in plan.option.objections]
    assert other.run().retry_from("look", only_look, accept=list(dict.fromkeys(against))) == "4242"
    assert other.run().replay(only_look).outcome.word == "completed"
    charge = next(step for step in other.run().facts.steps if step.name == "charge")
    assert str(charge.state) == "committed"  # it has happened all the same


def test_code_that_asks_for_something_else_by_now_is_stopped(other: Other) -> None:
    run = decided_then_died(other, in_line(other)).resolve("charge", happened=True, result="ch-9")
    charge = charging(other)

    @wb.step(kind="read", name="look")
    def look(order: str) -> str:
        return order

    @wb.workflow(name="sell")
    def dearer(order: str) -> str:
        return look(order) + str(charge(f"{order}, gift-wrapped"))

    with pytest.raises(errors.InDoubtError, match="with other arguments"):
        run.resume(dearer)
    assert other.did.count("charge") == 1


def test_what_was_said_not_to_have_happened_is_done(other: Other) -> None:
    sell = in_line(other)
    run = decided_then_died(other, sell).resolve("charge", happened=False)
    assert run.resume(sell) == "42ch-1"


def test_a_word_is_about_the_step_that_it_names_and_not_about_another_at_its_place(other: Other) -> None:
    charge = charging(other)

    @wb.step(kind="write")
    def reserve(order: str) -> str:
        del order
        other.act("reserve")
        return "r"

    @wb.workflow(name="sell")
    def first(order: str) -> str:
        return str(charge(order))

    @wb.workflow(name="sell")
    def second(order: str) -> str:
        return str(reserve(order))

    run = other.start(first, "charge", Died())
    other.trouble["reserve"] = Died()
    with pytest.raises(Died):
        run.retry_from("charge", second, accept=["charge (1)"])
    run = other.run().resolve("charge (1)", happened=True, result="ch-1")
    states = {step.name: str(step.state) for step in run.facts.steps}
    assert states == {"charge": "committed", "reserve": "in_doubt"}


# --- every execution in doubt can be named ------------------------------------------------------------------------


def done_again(other: Other) -> tuple[wb.Run, Any]:
    """A charge that timed out, was decided to be done again beside the look, and died."""
    sell = side_by_side(other)
    other.start(sell, "charge", TimeoutError("no answer"))
    look = next(step.label for step in other.run().facts.steps if step.name == "look")
    other.trouble["charge"] = Died()
    with pytest.raises(Died):
        other.run().retry_from(look, sell, accept=["charge (1)"])
    return other.run(), sell


def test_each_execution_is_listed_and_settled_by_its_number(other: Other) -> None:
    run, sell = done_again(other)
    first, second = run.verdict(sell).in_doubt
    assert str(first).startswith(f"charge (1), event {first.seq}: Did it happen?")
    with pytest.raises(errors.UsageError, match="2 executions of charge") as several:
        run.resolve("charge", happened=False)
    assert f"run.resolve({first.seq} or {second.seq}, …)" in str(several.value)
    run = run.resolve(first.seq, happened=False)
    assert [doubt.seq for doubt in run.verdict(sell).in_doubt] == [second.seq]
    run = run.resolve(f"event {second.seq}", happened=True, result="ch-2")
    assert run.verdict(sell).settled
    assert run.resume(sell) == "on its way"
    assert other.did.count("charge") == 2


def test_both_happened_and_one_is_undone_by_hand(other: Other) -> None:
    run, sell = done_again(other)
    first, second = run.verdict(sell).in_doubt
    run = run.resolve(second.seq, happened=True, result="ch-2").resolve(first.seq, happened=True, result="ch-1")
    assert safety(run, "resume", sell) == "UNSAFE"
    assert "was done twice: undo one of the two by hand" in repr(run.verdict(sell))
    advice = run.verdict(sell).advice
    assert advice.call == f"run.resolve({first.seq}, undone=True)"
    run = run.resolve(first.seq, undone=True, by="ann", why="refunded in the dashboard")
    assert run.verdict(sell).settled
    assert run.resume(sell) == "on its way"


def test_an_execution_is_named_by_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    sold = shop(tmp_path)
    run = sold.dies("charge").resolve("charge/42", happened=True, result="ch-1")
    assert run.verdict(sold.sell).best == "resume"
    with pytest.raises(errors.UsageError, match="is no intent of a step"):
        run.resolve(9999, happened=True)


# --- probes get what was recorded of the execution -----------------------------------------------------------------


def test_the_probe_of_a_later_execution_gets_the_recorded_arguments(other: Other) -> None:
    run, sell = done_again(other)
    answers = run.probe(code=sell, record=True)
    assert other.asked == [("42", ""), ("42", "")]
    assert [answer.happened for answer in answers] == [False, False]
    assert run.refresh().verdict(sell).settled


def test_one_thing_found_for_two_executions_says_nothing_about_either(other: Other) -> None:
    run, sell = done_again(other)
    other.finds = "ch-1"
    answers = run.probe(code=sell)
    assert [answer.happened for answer in answers] == [None, None]
    assert "say yourself which" in repr(answers)


def test_a_probe_is_not_asked_with_what_was_redacted_and_lost(other: Other) -> None:
    sell = in_line(other, sensitive=("order",))
    run = other.start(sell, "charge", Died())
    for key in other.log.parent.glob("keys/**/*"):
        if key.is_file():
            key.unlink()
    answers = run.probe(code=sell)
    assert other.asked == []
    assert answers[0].happened is None
    assert "cannot be restored" in answers[0].error
