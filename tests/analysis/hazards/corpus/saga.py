"""Hazard 9: a run ended, and what it had done before is neither finished nor undone."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, awaiting, resumed
from tests.story import Story
from workbench.model import EventType


@positive(9)
def flight_booked_hotel_failed(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    run.step("flight", kind="compensatable", args=["LIS-OSL"]).completed("f-1")
    run.step("hotel", kind="compensatable", args=["Oslo"]).failed("Full", definite=True)
    run.failed("Full")


@positive(9)
def only_the_last_one_undone(story: Story) -> None:
    run = story.run("trip-2", workflow="trip")
    for name in ("flight", "hotel", "car"):
        run.step(name, kind="compensatable").completed(name)
    run.step("insurance").failed("Refused", definite=True)
    run.compensation("car").completed()
    run.failed("Refused")


@positive(9)
def cancelled_between_two_bookings(story: Story) -> None:
    run = story.run("trip-3", workflow="trip")
    run.step("flight", kind="compensatable").completed("f-1")
    run.timer(HOUR)
    run.cancelled()


@positive(9)
def card_charged_and_nothing_shipped(story: Story) -> None:
    run = story.run("order-1")
    run.step("charge", kind="compensatable", key="charge/1", undo="refund", args=[40]).completed("ch_1")
    run.step("ship", kind="write").failed("CarrierDown", definite=False)
    run.failed("CarrierDown")


@positive(9)
def side_by_side_and_one_failed(story: Story) -> None:
    run = story.run("party-1", workflow="plan_party")
    band, hall = (run.step(name, kind="compensatable").started() for name in ("book_band", "book_hall"))
    band.completed("b-1")
    hall.failed("Taken", definite=True)
    run.failed("Taken")


@positive(9)
def failed_in_the_code_itself(story: Story) -> None:
    run = story.run("tenant-1", workflow="create_tenant")
    run.step("create_database", kind="compensatable", undo="drop_database").completed("db-1")
    run.failed("KeyError", "'plan'")


@positive(9)
def no_answer_from_the_approver(story: Story) -> None:
    run = story.run("loan-1", workflow="loan")
    run.step("hold_funds", kind="compensatable", undo="release_funds").completed("hold-1")
    wait = awaiting(run, "approved", 3600)
    story.wait(HOUR)
    wait.answered(EventType.SignalTimedOut)
    run.failed("NotApproved")


@positive(9)
def child_failed_after_the_parent_had_paid(story: Story) -> None:
    run = story.run("order-2")
    run.step("charge", kind="compensatable", undo="refund").completed("ch_2")
    run.child("ship", "order-2/ship").answered(EventType.ChildFailed, error="OutOfStock")
    run.failed("OutOfStock")


@positive(9)
def failed_after_a_recovery(story: Story) -> None:
    run = story.run("deploy-1", workflow="deploy")
    run.step("drain_node", kind="compensatable", undo="undrain_node").completed()
    resumed(run, after_seconds=60)
    run.step("upgrade", kind="write").failed("DiskFull", definite=True)
    run.failed("DiskFull")


@positive(9)
def first_undone_second_forgotten(story: Story) -> None:
    run = story.run("trip-4", workflow="trip")
    run.step("flight", kind="compensatable").completed("f")
    run.step("train", kind="compensatable").completed("t")
    run.compensation("flight").completed()
    run.cancelled()


@positive(9)
def ten_seats_held(story: Story) -> None:
    run = story.run("group-1", workflow="group_booking")
    for seat in range(10):
        run.step(f"hold_{seat}", kind="compensatable").completed(seat)
    run.step("pay", kind="keyed", key="group-1").failed("CardDeclined", definite=True)
    run.failed("CardDeclined")


@positive(9)
def reservation_in_a_branch(story: Story) -> None:
    run = story.run("order-3")
    run.step("reserve", kind="compensatable", undo="release", at=(2, 1)).completed("r-1")
    run.step("label", kind="write", at=(3, 1)).failed("PrinterJam", definite=True)
    run.failed("PrinterJam")


@positive(9)
def declared_with_a_key_as_well(story: Story) -> None:
    run = story.run("sub-1", workflow="subscribe")
    run.step("start_plan", kind="compensatable", key="sub-1", undo="cancel_plan").completed("plan-1")
    run.step("provision", kind="idempotent").failed("QuotaExceeded", definite=True)
    run.failed("QuotaExceeded")


@positive(9)
def undo_did_not_work_and_the_run_ended(story: Story) -> None:
    run = story.run("trip-5", workflow="trip")
    run.step("flight", kind="compensatable").completed("f")
    run.step("hotel", kind="compensatable").completed("h")
    run.step("visa").failed("Refused", definite=True)
    run.compensation("hotel").completed()
    run.compensation("flight").failed("NonRefundable")
    run.failed("Refused")


@positive(9)
def dns_switched_and_certificate_missing(story: Story) -> None:
    run = story.run("move-1", workflow="move_site")
    run.step("switch_dns", kind="compensatable", undo="switch_dns_back").attempt_failed("Timeout").completed()
    run.step("order_certificate", kind="idempotent").failed("RateLimited", definite=True)
    run.failed("RateLimited")


# --- near misses -----------------------------------------------------------------------------------------------


@negative(9)
def all_undone_in_reverse(story: Story) -> None:
    run = story.run("trip-10", workflow="trip")
    for name in ("flight", "hotel"):
        run.step(name, kind="compensatable").completed(name)
    run.step("car").failed("Refused", definite=True)
    for name in ("hotel", "flight"):
        run.compensation(name).completed()
    run.failed("Refused")


@negative(9)
def everything_went_well(story: Story) -> None:
    run = story.run("trip-11", workflow="trip")
    for name in ("flight", "hotel", "car"):
        run.step(name, kind="compensatable").completed(name)
    run.completed()


@negative(9)
def undo_in_flight(story: Story) -> Look:
    run = story.run("trip-12", workflow="trip")
    run.step("flight", kind="compensatable").completed("f")
    run.step("hotel").failed("Full", definite=True)
    run.compensation("flight").started()
    return Look(later_seconds=1, report=story.report(writer_alive=True))


@negative(9)
def failed_before_anything_was_done(story: Story) -> None:
    run = story.run("trip-13", workflow="trip")
    run.step("passport", kind="read").completed("expired")
    run.step("flight", kind="compensatable").failed("NoPassport", definite=True)
    run.failed("NoPassport")


@negative(9)
def only_what_repeats_harmlessly(story: Story) -> None:
    run = story.run("wiki-1", workflow="fix")
    run.step("put_page", kind="idempotent").completed()
    run.step("put_index", kind="idempotent").failed("Conflict", definite=True)
    run.failed("Conflict")


@negative(9)
def interrupted_and_still_open(story: Story) -> None:
    run = story.run("trip-14", workflow="trip")
    run.step("flight", kind="compensatable").completed("f")
    run.step("hotel", kind="compensatable").started().died()


@negative(9)
def undone_by_a_person_the_next_day(story: Story) -> None:
    run = story.run("trip-15", workflow="trip")
    run.step("flight", kind="compensatable").completed("f")
    run.step("hotel").failed("Full", definite=True)
    run.failed("Full")
    story.wait(24 * HOUR)
    run.event(EventType.DecisionMade, action="compensate", by="anna", why="customer called")
    run.compensation("flight").completed()


@negative(9)
def failure_was_handled_by_the_code(story: Story) -> None:
    run = story.run("trip-16", workflow="trip")
    run.step("flight", kind="compensatable").completed("f")
    run.step("hotel_a", kind="compensatable").failed("Full", definite=True)
    run.step("hotel_b", kind="compensatable").completed("h")
    run.completed()


@negative(9)
def reads_only(story: Story) -> None:
    run = story.run("audit-1", workflow="audit")
    run.step("balance", kind="read").completed(1)
    run.step("journal", kind="read").failed("Locked", definite=True)
    run.failed("Locked")


@negative(9)
def undo_succeeded_at_the_second_try(story: Story) -> None:
    run = story.run("order-10")
    run.step("charge", kind="compensatable", undo="refund").completed("ch_1")
    run.step("ship").failed("CarrierDown", definite=True)
    undo = run.compensation("charge")
    undo.failed("Timeout", definite=False)
    undo.completed("re_1")
    run.failed("CarrierDown")


@negative(9)
def cancelled_before_the_booking(story: Story) -> None:
    run = story.run("trip-17", workflow="trip")
    awaiting(run, "go")
    run.cancelled()


@negative(9)
def asleep_between_two_bookings(story: Story) -> None:
    run = story.run("trip-18", workflow="trip")
    run.step("flight", kind="compensatable").completed("f")
    run.timer(HOUR)


@negative(9)
def failed_then_retried_to_the_end(story: Story) -> None:
    run = story.run("order-11")
    run.step("charge", kind="compensatable", undo="refund").completed("ch_1")
    ship = run.step("ship", kind="write").failed("CarrierDown", definite=True)
    run.failed("CarrierDown")
    run.event(EventType.DecisionMade, action="retry_from", cut=ship.intent, by="anna", why="carrier is back")
    resumed(run)
    run.step("ship", kind="write", at=(2,)).completed("p-1")
    run.completed()


@negative(9)
def undone_out_of_order_but_whole(story: Story) -> None:
    run = story.run("party-2", workflow="plan_party")
    for name in ("hall", "band", "cake"):
        run.step(name, kind="compensatable").completed(name)
    for name in ("hall", "cake", "band"):
        run.compensation(name).completed()
    run.cancelled()


@negative(9)
def a_person_settled_that_it_never_happened(story: Story) -> None:
    run = story.run("order-12")
    run.step("charge", kind="compensatable", undo="refund").started().died().resolved(happened=False)
    run.cancelled()
