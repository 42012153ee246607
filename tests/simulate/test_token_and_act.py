"""A step that fetches a token and then acts: it is killed in the act, and the token alone is no effect."""

from __future__ import annotations

import pytest

import workbench as wb
from tests.simulate import shopping
from workbench.simulate import World

pytestmark = pytest.mark.xdist_group("lives")  # many lives are forked, from a process that is still small

CLOSED = [{"service": "subscription", "kind": "error", "status": 403, "every": True}]


@wb.workflow
def opened_for_good(order: str) -> None:
    shopping.charge_with_undo(order)
    open_for_good(order)


@wb.step(kind="idempotent", pivot=True)
def open_for_good(order: str) -> None:
    shopping.extend_with_own_token(order)


def test_it_is_killed_while_it_acts_and_not_while_it_fetches_the_token() -> None:
    swept = wb.sweep_crashes(
        opened_for_good, ("order-1",), World, steps=["open_for_good"], points=["in_call"], policies=["resume"]
    )
    asked = swept.world(0).asked
    unheard = [one for one in asked if one.told == "nothing"]
    assert [one.service for one in unheard] == ["subscription"]
    assert [one.service for one in asked if one.told == "nobody"] == ["subscription"]


def test_a_person_who_finds_only_a_token_says_that_nothing_happened() -> None:
    """Believing otherwise, the pivot would be done, and whoever paid would be left with nothing."""
    swept = wb.sweep_crashes(
        opened_for_good, ("order-1",), World, faults=[CLOSED], steps=["open_for_good"],
        points=["before_call", "in_call", "reply_lost"], policies=["verdict"],
    )  # fmt: skip
    assert swept.frame["trail"].str.contains("a person looks for open_for_good").all()
    assert set(swept.frame["outcome"]) == {"compensated"}
