from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.hazards.looking import case_of, look, seen
from tests.story import Story
from workbench.analysis.hazards import Severity, contested, stale_steps


def sold(
    between: str,
    *,
    read: Any = ("sku-7",),
    write: Any = ("sku-7", 1),
    resource: str = "stock",
    result: Any = 3,
) -> Story:
    """Reads the stock (events 2 and 3), something happens, reserves."""
    story = Story()
    run = story.run("order-42")
    run.step("check_stock", kind="read", resource=resource, args=read).completed(result)
    if between == "gap":
        run.timer(3600).fired()
    elif between == "resume":
        run.recovered()
    elif between == "writer":
        story.run("order-43").step("reserve", resource=resource, args=write).completed()
    elif between == "read again":
        run.recovered(after_seconds=3600)
        run.step("check_stock", kind="read", resource=resource, args=read).completed(result)
    run.step("reserve", resource=resource, args=write).completed()
    run.completed()
    return story


@pytest.mark.parametrize("between", ["gap", "resume", "writer"])
@pytest.mark.parametrize("resource", ["stock", ""])
def test_what_was_checked_is_acted_upon_later(between: str, resource: str) -> None:
    found = seen(case_of(sold(between, resource=resource)), "stale-check")
    assert [severity for severity, _ in found] == [Severity.DANGER if between == "writer" else Severity.WARNING]
    assert found[0][1][1] == 3


@pytest.mark.parametrize(
    "told",
    [
        sold("nothing"),
        sold("read again"),
        sold("gap", write=("sku-8", 1)),
        sold("gap", write=({"sku": "sku-7", "if_match": "v7"},)),
        sold("gap", result={"available": 3, "etag": "abc"}, write=("sku-7", "abc")),
        sold("writer", read=("sku-9",), write=("sku-8", 1)),
    ],
    ids=["at once", "read again", "another", "condition", "etag", "another was written"],
)
def test_near_misses(told: Story) -> None:
    assert look(case_of(told), "stale-check") == []


def test_what_was_put_aside_in_time_is_not_stale_later() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("check_stock", kind="read", args=["sku-7"]).completed(3)
    run.step("reserve", args=["sku-7"]).completed()
    run.timer(86_400).fired()
    run.step("ship", args=["sku-7"]).completed()
    run.completed()
    assert look(case_of(story), "stale-check") == []


def test_an_attempt_after_the_resume_acts_on_the_old_check() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("check_stock", kind="read", args=["sku-7"]).completed(1)
    run.step("reserve", args=["sku-7"]).started().died()
    run.recovered(after_seconds=10)
    run.steps["reserve"].started().completed()
    assert [seqs for _, seqs in seen(case_of(story), "stale-check")] == [(6, 3)]


def test_small_numbers_are_ids_where_the_names_say_of_what() -> None:
    def booked(seat: int, act: str) -> Story:
        story = Story()
        run = story.run("order-42")
        run.step("check_seat", kind="read", args=[12]).completed("free")
        run.recovered(after_seconds=10)
        run.step(act, args=[seat]).completed()
        run.completed()
        return story

    assert len(look(case_of(booked(12, "book_seat")), "stale-check")) == 1
    assert look(case_of(booked(13, "book_seat")), "stale-check") == []
    assert look(case_of(booked(12, "send_reminders")), "stale-check") == []


def test_the_verdict_is_told_which_check_is_stale() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("check_stock", kind="read", resource="stock", args=["sku-7"]).completed(1)
    case = case_of(story, after_seconds=3600)
    assert list(stale_steps(case)) == [(1,)]
    run.step("reserve", resource="stock", args=["sku-7"]).completed()
    assert stale_steps(case_of(story, after_seconds=3600)) == {}, "it has been acted upon"
    assert stale_steps(case_of(Story(), after_seconds=3600)) == {}


def test_a_resource_that_another_run_wrote_since_is_contested() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("set_price", kind="idempotent", resource="price", args=["sku-7", 10]).completed()
    run.step("set_price", kind="idempotent", resource="price", args=["sku-8", 10]).completed()
    story.run("order-43").step("set_price", kind="idempotent", resource="price", args=["sku-7", 12]).completed()
    assert contested(case_of(story)) == {(1,)}
