"""Hazard 20 beside deployments: a process that goes while the run only waits has not died of it."""

from __future__ import annotations

from tests.analysis.hazards.corpus.crash_loop import crashes
from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.telling import DAY, HOUR, MINUTE, awaiting, resumed, sends
from tests.story import Story
from workbench.model import EventType


@positive(20)
def dies_in_one_branch_and_waits_in_the_other(story: Story) -> None:
    run = story.run("order-21")
    awaiting(run, "paid")
    crashes(run, run.step("render_label", kind="pure", args=["order-21"]), 5)


@positive(20)
def dies_after_the_sleep(story: Story) -> None:
    run = story.run("trial-21", workflow="trial")
    timer = run.timer(DAY)
    resumed(run, after_seconds=6 * HOUR)
    story.wait(18 * HOUR)
    timer.answered(EventType.TimerFired)
    for pid in range(5000, 5006):
        resumed(run, after_seconds=15, pid=pid)


@positive(20)
def dies_of_what_the_signal_brought(story: Story) -> None:
    run = story.run("claim-21", workflow="claim")
    wait = awaiting(run, "documents")
    resumed(run, after_seconds=HOUR)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "documents", {"pages": None}))
    crashes(run, run.step("read_pages", kind="read"), 4, every_seconds=30)


# --- near misses -----------------------------------------------------------------------------------------------


@negative(20)
def deployed_each_day_of_a_sleep(story: Story) -> None:
    run = story.run("trial-31", workflow="trial")
    run.step("open_account").completed("acc-1")
    run.timer(14 * DAY)
    for pid in range(5000, 5009):
        resumed(run, after_seconds=DAY, pid=pid)


@negative(20)
def deployed_while_a_person_thinks(story: Story) -> None:
    run = story.run("leave-31", workflow="leave")
    run.step("days_left", kind="read", args=["anna"]).completed(12)
    awaiting(run, "decided", 30 * DAY)
    for pid in range(5000, 5006):
        resumed(run, after_seconds=7 * HOUR, pid=pid)


@negative(20)
def three_tries_of_one_deployment(story: Story) -> None:
    run = story.run("leave-32", workflow="leave")
    awaiting(run, "decided")
    for pid in (5000, 5001, 5002, 5003):
        resumed(run, after_seconds=2 * MINUTE, pid=pid)


@negative(20)
def restarted_while_a_child_is_at_work(story: Story) -> None:
    run = story.run("order-31")
    run.child("produce", "order-31/produce")
    for pid in range(5000, 5005):
        resumed(run, after_seconds=20 * MINUTE, pid=pid)


@negative(20)
def waited_and_was_cancelled(story: Story) -> None:
    run = story.run("leave-33", workflow="leave")
    wait = awaiting(run, "decided")
    for pid in range(5000, 5005):
        resumed(run, after_seconds=HOUR, pid=pid)
    wait.answered(EventType.SignalCancelled)
    run.cancelled()
