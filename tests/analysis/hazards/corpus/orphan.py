"""Hazard 25, as the log shows it: a call that nobody waited for."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, activity, awaiting, resumed
from tests.story import Story
from workbench.model import EventType


@positive(25)
def mail_sent_and_forgotten(story: Story) -> None:
    run = story.run("order-1")
    run.step("charge", kind="keyed", key="c/1").completed()
    run.step("send_mail", kind="write").started()
    run.completed()


@positive(25)
def the_answer_came_after_the_end(story: Story) -> None:
    run = story.run("order-2")
    mail = run.step("send_mail", kind="write").started()
    run.completed()
    story.wait(3)
    mail.completed("250 ok")


@positive(25)
def child_left_alone(story: Story) -> None:
    run = story.run("order-3")
    run.child("notify", "order-3/notify")
    story.run("order-3/notify", workflow="notify")
    run.completed()


@positive(25)
def child_answered_after_the_parent_was_gone(story: Story) -> None:
    run = story.run("album-1", workflow="album")
    child = run.child("thumbnails", "album-1/t")
    run.step("publish", kind="idempotent").completed()
    run.completed()
    child.completed(12)


@positive(25)
def one_of_three_not_awaited(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    air, rail, _ = (run.step("ask", kind="write", args=[who]).started() for who in ("air", "rail", "bus"))
    air.completed(1)
    rail.completed(2)
    run.completed(1)


@positive(25)
def metrics_thrown_away(story: Story) -> None:
    run = story.run("train-1", workflow="train")
    for epoch in range(3):
        run.step("log_metrics", kind="write", args=[epoch]).started()
        run.step("epoch", kind="pure", args=[epoch]).completed()
    run.completed()


@positive(25)
def failed_late_and_nobody_saw(story: Story) -> None:
    run = story.run("deploy-1", workflow="deploy")
    warm = run.step("warm_cache", kind="write").started()
    run.step("switch", kind="idempotent").completed()
    run.completed("green")
    warm.failed("OutOfMemory", definite=False)


@positive(25, engine="temporal")
def temporal_activity_without_await(story: Story) -> None:
    run = story.run("wf-1", workflow="OrderWorkflow")
    activity(run, "Charge", 9).completed("ch_1")
    activity(run, "SendReceipt", "anna").began()
    run.completed()


@positive(25, engine="temporal")
def temporal_child_without_await(story: Story) -> None:
    run = story.run("wf-2", workflow="OrderWorkflow")
    child = run.child("NotifyWorkflow", "wf-2/n")
    child.answered(EventType.ChildBegan)
    run.completed()


@positive(25)
def after_a_recovery(story: Story) -> None:
    run = story.run("order-4")
    run.step("reserve", kind="idempotent").completed()
    resumed(run, after_seconds=30)
    run.step("audit_log", kind="write").started()
    run.step("ship", kind="write").completed()
    run.completed()


@positive(25)
def in_a_branch(story: Story) -> None:
    run = story.run("grid-1", workflow="grid")
    run.step("cell", kind="write", at=(2, 1)).started()
    run.step("cell", kind="write", at=(3, 1)).completed()
    run.completed()


@positive(25)
def five_children_and_four_awaited(story: Story) -> None:
    run = story.run("batch-1", workflow="batch")
    children = [run.child("item", f"batch-1/{n}") for n in range(5)]
    for child in children[:4]:
        child.completed()
    run.completed(4)


@positive(25)
def push_message_to_a_device(story: Story) -> None:
    run = story.run("device-1", workflow="update")
    push = run.step("push", kind="write", args=["device-1"]).started()
    run.step("record", kind="idempotent").completed()
    run.completed()
    story.wait(HOUR)
    push.completed("delivered")


@positive(25)
def refund_not_awaited(story: Story) -> None:
    run = story.run("refund-1", workflow="refund")
    run.step("refund", kind="keyed", key="r/1", args=[40]).started()
    run.step("close_case", kind="idempotent").completed()
    run.completed("refunded")


@positive(25)
def grandchild_outlives_all(story: Story) -> Look:
    run = story.run("order-5")
    child = run.child("pack", "order-5/pack")
    pack = story.run("order-5/pack", workflow="pack")
    pack.child("print", "order-5/pack/print")
    pack.completed()
    child.completed()
    run.completed()
    return Look(run_id="order-5/pack")


# --- near misses -----------------------------------------------------------------------------------------------


@negative(25)
def everything_awaited(story: Story) -> None:
    run = story.run("order-10")
    mail = run.step("send_mail", kind="write").started()
    run.step("charge", kind="keyed", key="c/10").completed()
    mail.completed()
    run.completed()


@negative(25)
def child_awaited(story: Story) -> None:
    run = story.run("order-11")
    run.child("pack", "order-11/pack").completed()
    run.completed()


@negative(25)
def child_failed_and_that_was_seen(story: Story) -> None:
    run = story.run("order-12")
    run.child("pack", "order-12/pack").answered(EventType.ChildFailed, error="OutOfBoxes")
    run.step("apologise", kind="write").completed()
    run.completed()


@negative(25)
def loser_of_a_race_cancelled(story: Story) -> None:
    run = story.run("race-10", workflow="race")
    slow = run.step("ask_a", kind="read").started()
    run.step("ask_b", kind="read").completed(1)
    slow.cancelled()
    run.completed(1)


@negative(25)
def still_at_work(story: Story) -> Look:
    run = story.run("order-13")
    run.step("ship", kind="write").started()
    return Look(later_seconds=2, report=story.report(writer_alive=True))


@negative(25)
def process_died_in_the_step(story: Story) -> None:
    run = story.run("order-14")
    run.step("ship", kind="write").started().died()


@negative(25)
def gathered(story: Story) -> None:
    run = story.run("album-10", workflow="album")
    calls = [run.step("print", kind="write", args=[n]).started() for n in range(4)]
    for one in reversed(calls):
        one.completed()
    run.completed()


@negative(25)
def timer_raced_and_cancelled(story: Story) -> None:
    run = story.run("leave-10", workflow="leave")
    timer = run.timer(HOUR)
    run.signal("decided", "yes")
    timer.answered(EventType.TimerCancelled)
    run.completed()


@negative(25)
def child_still_at_work_and_the_parent_waits(story: Story) -> None:
    run = story.run("order-15")
    run.child("pack", "order-15/pack")
    story.run("order-15/pack", workflow="pack").step("box", kind="write").completed()


@negative(25)
def cut_off_and_done_after_the_recovery(story: Story) -> None:
    run = story.run("order-16")
    step = run.step("ship", kind="keyed", key="s/16").started().died()
    resumed(run)
    step.completed()
    run.completed()


@negative(25, engine="temporal")
def temporal_all_awaited(story: Story) -> None:
    run = story.run("wf-10", workflow="OrderWorkflow")
    activity(run, "Charge", 9).completed()
    activity(run, "SendReceipt", "anna").completed()
    run.completed()


@negative(25)
def undone_after_the_end(story: Story) -> None:
    run = story.run("trip-10", workflow="trip")
    run.step("flight", kind="compensatable").completed()
    run.failed("HotelFull")
    run.compensation("flight").completed()


@negative(25)
def waits_for_a_person(story: Story) -> Look:
    run = story.run("leave-11", workflow="leave")
    awaiting(run, "decided")
    return Look(later_seconds=5 * HOUR)


@negative(25)
def failed_step_ended_the_run(story: Story) -> None:
    run = story.run("order-17")
    run.step("charge", kind="write").failed("CardDeclined", definite=True)
    run.failed("CardDeclined")


@negative(25)
def resolved_by_a_person_and_completed(story: Story) -> None:
    run = story.run("order-18")
    run.step("charge", kind="write").started().died().resolved(happened=True, result="ch")
    resumed(run)
    run.completed()
