"""What may have been done twice: in doubt, duplicated, under another key, under a key that is forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.hazards.looking import case_of, look, seen
from tests.story import RunStory, Story
from workbench.analysis.hazards import Severity
from workbench.model import EventType

DAY = 86_400


def order(run_id: str = "order-42", story: Story | None = None, key: str = "42") -> tuple[Story, RunStory]:
    told = story or Story()
    return told, told.run(run_id, business_key=key)


# --- in doubt ------------------------------------------------------------------------------------------------------


def test_an_intent_without_an_outcome_is_in_doubt() -> None:
    story, run = order()
    run.step("charge", probe="find_charge").started().died()
    assert seen(case_of(story), "in-doubt") == [(Severity.DANGER, (2,))]
    assert look(case_of(story, report=story.report(writer_alive=True)), "in-doubt") == []
    run.steps["charge"].resolved(happened=True)
    assert look(case_of(story), "in-doubt") == []


def test_near_misses_of_a_doubt() -> None:
    story, run = order()
    run.step("stock", kind="read").started().died()
    run.step("charge").failed("Refused")
    run.step("ship").completed()
    assert look(case_of(story), "in-doubt") == []


def test_a_repeatable_step_in_doubt_and_an_undo_in_doubt() -> None:
    story, run = order()
    run.step("put", kind="idempotent").started().died()
    run.step("reserve", kind="compensatable").completed()
    run.compensation("reserve").started()
    assert [severity for severity, _ in seen(case_of(story), "in-doubt")] == [Severity.DANGER, Severity.NOTE]


# --- duplicates ----------------------------------------------------------------------------------------------------


def test_a_second_attempt_where_the_first_may_have_acted() -> None:
    story, run = order()
    run.step("charge", args=[118]).attempt_failed("Timeout").completed()
    assert seen(case_of(story), "duplicate-effect") == [(Severity.DANGER, (4, 2))]


@pytest.mark.parametrize("kind", ["read", "idempotent"])
def test_what_may_repeat_is_no_duplicate(kind: str) -> None:
    story, run = order()
    run.step("put", kind=kind, args=[118]).attempt_failed("Timeout").completed()
    assert look(case_of(story), "duplicate-effect") == []


def test_near_misses_of_a_duplicate() -> None:
    story, run = order()
    run.step("charge", key="charge/42", args=[118]).attempt_failed("Timeout").completed()
    run.step("ship", args=["order-42"]).attempt_failed("Refused", definite=True).completed()
    run.step("mail", args=["ada"]).completed()
    run.step("mail", args=["ada"]).completed()  # twice on purpose, by one process
    assert look(case_of(story), "duplicate-effect") == []


def test_the_same_call_in_another_run_of_the_order() -> None:
    story, run = order("order-42")
    run.step("charge", args=["42", 118]).completed()
    run.failed("OutOfStock")
    _, again = order("order-42-b", story)
    again.step("charge", args=["42", 118]).completed()
    again.completed()
    for run_id in ("order-42", "order-42-b"):
        assert len(look(case_of(story, run_id), "duplicate-effect")) == 1


@pytest.mark.parametrize("other", ["another order", "other amount", "same key", "undone"])
def test_near_misses_in_another_run(other: str) -> None:
    story, run = order("order-42")
    key = "charge/42" if other == "same key" else ""
    run.step("charge", kind="compensatable", key=key, args=["42", 118]).completed()
    if other == "undone":
        run.compensation("charge").completed()
    run.failed("OutOfStock")
    _, again = order("order-42-b", story, "43" if other == "another order" else "42")
    amount = 119 if other == "other amount" else 118
    again.step("charge", kind="compensatable", key=key, args=["42", amount]).completed()
    again.completed()
    assert look(case_of(story, "order-42-b"), "duplicate-effect") == []


# --- keys ----------------------------------------------------------------------------------------------------------


def test_a_key_per_attempt() -> None:
    story, run = order()
    run.step("charge", kind="keyed", key="k-1", args=[118]).attempt_failed("Timeout").started(key="k-2").completed()
    assert seen(case_of(story), "changed-key") == [(Severity.DANGER, (4, 2))]


def test_one_key_for_all_attempts() -> None:
    story, run = order()
    run.step("charge", kind="keyed", key="k-1", args=[118]).attempt_failed("Timeout").completed()
    run.step("refund", kind="keyed", key="k-1", args=["another step"]).completed()
    assert look(case_of(story), "changed-key") == []


def test_a_new_key_after_an_undo_is_right() -> None:
    story, run = order()
    run.step("charge", kind="compensatable", key="k-1", args=[118]).completed()
    run.compensation("charge").completed()
    run.steps["charge"].started(key="k-2").completed()
    assert look(case_of(story), "changed-key") == []


def test_a_key_that_a_new_run_changes() -> None:
    story, run = order("run-a")
    run.step("charge", kind="keyed", key="run-a/1", args=["42", 118]).completed()
    run.failed("OutOfStock")
    _, again = order("run-b", story)
    again.step("charge", kind="keyed", key="run-b/1", args=["42", 118]).completed()
    assert [seqs for _, seqs in seen(case_of(story, "run-b"), "changed-key")] == [(6, 2)]


def test_the_retry_button_makes_a_new_key() -> None:
    def pressed(first: str) -> Story:
        story, run = order()
        step = run.step("charge", kind="keyed", key="k-1", args=[{"amount": 118, "Idempotency-Key": "k-1"}])
        step.failed("Timeout", definite=False) if first == "lost" else step.completed()
        run.step("charge", kind="keyed", key="k-2", args=[{"amount": 118, "Idempotency-Key": "k-2"}]).completed()
        return story

    assert len(look(case_of(pressed("lost")), "changed-key")) == 1
    assert look(case_of(pressed("done")), "changed-key") == [], "two calls on purpose"


def test_one_key_for_two_requests() -> None:
    story, run = order()
    run.step("charge", kind="keyed", key="k-1", args=[118, "2026-09-21T14:00:00Z"]).completed()
    run.step("charge", kind="keyed", key="k-1", args=[999, "2026-09-21T14:00:00Z"]).completed()
    assert [seqs for _, seqs in seen(case_of(story), "changed-key")] == [(4, 2)]


# --- windows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "after", "found"),
    [
        ({}, 3 * DAY, True),
        ({}, 10 * 3600, False),
        ({"key_lifetime_seconds": 1800.0}, 3600, True),
        ({"key_lifetime_seconds": 1800.0}, 1800, False),
        ({"key_lifetime_seconds": 7.0 * DAY}, 3 * DAY, False),
    ],
)
def test_a_doubt_that_is_older_than_its_key(declared: dict[str, Any], after: float, found: bool) -> None:  # noqa: FBT001 - a column of the table
    story, run = order()
    run.step("charge", kind="keyed", key="charge/42", **declared).started().died()
    assert bool(look(case_of(story, after_seconds=after), "key-window")) is found


def test_what_succeeded_needs_no_key() -> None:
    story, run = order()
    run.step("charge", kind="keyed", key="charge/42").completed()
    run.step("unkeyed").started().died()
    assert look(case_of(story, after_seconds=9 * DAY), "key-window") == []


def test_an_attempt_after_the_window() -> None:
    story, run = order()
    run.step("charge", kind="keyed", key="charge/42").started().died()
    run.recovered(after_seconds=3 * DAY)
    run.steps["charge"].started().completed()
    run.completed()
    assert seen(case_of(story), "key-window") == [(Severity.DANGER, (4, 2))]
    assert EventType.RunCompleted in story.columns.type
