from __future__ import annotations

from tests.analysis.hazards.looking import case_of, look, seen
from tests.story import RunStory, Story
from workbench.analysis.hazards import Severity
from workbench.model import EventType


def trip() -> tuple[Story, RunStory]:
    story = Story()
    run = story.run("order-42", workflow="trip")
    run.step("book_flight", kind="compensatable").completed({"id": "fl-1"})
    run.step("book_hotel", kind="compensatable").completed({"id": "ho-1"})
    run.step("rent_car").failed("SoldOut")
    return story, run


def test_nothing_is_undone() -> None:
    story, run = trip()
    assert look(case_of(story), "half-done-saga") == [], "an open run may go on"
    run.failed("SoldOut")
    assert seen(case_of(story), "half-done-saga") == [(Severity.DANGER, (8, 3, 5))]


def test_one_of_two_is_undone() -> None:
    story, run = trip()
    run.compensation("book_hotel").completed()
    run.failed("SoldOut")
    assert seen(case_of(story), "half-done-saga") == [(Severity.DANGER, (10, 3))]
    assert seen(case_of(story), "failed-compensation") == [(Severity.DANGER, (10, 3))]


def test_all_is_undone() -> None:
    story, run = trip()
    run.compensation("book_hotel").completed()
    run.compensation("book_flight").completed()
    run.failed("SoldOut")
    for hazard in ("half-done-saga", "failed-compensation"):
        assert look(case_of(story), hazard) == []


def test_undone_by_an_ordinary_step() -> None:
    story, run = trip()
    run.step("undo_book_hotel", kind="idempotent").completed()
    run.step("undo_book_flight", kind="idempotent").completed()
    run.failed("SoldOut")
    assert look(case_of(story), "half-done-saga") == []


def test_a_run_that_completed_has_no_half_done_saga() -> None:
    story, run = trip()
    run.completed("without a car")
    assert look(case_of(story), "half-done-saga") == []
    assert look(case_of(story), "failed-compensation") == []


def test_cancelled_without_undo() -> None:
    story, run = trip()
    run.cancelled()
    assert seen(case_of(story), "failed-compensation") == [(Severity.DANGER, (8, 3, 5))]


def test_an_undo_that_fails_again_and_again() -> None:
    story, run = trip()
    for _ in range(3):
        run.compensation("book_hotel").failed("RefundRefused")
    assert seen(case_of(story), "failed-compensation") == [(Severity.DANGER, (13, 11, 9))]


def test_an_undo_that_succeeds_at_the_second_try() -> None:
    story, run = trip()
    run.compensation("book_hotel").failed("Timeout", definite=False)
    run.compensation("book_hotel").completed()
    run.compensation("book_flight").completed()
    run.failed("SoldOut")
    assert look(case_of(story), "failed-compensation") == []


def test_undone_twice() -> None:
    story, run = trip()
    for name in ("book_hotel", "book_flight", "book_hotel"):
        run.compensation(name).completed()
    run.event(EventType.RunCancelled)
    assert [seqs for _, seqs in seen(case_of(story), "failed-compensation")] == [(13, 9)]
