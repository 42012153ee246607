"""Self-checks play hidden scenarios: solutions pass; what the learner finds and plausible wrong fixes do not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.course.lesson import Lesson, wrong_titles
from workbench._errors import UsageError
from workbench.course import check
from workbench.course.exercises import MODULES, Result, exercise_of

pytestmark = pytest.mark.xdist_group("lives")  # many lives are forked, from a process that is still small

every = pytest.mark.parametrize("id", MODULES)


@every
def test_the_reference_solution_passes(id: str) -> None:
    lesson = Lesson(id)
    checked = lesson.check(lesson.solution)
    assert checked.passed, checked


@every
@pytest.mark.nightly  # by day each notebook shows that its exercise is not solved yet
def test_what_the_learner_finds_works_as_long_as_nothing_goes_wrong(id: str) -> None:
    lesson = Lesson(id)
    undisturbed, failed = until_it_fails(id, lesson.handed_in(lesson.original))
    assert undisturbed.passed, undisturbed
    assert failed is not None


WRONG = [
    pytest.param(id, number, marks=[pytest.mark.nightly] if number != place % 3 or place % 2 else [])
    for place, id in enumerate(MODULES)
    for number in range(3)
]
"""One of every second exercise by day, all of them at night: each is some fifty deaths."""


@pytest.mark.parametrize(("id", "number"), WRONG)
def test_a_plausible_wrong_fix_fails(id: str, number: int) -> None:
    lesson = Lesson(id)
    assert len(lesson.wrong) == len(wrong_titles(id)) == 3
    undisturbed, failed = until_it_fails(id, lesson.handed_in(lesson.wrong[number]))
    assert undisturbed.passed, f"it is not plausible: it fails where nothing goes wrong\n{undisturbed.fault}"
    assert failed is not None, f"“{wrong_titles(id)[number]}” passes"


def until_it_fails(id: str, answer: Any) -> tuple[Result, Result | None]:
    """The undisturbed trial, and the first that fails; the others are not played."""
    trials, code = exercise_of(id).trials, exercise_of(id).prepare(answer)
    undisturbed = trials[0].befalls(code)
    played = (trial.befalls(code) for trial in trials[1:])
    return undisturbed, next((result for result in played if not result.passed), None)


def test_there_is_no_other_exercise() -> None:
    with pytest.raises(UsageError, match="there is no exercise"):
        check(99, None)
