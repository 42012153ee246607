"""Hazard 3: the wall clock goes back, or two hosts' clocks cross, while the run goes forward."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import DAY, HOUR, MINUTE, activity, awaiting, dbos_step, iso, resumed, sends
from tests.story import NS, Story
from workbench.model import EventType, instant


@positive(3)
def an_hour_back_between_two_steps(story: Story) -> None:
    run = story.run("order-1")
    run.step("reserve", kind="idempotent").completed()
    story.clock_set(-HOUR)
    run.step("charge", kind="keyed", key="charge/1").completed()
    run.completed()


@positive(3)
def result_before_its_request(story: Story) -> None:
    run = story.run("order-2")
    step = run.step("charge", kind="keyed", key="charge/2").started()
    story.clock_set(-90)
    step.completed("ch_2")
    run.completed()


@positive(3)
def other_host_is_behind(story: Story) -> None:
    run = story.run("job-1", workflow="encode")
    run.step("split", kind="pure").completed(4)
    story.wait(2).process(77, host="render-9", boot=21).clock_set(-240)
    run.recovered()
    run.step("encode", kind="pure", args=[1]).completed()
    run.completed()


@positive(3)
def machine_was_moved(story: Story) -> None:
    run = story.run("train-1", workflow="train")
    for epoch in range(3):
        run.step("epoch", kind="pure", args=[epoch]).completed()
    story.clock_set(-30)
    run.step("epoch", kind="pure", args=[3]).completed()
    story.clock_set(30)
    run.completed()


@positive(3)
def signal_consumed_before_it_came(story: Story) -> None:
    run = story.run("leave-1", workflow="leave")
    wait = awaiting(run, "decided")
    arrived = sends(run, "decided", "yes")
    story.clock_set(-20)
    wait.answered(EventType.SignalConsumed, cause=arrived)
    run.completed()


@positive(3)
def child_ended_before_it_began(story: Story) -> None:
    run = story.run("order-3")
    child = run.child("pack", "order-3/pack")
    story.clock_set(-10 * MINUTE)
    child.completed()
    run.completed()


@positive(3)
def back_by_a_day_at_the_recovery(story: Story) -> None:
    run = story.run("device-1", workflow="update_device")
    run.step("download", kind="idempotent").completed()
    story.clock_set(-DAY)
    resumed(run, after_seconds=40, boot=9)
    run.step("install").completed()
    run.completed()


@positive(3)
def timer_fired_before_it_was_set(story: Story) -> None:
    run = story.run("trial-1", workflow="trial")
    timer = run.timer(60)
    story.clock_set(-HOUR)
    timer.fired()
    run.completed()


@positive(3)
def first_event_is_the_latest(story: Story) -> None:
    story.clock_set(5 * MINUTE)
    run = story.run("order-4")
    story.clock_set(-5 * MINUTE)
    run.step("ship").completed()
    run.completed()


@positive(3)
def failure_before_its_attempt(story: Story) -> None:
    run = story.run("mail-1", workflow="send_mail")
    step = run.step("smtp").started()
    story.clock_set(-45)
    step.failed("SmtpError", definite=True)
    run.failed("SmtpError")


@positive(3)
def undo_before_the_deed(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    run.step("flight", kind="compensatable").completed("f1")
    story.clock_set(-15 * MINUTE)
    run.compensation("flight").completed()
    run.failed("HotelFull")


@positive(3)
def steps_back_twice(story: Story) -> None:
    run = story.run("sensor-1", workflow="calibrate")
    for reading in range(6):
        run.step("measure", kind="read", args=[reading]).completed(reading)
        if reading % 3 == 1:
            story.clock_set(-25)
    run.completed()


@positive(3, engine="temporal")
def temporal_worker_clock_behind_the_server(story: Story) -> None:
    run = story.run("wf-1", workflow="OrderWorkflow")
    step = activity(run, "Charge", 9).began()
    story.clock_set(-2 * MINUTE)
    step.answered("ch_1")
    run.completed()


@positive(3)
def back_in_a_run_that_is_open(story: Story) -> None:
    run = story.run("order-5")
    run.step("reserve", kind="idempotent").completed()
    story.clock_set(-12)
    run.step("charge").started()


@positive(3)
def clock_readings_go_back(story: Story) -> None:
    run = story.run("shift-1", workflow="clock_in")
    run.drew(EventType.ClockRead, instant(story.now_ns))
    story.clock_set(-HOUR)
    run.drew(EventType.ClockRead, instant(story.now_ns - HOUR * NS))
    run.step("store_hours", kind="idempotent", args=[-1]).completed()
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(3)
def always_forward(story: Story) -> None:
    run = story.run("order-10")
    run.step("reserve", kind="idempotent").completed()
    run.step("charge", kind="keyed", key="charge/10").completed()
    run.completed()


@negative(3)
def ten_milliseconds_back(story: Story) -> None:
    run = story.run("order-11")
    run.step("reserve", kind="idempotent").completed()
    story.clock_set(-1.01)
    run.step("charge", kind="keyed", key="charge/11").completed()
    run.completed()


@negative(3)
def slewed_slowly(story: Story) -> None:
    run = story.run("train-2", workflow="train")
    for epoch in range(20):
        run.step("epoch", kind="pure", args=[epoch]).completed()
        story.clock_set(-0.0005)
    run.completed()


@negative(3)
def business_dates_in_the_past(story: Story) -> None:
    run = story.run("archive-1", workflow="archive")
    for age in (1, 400, 30):
        run.step("load", kind="read", args=[age]).completed({"created_at": iso(story, -age * DAY)})
    run.completed()


@negative(3)
def local_time_goes_back_in_october(story: Story) -> None:
    run = story.run("shift-2", workflow="clock_in")
    run.step("local_time", kind="read").completed("2026-10-25T02:59:59+02:00")
    run.step("local_time", kind="read").completed("2026-10-25T02:00:01+01:00")
    run.completed()


@negative(3)
def rebooted_and_the_monotonic_clock_began_anew(story: Story) -> None:
    run = story.run("device-2", workflow="update_device")
    run.step("install").completed()
    before = len(story.bodies)
    resumed(run, after_seconds=90, boot=8)
    run.step("check", kind="read").completed("ok")
    run.completed()
    for row in range(before, len(story.bodies)):
        story.columns.mono_ns[row] -= 90 * NS


@negative(3)
def two_runs_take_turns(story: Story) -> None:
    one, two = story.run("a-1", workflow="one"), story.run("b-1", workflow="two")
    first = one.step("read", kind="read").started()
    two.step("read", kind="read").completed(1)
    first.completed(2)
    two.completed()
    one.completed()


@negative(3)
def answers_out_of_order(story: Story) -> None:
    run = story.run("trip-2", workflow="trip")
    calls = [run.step("ask", kind="read", args=[who]).started() for who in ("air", "rail", "bus")]
    for call in reversed(calls):
        call.completed(1)
    run.completed()


@negative(3)
def everything_in_the_same_second(story: Story) -> None:
    run = story.run("order-12")
    for step in ("a", "b", "c"):
        run.step(step, kind="pure").completed()
        story.clock_set(-1)
    run.completed()


@negative(3)
def clock_of_another_run_only(story: Story) -> Look:
    one = story.run("a-2", workflow="one")
    one.step("read", kind="read").completed(1)
    one.completed()
    story.clock_set(-HOUR)
    two = story.run("b-2", workflow="two")
    two.step("read", kind="read").completed(1)
    two.completed()
    return Look(run_id="b-2")


@negative(3, engine="temporal")
def temporal_events_of_one_turn(story: Story) -> None:
    run = story.run("wf-2", workflow="OrderWorkflow")
    asked = [activity(run, "Quote", who) for who in ("a", "b")]
    story.clock_set(-1)
    for one in asked:
        one.completed(1)
    run.completed()


@negative(3, engine="dbos")
def dbos_in_whole_milliseconds(story: Story) -> None:
    run = story.run("dbos-2", workflow="order")
    for name in ("reserve", "charge"):
        dbos_step(run, name, "ok")
        story.clock_set(-1)
    run.completed()


@negative(3)
def recovered_on_another_host_in_step(story: Story) -> None:
    run = story.run("job-2", workflow="encode")
    run.step("split", kind="pure").completed(4)
    story.wait(30).process(77, host="render-9", boot=21)
    run.recovered()
    run.step("encode", kind="pure").completed()
    run.completed()


@negative(3)
def a_long_sleep(story: Story) -> None:
    run = story.run("trial-2", workflow="trial")
    run.timer(30 * DAY).fired()
    run.step("remind").completed()
    run.completed()


@negative(3)
def forged_date_from_a_client(story: Story) -> None:
    run = story.run("form-1", workflow="handle_form")
    wait = awaiting(run, "submitted")
    wait.answered(EventType.SignalConsumed, cause=sends(run, "submitted", {"sent_at": iso(story, -3 * DAY)}))
    run.completed()
