"""Near misses of hazard 2: pauses that were short, or that the code had asked for."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative
from tests.analysis.hazards.corpus.telling import (
    DAY,
    HOUR,
    MINUTE,
    activity,
    awaiting,
    resumed,
    sends,
    takes,
)
from tests.story import Story
from workbench.model import EventType


@negative(2)
def back_in_three_seconds(story: Story) -> None:
    run = story.run("order-2")
    run.step("quote", kind="read").completed({"price": 19})
    resumed(run, after_seconds=3)
    run.step("charge", kind="keyed", key="charge/2").completed("ch_2")
    run.completed()


@negative(2)
def back_in_two_minutes(story: Story) -> None:
    run = story.run("order-3")
    run.step("quote", kind="read").completed({"price": 19})
    resumed(run, after_seconds=120)
    run.step("charge", kind="keyed", key="charge/3").completed("ch_3")
    run.completed()


@negative(2)
def the_code_asked_for_three_days(story: Story) -> None:
    run = story.run("trial-1", workflow="trial")
    run.step("open_account").completed("acc-1")
    run.timer(3 * DAY).fired()
    run.step("remind", args=["acc-1"]).completed()
    run.completed()


@negative(2)
def a_person_took_a_week(story: Story) -> None:
    run = story.run("leave-1", workflow="leave_request")
    wait = awaiting(run, "decided")
    story.wait(7 * DAY)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "decided", "yes"))
    run.step("book_leave", kind="idempotent").completed()
    run.completed()


@negative(2)
def a_child_took_two_days(story: Story) -> None:
    run = story.run("order-4")
    child = run.child("produce", "order-4/produce")
    story.wait(2 * DAY)
    child.completed("made")
    run.step("ship", args=["made"]).completed()
    run.completed()


@negative(2)
def crash_during_a_sleep_that_went_on(story: Story) -> None:
    run = story.run("trial-2", workflow="trial")
    timer = run.timer(DAY)
    resumed(run, after_seconds=6 * HOUR)
    story.wait(18 * HOUR - 4)
    timer.answered(EventType.TimerFired)
    run.step("remind").completed()
    run.completed()


@negative(2)
def crash_during_a_wait_for_a_person(story: Story) -> None:
    run = story.run("leave-2", workflow="leave_request")
    wait = awaiting(run, "decided")
    resumed(run, after_seconds=5 * HOUR)
    story.wait(3 * HOUR)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "decided", "no"))
    run.completed("refused")


@negative(2)
def one_long_step(story: Story) -> None:
    run = story.run("train-2", workflow="train")
    run.step("load", kind="read").completed(10)
    training = run.step("fit", kind="pure", args=["resnet"]).started()
    story.wait(6 * HOUR)
    training.completed({"loss": 0.1})
    run.step("evaluate", kind="pure").completed(0.93)
    run.completed()


@negative(2)
def a_run_of_long_steps(story: Story) -> None:
    run = story.run("etl-1", workflow="etl")
    for table in ("users", "orders", "items", "visits"):
        step = run.step("load_table", kind="idempotent", args=[table]).started()
        story.wait(20 * MINUTE)
        step.completed(table)
        story.wait(10 * MINUTE)
    resumed(run, after_seconds=25 * MINUTE)
    story.wait(15 * MINUTE)
    run.step("report", kind="pure").completed()
    run.completed()


@negative(2)
def the_other_run_of_the_log_was_late(story: Story) -> Look:
    first = story.run("a-1", workflow="one")
    first.step("read", kind="read").completed(1)
    first.completed()
    story.wait(3 * DAY)
    second = story.run("b-1", workflow="two")
    second.step("read", kind="read").completed(1)
    resumed(second, after_seconds=2)
    second.completed()
    return Look(run_id="b-1")


@negative(2, engine="temporal")
def temporal_slept_a_month(story: Story) -> None:
    run = story.run("wf-3", workflow="SubscriptionWorkflow")
    activity(run, "Charge", 9).completed("ch_1")
    run.timer(30 * DAY).fired()
    activity(run, "Charge", 9).completed("ch_2")
    run.completed()


@negative(2)
def polls_every_ten_minutes(story: Story) -> None:
    run = story.run("batch-1", workflow="await_batch")
    for _ in range(6):
        run.step("status", kind="read", args=["job-1"]).completed("running")
        run.timer(600).fired()
    resumed(run, after_seconds=5)
    run.step("status", kind="read", args=["job-1"]).completed("done")
    run.completed()


@negative(2)
def a_signal_came_long_after_the_end(story: Story) -> None:
    run = story.run("order-6")
    run.step("ship").completed()
    run.completed()
    story.wait(9 * DAY)
    sends(run, "thanks", "great shoes")


@negative(2)
def recovered_twice_at_once(story: Story) -> None:
    run = story.run("order-7")
    run.step("quote", kind="read").completed(7)
    resumed(run, after_seconds=1)
    resumed(run, after_seconds=2, pid=4244)
    run.step("charge", kind="keyed", key="charge/7").completed()
    run.completed()


@negative(2)
def signal_that_waited_for_the_code(story: Story) -> None:
    run = story.run("order-8")
    arrived = sends(run, "paid", 10)
    timer = run.timer(2 * HOUR)
    timer.fired()
    takes(run, "paid", arrived)
    run.completed()


@negative(2)
def backoff_of_half_an_hour(story: Story) -> None:
    run = story.run("sms-1", workflow="send_code")
    step = run.step("send_sms", kind="keyed", key="sms/1").attempt_failed("Busy", definite=True, retry_in_seconds=1800)
    story.wait(1800)
    step.completed("sent")
    run.completed()
