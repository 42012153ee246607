"""Hazard 19 where no single step shows it: layers of retries that multiply, loops of the code, mere counts."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.retry_storm import paced
from tests.analysis.hazards.corpus.telling import HOUR, activity, call
from tests.story import Story, recorded
from workbench.model import EventType


@positive(19)
def two_layers_in_a_child_and_its_child(story: Story) -> None:
    run = story.run("trip-2", workflow="trip", business_key="trip-2")
    for outer in range(3):
        leg = run.child("leg", f"trip-2/leg-{outer}")
        middle = story.run(f"trip-2/leg-{outer}", workflow="leg", business_key="trip-2")
        for inner in range(3):
            seat = middle.child("seat", f"trip-2/leg-{outer}/seat-{inner}")
            lowest = story.run(f"trip-2/leg-{outer}/seat-{inner}", workflow="seat", business_key="trip-2")
            paced(lowest.step("hold", kind="keyed", key="h/2", args=["LIS"]), (1.2, 4.9)).failed("Busy")
            lowest.failed("Busy")
            seat.answered(EventType.ChildFailed, error=recorded("Busy"))
        middle.failed("Busy")
        leg.answered(EventType.ChildFailed, error=recorded("Busy"))
    run.failed("Busy")


@positive(19)
def child_started_four_times_over_a_retrying_step(story: Story) -> None:
    run = story.run("bill-2", workflow="bill")
    for turn in range(4):
        child = run.child("fetch_rates", f"bill-2/{turn}")
        inner = story.run(f"bill-2/{turn}", workflow="fetch_rates")
        paced(inner.step("rates", kind="read", args=["EUR"]), (0.4, 1.9, 3.1)).failed("Timeout")
        inner.failed("Timeout")
        child.answered(EventType.ChildFailed, error=recorded("Timeout"))
    run.failed("Timeout")


@positive(19)
def a_loop_without_any_pause(story: Story) -> None:
    run = story.run("lock-1", workflow="lock")
    for _ in range(30):
        run.step("take_lock", kind="idempotent", args=["door"]).failed("Locked", definite=False)
    run.step("take_lock", kind="idempotent", args=["door"]).completed()
    run.completed()


@positive(19)
def http_reads_in_a_loop_until_one_works(story: Story) -> None:
    run = story.run("feed-1", workflow="feed")
    for _ in range(8):
        call(run, "GET", "https://feeds.acme.test/prices").failed("StatusError", "502", definite=False)
        run.timer(5).fired()
    call(run, "GET", "https://feeds.acme.test/prices").completed({"status": 200})
    run.completed()


@positive(19, engine="temporal")
def temporal_two_hundred_attempts_in_an_hour_of_seconds(story: Story) -> Look:
    run = story.run("wf-2", workflow="SyncWorkflow")
    step = activity(run, "ListFiles", "inbox")
    story.wait(400)
    step.began(200, "Unavailable", "connection refused")
    return Look(later_seconds=5)


@positive(19, engine="temporal")
def temporal_tenth_attempt_of_a_minute(story: Story) -> None:
    run = story.run("wf-3", workflow="SyncWorkflow")
    activity(run, "CountFiles", "inbox").completed(4)
    step = activity(run, "ListFiles", "inbox")
    story.wait(30)
    step.began(11, "Unavailable", "503").failed("Unavailable", "503")
    run.failed("Unavailable")


# --- near misses -----------------------------------------------------------------------------------------------


@negative(19)
def a_loop_with_growing_and_random_pauses(story: Story) -> None:
    run = story.run("hook-10", workflow="notify")
    for seconds in (2.3, 6.1, 17.9, 31.4, 88.2):
        call(run, "POST", "https://hooks.acme.test/a", {"n": 1}, idempotency_key="n-10").failed(
            "StatusError", "503", definite=False
        )
        run.timer(seconds).fired()
    run.failed("StatusError")


@negative(19)
def a_loop_over_customers_that_all_fail(story: Story) -> None:
    run = story.run("mail-11", workflow="campaign")
    for who in range(12):
        run.step("send", kind="write", args=[f"customer-{who}"]).failed("Refused", definite=True)
        run.timer(2).fired()
    run.completed()


@negative(19)
def once_a_day_until_it_works(story: Story) -> None:
    run = story.run("fax-11", workflow="fax")
    for _ in range(5):
        run.step("fax", kind="idempotent", args=["office"]).failed("NoAnswer", definite=True)
        run.timer(24 * HOUR).fired()
    run.step("fax", kind="idempotent", args=["office"]).completed()
    run.completed()


@negative(19, engine="temporal")
def temporal_twelfth_attempt_after_hours(story: Story) -> None:
    run = story.run("wf-11", workflow="OrderWorkflow")
    step = activity(run, "Charge", 9)
    story.wait(2.6 * HOUR)
    step.began(12, "ServiceUnavailable", "503").answered("ch_1")
    run.completed()


@negative(19, engine="temporal")
def temporal_waited_long_for_its_first_attempt(story: Story) -> None:
    run = story.run("wf-12", workflow="OrderWorkflow")
    for number in range(12):
        activity(run, "Charge", number).completed("ch")
    run.completed()


@negative(19)
def children_that_succeed_one_after_the_other(story: Story) -> None:
    run = story.run("bill-10", workflow="bill")
    for turn in range(4):
        child = run.child("fetch_rates", f"bill-10/{turn}")
        inner = story.run(f"bill-10/{turn}", workflow="fetch_rates")
        paced(inner.step("rates", kind="read", args=["EUR"]), (0.4, 1.9)).completed(1.08)
        inner.completed()
        child.completed()
    run.completed()


@negative(19)
def a_child_that_failed_and_one_that_did_not(story: Story) -> None:
    run = story.run("bill-11", workflow="bill")
    for turn in range(2):
        child = run.child("fetch_rates", f"bill-11/{turn}")
        inner = story.run(f"bill-11/{turn}", workflow="fetch_rates")
        step = paced(inner.step("rates", kind="read", args=["EUR"]), (1.1,))
        if turn:
            step.completed(1.08)
            inner.completed()
            child.completed()
        else:
            step.failed("Timeout")
            inner.failed("Timeout")
            child.answered(EventType.ChildFailed, error=recorded("Timeout"))
    run.completed()


@negative(19)
def children_for_others_that_all_fail(story: Story) -> None:
    run = story.run("mail-12", workflow="campaign")
    for who in range(4):
        child = run.child("write_to", f"mail-12/{who}")
        story.bodies[-1]["args"] = [f"customer-{who}"]
        inner = story.run(f"mail-12/{who}", workflow="write_to")
        paced(inner.step("send", kind="write", args=[f"customer-{who}"]), (0.4, 1.9, 3.1)).failed("Refused")
        inner.failed("Refused")
        child.answered(EventType.ChildFailed, error=recorded("Refused"))
    run.completed()


@negative(19)
def side_by_side_for_the_same_and_all_failed(story: Story) -> None:
    run = story.run("quorum-10", workflow="vote")
    votes = [run.step("vote", kind="read", args=["motion-1"]).started() for _ in range(5)]
    for vote in votes:
        vote.failed("Unavailable", definite=False)
    run.failed("NoQuorum")
