"""Hazard 27: a memo key without the number of the occurrence, so that the second call gets the first one's result."""

from __future__ import annotations

from typing import Any

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, answer, call, resumed
from tests.story import RunStory, Story
from workbench.model import EventType


def asks(run: RunStory, name: str, key: str, args: Any, result: Any, kind: str = "keyed") -> None:
    """A call under a key, and what came of it."""
    run.step(name, kind=kind, key=key, args=args).completed(result)


@positive(27)
def polls_a_job_under_one_key(story: Story) -> None:
    run = story.run("batch-1", workflow="batch")
    for _ in range(4):
        asks(run, "job_status", "status/job-1", ["job-1"], "running")
        run.timer(30).fired()
    run.completed()


@positive(27)
def second_month_gets_the_first_charge(story: Story) -> None:
    run = story.run("bill-1", workflow="bill")
    asks(run, "charge_plan", "charge/anna", ["anna", 30], {"id": "ch_1"})
    run.timer(30 * 24 * HOUR).fired()
    asks(run, "charge_plan", "charge/anna", ["anna", 30], {"id": "ch_1"})
    run.completed()


@positive(27)
def an_agent_looks_again_at_a_file_it_changed(story: Story) -> None:
    run = story.run("agent-1", workflow="agent")
    asks(run, "read_file", "read/main.py", ["main.py"], "print(1)", "read")
    run.step("edit_file", kind="idempotent", args=["main.py", "print(2)"]).completed()
    asks(run, "read_file", "read/main.py", ["main.py"], "print(1)", "read")
    run.completed()


@positive(27)
def polled_over_http(story: Story) -> None:
    run = story.run("export-1", workflow="export")
    for _ in range(3):
        call(run, "POST", "https://api.acme.test/exports/7/poll", {}, idempotency_key="poll-7").completed(
            answer({"state": "pending"})
        )
        run.timer(60).fired()
    run.failed("TimedOut")


@positive(27)
def sensor_read_each_hour(story: Story) -> None:
    run = story.run("iot-1", workflow="sensor")
    for _ in range(5):
        asks(run, "read_sensor", "sensor-9", ["sensor-9"], 21.4, "read")
        run.timer(HOUR).fired()
    run.completed()


@positive(27)
def two_gift_cards_of_the_same_value(story: Story) -> None:
    run = story.run("gift-1", workflow="gift")
    for _ in range(2):
        asks(run, "issue_card", "gift-1/50", [50], {"card": "c-1"})
    run.completed()


@positive(27)
def draws_one_number_twice(story: Story) -> None:
    run = story.run("lottery-1", workflow="lottery")
    asks(run, "draw", "lottery-1/draw", [], 17)
    asks(run, "draw", "lottery-1/draw", [], 17)
    run.completed([17, 17])


@positive(27)
def three_dice_thrown_side_by_side(story: Story) -> None:
    run = story.run("game-1", workflow="game")
    throws = [run.step("throw", kind="read", key="throw", args=[6]).started() for _ in range(3)]
    for one in throws:
        one.completed(4)
    run.completed([4, 4, 4])


@positive(27)
def after_a_recovery_as_well(story: Story) -> None:
    run = story.run("approve-1", workflow="approve")
    asks(run, "decision", "decision/7", [7], "undecided")
    resumed(run, after_seconds=60)
    asks(run, "decision", "decision/7", [7], "undecided")
    asks(run, "decision", "decision/7", [7], "undecided")
    run.completed()


@positive(27)
def health_of_a_service_before_and_after(story: Story) -> None:
    run = story.run("deploy-1", workflow="deploy")
    asks(run, "health", "health/checkout", ["checkout"], {"version": "v41"}, "read")
    run.step("roll_out", kind="idempotent", args=["checkout", "v42"]).completed()
    asks(run, "health", "health/checkout", ["checkout"], {"version": "v41"}, "read")
    run.failed("NotHealthy")


@positive(27)
def three_reminders_of_which_one_is_sent(story: Story) -> None:
    run = story.run("mail-1", workflow="remind")
    for _ in range(3):
        asks(run, "remind", "remind/anna", ["anna", "please pay"], {"message": "m-1"})
        run.timer(7 * 24 * HOUR).fired()
    run.completed()


@positive(27)
def open_and_still_polling(story: Story) -> None:
    run = story.run("batch-2", workflow="batch")
    for _ in range(3):
        asks(run, "progress", "progress", ["job-2"], {"percent": 10})
    run.timer(60)


