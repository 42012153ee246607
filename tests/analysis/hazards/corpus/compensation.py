"""Hazard 10: undoing fails again and again, goes round in circles, or is left out when a run is cancelled."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, activity, awaiting, resumed
from tests.story import RunStory, Story
from workbench.model import EventType


def booked(story: Story, run_id: str, *names: str) -> RunStory:
    """A run that has done these things, each of which can be undone."""
    run = story.run(run_id, workflow="trip")
    for name in names:
        run.step(name, kind="compensatable", args=[run_id]).completed(f"{name}-1")
    return run


@positive(10)
def refund_refused_three_times(story: Story) -> None:
    run = booked(story, "order-1", "charge")
    run.step("ship").failed("CarrierDown", definite=True)
    undo = run.compensation("charge")
    for _ in range(3):
        undo.failed("RefundRefused")
    run.failed("CarrierDown")


@positive(10)
def timed_out_twice_and_still_open(story: Story) -> None:
    run = booked(story, "trip-1", "flight")
    undo = run.compensation("flight")
    undo.failed("Timeout", definite=False)
    undo.failed("Timeout", definite=False)


@positive(10)
def cancelled_and_nothing_undone(story: Story) -> None:
    run = booked(story, "trip-2", "flight", "hotel")
    run.cancelled()


@positive(10)
def cancelled_while_waiting_for_a_person(story: Story) -> None:
    run = booked(story, "loan-1", "hold_funds")
    awaiting(run, "approved").answered(EventType.SignalCancelled)
    run.cancelled()


@positive(10)
def one_of_three_undone(story: Story) -> None:
    run = booked(story, "trip-3", "flight", "hotel", "car")
    run.step("visa").failed("Refused", definite=True)
    run.compensation("car").completed()
    run.failed("Refused")


@positive(10)
def round_and_round_after_each_crash(story: Story) -> None:
    run = booked(story, "trip-4", "flight")
    for pid in range(5000, 5006):
        run.compensation("flight").started()
        resumed(run, after_seconds=5, pid=pid)


@positive(10)
def ten_failures_with_other_words(story: Story) -> None:
    run = booked(story, "order-2", "charge")
    for error in ("Timeout", "BadGateway") * 5:
        run.compensation("charge").failed(error, definite=False)
    run.failed("GaveUp")


@positive(10)
def second_undo_stuck_behind_the_first(story: Story) -> None:
    run = booked(story, "trip-5", "flight", "hotel")
    for _ in range(4):
        run.compensation("hotel").failed("BookingLocked")
    run.cancelled()


@positive(10)
def asked_to_stop_in_the_middle(story: Story) -> None:
    run = booked(story, "deploy-1", "drain_node")
    run.event(EventType.CancelRequested)
    run.step("upgrade").cancelled()
    run.cancelled()


@positive(10)
def cancelled_during_the_undo(story: Story) -> None:
    run = booked(story, "party-1", "hall", "band")
    run.compensation("band").completed()
    run.event(EventType.CancelRequested)
    run.cancelled()


@positive(10)
def refused_in_each_process(story: Story) -> None:
    run = booked(story, "order-3", "charge")
    for pid in (5000, 5001, 5002):
        run.compensation("charge").failed("AlreadySettled")
        resumed(run, after_seconds=HOUR, pid=pid)


@positive(10)
def undo_of_the_middle_one_is_missing(story: Story) -> None:
    run = booked(story, "trip-6", "flight", "hotel", "car")
    run.compensation("car").completed()
    run.compensation("flight").completed()
    run.failed("Refused")


@positive(10)
def compensation_decided_and_failing(story: Story) -> None:
    run = booked(story, "order-4", "charge")
    run.failed("CarrierDown")
    run.event(EventType.DecisionMade, action="compensate", by="anna", why="customer called")
    for _ in range(3):
        run.compensation("charge").failed("Timeout", definite=False)


@positive(10)
def cancelled_after_a_recovery(story: Story) -> None:
    run = booked(story, "tenant-1", "create_database")
    resumed(run, after_seconds=90)
    run.timer(60).answered(EventType.TimerCancelled)
    run.cancelled()


@positive(10)
def cancelled_with_one_done_and_one_refused(story: Story) -> None:
    run = booked(story, "trip-7", "flight")
    run.step("hotel", kind="compensatable").failed("Full", definite=True)
    run.cancelled()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(10)
def undone_at_the_second_try(story: Story) -> None:
    run = booked(story, "order-10", "charge")
    undo = run.compensation("charge")
    undo.failed("Timeout", definite=False)
    undo.completed("re_1")
    run.failed("CarrierDown")


@negative(10)
def undone_in_reverse(story: Story) -> None:
    run = booked(story, "trip-10", "flight", "hotel", "car")
    for name in ("car", "hotel", "flight"):
        run.compensation(name).completed()
    run.failed("Refused")


@negative(10)
def cancelled_and_undone(story: Story) -> None:
    run = booked(story, "trip-11", "flight", "hotel")
    run.event(EventType.CancelRequested)
    for name in ("hotel", "flight"):
        run.compensation(name).completed()
    run.cancelled()


@negative(10)
def cancelled_before_anything(story: Story) -> None:
    run = story.run("trip-12", workflow="trip")
    awaiting(run, "go")
    run.cancelled()


@negative(10)
def cancelled_with_reads_and_puts_only(story: Story) -> None:
    run = story.run("wiki-1", workflow="fix")
    run.step("get_page", kind="read").completed("x")
    run.step("put_page", kind="idempotent").completed()
    run.cancelled()


@negative(10)
def undo_in_flight(story: Story) -> Look:
    run = booked(story, "trip-13", "flight")
    run.step("hotel").failed("Full", definite=True)
    run.compensation("flight").started()
    return Look(later_seconds=1, report=story.report(writer_alive=True))


@negative(10)
def undo_of_a_step_in_doubt(story: Story) -> None:
    run = story.run("trip-14", workflow="trip")
    run.step("flight", kind="compensatable", undo_null_safe=True).started().died()
    resumed(run)
    run.compensation("flight").completed()
    run.cancelled()


@negative(10)
def completed_as_planned(story: Story) -> None:
    run = booked(story, "trip-15", "flight", "hotel")
    run.completed()


@negative(10)
def refused_bookings_need_no_undo(story: Story) -> None:
    run = story.run("trip-16", workflow="trip")
    for name in ("flight", "train", "bus"):
        run.step(name, kind="compensatable").failed("Full", definite=True)
    run.cancelled()


@negative(10)
def open_and_going_forward(story: Story) -> None:
    run = booked(story, "trip-17", "flight")
    run.timer(HOUR)


@negative(10)
def undone_in_a_run_that_found_another_way(story: Story) -> None:
    run = booked(story, "order-11", "hold_red")
    run.step("hold_blue", kind="compensatable").failed("SoldOut", definite=True)
    run.compensation("hold_red").completed()
    run.step("back_order", kind="idempotent").completed("b-1")
    run.completed({"colour": "green"})


@negative(10)
def undone_by_a_person(story: Story) -> None:
    run = booked(story, "order-12", "charge")
    run.failed("CarrierDown")
    run.event(EventType.DecisionMade, action="compensate", by="anna", why="customer called")
    run.compensation("charge").completed("re_1")


@negative(10)
def one_crash_during_the_undo(story: Story) -> None:
    run = booked(story, "trip-18", "flight")
    run.compensation("flight").started()
    resumed(run, after_seconds=5)
    run.compensation("flight").completed()
    run.failed("Refused")


@negative(10, engine="temporal")
def temporal_knows_no_undos(story: Story) -> None:
    run = story.run("wf-1", workflow="TripWorkflow")
    activity(run, "BookFlight", "LIS-OSL").completed("f-1")
    activity(run, "CancelFlight", "f-1").completed()
    run.cancelled()


@negative(10)
def a_timer_was_cancelled_and_not_the_run(story: Story) -> None:
    run = booked(story, "trip-19", "flight")
    run.timer(60).answered(EventType.TimerCancelled)
    run.completed()
