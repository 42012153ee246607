"""Hazard 6: the same deed in a run that was begun again, and attempts of which only the number is known."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, activity, answer, call
from tests.story import Story


@positive(6)
def rerun_with_the_order_in_the_address(story: Story) -> Look:
    url = "https://pay.acme.test/orders/o-77/charges"
    for run_id in ("o-77", "o-77~2"):
        run = story.run(run_id, business_key="o-77")
        call(run, "POST", url, {"amount": 900}).completed(answer({"id": run_id}))
        run.completed()
    return Look(run_id="o-77~2")


@positive(6)
def rerun_in_another_log_days_later(story: Story) -> Look:
    first = Story()
    before = first.run("invoice-9", workflow="pay_invoice", business_key="invoice-9")
    before.step("pay", kind="write", args=["invoice-9", 700]).completed("tx-1")
    before.failed("Timeout")
    story.wait(50 * HOUR)
    run = story.run("invoice-9~2", workflow="pay_invoice", business_key="invoice-9")
    run.step("pay", kind="write", args=["invoice-9", 700]).completed("tx-2")
    run.completed()
    return Look(others=((first, "invoice-9"),))


@positive(6)
def each_run_names_itself_to_the_service(story: Story) -> Look:
    for run_id in ("order-5", "order-5-retry"):
        run = story.run(run_id, business_key="order-5")
        run.step("charge", kind="write", args=["card-1", 30]).given(memo=f"workflow {run_id}").completed("ch")
        run.completed()
    return Look(run_id="order-5-retry")


@positive(6)
def forks_that_are_named_by_chance(story: Story) -> Look:
    for run_id in ("0b6a1c52-6d2f-4a8e-9a0b-0f6b1c1d2e3f", "7f3c9d10-1b2a-4c3d-8e4f-5a6b7c8d9e0f"):
        run = story.run(run_id, business_key="order-6")
        run.step("charge", kind="write", args=["order-6", 30, {"reference": run_id}]).completed("ch")
        run.completed()
    return Look(run_id="7f3c9d10-1b2a-4c3d-8e4f-5a6b7c8d9e0f")


@positive(6, engine="temporal")
def temporal_heartbeat_was_lost_and_it_was_done(story: Story) -> None:
    run = story.run("wf-21", workflow="OrderWorkflow")
    activity(run, "ShipParcel", "order-1").began(2, "HeartbeatTimeout", "activity Heartbeat timeout").answered("p-2")
    run.completed()


@positive(6, engine="temporal")
def temporal_code_asks_again_after_a_timeout(story: Story) -> None:
    run = story.run("wf-22", workflow="OrderWorkflow")
    activity(run, "ChargeCard", "order-1", 30).began().failed("StartToCloseTimeout", "timed out")
    activity(run, "ChargeCard", "order-1", 30).completed("ch_2")
    run.completed()


@positive(6, engine="temporal")
def temporal_failed_for_good_after_a_timeout(story: Story) -> None:
    run = story.run("wf-23", workflow="OrderWorkflow")
    activity(run, "ChargeCard", "order-1", 30).began(2, "StartToCloseTimeout").failed("CardDeclined")
    run.failed("CardDeclined")


# --- near misses -----------------------------------------------------------------------------------------------


@negative(6, engine="temporal")
def temporal_third_attempt_after_an_error(story: Story) -> None:
    run = story.run("wf-31", workflow="OrderWorkflow")
    activity(run, "ChargeCard", "order-1", 30).began(3, "CardDeclined", "no funds").answered("ch_3")
    run.completed()


@negative(6, engine="temporal")
def temporal_no_worker_took_the_first_one(story: Story) -> None:
    run = story.run("wf-32", workflow="OrderWorkflow")
    activity(run, "ChargeCard", "order-1", 30).began(2, "ScheduleToStartTimeout").answered("ch_1")
    run.completed()


@negative(6, engine="temporal")
def temporal_looked_twice(story: Story) -> None:
    run = story.run("wf-33", workflow="OrderWorkflow")
    activity(run, "GetBalance", "account-1").began(2, "StartToCloseTimeout").answered(12)
    run.completed()


@negative(6, engine="temporal")
def temporal_activity_with_a_key(story: Story) -> None:
    run = story.run("wf-34", workflow="OrderWorkflow")
    asked = {"amount": 30, "idempotencyKey": "order-1/charge"}
    activity(run, "ChargeCard", asked).began(2, "StartToCloseTimeout").answered("ch_1")
    run.completed()


@negative(6, engine="temporal")
def temporal_code_asks_again_after_a_refusal(story: Story) -> None:
    run = story.run("wf-35", workflow="OrderWorkflow")
    activity(run, "ChargeCard", "order-1", 30).began().failed("CardDeclined", "no funds")
    activity(run, "ChargeCard", "order-1", 30).completed("ch_2")
    run.completed()


@negative(6)
def two_orders_of_one_customer(story: Story) -> Look:
    for order in ("order-41", "order-42"):
        run = story.run(order, business_key="anna")
        run.step("charge", kind="write", args=[order, 30]).completed(f"ch_{order}")
        run.completed()
    return Look(run_id="order-42")


@negative(6)
def rerun_that_charges_the_rest(story: Story) -> Look:
    for run_id, amount in (("order-43", 30), ("order-43~2", 12)):
        run = story.run(run_id, business_key="order-43")
        run.step("charge", kind="write", args=["order-43", amount]).completed(run_id)
        run.completed()
    return Look(run_id="order-43~2")


@negative(6)
def rerun_after_a_refusal(story: Story) -> Look:
    first = story.run("order-44", business_key="order-44")
    first.step("charge", kind="write", args=["order-44", 9]).failed("CardDeclined", definite=True)
    first.failed("CardDeclined")
    again = story.run("order-44~2", business_key="order-44")
    again.step("charge", kind="write", args=["order-44", 9]).completed("ch")
    again.completed()
    return Look(run_id="order-44~2")
