"""Hazard 26: failures that were recorded as if they were successes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.analysis.hazards.seen import seen
from tests.story import Story, recorded
from workbench.model import EventType


def went_on(result: Any, name: str = "fetch") -> Story:
    """A step returned this, and the run went on as if nothing were wrong."""
    story = Story()
    run = story.run("r")
    run.step(name, kind="read").completed(result)
    run.step("ship").completed("tracking-1")
    run.completed()
    return story


@pytest.mark.parametrize(
    "result",
    [
        {"error": "rate limited"},
        {"error": {"code": 17, "message": "no such order"}},
        {"errors": ["no such order"]},
        {"status": 500, "body": "upstream failed"},
        {"status_code": 404},
        {"statusCode": "503"},
        {"response": {"status": 502}},
        {"ok": False, "reason": "declined"},
        {"status": "failed"},
        recorded("Timeout"),
    ],
)
def test_a_failure_as_a_result(result: Any) -> None:
    (found,) = seen("swallowed-error", went_on(result))
    assert found.seqs == (3, 4)
    assert found.steps == ("fetch (1)",)


@pytest.mark.parametrize(
    "result",
    [
        {"error": None, "items": [1]},
        {"error": False},
        {"error": ""},
        {"errors": []},
        {"status": 200, "body": "ok"},
        {"status_code": 302},
        {"status": "completed"},
        {"error_rate": 0.02},
        {"failed": 0, "succeeded": 10},
        {"text": "error: this word stands in a text"},
        {"code": 500, "currency": "EUR"},
        {"price": 404, "status": "ok"},
        "error",
        404,
        [],
        {},
    ],
)
def test_results_that_only_look_like_it(result: Any) -> None:
    assert not seen("swallowed-error", went_on(result))


def test_a_step_that_gets_something_got_nothing() -> None:
    assert seen("swallowed-error", went_on(None, "fetch_price"))
    assert not seen("swallowed-error", went_on(None, "send_mail"))


def test_a_failure_that_the_run_reacted_to() -> None:
    story = Story()
    run = story.run("r")
    run.step("fetch", kind="read").completed({"error": "rate limited"})
    run.failed("RateLimited")
    assert not seen("swallowed-error", story)


def test_asked_again_until_it_worked() -> None:
    story = Story()
    run = story.run("r")
    run.step("fetch", kind="read").completed({"status": 503})
    run.timer(5).fired()
    run.step("fetch", kind="read").completed({"status": 200})
    run.completed()
    assert not seen("swallowed-error", story)


def test_an_error_that_was_raised_is_none_that_was_swallowed() -> None:
    story = Story()
    run = story.run("r")
    run.step("fetch", kind="read").failed("HTTPError", "500")
    run.step("ship").completed()
    run.completed()
    assert not seen("swallowed-error", story)


def test_a_child_and_a_kept_value() -> None:
    story = Story()
    run = story.run("r")
    run.child("invoice", "r-invoice").completed({"error": "no address"})
    run.event(EventType.ValueRecorded, position=(2,), value={"statusCode": 500})
    run.completed()
    assert len(seen("swallowed-error", story)) == 2


def test_both_are_seen_in_the_code() -> None:
    story = Story()
    story.run("r").completed()
    (swallowed,) = seen("swallowed-error", story, code=careless)
    assert swallowed.at.startswith("test_later_errors.py:")
    assert not swallowed.seqs
    assert seen("orphan", story, code=forgetful)
    assert not seen("swallowed-error", story, code=careful)
    assert not seen("orphan", story, code=careful)


async def mail(order: str) -> None:
    del order


async def careless(order: str) -> None:
    try:
        await mail(order)
    except:  # noqa: E722 - this is what is to be seen
        return


async def forgetful(order: str) -> None:
    asyncio.sleep(1)  # type: ignore[unused-coroutine] # this is what is to be seen
    await mail(order)


async def careful(order: str) -> None:
    await mail(order)
