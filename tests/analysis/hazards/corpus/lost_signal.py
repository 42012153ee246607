"""Hazard 23: a signal arrived, and the run ended without taking it."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import DAY, HOUR, activity, awaiting, resumed, sends, takes
from tests.story import Story
from workbench.model import Declaration, EventType


@positive(23)
def reward_points_vanish(story: Story) -> None:
    run = story.run("points-1", workflow="loyalty")
    takes(run, "points", sends(run, "points", 10))
    sends(run, "points", 25)
    run.completed(10)


@positive(23)
def nobody_ever_asked(story: Story) -> None:
    run = story.run("order-1")
    sends(run, "gift_note", "happy birthday")
    run.step("ship").completed()
    run.completed()


@positive(23)
def carried_over_to_nobody(story: Story) -> None:
    run = story.run("cart-1", workflow="cart")
    sends(run, "add", "cup")
    run.event(EventType.RunCompleted, run.declaration, result=None, continued_as="cart-2")


@positive(23)
def sender_spelled_it_differently(story: Story) -> None:
    run = story.run("leave-1", workflow="leave")
    wait = awaiting(run, "approved", DAY)
    sends(run, "approve", "yes")
    story.wait(DAY)
    wait.answered(EventType.SignalTimedOut)
    run.completed("not approved")


@positive(23)
def came_after_the_last_look(story: Story) -> None:
    run = story.run("auction-1", workflow="auction")
    takes(run, "bid", sends(run, "bid", 100))
    run.step("close", kind="idempotent").started()
    sends(run, "bid", 120)
    run.steps["close"].completed()
    run.completed(100)


@positive(23)
def failed_with_a_signal_in_the_box(story: Story) -> None:
    run = story.run("order-2")
    sends(run, "paid", 30)
    run.step("reserve").failed("OutOfStock", definite=True)
    run.failed("OutOfStock")


@positive(23)
def cancelled_although_it_was_approved(story: Story) -> None:
    run = story.run("deploy-1", workflow="deploy")
    timer = run.timer(60)
    sends(run, "approved", value=True)
    timer.answered(EventType.TimerCancelled)
    run.cancelled()


@positive(23)
def fifty_clicks_and_forty_nine_taken(story: Story) -> None:
    run = story.run("clicks-1", workflow="clicks")
    arrived = [sends(run, "click", n) for n in range(50)]
    for one in arrived[:-1]:
        takes(run, "click", one)
    run.completed(49)


@positive(23)
def came_during_a_crash(story: Story) -> None:
    run = story.run("order-3")
    run.step("reserve", kind="idempotent").completed()
    sends(run, "change_address", "Lisbon")
    resumed(run, after_seconds=40)
    run.step("ship").completed("Porto")
    run.completed()


@positive(23)
def the_other_name_was_taken(story: Story) -> None:
    run = story.run("meter-1", workflow="meter")
    sends(run, "reading", 12)
    takes(run, "owner", sends(run, "owner", "anna"))
    run.completed()


@positive(23)
def timed_out_a_moment_too_early(story: Story) -> None:
    run = story.run("otp-1", workflow="login")
    wait = awaiting(run, "code", 60)
    story.wait(60)
    wait.answered(EventType.SignalTimedOut)
    sends(run, "code", "1234")
    run.step("lock_account", kind="idempotent").completed()
    run.completed()


@positive(23, engine="temporal")
def temporal_update_never_answered(story: Story) -> None:
    run = story.run("wf-1", workflow="CartWorkflow")
    run.event(EventType.UpdateReceived, Declaration("addItem"), args=["cup"])
    activity(run, "Price", "cup").completed(9)
    run.completed()


@positive(23)
def two_lost_of_two_kinds(story: Story) -> None:
    run = story.run("iot-1", workflow="thermostat")
    sends(run, "warmer", 1)
    sends(run, "colder", 2)
    run.timer(60).fired()
    run.completed()


@positive(23, engine="dbos")
def dbos_message_never_received(story: Story) -> None:
    run = story.run("dbos-1", workflow="order")
    sends(run, "payment", {"paid": True})
    declared = Declaration("ship")
    asked = run.event(EventType.StepStarted, declared, (1,))
    run.event(EventType.StepCompleted, declared, (1,), (0, "", asked), result=1)
    run.completed()


@positive(23)
def wait_was_cancelled_in_a_race(story: Story) -> None:
    run = story.run("race-1", workflow="race")
    wait = awaiting(run, "stop")
    run.timer(5).fired()
    wait.answered(EventType.SignalCancelled)
    sends(run, "stop", "now")
    run.step("go", kind="write").completed()
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(23)
def taken_at_once(story: Story) -> None:
    run = story.run("leave-10", workflow="leave")
    run.signal("decided", "yes")
    run.completed()


@negative(23)
def taken_late(story: Story) -> None:
    run = story.run("order-10")
    arrived = sends(run, "paid", 30)
    run.step("reserve", kind="idempotent").completed()
    run.timer(6 * HOUR).fired()
    takes(run, "paid", arrived)
    run.completed()


@negative(23)
def open_and_not_asked_for_yet(story: Story) -> None:
    run = story.run("order-11")
    sends(run, "paid", 30)
    run.timer(HOUR)


@negative(23)
def timed_out_and_none_came(story: Story) -> None:
    run = story.run("leave-11", workflow="leave")
    wait = awaiting(run, "decided", HOUR)
    story.wait(HOUR)
    wait.answered(EventType.SignalTimedOut)
    run.completed("nobody answered")


@negative(23)
def taken_in_another_order(story: Story) -> None:
    run = story.run("order-12")
    first, second = sends(run, "paid", 1), sends(run, "packed", 2)
    takes(run, "packed", second)
    takes(run, "paid", first)
    run.completed()


@negative(23)
def the_box_was_emptied_at_the_end(story: Story) -> None:
    run = story.run("points-10", workflow="loyalty")
    arrived = [sends(run, "points", n) for n in range(8)]
    for one in arrived:
        takes(run, "points", one)
    run.completed(28)


@negative(23)
def taken_after_a_recovery(story: Story) -> None:
    run = story.run("order-13")
    arrived = sends(run, "paid", 30)
    resumed(run, after_seconds=90)
    takes(run, "paid", arrived)
    run.completed()


@negative(23)
def interrupted_with_one_in_the_box(story: Story) -> None:
    run = story.run("order-14")
    run.step("reserve", kind="idempotent").started().died()
    sends(run, "paid", 30)


@negative(23)
def no_signals_at_all(story: Story) -> None:
    run = story.run("order-15")
    run.step("ship").completed()
    run.completed()


@negative(23)
def signal_of_another_run(story: Story) -> Look:
    other = story.run("order-16")
    sends(other, "paid", 1)
    other.completed()
    run = story.run("order-17")
    run.signal("paid", 2)
    run.completed()
    return Look(run_id="order-17")


@negative(23, engine="temporal")
def temporal_update_answered(story: Story) -> None:
    run = story.run("wf-10", workflow="CartWorkflow")
    asked = run.event(EventType.UpdateReceived, Declaration("addItem"), args=["cup"])
    run.event(EventType.UpdateAnswered, Declaration("addItem"), facts=(0, "", asked), result="ok")
    run.completed()


@negative(23, engine="temporal")
def temporal_signal_long_before_the_end(story: Story) -> None:
    run = story.run("wf-11", workflow="LeaveWorkflow")
    sends(run, "decided", "yes")
    for event in (EventType.TurnScheduled, EventType.TurnStarted, EventType.TurnCompleted):
        run.event(event)
    activity(run, "BookLeave").completed()
    run.completed()


@negative(23, engine="dbos")
def dbos_message_received(story: Story) -> None:
    run = story.run("dbos-10", workflow="order")
    takes(run, "payment", sends(run, "payment", {"paid": True}))
    run.completed()


@negative(23)
def waits_for_the_next_one(story: Story) -> None:
    run = story.run("cart-10", workflow="cart")
    takes(run, "add", sends(run, "add", "cup"))
    awaiting(run, "add")


@negative(23)
def two_takers_side_by_side(story: Story) -> None:
    run = story.run("quorum-10", workflow="quorum")
    waits = [awaiting(run, "vote") for _ in range(2)]
    for wait in waits:
        wait.answered(EventType.SignalConsumed, cause=sends(run, "vote", value=True))
    run.completed()