@positive(27)
def next_job_of_a_queue(story: Story) -> None:
    run = story.run("worker-1", workflow="worker")
    for _ in range(3):
        asks(run, "next_job", "queue/next", ["queue-1"], {"job": "j-1"})
        run.step("work", kind="idempotent", args=["j-1"]).completed()
    run.completed()


@positive(27)
def stock_asked_in_two_branches(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    for branch in (2, 3):
        run.step("seats_left", kind="read", key="seats/LIS-OSL", args=["LIS-OSL"], at=(branch, 1)).completed(9)
        run.timer(60).fired()
    run.completed()


@positive(27)
def two_tickets_for_the_same_show(story: Story) -> None:
    run = story.run("show-1", workflow="tickets")
    for _ in range(2):
        asks(run, "buy_ticket", "ticket/show-9", ["show-9"], {"seat": "12A"}, "compensatable")
    run.completed()


@positive(27)
def charged_again_after_the_refund_under_the_old_key(story: Story) -> None:
    run = story.run("order-1")
    asks(run, "charge", "charge/1", [30], {"id": "ch_1"}, "compensatable")
    run.compensation("charge").completed()
    asks(run, "charge", "charge/1", [30], {"id": "ch_1"}, "compensatable")
    run.completed()


@positive(27)
def top_up_that_answers_nothing(story: Story) -> None:
    run = story.run("phone-1", workflow="phone")
    for _ in range(2):
        asks(run, "top_up", "top-up/anna", ["anna", 10], None)
        run.timer(30 * 24 * HOUR).fired()
    run.completed()


@positive(27)
def coupon_made_twice_over_http(story: Story) -> None:
    run = story.run("promo-1", workflow="promo")
    for _ in range(2):
        call(run, "POST", "https://shop.acme.test/coupons", {"percent": 10}, idempotency_key="promo-1").completed(
            answer({"code": "SAVE-77"}, 201)
        )
    run.completed()


@positive(27)
def memory_of_a_model_asked_twice(story: Story) -> None:
    run = story.run("agent-2", workflow="agent")
    for _ in range(2):
        asks(run, "ask_model", "prompt/3f9a", ["what next?"], {"text": "look at main.py"}, "write")
        run.step("act", kind="write", args=["main.py"]).completed("done")
    run.completed()


@positive(27)
def third_call_gets_the_first_answer(story: Story) -> None:
    run = story.run("tap-1", workflow="tap")
    asks(run, "pour", "pour", ["glass"], {"ml": 200})
    asks(run, "pour", "pour/2", ["glass"], {"ml": 180})
    asks(run, "pour", "pour", ["glass"], {"ml": 200})
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(27)
def polls_with_the_number_in_the_key(story: Story) -> None:
    run = story.run("batch-10", workflow="batch")
    for number in range(4):
        asks(run, "job_status", f"status/job-1/{number}", ["job-1"], "running")
    run.completed()


@negative(27)
def polls_without_a_key(story: Story) -> None:
    run = story.run("batch-11", workflow="batch")
    for _ in range(4):
        asks(run, "job_status", "", ["job-1"], "running", "read")
    run.completed()


@negative(27)
def attempts_share_the_key(story: Story) -> None:
    run = story.run("order-10")
    run.step("charge", kind="keyed", key="c/10", args=[9]).attempt_failed("Timeout").completed({"id": "ch_1"})
    run.completed()


@negative(27)
def runs_share_the_key(story: Story) -> Look:
    for number in range(2):
        run = story.run(f"order-11/{number}", business_key="order-11")
        asks(run, "charge", "charge/order-11", [9], {"id": "ch_1"})
        run.completed()
    return Look(run_id="order-11/1")


@negative(27)
def a_key_per_invoice(story: Story) -> None:
    run = story.run("bill-10", workflow="bill")
    asks(run, "charge", "charge/invoice-1", ["anna", 30], {"id": "ch_1"})
    asks(run, "charge", "charge/invoice-2", ["anna", 30], {"id": "ch_2"})
    run.completed()


@negative(27)
def one_call_one_key(story: Story) -> None:
    run = story.run("order-12")
    asks(run, "charge", "c/12", [9], {"id": "ch_1"})
    asks(run, "ship", "s/12", ["order-12"], {"id": "p_1"})
    run.completed()


@negative(27)
def equal_results_under_other_keys(story: Story) -> None:
    run = story.run("mail-10", workflow="campaign")
    for who in ("anna", "bob"):
        asks(run, "send", f"campaign-9/{who}", [who], "queued")
    run.completed()


@negative(27)
def http_without_a_key(story: Story) -> None:
    run = story.run("export-10", workflow="export")
    for _ in range(3):
        call(run, "GET", "https://api.acme.test/exports/7").completed(answer({"state": "pending"}))
    run.completed()


@negative(27)
def crash_and_the_same_key(story: Story) -> None:
    run = story.run("order-13")
    step = run.step("charge", kind="keyed", key="c/13").started().died()
    resumed(run)
    step.completed({"id": "ch_1"})
    run.completed()


@negative(27)
def undone_and_done_under_a_new_key(story: Story) -> None:
    run = story.run("trip-10", workflow="trip")
    asks(run, "flight", "f/1", ["LIS"], "f-1", "compensatable")
    run.compensation("flight").completed()
    asks(run, "flight", "f/2", ["OPO"], "f-2", "compensatable")
    run.completed()


@negative(27)
def timers_and_reads(story: Story) -> None:
    run = story.run("watch-10", workflow="watch")
    for value in (1, 2, 3):
        asks(run, "look", "", ["door"], value, "read")
        run.timer(5).fired()
    run.completed()


@negative(27)
def keys_with_the_day(story: Story) -> None:
    run = story.run("digest-10", workflow="digest")
    for day in ("2026-10-01", "2026-10-02", "2026-10-03"):
        asks(run, "send_digest", f"digest/{day}", ["anna"], "queued")
        run.timer(24 * HOUR).fired()
    run.completed()


@negative(27)
def tried_again_by_the_code_under_one_key(story: Story) -> None:
    run = story.run("order-14")
    run.step("charge", kind="keyed", key="c/14", args=[9]).failed("ReadTimeout", definite=False)
    run.step("charge", kind="keyed", key="c/14", args=[9]).completed({"id": "ch_1"})
    run.completed()


@negative(27)
def side_by_side_with_a_key_each(story: Story) -> None:
    run = story.run("album-10", workflow="album")
    calls = [run.step("order_print", kind="keyed", key=f"print/{p}", args=[p]).started() for p in ("a", "b")]
    for one in calls:
        one.completed({"order": "o"})
    run.completed()


@negative(27)
def items_in_a_loop_by_their_number(story: Story) -> None:
    run = story.run("restock-10", workflow="restock")
    for line in range(6):
        asks(run, "order_part", f"restock-10/{line}", ["screw", 100], {"ok": True})
    run.completed()


@negative(27)
def same_key_and_fresh_answers(story: Story) -> None:
    run = story.run("queue-10", workflow="worker")
    for number in range(3):
        asks(run, "next_job", "queue/next", ["queue-1"], {"job": f"j-{number}"})
    run.completed()


@negative(27)
def pure_and_the_same_every_time(story: Story) -> None:
    run = story.run("hash-10", workflow="hash")
    for _ in range(3):
        asks(run, "digest", "digest/a", ["a"], "0cc175b9", "pure")
    run.completed()


@negative(27)
def one_key_for_charge_and_receipt(story: Story) -> None:
    run = story.run("order-15")
    asks(run, "charge", "order-15", [9], {"ok": True})
    asks(run, "receipt", "order-15", [9], {"ok": True})
    run.completed()


@negative(27)
def refused_and_asked_again_under_one_key(story: Story) -> None:
    run = story.run("order-16")
    for _ in range(2):
        run.step("charge", kind="keyed", key="c/16", args=[9]).failed("CardDeclined", definite=True)
    run.failed("CardDeclined")


@negative(27)
def put_twice_without_a_key(story: Story) -> None:
    run = story.run("page-10", workflow="publish")
    for _ in range(2):
        asks(run, "put_page", "", ["/index", "hello"], {"etag": "a1"}, "idempotent")
    run.completed()


@negative(27)
def redone_by_a_decision(story: Story) -> None:
    run = story.run("order-17")
    step = run.step("charge", kind="keyed", key="c/17", args=[9]).completed({"id": "ch_1"})
    run.event(EventType.DecisionMade, action="retry_from", cut=step.intent, by="anna")
    resumed(run)
    run.step("charge", kind="keyed", key="c/17", args=[9], at=(1,)).completed({"id": "ch_1"})
    run.completed()


@negative(27)
def the_same_made_sure_of_twice(story: Story) -> None:
    run = story.run("site-10", workflow="publish")
    for _ in range(2):
        asks(run, "ensure_bucket", "bucket/site-10", ["site-10"], {"bucket": "site-10"}, "idempotent")
    run.completed()
