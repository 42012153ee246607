"""Hazard 2 beside waits: a crash while the code waits on purpose costs nothing until the wait would have ended."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.telling import DAY, HOUR, MINUTE, awaiting, resumed, sends
from tests.story import Story
from workbench.model import EventType


@positive(2)
def answer_came_and_nobody_was_there(story: Story) -> None:
    run = story.run("leave-21", workflow="leave_request")
    wait = awaiting(run, "decided")
    story.wait(HOUR)
    arrived = sends(run, "decided", "yes")
    resumed(run, after_seconds=6 * HOUR)
    wait.answered(EventType.SignalConsumed, cause=arrived)
    run.step("book_leave", kind="idempotent").completed()
    run.completed()


@positive(2)
def wait_of_ten_minutes_ended_in_the_night(story: Story) -> None:
    run = story.run("otp-21", workflow="log_in")
    wait = awaiting(run, "code", 10 * MINUTE)
    resumed(run, after_seconds=5 * HOUR)
    wait.answered(EventType.SignalTimedOut)
    run.step("lock_account", kind="idempotent").completed()
    run.completed()


@positive(2)
def one_branch_waited_and_the_other_was_at_work(story: Story) -> None:
    run = story.run("trip-21", workflow="trip")
    wait = awaiting(run, "passport")
    rate = run.step("exchange_rate", kind="read", args=["EURUSD"]).started().died()
    resumed(run, after_seconds=4 * HOUR)
    rate.completed(1.08)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "passport", "P1"))
    run.step("pay", kind="keyed", key="trip-21", args=[108]).completed()
    run.completed()


@positive(2)
def reminder_was_due_before_the_deadline(story: Story) -> None:
    run = story.run("invoice-21", workflow="dunning")
    reminder, deadline = run.timer(10 * MINUTE), run.timer(2 * DAY)
    resumed(run, after_seconds=DAY)
    reminder.answered(EventType.TimerFired)
    run.step("remind", args=["invoice-21"]).completed()
    story.wait(DAY)
    deadline.answered(EventType.TimerFired)
    run.completed()


@positive(2)
def backoff_of_a_minute_and_a_day(story: Story) -> None:
    run = story.run("sync-21", workflow="sync")
    step = run.step("push", kind="keyed", key="sync/21").attempt_failed("Busy", definite=True, retry_in_seconds=60)
    resumed(run, after_seconds=DAY)
    step.completed()
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(2)
def crash_during_a_wait_of_a_day(story: Story) -> None:
    run = story.run("leave-31", workflow="leave_request")
    wait = awaiting(run, "decided", DAY)
    resumed(run, after_seconds=5 * HOUR)
    story.wait(HOUR)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "decided", "no"))
    run.completed("refused")


@negative(2)
def two_deployments_during_a_wait_for_a_person(story: Story) -> None:
    run = story.run("leave-32", workflow="leave_request")
    run.step("days_left", kind="read", args=["anna"]).completed(12)
    wait = awaiting(run, "decided")
    resumed(run, after_seconds=20 * HOUR)
    resumed(run, after_seconds=30 * HOUR, pid=4244)
    story.wait(HOUR)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "decided", "yes"))
    run.completed("granted")


@negative(2)
def answer_came_just_before_the_resume(story: Story) -> None:
    run = story.run("leave-33", workflow="leave_request")
    wait = awaiting(run, "decided")
    story.wait(8 * HOUR)
    arrived = sends(run, "decided", "yes")
    resumed(run, after_seconds=10)
    wait.answered(EventType.SignalConsumed, cause=arrived)
    run.completed("granted")


@negative(2)
def another_signal_came_and_nobody_waited_for_it(story: Story) -> None:
    run = story.run("leave-34", workflow="leave_request")
    wait = awaiting(run, "decided")
    sends(run, "comment", "please hurry")
    resumed(run, after_seconds=9 * HOUR)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "decided", "yes"))
    run.completed("granted")


@negative(2)
def crash_during_a_backoff_of_six_hours(story: Story) -> None:
    run = story.run("sync-31", workflow="sync")
    failed = run.step("push", kind="keyed", key="sync/31")
    failed.attempt_failed("Busy", definite=True, retry_in_seconds=6 * HOUR)
    resumed(run, after_seconds=5 * HOUR)
    story.wait(HOUR)
    failed.completed()
    run.completed()
