"""Hazard 10 beside crashes: an undo that is begun in process after process and never ends."""

from __future__ import annotations

from tests.analysis.hazards.corpus.compensation import booked
from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, resumed
from tests.story import Story
from workbench.model import EventType


@positive(10)
def begun_in_three_processes(story: Story) -> None:
    run = booked(story, "trip-21", "flight", "hotel")
    run.compensation("hotel").completed()
    for pid in (5000, 5001):
        run.compensation("flight").started()
        resumed(run, after_seconds=HOUR, pid=pid)
    run.compensation("flight").started()


@positive(10)
def fails_once_and_dies_twice(story: Story) -> None:
    run = booked(story, "order-21", "charge")
    run.compensation("charge").failed("Timeout", definite=False)
    for pid in (5000, 5001):
        run.compensation("charge").started()
        resumed(run, after_seconds=60, pid=pid)


@positive(10)
def begun_again_and_again_by_decision(story: Story) -> None:
    run = booked(story, "order-22", "charge")
    run.failed("CarrierDown")
    for pid in (5000, 5001, 5002, 5003):
        run.event(EventType.DecisionMade, action="compensate", by="anna", why="again")
        run.compensation("charge").started()
        story.wait(30).process(pid)


@positive(10)
def given_up_after_five(story: Story) -> None:
    run = booked(story, "trip-22", "flight")
    for pid in range(5000, 5005):
        run.compensation("flight").started()
        resumed(run, after_seconds=5, pid=pid)
    run.cancelled()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(10)
def second_process_is_at_it(story: Story) -> Look:
    run = booked(story, "trip-31", "flight")
    run.compensation("flight").started()
    resumed(run, after_seconds=5)
    run.compensation("flight").started()
    return Look(later_seconds=1, report=story.report(writer_alive=True))


@negative(10)
def undone_in_the_fourth_process(story: Story) -> None:
    run = booked(story, "trip-32", "flight")
    for pid in (5000, 5001, 5002):
        run.compensation("flight").started()
        resumed(run, after_seconds=5, pid=pid)
    run.compensation("flight").completed()
    run.failed("Refused")


@negative(10)
def one_crash_at_each_of_three(story: Story) -> None:
    run = booked(story, "trip-33", "flight", "hotel", "car")
    for pid, name in enumerate(("car", "hotel", "flight"), start=5000):
        run.compensation(name).started()
        resumed(run, after_seconds=5, pid=pid)
        run.compensation(name).completed()
    run.failed("Refused")


@negative(10)
def undone_each_time_it_was_done(story: Story) -> None:
    run = booked(story, "trip-34", "flight")
    flight = run.steps["flight"]
    for pid in (5000, 5001):
        run.compensation("flight").completed()
        run.event(EventType.DecisionMade, action="retry_from", cut=flight.intent, by="anna", why="other day")
        resumed(run, pid=pid)
        flight = run.step("flight", kind="compensatable", args=["trip-34"], at=(1,)).completed(pid)
    run.compensation("flight").completed()
    run.failed("Refused")
