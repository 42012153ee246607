"""Hazard 5: a step began, and nobody knows whether it acted."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import DAY, activity, answer, awaiting, call, dbos_step, resumed
from tests.story import Story
from workbench.model import Declaration, EventType


@positive(5)
def died_while_charging(story: Story) -> None:
    run = story.run("order-1")
    run.step("reserve", kind="compensatable").completed("r-1")
    run.step("charge", kind="write", args=["order-1", 30]).started().died()


@positive(5)
def keyed_transfer_cut_off(story: Story) -> None:
    run = story.run("payout-1", workflow="payout")
    run.step("transfer", kind="keyed", key="payout/1", args=[900]).started().died()


@positive(5)
def booking_without_an_answer(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    run.step("flight", kind="compensatable", args=["LIS-OSL"]).started().died()
    run.step("mail", args=["sorry"]).completed()
    run.failed("Interrupted")


@positive(5)
def mail_server_timed_out_for_good(story: Story) -> None:
    run = story.run("mail-1", workflow="send_mail")
    run.step("smtp", kind="write", args=["a@acme.test"]).failed("Timeout", definite=False)
    run.failed("Timeout")


@positive(5)
def cancelled_in_the_middle(story: Story) -> None:
    run = story.run("deploy-1", workflow="deploy")
    run.step("restart_pods", kind="write").cancelled()
    run.cancelled()


@positive(5)
def two_of_three_side_by_side(story: Story) -> None:
    run = story.run("order-2")
    ship, bill, _ = (run.step(name, kind="write").started() for name in ("ship", "bill", "note"))
    bill.completed("b-1")
    ship.died()


@positive(5)
def second_attempt_died(story: Story) -> None:
    run = story.run("fax-1", workflow="send_fax")
    step = run.step("fax", kind="write").attempt_failed("LineBusy", definite=True)
    step.started().died()


@positive(5)
def first_attempt_timed_out_and_nobody_tried_again(story: Story) -> None:
    run = story.run("order-3")
    run.step("charge", kind="write").attempt_failed("ReadTimeout")


@positive(5)
def post_without_an_answer(story: Story) -> None:
    run = story.run("hook-1", workflow="notify")
    call(run, "POST", "https://hooks.acme.test/orders", {"order": 1}).started().died()


@positive(5)
def recovered_and_stopped_at_the_doubt(story: Story) -> None:
    run = story.run("order-4")
    run.step("charge", kind="write").started().died()
    resumed(run, after_seconds=40)


@positive(5)
def machine_lost_power(story: Story) -> Look:
    run = story.run("device-1", workflow="flash")
    run.step("write_flash", kind="write", args=["fw-2"]).started().died()
    return Look(report=story.report(same_boot=False, torn=True))


@positive(5, engine="temporal")
def temporal_activity_timed_out(story: Story) -> None:
    run = story.run("wf-1", workflow="OrderWorkflow")
    activity(run, "ChargeCard", 30).began(1).failed("StartToCloseTimeout", "activity timed out", definite=False)
    run.failed("StartToCloseTimeout")


@positive(5, engine="dbos")
def dbos_process_died_in_an_unknown_step(story: Story) -> None:
    run = story.run("dbos-1", workflow="order")
    dbos_step(run, "reserve", "r-1")
    run.event(
        EventType.StepStarted, Declaration("(step not recorded)"), run.next_position(),
        assumed=["the run is open: the step after the last recorded one may have begun"],
    )  # fmt: skip
    run.failed("MAX_RECOVERY_ATTEMPTS_EXCEEDED")


@positive(5)
def nobody_declared_what_it_does(story: Story) -> None:
    run = story.run("iot-1", workflow="feed_fish")
    run.step("feed", args=["tank-1"]).started().died()


@positive(5)
def doubt_behind_finished_work(story: Story) -> None:
    run = story.run("batch-1", workflow="pay_all")
    for number in range(5):
        run.step(f"pay_{number}", kind="keyed", key=f"pay/{number}").completed(f"tx-{number}")
    run.step("pay_5", kind="keyed", key="pay/5").started().died()


@positive(5)
def gateway_error_after_sending(story: Story) -> None:
    run = story.run("sms-1", workflow="send_code")
    call(run, "POST", "https://sms.acme.test/messages", {"to": "+351"}).failed("StatusError", "502", definite=False)
    run.failed("StatusError")


# --- near misses -----------------------------------------------------------------------------------------------


@negative(5)
def all_answered(story: Story) -> None:
    run = story.run("order-10")
    run.step("charge", kind="write").completed("ch_1")
    run.step("ship", kind="write").completed("p-1")
    run.completed()


@negative(5)
def died_while_looking(story: Story) -> None:
    run = story.run("order-11")
    run.step("stock", kind="read", args=["sku"]).started().died()


@negative(5)
def died_while_computing(story: Story) -> None:
    run = story.run("train-1", workflow="train")
    run.step("fit", kind="pure").started().died()


@negative(5)
def a_person_says_it_happened(story: Story) -> None:
    run = story.run("order-12")
    run.step("charge", kind="write").started().died().resolved(happened=True, result="ch_1")


@negative(5)
def a_person_says_it_did_not(story: Story) -> None:
    run = story.run("order-13")
    run.step("charge", kind="write").started().died().resolved(happened=False)


@negative(5)
def refused_for_certain(story: Story) -> None:
    run = story.run("order-14")
    run.step("charge", kind="write").failed("CardDeclined", definite=True)
    run.failed("CardDeclined")


@negative(5)
def refused_and_waiting_for_the_next_attempt(story: Story) -> None:
    run = story.run("order-15")
    run.step("charge", kind="write").attempt_failed("ConnectionRefusedError", definite=True)


@negative(5)
def asleep(story: Story) -> None:
    run = story.run("trial-1", workflow="trial")
    run.step("open_account", kind="write").completed()
    run.timer(DAY)


@negative(5)
def waits_for_a_person(story: Story) -> None:
    run = story.run("leave-1", workflow="leave")
    run.step("mail_manager", kind="write").completed()
    awaiting(run, "decided")


@negative(5)
def executing_right_now(story: Story) -> Look:
    run = story.run("order-16")
    run.step("charge", kind="write").started()
    return Look(later_seconds=2, report=story.report(writer_alive=True))


@negative(5)
def cut_off_and_done_after_the_recovery(story: Story) -> None:
    run = story.run("order-17")
    step = run.step("charge", kind="keyed", key="charge/17").started().died()
    resumed(run)
    step.completed("ch_17")
    run.completed()


@negative(5)
def undone_after_a_doubt(story: Story) -> None:
    run = story.run("trip-2", workflow="trip")
    run.step("flight", kind="compensatable", undo_null_safe=True).started().died()
    resumed(run)
    run.compensation("flight").completed()
    run.cancelled()


@negative(5)
def waits_for_a_child(story: Story) -> None:
    run = story.run("order-18")
    run.child("pack", "order-18/pack")


@negative(5, engine="temporal")
def temporal_activity_failed_before_it_began(story: Story) -> None:
    run = story.run("wf-2", workflow="OrderWorkflow")
    activity(run, "ChargeCard", 30).failed("ScheduleToStartTimeout", "no worker took it", definite=True)
    run.failed("ScheduleToStartTimeout")


@negative(5)
def get_without_an_answer(story: Story) -> None:
    run = story.run("hook-2", workflow="watch")
    call(run, "GET", "https://api.acme.test/orders/1").completed(answer({"state": "open"}))
    call(run, "GET", "https://api.acme.test/orders/1").started().died()


@negative(5, engine="dbos")
def dbos_run_completed(story: Story) -> None:
    run = story.run("dbos-2", workflow="order")
    dbos_step(run, "reserve", "r-1")
    dbos_step(run, "charge", "c-1")
    run.completed()
