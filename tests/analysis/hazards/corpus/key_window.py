"""Hazard 8: the other side has forgotten the key by now, so the same key would act anew."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import DAY, HOUR, MINUTE, resumed
from tests.story import RunStory, StepStory, Story


def keyed(run: RunStory, name: str, lifetime: float | None, *, kind: str = "keyed") -> StepStory:
    """A step whose key the other side remembers for so many seconds."""
    return run.step(name, kind=kind, key=f"{name}/{run.run_id}", args=[run.run_id], key_lifetime_seconds=lifetime)


@positive(8)
def failed_on_friday_resumed_on_monday(story: Story) -> Look:
    run = story.run("order-1")
    keyed(run, "charge", DAY).started().died()
    return Look(later_seconds=3 * DAY)


@positive(8)
def half_an_hour_and_an_hour(story: Story) -> Look:
    run = story.run("payout-1", workflow="payout")
    keyed(run, "transfer", 30 * MINUTE).failed("ReadTimeout", definite=False)
    run.failed("ReadTimeout")
    return Look(later_seconds=HOUR)


@positive(8)
def many_attempts_and_then_a_long_silence(story: Story) -> Look:
    run = story.run("order-2")
    keyed(run, "charge", DAY).attempt_failed("Timeout").attempt_failed("Timeout").started().died()
    return Look(later_seconds=9 * DAY)


@positive(8)
def sent_again_after_the_window(story: Story) -> None:
    run = story.run("order-3")
    step = keyed(run, "charge", DAY).started().died()
    resumed(run, after_seconds=2 * DAY)
    step.completed("ch_2")
    run.completed()


@positive(8)
def the_last_attempt_is_young_and_the_first_old(story: Story) -> Look:
    run = story.run("order-4")
    step = keyed(run, "charge", DAY).attempt_failed("Timeout", retry_in_seconds=30 * HOUR)
    story.wait(30 * HOUR)
    step.started().died()
    return Look(later_seconds=10 * MINUTE)


@positive(8)
def key_of_ten_minutes_at_a_telco(story: Story) -> Look:
    run = story.run("sms-1", workflow="send_code")
    keyed(run, "send_sms", 10 * MINUTE).started().died()
    return Look(later_seconds=45 * MINUTE)


@positive(8)
def cancelled_and_forgotten(story: Story) -> Look:
    run = story.run("deploy-1", workflow="deploy")
    keyed(run, "create_stack", 8 * HOUR).cancelled()
    return Look(later_seconds=DAY)


@positive(8)
def one_of_two_side_by_side(story: Story) -> Look:
    run = story.run("album-1", workflow="order_prints")
    first, second = keyed(run, "print_a", DAY).started(), keyed(run, "print_b", DAY).started()
    first.completed()
    second.died()
    return Look(later_seconds=2 * DAY)


@positive(8)
def behind_other_work(story: Story) -> Look:
    run = story.run("books-1", workflow="close_books")
    for name in ("lock", "sum_up"):
        run.step(name, kind="idempotent").completed()
    keyed(run, "post_entry", 12 * HOUR).failed("BadGateway", definite=False)
    run.failed("BadGateway")
    return Look(later_seconds=2 * DAY)


@positive(8)
def recovered_within_and_stuck_beyond(story: Story) -> Look:
    run = story.run("order-5")
    keyed(run, "charge", DAY).started().died()
    resumed(run, after_seconds=HOUR)
    return Look(later_seconds=30 * HOUR)


@positive(8)
def parts_ordered_a_month_ago(story: Story) -> Look:
    run = story.run("factory-1", workflow="restock")
    keyed(run, "order_parts", 7 * DAY).started().died()
    return Look(later_seconds=30 * DAY)


@positive(8)
def machine_was_off(story: Story) -> Look:
    run = story.run("meter-1", workflow="bill_power")
    keyed(run, "bill", DAY).started().died()
    return Look(later_seconds=4 * DAY, report=story.report(same_boot=False))


@positive(8)
def resumed_twice_after_the_window(story: Story) -> None:
    run = story.run("gift-1", workflow="gift_cards")
    step = keyed(run, "issue_card", HOUR).started().died()
    resumed(run, after_seconds=5 * HOUR)
    step.started().died()
    resumed(run, after_seconds=5 * HOUR, pid=4244)
    step.completed("card-3")
    run.completed()


@positive(8)
def booking_with_a_short_key(story: Story) -> Look:
    run = story.run("trip-1", workflow="trip")
    keyed(run, "book_flight", HOUR, kind="compensatable").started().died()
    return Look(later_seconds=DAY)


@positive(8)
def attempt_failed_and_nobody_came_back(story: Story) -> Look:
    run = story.run("loan-1", workflow="grant_loan")
    keyed(run, "pay_out", 2 * HOUR).attempt_failed("ReadTimeout")
    return Look(later_seconds=20 * HOUR)


# --- near misses -----------------------------------------------------------------------------------------------


@negative(8)
def still_remembered(story: Story) -> Look:
    run = story.run("order-10")
    keyed(run, "charge", DAY).started().died()
    return Look(later_seconds=HOUR)


@negative(8)
def done_long_ago(story: Story) -> Look:
    run = story.run("order-11")
    keyed(run, "charge", DAY).completed("ch_1")
    run.completed()
    return Look(later_seconds=90 * DAY)


@negative(8)
def done_and_the_run_waits(story: Story) -> Look:
    run = story.run("order-12")
    keyed(run, "charge", HOUR).completed("ch_1")
    run.timer(30 * DAY)
    return Look(later_seconds=9 * DAY)


@negative(8)
def undone_long_ago(story: Story) -> Look:
    run = story.run("trip-2", workflow="trip")
    keyed(run, "book_flight", HOUR, kind="compensatable").completed("f-1")
    run.compensation("book_flight").completed()
    run.failed("HotelFull")
    return Look(later_seconds=9 * DAY)


@negative(8)
def no_key(story: Story) -> Look:
    run = story.run("order-13")
    run.step("charge", kind="write").started().died()
    return Look(later_seconds=9 * DAY)


@negative(8)
def a_week_and_two_days(story: Story) -> Look:
    run = story.run("factory-2", workflow="restock")
    keyed(run, "order_parts", 7 * DAY).started().died()
    return Look(later_seconds=2 * DAY)


@negative(8)
def a_person_says_it_happened(story: Story) -> Look:
    run = story.run("order-14")
    keyed(run, "charge", DAY).started().died().resolved(happened=True, result="ch_1")
    return Look(later_seconds=3 * DAY)


@negative(8)
def a_person_says_it_did_not(story: Story) -> Look:
    run = story.run("order-15")
    keyed(run, "charge", DAY).started().died().resolved(happened=False)
    run.cancelled()
    return Look(later_seconds=3 * DAY)


@negative(8)
def only_a_read(story: Story) -> Look:
    run = story.run("report-1", workflow="report")
    keyed(run, "query", HOUR, kind="read").started().died()
    return Look(later_seconds=DAY)


@negative(8)
def put_of_a_whole_page(story: Story) -> Look:
    run = story.run("wiki-1", workflow="fix")
    run.step("put_page", kind="idempotent", args=["page-1"]).started().died()
    return Look(later_seconds=30 * DAY)


@negative(8)
def sent_again_within_the_window(story: Story) -> None:
    run = story.run("order-16")
    step = keyed(run, "charge", DAY).started().died()
    resumed(run, after_seconds=2 * HOUR)
    step.completed("ch_1")
    run.completed()


@negative(8)
def answered_at_once_in_a_slow_run(story: Story) -> Look:
    run = story.run("campaign-1", workflow="campaign")
    for number in range(3):
        run.step(f"send_{number}", kind="keyed", key=f"mail/{number}", key_lifetime_seconds=HOUR).completed()
        run.timer(DAY).fired()
    run.completed()
    return Look(later_seconds=DAY)


@negative(8)
def refused_within_the_window(story: Story) -> None:
    run = story.run("order-17")
    keyed(run, "charge", DAY).failed("CardDeclined", definite=True)
    run.failed("CardDeclined")


@negative(8)
def retried_within_the_window(story: Story) -> Look:
    run = story.run("sms-2", workflow="send_code")
    keyed(run, "send_sms", 10 * MINUTE).attempt_failed("Timeout").attempt_failed("Timeout").completed("sent")
    run.completed()
    return Look(later_seconds=DAY)


@negative(8)
def remembered_for_a_year(story: Story) -> Look:
    run = story.run("tax-1", workflow="file_tax")
    keyed(run, "file_return", 365 * DAY).failed("ReadTimeout", definite=False)
    run.failed("ReadTimeout")
    return Look(later_seconds=60 * DAY)
