"""Hazard 7: attempts of one deed carry different keys, or one key carries different deeds."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, answer, call, opaque, resumed
from tests.story import Story
from workbench.model import EventType


@positive(7)
def a_new_key_for_the_second_attempt(story: Story) -> None:
    run = story.run("order-1")
    step = run.step("charge", kind="keyed", key="8c1f-1", args=[30]).attempt_failed("ReadTimeout")
    step.started(key="8c1f-2").completed("ch_2")
    run.completed()


@positive(7)
def a_new_key_after_the_crash(story: Story) -> None:
    run = story.run("order-2")
    step = run.step("charge", kind="keyed", key="proc-4242/charge", args=[30]).started().died()
    resumed(run)
    step.started(key="proc-4243/charge").completed("ch_2")
    run.completed()


@positive(7)
def client_library_draws_a_key_per_request(story: Story) -> None:
    run = story.run("order-3")
    url, body = "https://pay.acme.test/charges", {"amount": 900, "customer": "c-1"}
    call(run, "POST", url, body, idempotency_key=opaque("a")).failed("ReadTimeout", definite=False)
    call(run, "POST", url, body, idempotency_key=opaque("b")).completed(answer({"id": "ch_9"}))
    run.completed()


@positive(7)
def key_of_the_run_and_a_second_run(story: Story) -> Look:
    first = story.run("order-4", business_key="order-4")
    first.step("charge", kind="keyed", key="order-4/charge/1", args=["card-1", 55]).completed("ch_a")
    first.step("ship").failed("Timeout", definite=False)
    first.failed("Timeout")
    again = story.run("order-4-fork", business_key="order-4")
    again.step("charge", kind="keyed", key="order-4-fork/charge/1", args=["card-1", 55]).completed("ch_b")
    again.completed()
    return Look(run_id="order-4-fork")


@positive(7)
def fork_in_another_log(story: Story) -> Look:
    first = Story()
    before = first.run("wire-1", workflow="wire", business_key="invoice-7")
    before.step("send_wire", kind="keyed", key="wire-1/1", args=["PT50", 700]).completed("w-1")
    before.cancelled()
    story.wait(HOUR)
    run = story.run("wire-2", workflow="wire", business_key="invoice-7")
    run.step("send_wire", kind="keyed", key="wire-2/1", args=["PT50", 700]).completed("w-2")
    run.completed()
    return Look(others=((first, "wire-1"),))


@positive(7)
def one_key_for_two_amounts(story: Story) -> None:
    run = story.run("order-5")
    run.step("charge", kind="keyed", key="order-5", args=["card-1", 30]).completed("ch_1")
    run.step("charge", kind="keyed", key="order-5", args=["card-1", 45]).completed("ch_1")
    run.completed()


@positive(7)
def one_key_for_two_bodies(story: Story) -> None:
    run = story.run("sms-1", workflow="send_code")
    url = "https://sms.acme.test/messages"
    call(run, "POST", url, {"to": "+351 1", "text": "1234"}, idempotency_key="sms-1").failed("Timeout", definite=False)
    call(run, "POST", url, {"to": "+351 1", "text": "9876"}, idempotency_key="sms-1").completed(answer({}))
    run.completed()


@positive(7)
def key_with_the_time_in_it(story: Story) -> None:
    run = story.run("device-1", workflow="order_parts")
    step = run.step("order_part", kind="keyed", key="part-9@1790000001", args=["part-9"]).attempt_failed("Timeout")
    step.started(key="part-9@1790000004").attempt_failed("Timeout")
    step.started(key="part-9@1790000009").completed("po-3")
    run.completed()


@positive(7)
def third_attempt_only(story: Story) -> None:
    run = story.run("payout-1", workflow="payout")
    step = run.step("transfer", kind="keyed", key="payout/1", args=[900]).attempt_failed("ReadTimeout")
    step.started(key="payout/1").attempt_failed("ReadTimeout")
    step.started(key="payout/1-retry").completed("tx")
    run.completed()


@positive(7)
def new_key_and_again_no_answer(story: Story) -> None:
    run = story.run("order-6")
    step = run.step("charge", kind="keyed", key="k-1", args=[12]).started().died()
    resumed(run)
    step.started(key="k-2").died()


@positive(7)
def booking_with_a_key_per_process(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    step = run.step("book_flight", kind="compensatable", key="pid-4242", args=["LIS-OSL"]).started().died()
    resumed(run, after_seconds=60)
    step.started(key="pid-4243").completed("f-1")
    run.completed()


@positive(7)
def code_tries_again_with_the_next_number(story: Story) -> None:
    run = story.run("mail-1", workflow="send_invoice")
    run.step("send", kind="keyed", key="invoice-9/try-1", args=["anna", "invoice-9"]).failed("Timeout", definite=False)
    run.step("send", kind="keyed", key="invoice-9/try-2", args=["anna", "invoice-9"]).completed()
    run.completed()


@positive(7)
def went_back_and_the_key_is_another(story: Story) -> None:
    run = story.run("print-1", workflow="print_labels")
    label = run.step("buy_label", kind="keyed", key="u-51", args=["dhl", "order-9"]).completed("label-1")
    run.step("notify").failed("Timeout", definite=False)
    run.event(EventType.DecisionMade, action="retry_from", cut=label.intent, by="anna", why="again")
    resumed(run)
    run.step("buy_label", kind="keyed", key="u-52", args=["dhl", "order-9"], at=(1,)).completed("label-2")
    run.completed()


@positive(7)
def three_forks_of_a_deployment(story: Story) -> None:
    for fork in ("deploy-1", "deploy-1b", "deploy-1c"):
        run = story.run(fork, workflow="deploy", business_key="release-88")
        run.step("create_stack", kind="keyed", key=f"{fork}/stack", args=["eu", "release-88"]).completed(
            f"stack-{fork}"
        )
        run.completed()


@positive(7)
def same_key_other_account(story: Story) -> None:
    run = story.run("ledger-1", workflow="book")
    run.step("post", kind="keyed", key="entry-1", args=[{"account": 4400, "sum": 10}]).completed(1)
    run.step("post", kind="keyed", key="entry-1", args=[{"account": 1200, "sum": -10}]).completed(1)
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(7)
def one_key_for_every_attempt(story: Story) -> None:
    run = story.run("order-10")
    step = run.step("charge", kind="keyed", key="charge/10", args=[30]).attempt_failed("ReadTimeout")
    step.started(key="charge/10").attempt_failed("ReadTimeout").completed("ch_1")
    run.completed()


@negative(7)
def one_key_after_the_crash(story: Story) -> None:
    run = story.run("order-11")
    step = run.step("charge", kind="keyed", key="charge/11", args=[30]).started().died()
    resumed(run)
    step.completed("ch_1")
    run.completed()


@negative(7)
def two_steps_two_keys(story: Story) -> None:
    run = story.run("order-12")
    run.step("charge", kind="keyed", key="charge/12", args=["card-1", 30]).completed("ch_1")
    run.step("ship", kind="keyed", key="ship/12", args=["order-12"]).completed("p_1")
    run.completed()


@negative(7)
def a_key_per_item(story: Story) -> None:
    run = story.run("gift-1", workflow="gift_cards")
    for number in (1, 2, 3):
        run.step("issue_card", kind="keyed", key=f"gift-1/{number}", args=["anna", 50]).completed(f"card-{number}")
    run.completed()


@negative(7)
def business_key_in_the_second_run(story: Story) -> Look:
    first = story.run("order-13", business_key="order-13")
    first.step("charge", kind="keyed", key="charge/order-13", args=[55]).completed("ch_a")
    first.failed("OutOfStock")
    again = story.run("order-13-again", business_key="order-13")
    again.step("charge", kind="keyed", key="charge/order-13", args=[55]).completed("ch_a")
    again.completed()
    return Look(run_id="order-13-again")


@negative(7)
def two_orders_two_keys(story: Story) -> None:
    for order in ("order-14", "order-15"):
        run = story.run(order, business_key=order)
        run.step("charge", kind="keyed", key=f"charge/{order}", args=["card-1", 30]).completed(order)
        run.completed()


@negative(7)
def same_key_same_body(story: Story) -> None:
    run = story.run("order-16")
    url, body = "https://pay.acme.test/charges", {"amount": 900}
    call(run, "POST", url, body, idempotency_key="order-16").failed("ReadTimeout", definite=False)
    call(run, "POST", url, body, idempotency_key="order-16").completed(answer({"id": "ch_9"}))
    run.completed()


@negative(7)
def new_key_after_a_refusal(story: Story) -> None:
    run = story.run("order-17")
    step = run.step("charge", kind="keyed", key="charge/17/1", args=[30]).attempt_failed("CardDeclined", definite=True)
    step.started(key="charge/17/2").completed("ch_1")
    run.completed()


@negative(7)
def new_key_after_an_undo(story: Story) -> None:
    run = story.run("trip-2", workflow="trip")
    flight = run.step("flight", kind="compensatable", key="flight/1", args=["LIS-OSL"]).completed("f-1")
    run.compensation("flight").completed()
    run.event(EventType.DecisionMade, action="retry_from", cut=flight.intent, by="anna", new_keys=["1"])
    resumed(run)
    run.step("flight", kind="compensatable", key="flight/1#2", args=["LIS-OSL"], at=(1,)).completed("f-2")
    run.completed()


@negative(7)
def no_keys_at_all(story: Story) -> None:
    run = story.run("mail-2", workflow="welcome")
    run.step("smtp", kind="write", args=["anna"]).attempt_failed("Timeout").completed()
    run.completed()


@negative(7)
def other_months_other_keys(story: Story) -> Look:
    for month in ("2026-08", "2026-09"):
        run = story.run(f"pay-{month}", workflow="payroll", business_key="anna")
        run.step("pay", kind="keyed", key=f"pay/anna/{month}", args=["anna", 3100, month]).completed(month)
        run.completed()
    return Look(run_id="pay-2026-09")


@negative(7)
def keys_only_on_reads(story: Story) -> None:
    run = story.run("report-1", workflow="report")
    step = run.step("query", kind="read", key="cache/1", args=["q"]).attempt_failed("Timeout")
    step.started(key="cache/2").completed([1])
    run.completed()


@negative(7)
def key_of_the_undo_is_its_own(story: Story) -> None:
    run = story.run("trip-3", workflow="trip")
    run.step("flight", kind="compensatable", key="flight/3", args=["LIS-OSL"]).completed("f-1")
    run.step("hotel", kind="compensatable", key="hotel/3", args=["Oslo"]).failed("Full", definite=True)
    run.compensation("flight").completed()
    run.failed("Full")


@negative(7)
def same_body_but_the_date_it_was_sent(story: Story) -> None:
    run = story.run("order-18")
    url = "https://pay.acme.test/charges"
    for date in ("Mon, 21 Sep 2026 14:13:20 GMT", "Mon, 21 Sep 2026 14:13:24 GMT"):
        call(run, "POST", url, {"amount": 9}, idempotency_key="order-18", date=date).completed(answer({"id": "ch"}))
    run.completed()


@negative(7)
def side_by_side_with_a_key_each(story: Story) -> None:
    run = story.run("album-1", workflow="order_prints")
    prints = [run.step("order_print", kind="keyed", key=f"print/{p}", args=[p]).started() for p in ("a", "b")]
    for one in prints:
        one.completed()
    run.completed()
