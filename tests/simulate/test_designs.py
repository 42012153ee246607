"""The same sale written in three ways, through the same sweep."""

from __future__ import annotations

from typing import Any

import pytest

import workbench as wb
from tests.simulate import shopping
from workbench._errors import UsageError
from workbench.recording import Designs
from workbench.simulate import World

pytestmark = pytest.mark.xdist_group("lives")  # many lives are forked, from a process that is still small


@pytest.fixture(scope="module")
def designs() -> Designs:
    written: dict[str, Any] = {
        "script": shopping.script,
        "machine": shopping.state_machine,
        "durable": (shopping.durable, ("order-1",)),
    }
    return wb.compare_designs(written, World)


def test_a_script_does_more_harm_than_a_state_machine_and_that_more_than_a_durable_workflow(designs: Designs) -> None:
    harm = designs.frame.set_index("design")["harmful"]
    assert harm["script"] > harm["machine"] > harm["durable"] == 0
    assert designs.frame["lives"].nunique() == 1  # all die in the same places


def test_a_state_machine_charges_twice_where_the_answer_is_lost_before_it_is_written_down(designs: Designs) -> None:
    bad = designs["machine"].failures
    assert set(bad["point"]) == {"in_call", "reply_lost"}
    assert bad["step"].str.startswith("POST /charges").all()


def test_lines_for_failures_are_those_beyond_the_first_design(designs: Designs) -> None:
    lines = designs.frame.set_index("design")
    assert (lines["lines"]["script"], lines["failure_lines"]["script"]) == (6, 0)
    assert (lines["failure_lines"] == lines["lines"] - 6).all()
    assert len(designs.figure().data) == 2
    assert "script" in repr(designs)


def test_the_line_of_a_failure_lives_it_again(designs: Designs) -> None:
    smallest = designs["machine"].smallest
    assert smallest is not None
    again = eval(smallest.call, {"wb": wb, "world": World(), "state_machine": shopping.state_machine})  # noqa: S307 - for people to paste
    assert [life.violations for life in again] == [smallest.life.violations]


def test_nothing_cannot_be_compared() -> None:
    with pytest.raises(UsageError, match="nothing to compare"):
        wb.compare_designs({})
