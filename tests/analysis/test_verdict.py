"""Verdicts on whole runs, as a person meets them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.story import Story
from workbench.analysis import Option, Verdict, verdict_of


def judged(story: Story, run_id: str = "order-42", **asked: Any) -> Verdict:
    return verdict_of(story.history(), run_id, story.report(), now_ns=story.now_ns, **asked)


def row_of(found: Verdict, action: str, step: str = "") -> Option:
    row = found.row(action, step)
    assert row is not None
    return row


def charged(kind: str, key: str = "", **declared: Any) -> Story:
    """A card was charged, and the process died before the subscription was extended."""
    story = Story()
    run = story.run("order-42", business_key="42")
    run.step("login", kind="read").completed("token")
    run.step("charge", kind=kind, key=key, **declared).completed({"id": "ch_1"})
    run.step("extend", kind="idempotent").started().died()
    return story


def test_charged_and_not_extended_resume() -> None:
    found = judged(charged("write"))
    assert found.best == "resume"
    resume, rerun = row_of(found, "resume"), row_of(found, "rerun")
    assert resume.safety == "SAFE"
    assert resume.executes_again == ("extend (3)",)
    assert resume.already_done == ("charge (2)",)
    assert rerun.safety == "UNSAFE"
    assert rerun.because == "charge (2) is done and would be done twice"
    assert rerun.executes_again == ("login (1)", "charge (2)", "extend (3)")


@pytest.mark.parametrize(
    ("key", "expected"),
    [("charge/customer-7", "SAFE"), ("charge/order-42", "UNSAFE"), ("", "UNSAFE")],
)
def test_a_rerun_is_safe_only_with_a_key_that_survives_it(key: str, expected: str) -> None:
    found = judged(charged("keyed", key, key_lifetime_seconds=86400.0))
    assert row_of(found, "rerun").safety == expected
    assert row_of(found, "resume").safety == "SAFE"


def test_charge_in_doubt_with_a_probe_says_which_question_to_ask() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="write", probe="find_charge", key="charge/42").started().died()
    found = judged(story)
    assert found.best is None
    resume = row_of(found, "resume")
    assert resume.safety == "CHECK"
    assert resume.because.endswith("ask find_charge")
    (doubt,) = found.in_doubt
    assert (doubt.step, doubt.probe, doubt.key) == ("charge (1)", "find_charge", "charge/42")
    assert str(doubt) == "charge (1): Did it happen? Ask find_charge. Its key is charge/42."


@pytest.mark.parametrize("happened", [True, False])
def test_an_answer_to_the_question_makes_resume_safe(*, happened: bool) -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="write").started().died().resolved(happened=happened, result={"id": "ch_1"})
    found = judged(story)
    assert found.best == "resume"
    assert row_of(found, "resume").executes_again == (() if happened else ("charge (1)",))
    assert found.in_doubt == ()


def test_a_failed_run_is_retried_from_the_step_that_failed() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="write").completed()
    run.step("extend", kind="write").failed("Refused")
    run.failed("Refused")
    found = judged(story)
    assert (found.best, row_of(found, "retry_from").from_step) == ("retry_from", "extend (2)")
    assert not row_of(found, "resume").useful
    assert row_of(found, "retry_from", "charge").safety == "UNSAFE"
    assert row_of(found, "retry_from", "1").from_step == "charge (1)"
    assert found.row("retry_from", "nobody") is None


def test_a_half_done_saga_goes_back() -> None:
    story = Story()
    run = story.run("order-42")
    for name in ("flight", "hotel", "car"):
        run.step(name, kind="compensatable", undo=f"cancel_{name}", undo_null_safe=True).completed()
    run.step("pay", kind="write").failed("Declined")
    run.compensation("car").completed()
    run.compensation("hotel").started()
    found = judged(story)
    assert found.best == "compensate"
    compensate = row_of(found, "compensate")
    assert compensate.must_compensate == ("hotel (2)", "flight (1)")
    assert row_of(found, "resume").safety == "UNSAFE"
    assert "rolling back" in row_of(found, "resume").because
    assert "Is it undone?" in str(found.in_doubt[0])


def test_what_is_all_undone_is_at_rest() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="compensatable").completed()
    run.failed("Refused")
    run.compensation("charge").completed()
    found = judged(story)
    assert found.status == "compensated"
    assert found.best is None
    assert row_of(found, "retry_from").safety == "SAFE"
    assert not row_of(found, "compensate").useful


def test_undone_and_done_anew_needs_a_new_key() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="compensatable", key="charge/7").completed()
    run.compensation("charge").completed()
    found = judged(story)
    assert row_of(found, "retry_from").safety == "SAFE"  # our own retry renews the key
    assert row_of(found, "rerun").safety == "CHECK"
    assert "old answer" in row_of(found, "rerun").because


def test_a_failure_that_proves_nothing_stays_in_doubt_after_the_code_went_on() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="keyed", key="charge/7").failed("Timeout", definite=False)
    run.step("sorry", kind="read").started()
    found = judged(story)
    assert row_of(found, "resume").safety == "CHECK"
    assert row_of(found, "resume").in_doubt == ("charge (1)",)
    assert found.best == "retry_from"
    assert row_of(found, "retry_from").from_step == "charge (1)"


@pytest.mark.parametrize(("happened", "expected"), [(True, "UNSAFE"), (False, "SAFE")])
def test_a_late_answer_about_a_failure_that_the_code_was_told(*, happened: bool, expected: str) -> None:
    """Going on would tell the code that it failed; a retry tells it what somebody said that it returned."""
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="write").failed("Timeout", definite=False)
    run.step("sorry", kind="read").started()
    run.steps["charge"].resolved(happened=happened)
    assert row_of(judged(story), "resume").safety == expected
    retry = row_of(judged(story), "retry_from", "charge")
    assert retry.safety == "SAFE"
    assert retry.executes_again == (("sorry (2)",) if happened else ("charge (1)", "sorry (2)"))


def test_an_undo_that_failed_twice_needs_a_person() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="compensatable", undo_null_safe=True).completed()
    run.compensation("charge").failed()
    assert row_of(judged(story), "compensate").safety == "SAFE"
    run.compensation("charge").failed()
    assert row_of(judged(story), "compensate").safety == "CHECK"


def test_a_write_that_was_tried_twice_may_have_acted_twice() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("mail", kind="write").attempt_failed("Timeout").completed()
    run.step("next", kind="read").started()
    resume = row_of(judged(story), "resume")
    assert (resume.safety, resume.because) == (
        "CHECK",
        "an earlier attempt of mail (1) may have acted as well: look for two",
    )


def test_side_by_side_steps_without_an_answer_are_executed_again_with_a_retry() -> None:
    story = Story()
    run = story.run("order-42")
    stock = run.step("stock", kind="read", at=(1, 1)).started()
    mail = run.step("mail", kind="write", at=(2, 1)).started()
    stock.completed()
    mail.completed()
    found = judged(story)
    again = row_of(found, "retry_from", "mail")
    assert again.executes_again == ("stock (1.1)", "mail (2.1)")


def test_every_assumption_is_listed() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="keyed", key="charge/7").started()
    run.step("mail").started(attempt=0)
    assumed = row_of(judged(story), "resume").assumed
    wait = "no timeout is declared: wait as long as its service may take, then ask"
    assert assumed == (
        "the code is the one that was recorded: no dry replay was made",
        f"charge (1): no request of it is still on its way: sent at 2026-09-21 14:13:22 UTC, {wait}",
        "charge (1): its key lives 24 h, nobody declared for how long",
        "mail (2): kind write is assumed, nobody declared it",
        "mail (2): the number of attempts is unknown",
        f"mail (2): no request of it is still on its way: sent at 2026-09-21 14:13:23 UTC, {wait}",
    )
    assert "no dry replay" not in str(row_of(judged(story, code_check="clean"), "resume").assumed)


def test_options_are_a_frame() -> None:
    options = judged(charged("write")).options
    assert list(options.columns) == [
        "action", "from_step", "safety", "because", "reads_from_log",
        "executes_again", "already_done", "must_compensate", "in_doubt",
        "assumed", "useful",
    ]  # fmt: skip
    assert options["action"].tolist() == ["resume", *["retry_from"] * 3, "rerun", "compensate"]
    assert isinstance(options["safety"].dtype, pd.CategoricalDtype)
    assert options["safety"].max() == "UNSAFE"
    assert options.loc[options["action"] == "rerun", "executes_again"].iloc[0] == [
        "login (1)",
        "charge (2)",
        "extend (3)",
    ]


def test_a_run_without_steps_and_an_unknown_run() -> None:
    story = Story()
    story.run("order-42")
    found = judged(story)
    assert found.best == "resume"
    assert [row.action for row in found.rows] == ["resume", "rerun", "compensate"]
    assert judged(story, "nobody").status == "unknown"
    assert judged(story, "nobody").best is None


def test_the_words() -> None:
    found = judged(charged("write"))
    text = str(found)
    assert "According to this log and the declared kinds" in text
    assert "best: resume" in text
    assert "rerun: UNSAFE, charge (2) is done and would be done twice" in text
    assert "exactly" not in text
    assert repr(found) == text


def test_the_words_in_a_notebook_are_a_table_and_escaped() -> None:
    story = Story()
    run = story.run("<order>")
    run.step("<b>charge", kind="write").started()
    html = judged(story, "<order>")._repr_html_()
    assert ">✗\N{NO-BREAK SPACE}UNSAFE</td>" in html
    assert "&lt;b&gt;charge (1): Did it happen?" in html
    assert "<b>charge" not in html
    assert "<order>" not in html


def test_a_long_run_shows_the_candidates_nearest_to_the_trouble() -> None:
    story = Story()
    run = story.run("order-42")
    for number in range(300):
        run.step("poll", kind="read" if number != 100 else "write").completed()
    run.step("extend", kind="read").failed("Timeout")
    run.failed("Timeout")
    found = judged(story)
    assert row_of(found, "retry_from").from_step == "extend (301)"
    assert sum(row.action == "retry_from" and row.from_step != "end" for row in found.rows) == 20
