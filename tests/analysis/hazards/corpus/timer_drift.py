"""Hazard 24: a timer fired long before or after it was due, or was armed anew for its full time."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import DAY, HOUR, MINUTE, awaiting, resumed, sends
from tests.story import RunStory, Story
from workbench.model import EventType, instant


def fires(run: RunStory, seconds: float, after_seconds: float) -> None:
    """A timer of so many seconds that fires after so many."""
    timer = run.timer(seconds)
    run.story.wait(after_seconds - 1)
    timer.answered(EventType.TimerFired)


@positive(24)
def reminder_of_a_week_after_two(story: Story) -> None:
    run = story.run("trial-1", workflow="trial")
    fires(run, 7 * DAY, 14 * DAY)
    run.step("remind").completed()
    run.completed()


@positive(24)
def task_of_three_at_ten_past_two(story: Story) -> None:
    run = story.run("nightly-1", workflow="nightly")
    fires(run, 5 * HOUR, 5 * HOUR - 50 * MINUTE)
    run.step("dump", kind="idempotent").completed()
    run.completed()


@positive(24)
def fired_at_once(story: Story) -> None:
    run = story.run("cool-1", workflow="cool_down")
    fires(run, 2 * HOUR, 1)
    run.completed()


@positive(24)
def an_hour_late_in_a_day(story: Story) -> None:
    run = story.run("mail-1", workflow="digest")
    fires(run, 10 * MINUTE, 70 * MINUTE)
    run.step("send").completed()
    run.completed()


@positive(24)
def armed_anew_after_the_crash(story: Story) -> None:
    run = story.run("trial-2", workflow="trial")
    timer = run.timer(7 * DAY)
    resumed(run, after_seconds=6 * DAY)
    story.wait(7 * DAY)
    timer.answered(EventType.TimerFired)
    run.step("remind").completed()
    run.completed()


@positive(24)
def process_was_down_when_it_was_due(story: Story) -> None:
    run = story.run("hold-1", workflow="release_seat")
    timer = run.timer(10 * MINUTE)
    resumed(run, after_seconds=9 * HOUR)
    timer.answered(EventType.TimerFired)
    run.step("release", kind="idempotent").completed()
    run.completed()


@positive(24)
def too_early_after_an_error(story: Story) -> None:
    run = story.run("sms-1", workflow="sms")
    run.step("send", kind="keyed", key="s").failed("Busy", definite=True)
    fires(run, HOUR, 4 * MINUTE)
    run.step("send", kind="keyed", key="s").completed()
    run.completed()


@positive(24)
def one_bad_timer_among_good_ones(story: Story) -> None:
    run = story.run("water-1", workflow="irrigate")
    for late in (0, 0, 3 * HOUR, 0):
        fires(run, HOUR, HOUR + 1 + late)
    run.completed()


@positive(24)
def two_side_by_side_and_one_late(story: Story) -> None:
    run = story.run("race-1", workflow="race")
    short, long = run.timer(MINUTE), run.timer(2 * HOUR)
    story.wait(MINUTE)
    short.answered(EventType.TimerFired)
    story.wait(8 * HOUR)
    long.answered(EventType.TimerFired)
    run.completed()


@positive(24, engine="temporal")
def temporal_timer_half_a_day_late(story: Story) -> None:
    run = story.run("wf-1", workflow="ReminderWorkflow")
    fires(run, DAY, 1.5 * DAY)
    run.completed()


@positive(24, engine="dbos")
def dbos_slept_three_times_as_long(story: Story) -> None:
    run = story.run("dbos-1", workflow="nap")
    fires(run, HOUR, 3 * HOUR)
    run.completed()


@positive(24)
def the_month_ended_on_the_tenth(story: Story) -> None:
    run = story.run("plan-1", workflow="subscription")
    fires(run, 30 * DAY, 10 * DAY)
    run.step("charge", kind="keyed", key="plan-1/2").completed()
    run.completed()


@positive(24)
def twice_late_and_open(story: Story) -> None:
    run = story.run("poll-1", workflow="poll")
    fires(run, 5 * MINUTE, 2 * HOUR)
    run.step("status", kind="read").completed("running")
    fires(run, 5 * MINUTE, 2 * HOUR)
    run.timer(5 * MINUTE)


@positive(24)
def cool_down_of_an_oven_cut_short(story: Story) -> None:
    run = story.run("oven-1", workflow="bake")
    run.step("heat_off", kind="idempotent").completed()
    fires(run, 40 * MINUTE, 20 * MINUTE)
    run.step("open_door", kind="write").completed()
    run.completed()


@positive(24)
def a_day_late_after_three_crashes(story: Story) -> None:
    run = story.run("tax-1", workflow="file_tax")
    timer = run.timer(HOUR)
    for pid in (5000, 5001, 5002):
        resumed(run, after_seconds=8 * HOUR, pid=pid)
    timer.answered(EventType.TimerFired)
    run.completed()


@positive(24)
def looked_at_the_clock_when_it_had_acted(story: Story) -> None:
    run = story.run("trial-3", workflow="trial")
    fires(run, 7 * DAY, 14 * DAY)
    run.step("remind").completed()
    run.drew(EventType.ClockRead, instant(story.now_ns))
    run.completed()


@positive(24)
def early_and_knows_the_time(story: Story) -> None:
    run = story.run("oven-2", workflow="bake")
    fires(run, 40 * MINUTE, 20 * MINUTE)
    run.drew(EventType.ClockRead, instant(story.now_ns))
    run.step("open_door", kind="write").completed()
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(24)
def on_time(story: Story) -> None:
    run = story.run("trial-10", workflow="trial")
    run.timer(7 * DAY).fired()
    run.step("remind").completed()
    run.completed()


@negative(24)
def looks_at_the_clock_when_it_wakes(story: Story) -> None:
    run = story.run("trial-14", workflow="trial")
    fires(run, 7 * DAY, 14 * DAY)
    run.drew(EventType.ClockRead, instant(story.now_ns))
    run.step("apologise").completed()
    run.completed()


@negative(24)
def half_a_second_late(story: Story) -> None:
    run = story.run("trial-11", workflow="trial")
    fires(run, HOUR, HOUR + 1.5)
    run.completed()


@negative(24)
def cancelled_in_time(story: Story) -> None:
    run = story.run("hold-10", workflow="hold")
    timer = run.timer(DAY)
    sends(run, "paid", 1)
    timer.answered(EventType.TimerCancelled)
    run.completed()


@negative(24)
def not_due_yet(story: Story) -> Look:
    run = story.run("trial-12", workflow="trial")
    run.timer(7 * DAY)
    return Look(later_seconds=2 * DAY)


@negative(24)
def crash_during_a_timer_that_kept_its_time(story: Story) -> None:
    run = story.run("trial-13", workflow="trial")
    timer = run.timer(DAY)
    resumed(run, after_seconds=6 * HOUR)
    story.wait(18 * HOUR - 2)
    timer.answered(EventType.TimerFired)
    run.completed()


@negative(24)
def signal_timed_out_on_time(story: Story) -> None:
    run = story.run("leave-10", workflow="leave")
    wait = awaiting(run, "decided", HOUR)
    story.wait(HOUR)
    wait.answered(EventType.SignalTimedOut)
    run.completed()


@negative(24)
def two_seconds_late_in_a_month(story: Story) -> None:
    run = story.run("plan-10", workflow="subscription")
    fires(run, 30 * DAY, 30 * DAY + 2)
    run.completed()


@negative(24)
def late_step_after_a_good_timer(story: Story) -> None:
    run = story.run("mail-10", workflow="digest")
    run.timer(HOUR).fired()
    step = run.step("send", kind="keyed", key="d").started()
    story.wait(5 * HOUR)
    step.completed()
    run.completed()


@negative(24)
def twenty_short_naps(story: Story) -> None:
    run = story.run("poll-10", workflow="poll")
    for _ in range(20):
        run.timer(5).fired()
    run.completed()


@negative(24)
def no_timer(story: Story) -> None:
    run = story.run("order-10")
    run.step("ship").completed()
    run.completed()


@negative(24)
def side_by_side_on_time(story: Story) -> None:
    run = story.run("race-10", workflow="race")
    short, long = run.timer(MINUTE), run.timer(HOUR)
    story.wait(MINUTE)
    short.answered(EventType.TimerFired)
    story.wait(59 * MINUTE - 1)
    long.answered(EventType.TimerFired)
    run.completed()


@negative(24, engine="temporal")
def temporal_on_time(story: Story) -> None:
    run = story.run("wf-10", workflow="ReminderWorkflow")
    fires(run, DAY, DAY + 1)
    run.completed()


@negative(24, engine="dbos")
def dbos_on_time(story: Story) -> None:
    run = story.run("dbos-10", workflow="nap")
    fires(run, HOUR, HOUR + 1)
    run.completed()


@negative(24)
def a_person_was_late(story: Story) -> None:
    run = story.run("leave-11", workflow="leave")
    wait = awaiting(run, "decided")
    story.wait(9 * DAY)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "decided", "yes"))
    run.completed()


@negative(24)
def timer_of_no_time(story: Story) -> None:
    run = story.run("yield-10", workflow="give_way")
    run.timer(0).fired()
    run.completed()
