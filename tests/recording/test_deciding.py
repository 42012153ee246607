"""Acting on a run: planned first, refused unless it is SAFE, recorded, then really done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import workbench as wb
from tests.recording.deciding_shop import Died, shop
from workbench import errors
from workbench.analysis import spans_of
from workbench.engines import load


@pytest.fixture(autouse=True)
def keys_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))


def replays(run: wb.Run, code: object) -> str:
    """How a replay of what the log holds now ends: after every deed it must still fit its code."""
    return run.replay(code).outcome.word  # type: ignore[arg-type]  # a workflow of the test


# --- resume ----------------------------------------------------------------------------------------------------


def test_a_plan_says_what_would_be_done_and_does_nothing(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.dies("before mail")
    before = sold.log.read_bytes()
    plan = run.resume(sold.sell, dry_run=True)
    assert sold.log.read_bytes() == before
    assert sold.world.did == ["hold hold/42", "charge charge/42"]
    assert plan.option.safety == "UNSAFE"  # mail is in doubt, and has no probe
    assert plan.frame["does"].tolist() == ["reads", "reads", "executes"]
    assert "read from the log: hold (1), charge (2)" in repr(plan)
    assert "execute mail (3), key mail/42 (in doubt)" in repr(plan)


def test_resuming_past_a_write_in_doubt_needs_somebody_to_say_what_became_of_it(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.dies("mail")
    with pytest.raises(errors.UnsafeError) as refused:
        run.resume(sold.sell)
    assert refused.value.objections == ("mail (3)",)
    again = run.resolve("mail", happened=True, result="sent", by="ann", why="it is in the outbox")
    assert again.verdict(sold.sell).best == "resume"
    assert again.resume(sold.sell) == "held 42, ch-1, sent"
    assert sold.world.count("mail") == 1
    record = sold.open().decision_record()
    assert record.frame["action"].tolist() == ["resolve", "resume"]
    assert record.frame["by"].iloc[0] == "ann"
    assert "it is in the outbox" in record.to_markdown()
    assert replays(sold.open(), sold.sell) == "completed"


def test_what_was_accepted_is_in_the_log(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.dies("before mail")
    with pytest.raises(errors.InDoubtError):  # the recorder itself does not repeat a write that is in doubt
        run.resume(sold.sell, accept=["mail (3)"], by="ann", why="the outbox is empty")
    decision = sold.open().facts.decisions[0]
    assert (decision.by, decision.accepted, decision.safety) == ("ann", ("mail (3)",), "UNSAFE")


def test_accepting_what_nobody_objects_to_is_a_mistake(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.dies("mail")
    with pytest.raises(errors.UsageError, match="what does: mail"):
        run.resume(sold.sell, accept=["G17"])


# --- probes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("act", "happened", "charges"), [("charge", True, 1), ("before charge", False, 1)])
def test_a_probe_settles_a_doubt(tmp_path: Path, act: str, happened: bool, charges: int) -> None:  # noqa: FBT001 - a case of the table
    sold = shop(tmp_path)
    run = sold.dies(act)
    assert run.verdict(sold.sell).row("resume").safety == "CHECK"  # type: ignore[union-attr]  # there is one
    answers = run.probe(code=sold.sell)
    assert [answer.happened for answer in answers] == [happened]
    assert run.refresh().verdict(sold.sell).row("resume").safety == "CHECK"  # type: ignore[union-attr]  # not recorded
    run.probe(code=sold.sell, record=True)
    assert run.refresh().verdict(sold.sell).best == "resume"
    assert run.refresh().resume(sold.sell) == "held 42, ch-1, sent"
    assert sold.world.count("charge") == charges


def test_a_step_that_is_not_in_doubt_is_not_asked_about(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.dies("charge")
    with pytest.raises(errors.UsageError, match="not in doubt"):
        run.probe("hold", sold.sell)
    with pytest.raises(errors.UsageError, match="its steps: hold"):
        run.probe("hodl", sold.sell)


# --- retry_from ------------------------------------------------------------------------------------------------


def test_a_failed_run_is_retried_from_the_step_that_failed(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))
    assert run.status == "failed"
    assert run.verdict(sold.sell).best == "retry_from"
    assert run.retry_from(code=sold.sell, by="ann", why="the address was added") == "held 42, ch-1, sent"
    assert sold.world.did == ["hold hold/42", "charge charge/42", "mail mail/42"]
    now = sold.open()
    assert now.status == "completed"
    assert now.facts.decisions[0].from_step == "mail (3)"
    assert [str(step.state) for step in now.facts.steps] == ["committed"] * 3
    assert replays(now, sold.sell) == "completed"


def test_a_retry_that_dies_goes_on_from_where_it_was(tmp_path: Path) -> None:
    sold = shop(tmp_path, charge_kind="keyed")
    sold.fails("before mail", ValueError("no address"))
    sold.world.trouble["charge"] = Died()
    run = sold.open()
    with pytest.raises(Died):
        run.retry_from("charge", sold.sell)
    now = sold.open()
    assert now.status == "interrupted"
    states = {step.name: str(step.state) for step in now.facts.steps}
    assert states == {"hold": "committed", "charge": "committed", "mail": "failed"}
    assert now.verdict(sold.sell).best == "resume"
    assert now.resume(sold.sell) == "held 42, ch-1, sent"
    assert sold.world.did[1:] == ["charge charge/42"] * 3 + ["mail mail/42"]
    assert replays(sold.open(), sold.sell) == "completed"


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))
    with pytest.raises(errors.UnsafeError) as refused:
        run.retry_from("charge", sold.sell)
    assert refused.value.objections == ("charge (2)",)
    assert sold.world.count("charge") == 1


def test_superseded_is_not_undone(tmp_path: Path) -> None:
    """Whoever accepts a double charge finds it in the books afterwards."""
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))
    run.retry_from("charge", sold.sell, accept=["charge (2)"])
    charge = next(step for step in sold.open().facts.steps if step.name == "charge")
    assert charge.repeated
    assert sold.world.count("charge") == 2


def test_a_failed_run_goes_on_from_its_end_with_mended_code(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    wrong = [True]

    @wb.step(kind="read")
    def total(order: str) -> int:
        sold.world.did.append(f"total {order}")
        return 3

    @wb.workflow(name="count")
    def count(order: str) -> int:
        return total(order) // (0 if wrong[0] else 1)

    with wb.Recorder(sold.log) as recorder, pytest.raises(ZeroDivisionError):
        recorder.run(count, "42", id="count-42")
    run = wb.open(sold.log).run("count-42")
    wrong[0] = False
    assert run.retry_from("end", count) == 3
    assert sold.world.count("total") == 1
    now = run.refresh()
    assert now.status == "completed"
    assert replays(now, count) == "completed"
    with pytest.raises(errors.UsageError, match="has not ended"):
        sold.dies("mail").retry_from("end", sold.sell)


# --- compensate ------------------------------------------------------------------------------------------------


def test_a_run_is_undone_backwards_and_then_over(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))
    plan = run.compensate(sold.sell, dry_run=True)
    assert plan.frame["step"].tolist() == ["charge (2)", "hold (1)"]
    done = run.compensate(sold.sell, by="ann", why="the customer gave up")
    assert done.frame["undone"].tolist() == [True, True]
    assert sold.world.did[2:] == ["refund charge/42/undo", "release hold/42/undo"]
    assert sold.open().status == "compensated"


def test_an_interrupted_run_that_was_undone_goes_forward_no_more(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.dies("charge")
    run.compensate(sold.sell)
    assert sold.world.did[-2:] == ["refund charge/42/undo", "release hold/42/undo"]
    with pytest.raises(errors.UsageError, match="was cancelled"):
        sold.run()
    assert sold.world.count("charge") == 1


def test_an_undo_that_fails_leaves_the_rest_and_is_finished_later(tmp_path: Path) -> None:
    sold = shop(tmp_path, null_safe=False)
    run = sold.dies("before mail")
    run = run.resolve("mail", happened=False)
    sold.world.trouble["before refund"] = TimeoutError("no answer")
    done = run.compensate(sold.sell)
    assert done.failed is not None
    assert done.failed.attempts == 1  # it may have acted, and is not declared harmless to repeat
    assert sold.world.count("release") == 0
    with pytest.raises(errors.RunGivenUpError, match="goes forward no more"):
        sold.run()
    now = sold.open()
    assert str(next(step for step in now.facts.steps if step.name == "charge").state) == "compensation_in_doubt"
    with pytest.raises(errors.UnsafeError):
        now.compensate(sold.sell)
    now = now.resolve("charge", happened=False, by="ann", why="the provider shows no refund")
    assert now.compensate(sold.sell).failed is None
    assert sold.open().status == "compensated"
    assert (sold.world.count("refund"), sold.world.count("release")) == (1, 1)


def test_an_undo_that_is_harmless_to_repeat_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.recorder.clock.SystemClock.sleep", lambda _self, _seconds: None)
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))
    sold.world.trouble["refund"] = TimeoutError("no answer")
    done = run.compensate(sold.sell)
    assert done.frame["attempts"].tolist() == [2, 1]
    assert sold.world.did[2:] == ["refund charge/42/undo"] * 2 + ["release hold/42/undo"]


def test_undone_down_to_a_step_and_done_anew_under_a_new_key(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))
    run.compensate(sold.sell, down_to="charge")
    with pytest.raises(ValueError, match="no address"):  # it has ended: resuming gives its outcome
        run.refresh().resume(sold.sell, accept=["charge (2)"])
    plan = run.refresh().retry_from("charge", sold.sell, dry_run=True)
    assert plan.option.safety == "SAFE"
    assert "new idempotency key" in repr(plan)
    assert run.refresh().retry_from("charge", sold.sell) == "held 42, ch-1, sent"
    first, undone, second, mailed = sold.world.did[1:]
    assert (first, undone, mailed) == ("charge charge/42", "refund charge/42/undo", "mail mail/42")
    assert second.startswith("charge charge/42/again-")
    assert sold.open().status == "completed"
    assert replays(sold.open(), sold.sell) == "completed"


# --- rerun -----------------------------------------------------------------------------------------------------


def test_a_run_that_did_nothing_is_run_again_and_the_old_one_is_over(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.dies("before hold")
    run = run.resolve("hold", happened=False)
    assert run.rerun(sold.sell) == "held 42, ch-1, sent"
    recording = wb.open(sold.log)
    assert recording.run("order-42~2").facts.business_key == "42"
    old = recording.run("order-42")
    assert (old.status, old.facts.continued_as) == ("cancelled", "order-42~2")
    assert "order-42~2" in old.verdict(sold.sell).row("rerun").because  # type: ignore[union-attr]  # there is one


def test_a_new_run_would_charge_twice(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))
    with pytest.raises(errors.UnsafeError, match="would be done twice"):
        run.rerun(sold.sell)
    assert sold.world.count("charge") == 1
    assert not sold.open().facts.decisions


# --- a log that went on ----------------------------------------------------------------------------------------


def test_what_is_judged_is_the_log_as_it_is_now(tmp_path: Path) -> None:
    """A colleague resumed the run while this one lay open in a notebook."""
    sold = shop(tmp_path)
    stale = sold.dies("charge")
    sold.open().probe(code=sold.sell, record=True)
    assert sold.open().resume(sold.sell) == "held 42, ch-1, sent"
    assert stale.resume(sold.sell, dry_run=True).option.because.startswith("the run has completed")
    with pytest.raises(errors.UnsafeError):
        stale.compensate(sold.sell)  # mail cannot be undone, and the stale view does not know that it was sent
    with pytest.raises(errors.UsageError, match="not in doubt"):
        stale.probe("charge", sold.sell)
    assert [done.split()[0] for done in sold.world.did] == ["hold", "charge", "mail"]


def test_a_run_that_goes_on_between_judging_and_acting_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold = shop(tmp_path)
    run = sold.dies("charge")
    judged = load(sold.log)
    monkeypatch.setattr("workbench.recording.settling.load", lambda _path: judged)
    with wb.Recorder(sold.log) as recorder:
        recorder.resolve("order-42", "2", happened=True, result="ch-1")
    with pytest.raises(errors.RunBusyError, match="1 new events"):
        run.compensate(sold.sell)
    assert sold.world.count("refund") == 0


def test_a_step_whose_undo_is_not_to_be_found_leaves_the_run_as_it_was(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))

    @wb.workflow(name="sell")
    def other(order: str) -> str:
        return order

    with pytest.raises(errors.CodeNotFoundError):
        run.compensate(other, accept=["G5"])
    assert not sold.open().facts.decisions


def test_the_timeline_shows_what_was_superseded_and_what_was_undone(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))
    run.compensate(sold.sell, down_to="charge")
    run.refresh().retry_from("charge", sold.sell)
    spans = spans_of(sold.open().history, "order-42")
    told = [(span.name, span.state, span.note) for span in spans]
    assert told == [
        ("hold", "committed", ""),
        ("charge", "committed", "superseded by a retry"),
        ("mail", "failed", "ValueError: no address; superseded by a retry"),
        ("refund", "compensated", ""),
        ("charge", "committed", ""),
        ("mail", "committed", ""),
    ]


# --- the record ------------------------------------------------------------------------------------------------


def test_the_record_of_a_decision_is_text_whatever_was_typed(tmp_path: Path) -> None:
    sold = shop(tmp_path)
    run = sold.fails("before mail", ValueError("no address"))
    run.compensate(sold.sell, by="<img src=x>", why="see [here](javascript:x) \x1b[31m")
    record = sold.open().decision_record()
    assert "<img" not in record.to_html()
    assert "[here](" not in record.to_markdown()
    assert "\x1b" not in record.to_markdown() + record.to_html() + repr(record)
    told = json.loads(record.to_json())
    assert told["decisions"][0]["calls"] == [
        "undo charge (2), key charge/42 (by refund)", "undo hold (1), key hold/42 (by release)",
    ]  # fmt: skip
