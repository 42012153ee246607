"""Lesson 12 takes a failure of the learner's own; what a check shows of a bad life, it shows as a world, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

import workbench as wb
from tests.simulate import shopping
from workbench._errors import UsageError
from workbench.course import Failure, Misfortune, check
from workbench.simulate import no_double_charge

CHARGED_AGAIN = Failure(
    shopping.charged_again,
    shopping.charged_under_a_key,
    Misfortune(args=("order-1",), policies=("retry",), invariants=(no_double_charge,)),
)

pytestmark = pytest.mark.xdist_group("lives")  # many lives are forked, from a process that is still small


def test_what_is_no_failure_is_refused_with_the_call_that_makes_one() -> None:
    with pytest.raises(UsageError, match=r"takes a course\.Failure, not tuple"):
        check(12, (shopping.charged_again, shopping.charged_under_a_key))


def test_a_failure_and_its_fix_are_taken() -> None:
    checked = check(12, CHARGED_AGAIN)
    assert checked.passed, checked
    with pytest.raises(UsageError, match="every trial was passed"):
        checked.world()


def test_a_fix_that_mends_nothing_is_shown_with_its_ledger() -> None:
    checked = check(12, replace(CHARGED_AGAIN, fixed=shopping.charged_again))
    assert [result.passed for result in checked.results] == [True, True, True, False, True]
    assert list(checked.world().ledger["action"]).count("charged") > 1
    assert checked.open().status == "completed"
    assert "check.world().ledger" in repr(checked)


def test_points_that_a_learner_leaves_out_are_died_at_all_the_same() -> None:
    lucky = replace(CHARGED_AGAIN.misfortune, points=("nowhere",))
    assert check(12, replace(CHARGED_AGAIN, misfortune=lucky)).passed


def test_a_what_if_has_no_world_to_show() -> None:
    with pytest.raises(UsageError, match="a branch is asked for"):
        check(7, wb)
