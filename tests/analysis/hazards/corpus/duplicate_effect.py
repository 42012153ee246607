"""Hazard 6: something that must not be done twice was done twice, and no key told the other side."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, activity, answer, call, resumed
from tests.story import Story
from workbench.model import EventType


@positive(6)
def charged_again_after_a_timeout(story: Story) -> None:
    run = story.run("order-1")
    run.step("charge", kind="write", args=["order-1", 30]).attempt_failed("ReadTimeout").completed("ch_2")
    run.completed()


@positive(6)
def done_again_after_the_crash(story: Story) -> None:
    run = story.run("order-2")
    step = run.step("ship", kind="write", args=["order-2"]).started().died()
    resumed(run, after_seconds=30)
    step.completed("parcel-2")
    run.completed()


@positive(6)
def posted_twice_with_other_request_ids(story: Story) -> None:
    run = story.run("order-3")
    url, body = "https://pay.acme.test/charges", {"amount": 900, "customer": "c-1"}
    call(run, "POST", url, body, x_request_id="0b5e").failed("ReadTimeout", definite=False)
    call(run, "POST", url, body, x_request_id="77aa").completed(answer({"id": "ch_9"}))
    run.completed()


@positive(6)
def run_again_under_another_id(story: Story) -> Look:
    first = story.run("order-4", business_key="order-4")
    first.step("charge", kind="write", args=["order-4", 55]).completed("ch_a")
    first.step("ship", kind="write", args=["order-4"]).failed("Timeout", definite=False)
    first.failed("Timeout")
    again = story.run("order-4-again", business_key="order-4")
    again.step("charge", kind="write", args=["order-4", 55]).completed("ch_b")
    again.completed()
    return Look(run_id="order-4-again")


@positive(6)
def the_other_run_is_in_another_log(story: Story) -> Look:
    first = Story()
    before = first.run("pay-1", workflow="payroll", business_key="2026-09/anna")
    before.step("pay", kind="write", args=["anna", 3100]).completed("tx-1")
    before.cancelled()
    story.wait(HOUR)
    run = story.run("pay-2", workflow="payroll", business_key="2026-09/anna")
    run.step("pay", kind="write", args=["anna", 3100]).completed("tx-2")
    run.completed()
    return Look(others=((first, "pay-1"),))


@positive(6)
def three_mails_for_one(story: Story) -> None:
    run = story.run("mail-1", workflow="welcome")
    step = run.step("smtp", kind="write", args=["anna@acme.test", "Welcome"])
    step.attempt_failed("SMTPServerDisconnected").attempt_failed("SMTPServerDisconnected").completed("250 ok")
    run.completed()


@positive(6)
def code_tries_again_by_itself(story: Story) -> None:
    run = story.run("sms-1", workflow="send_code")
    run.step("send_sms", kind="write", args=["+351 900", "1234"]).failed("GatewayTimeout", definite=False)
    run.step("send_sms", kind="write", args=["+351 900", "1234"]).completed("queued")
    run.completed()


@positive(6)
def went_back_to_before_the_deed(story: Story) -> None:
    run = story.run("print-1", workflow="print_labels")
    label = run.step("print_label", kind="write", args=["dhl", "order-9"]).completed("label-1")
    run.step("notify", kind="write").failed("Timeout", definite=False)
    run.event(EventType.DecisionMade, action="retry_from", cut=label.intent, by="anna", why="label smeared")
    resumed(run)
    run.step("print_label", kind="write", args=["dhl", "order-9"], at=(1,)).completed("label-2")
    run.step("notify", kind="write", at=(2,)).completed()
    run.completed()


@positive(6, engine="temporal")
def temporal_activity_succeeded_at_the_third_attempt(story: Story) -> None:
    run = story.run("wf-1", workflow="OrderWorkflow")
    activity(run, "ChargeCard", "order-1", 30).began(3, "StartToCloseTimeout", "timed out").answered("ch_3")
    run.completed()


@positive(6)
def booked_twice_without_an_undo_between(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    step = run.step("book_flight", kind="compensatable", args=["LIS-OSL", "anna"]).started().died()
    resumed(run, after_seconds=60)
    step.completed("f-2")
    run.completed()


@positive(6)
def undeclared_step_repeated(story: Story) -> None:
    run = story.run("iot-1", workflow="feed_fish")
    run.step("feed", args=["tank-1"]).attempt_failed("BrokenPipeError").completed("fed")
    run.completed()


@positive(6)
def the_second_attempt_is_in_doubt_too(story: Story) -> None:
    run = story.run("order-5")
    run.step("charge", kind="write", args=["order-5", 12]).attempt_failed("ReadTimeout").started().died()


@positive(6)
def insert_repeated_after_a_lost_connection(story: Story) -> None:
    run = story.run("etl-1", workflow="load")
    args = ["INSERT INTO payments (id, sum) VALUES (?, ?)", [7, 120]]
    run.step("execute", kind="write", args=args).attempt_failed("ConnectionResetError").completed(1)
    run.completed()


@positive(6)
def gather_repeated_after_the_crash(story: Story) -> None:
    run = story.run("album-1", workflow="order_prints")
    prints = [run.step("order_print", kind="write", args=[photo]).started() for photo in ("a.jpg", "b.jpg")]
    prints[0].completed("o-1")
    prints[1].died()
    resumed(run)
    prints[1].completed("o-3")
    run.completed()


@positive(6)
def both_runs_in_one_log_and_both_by_hand(story: Story) -> None:
    run = story.run("wire-1", workflow="wire", business_key="invoice-77")
    call(run, "POST", "https://bank.acme.test/wires", {"to": "PT50", "sum": 700}).completed(answer({"id": 1}))
    run.completed()
    again = story.run("wire-2", workflow="wire", business_key="invoice-77")
    call(again, "POST", "https://bank.acme.test/wires", {"to": "PT50", "sum": 700}).completed(answer({"id": 2}))
    again.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(6)
def one_key_for_every_attempt(story: Story) -> None:
    run = story.run("order-10")
    run.step("charge", kind="keyed", key="charge/10", args=[30]).attempt_failed("ReadTimeout").completed("ch_1")
    run.completed()


@negative(6)
def one_key_in_the_header(story: Story) -> None:
    run = story.run("order-11")
    url, body = "https://pay.acme.test/charges", {"amount": 900}
    call(run, "POST", url, body, idempotency_key="order-11").failed("ReadTimeout", definite=False)
    call(run, "POST", url, body, idempotency_key="order-11").completed(answer({"id": "ch_9"}))
    run.completed()


@negative(6)
def put_twice(story: Story) -> None:
    run = story.run("wiki-1", workflow="fix")
    call(run, "PUT", "https://wiki.acme.test/pages/4", {"text": "x"}).attempt_failed("ReadTimeout").completed(
        answer({})
    )
    run.completed()


@negative(6)
def looked_three_times(story: Story) -> None:
    run = story.run("order-12")
    run.step("stock", kind="read", args=["sku"]).attempt_failed("Timeout").attempt_failed("Timeout").completed(1)
    run.completed()


@negative(6)
def two_items_of_an_order(story: Story) -> None:
    run = story.run("order-13")
    run.step("add_line", kind="write", args=["order-13", {"line": 1, "sku": "cup"}]).completed()
    run.step("add_line", kind="write", args=["order-13", {"line": 2, "sku": "cup"}]).completed()
    run.completed()


@negative(6)
def two_amounts(story: Story) -> None:
    run = story.run("order-14")
    run.step("charge", kind="write", args=["card-1", 30]).completed("ch_1")
    run.step("charge", kind="write", args=["card-1", 45]).completed("ch_2")
    run.completed()


@negative(6)
def declined_and_then_accepted(story: Story) -> None:
    run = story.run("order-15")
    step = run.step("charge", kind="write", args=["card-1", 30])
    step.attempt_failed("CardDeclined", definite=True).completed("ch_1")
    run.completed()


@negative(6)
def never_reached_the_server(story: Story) -> None:
    run = story.run("order-16")
    step = run.step("charge", kind="write", args=["card-1", 30]).attempt_failed("ConnectionRefusedError", definite=True)
    resumed(run)
    step.completed("ch_1")
    run.completed()


@negative(6)
def two_customers_want_the_same(story: Story) -> None:
    for who in ("anna", "bob"):
        run = story.run(f"order-{who}", business_key=who)
        run.step("charge", kind="write", args=["plan-pro", 30]).completed(f"ch_{who}")
        run.completed()


@negative(6)
def equal_calls_with_a_key_each(story: Story) -> None:
    run = story.run("gift-1", workflow="gift_cards")
    for number in (1, 2):
        run.step("issue_card", kind="keyed", key=f"gift-1/{number}", args=[50]).completed(f"card-{number}")
    run.completed()


@negative(6)
def two_equal_beeps_both_meant(story: Story) -> None:
    run = story.run("alarm-1", workflow="test_alarm")
    run.step("beep", kind="write", args=["hall"]).completed()
    run.timer(5).fired()
    run.step("beep", kind="write", args=["hall"]).completed()
    run.completed()


@negative(6)
def undone_before_it_was_done_again(story: Story) -> None:
    run = story.run("trip-2", workflow="trip")
    flight = run.step("flight", kind="compensatable", args=["LIS-OSL"]).completed("f-1")
    run.compensation("flight").completed()
    run.event(EventType.DecisionMade, action="retry_from", cut=flight.intent, by="anna", why="other day")
    resumed(run)
    run.step("flight", kind="compensatable", args=["LIS-OSL"], at=(1,)).completed("f-2")
    run.completed()


@negative(6)
def salary_of_two_months(story: Story) -> Look:
    for month in ("2026-08", "2026-09"):
        run = story.run(f"pay-{month}", workflow="payroll", business_key="anna")
        run.step("pay", kind="write", args=["anna", 3100, month]).completed(f"tx-{month}")
        run.completed()
    return Look(run_id="pay-2026-09")


@negative(6)
def a_person_said_that_it_had_not_happened(story: Story) -> None:
    run = story.run("order-17")
    step = run.step("charge", kind="write", args=["order-17", 8]).started().died().resolved(happened=False)
    resumed(run)
    step.completed("ch_1")
    run.completed()


@negative(6, engine="temporal")
def temporal_activity_succeeded_at_once(story: Story) -> None:
    run = story.run("wf-2", workflow="OrderWorkflow")
    activity(run, "ChargeCard", "order-1", 30).completed("ch_1")
    activity(run, "ChargeCard", "order-1", 12).completed("ch_2")
    run.completed()


@negative(6)
def recovered_between_the_steps(story: Story) -> None:
    run = story.run("order-18")
    run.step("charge", kind="write", args=["order-18", 8]).completed("ch_1")
    resumed(run)
    run.step("ship", kind="write", args=["order-18"]).completed("p-1")
    run.completed()
