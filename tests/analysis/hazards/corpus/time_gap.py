"""Hazard 2: a run went on long after it stopped, with what it had known before."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import positive
from tests.analysis.hazards.corpus.telling import (
    DAY,
    HOUR,
    MINUTE,
    answer,
    call,
    iso,
    resumed,
)
from tests.story import Story
from workbench.model import EventType, instant


@positive(2)
def sale_price_honoured_three_days_later(story: Story) -> None:
    run = story.run("order-1", business_key="order-1")
    run.step("quote", kind="read", args=["sku-1"]).completed({"price": 19, "sale": "black-friday"})
    run.step("reserve", kind="compensatable", args=["sku-1"]).started().died()
    resumed(run, after_seconds=3 * DAY)
    run.step("charge", kind="keyed", key="charge/1", args=[19]).completed("ch_1")
    run.completed()


@positive(2)
def deadline_computed_from_an_old_clock_reading(story: Story) -> None:
    run = story.run("offer-1", workflow="make_offer")
    run.drew(EventType.ClockRead, instant(story.now_ns))
    run.step("draft", kind="pure").completed("draft-1")
    resumed(run, after_seconds=2 * HOUR)
    run.step("send_offer", args=[{"valid_until": iso(story, -HOUR)}]).completed()
    run.completed()


@positive(2)
def second_recovery_after_a_weekend(story: Story) -> None:
    run = story.run("payroll-9", workflow="payroll")
    run.step("hours", kind="read").completed({"anna": 40})
    resumed(run, after_seconds=4)
    run.step("rates", kind="read").completed({"anna": 31})
    resumed(run, after_seconds=2 * DAY, pid=4244)
    run.step("pay", kind="keyed", key="pay/anna", args=["anna", 1240]).completed("tx-1")
    run.completed()


@positive(2)
def twenty_minutes_in_a_run_of_seconds(story: Story) -> None:
    run = story.run("valve-1", workflow="irrigate")
    run.step("moisture", kind="read", args=["field-2"]).completed(0.12)
    resumed(run, after_seconds=20 * MINUTE)
    run.step("open_valve", kind="idempotent", args=["field-2"]).completed()
    run.completed()


@positive(2)
def lock_of_a_minute_held_for_half_an_hour(story: Story) -> None:
    run = story.run("migrate-1", workflow="migrate_table")
    run.step("lock", kind="idempotent", args=["orders"]).completed({"lock": "orders", "ttl_seconds": 60})
    resumed(run, after_seconds=30 * MINUTE, boot=8)
    run.step("alter_table", args=["orders"]).completed()
    run.completed()


@positive(2)
def exchange_rate_of_this_morning(story: Story) -> None:
    run = story.run("fx-1", workflow="convert")
    call(run, "GET", "https://fx.acme.test/rates/EURUSD").completed(answer({"rate": 1.08, "valid_for_seconds": 300}))
    resumed(run, after_seconds=7 * HOUR)
    call(run, "POST", "https://bank.acme.test/trades", {"rate": 1.08}, idempotency_key="fx-1").completed(answer({}))
    run.completed()


@positive(2)
def crash_in_the_middle_of_a_gather(story: Story) -> None:
    run = story.run("trip-1", workflow="plan_trip")
    first, second = (run.step("ask", kind="read", args=[who]).started() for who in ("air", "rail"))
    first.completed(120)
    second.died()
    resumed(run, after_seconds=HOUR)
    second.completed(80)
    run.step("book", args=["rail", 80]).completed()
    run.completed()


@positive(2)
def quote_that_ran_out(story: Story) -> None:
    run = story.run("insure-1", workflow="insure")
    run.step("quote", kind="read").completed({"premium": 300, "valid_until": iso(story, HOUR)})
    resumed(run, after_seconds=5 * DAY)
    run.step("sign_policy", args=[300]).completed("pol-1")
    run.completed()


@positive(2)
def change_window_closed_at_six(story: Story) -> None:
    run = story.run("deploy-1", workflow="deploy")
    run.step("change_window", kind="read").completed({"open": True, "closes_at": iso(story, HOUR)})
    run.step("build", kind="pure").started().died()
    resumed(run, after_seconds=6 * HOUR)
    run.step("build", kind="pure", at=(2,)).completed("img-1")
    run.step("roll_out", kind="idempotent", args=["img-1"]).completed()
    run.completed()


@positive(2)
def attempt_failed_and_the_process_with_it(story: Story) -> None:
    run = story.run("ledger-1", workflow="close_books")
    step = run.step("post", kind="keyed", key="post/1", args=["2026-09"]).attempt_failed("Timeout")
    resumed(run, after_seconds=8 * HOUR)
    step.completed("posted")
    run.completed()


@positive(2)
def timer_of_a_minute_ended_after_the_night(story: Story) -> None:
    run = story.run("hold-1", workflow="hold_seat")
    run.step("hold", kind="compensatable", args=["12A"]).completed({"hold": "h1", "expires_in": 600})
    timer = run.timer(60)
    story.wait(10 * HOUR)
    resumed(run, after_seconds=1)
    timer.answered(EventType.TimerFired)
    run.step("confirm", args=["h1"]).completed()
    run.completed()


@positive(2)
def model_evaluated_on_last_weeks_holdout(story: Story) -> None:
    run = story.run("train-1", workflow="train")
    run.step("snapshot", kind="read").completed({"as_of": iso(story, 0), "rows": 10_000})
    for epoch in range(4):
        run.step("epoch", args=[epoch]).completed({"loss": 1 / (epoch + 1)})
    resumed(run, after_seconds=7 * DAY)
    run.step("publish", args=["model-1"]).completed()
    run.completed()


@positive(2)
def still_open_after_the_gap(story: Story) -> None:
    run = story.run("claim-1", workflow="handle_claim")
    run.step("check_cover", kind="read", args=["pol-1"]).completed(result=True)
    resumed(run, after_seconds=4 * DAY)
    run.step("pay_claim", kind="keyed", key="claim/1", args=[900]).started()


@positive(2)
def child_was_done_and_the_parent_forgotten(story: Story) -> None:
    run = story.run("order-5")
    child = run.child("pick", "order-5/pick")
    child.completed({"picked": 3})
    resumed(run, after_seconds=26 * HOUR)
    run.step("print_label", args=["dhl"]).completed()
    run.completed()


@positive(2)
def three_gaps_of_an_hour(story: Story) -> None:
    run = story.run("mail-2", workflow="campaign")
    for pid, segment in enumerate(("gold", "silver", "bronze"), start=5000):
        run.step("audience", kind="read", args=[segment]).completed(100)
        resumed(run, after_seconds=HOUR, pid=pid)
        run.step("send", args=[segment]).completed()
    run.completed()


@positive(2)
def failed_after_the_gap(story: Story) -> None:
    run = story.run("auction-1", workflow="bid")
    run.step("highest_bid", kind="read", args=["lot-4"]).completed(410)
    resumed(run, after_seconds=90 * MINUTE)
    run.step("bid", args=["lot-4", 420]).failed("AuctionClosed", definite=True)
    run.failed("AuctionClosed")
