"""Near misses of hazard 17: several processes, and never two at once."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative
from tests.analysis.hazards.corpus.telling import HOUR, awaiting, dbos_step, resumed, sends
from tests.story import Story
from workbench.model import EventType


@negative(17)
def one_process(story: Story) -> None:
    run = story.run("order-10")
    run.step("charge", kind="write").completed()
    run.completed()


@negative(17)
def recovered_once(story: Story) -> None:
    run = story.run("order-11")
    step = run.step("charge", kind="keyed", key="charge/11").started().died()
    resumed(run, after_seconds=60)
    step.completed("ch_1")
    run.completed()


@negative(17)
def recovered_five_times_in_a_row(story: Story) -> None:
    run = story.run("move-1", workflow="move")
    for pid in range(5000, 5005):
        run.step(f"part_{pid}", kind="idempotent").completed()
        resumed(run, pid=pid)
    run.completed()


@negative(17)
def side_by_side_in_one_process(story: Story) -> None:
    run = story.run("album-1", workflow="album")
    calls = [run.step("print", kind="write", args=[n]).started() for n in range(4)]
    for one in reversed(calls):
        one.completed()
    run.completed()


@negative(17)
def another_run_in_another_process(story: Story) -> Look:
    first = story.run("a-1", workflow="one")
    first.step("x", kind="write").completed()
    story.process(4243)
    second = story.run("b-1", workflow="two")
    second.step("y", kind="write").completed()
    second.completed()
    story.process(4244)
    first.recovered()
    first.completed()
    return Look(run_id="b-1")


@negative(17)
def second_attempt_after_a_failure(story: Story) -> None:
    run = story.run("order-12")
    run.step("charge", kind="keyed", key="charge/12").attempt_failed("Busy", definite=True).completed()
    run.completed()


@negative(17)
def same_business_key_one_after_the_other(story: Story) -> Look:
    first = story.run("order-13", business_key="order-13")
    first.step("charge", kind="keyed", key="charge/13").failed("CardDeclined", definite=True)
    first.failed("CardDeclined")
    again = story.run("order-13-again", business_key="order-13")
    again.step("charge", kind="keyed", key="charge/13").completed()
    again.completed()
    return Look(run_id="order-13-again")


@negative(17)
def same_business_key_at_the_same_time(story: Story) -> Look:
    mail, ship = (story.run(f"order-14/{what}", workflow=what, business_key="order-14") for what in ("mail", "ship"))
    one = mail.step("smtp", kind="write").started()
    two = ship.step("label", kind="write").started()
    one.completed()
    two.completed()
    mail.completed()
    ship.completed()
    return Look(run_id="order-14/mail")


@negative(17)
def moved_to_another_host_for_good(story: Story) -> None:
    run = story.run("train-10", workflow="train")
    run.step("epoch", kind="write", args=[0]).completed()
    story.wait(300).process(77, host="gpu-2", boot=55)
    run.recovered()
    run.step("epoch", kind="write", args=[1]).completed()
    run.completed()


@negative(17)
def recovered_in_the_same_process(story: Story) -> None:
    run = story.run("order-15")
    run.step("reserve", kind="idempotent").completed()
    run.recovered(after_seconds=2)
    run.step("charge", kind="keyed", key="charge/15").completed()
    run.completed()


@negative(17)
def a_child_works_at_the_same_time(story: Story) -> None:
    run = story.run("order-16", business_key="order-16")
    child = run.child("pack", "order-16/pack")
    packing = story.run("order-16/pack", workflow="pack", business_key="order-16")
    packing.step("box", kind="write").completed()
    packing.completed()
    child.completed()
    run.completed()


@negative(17)
def a_signal_was_sent_by_another_process(story: Story) -> None:
    run = story.run("leave-1", workflow="leave")
    wait = awaiting(run, "decided")
    story.wait(HOUR).process(6000)
    arrived = sends(run, "decided", "yes")
    story.wait(60).process(6001)
    run.recovered()
    wait.answered(EventType.SignalConsumed, cause=arrived)
    run.completed()


@negative(17, engine="dbos")
def dbos_steps_in_order(story: Story) -> None:
    run = story.run("dbos-1", workflow="order")
    dbos_step(run, "reserve", 1)
    dbos_step(run, "charge", 2)
    run.completed()


@negative(17)
def the_old_log_was_closed_long_before(story: Story) -> Look:
    before = Story(origin="monday.wlog")
    old = before.run("order-17", business_key="order-17")
    old.step("reserve", kind="idempotent").completed()
    story.wait(5 * HOUR).process(9001, host="shop-2", boot=99)
    run = story.run("order-17b", business_key="order-17")
    run.step("reserve", kind="idempotent").completed()
    run.completed()
    return Look(others=((before, "order-17"),))


@negative(17)
def new_process_and_an_old_doubt(story: Story) -> None:
    run = story.run("order-18")
    run.step("charge", kind="write").started().died()
    resumed(run, after_seconds=30)
    run.steps["charge"].resolved(happened=True, result="ch_1")
    run.step("ship", kind="write").completed()
    run.completed()
