"""Self-checks play hidden scenarios: solutions pass; what the learner finds and plausible wrong fixes do not."""

from __future__ import annotations

import pytest

from tests.course.lesson import Lesson, wrong_titles
from workbench._errors import UsageError
from workbench.course import check
from workbench.course.exercises import MODULES

every = pytest.mark.parametrize("id", MODULES)


@every
def test_the_reference_solution_passes(id: str) -> None:
    lesson = Lesson(id)
    checked = lesson.check(lesson.solution)
    assert checked.passed, checked


@every
def test_what_the_learner_finds_fails(id: str) -> None:
    lesson = Lesson(id)
    checked = lesson.check(lesson.original)
    assert not checked.passed
    assert "not yet" in repr(checked)


@pytest.mark.parametrize(("id", "number"), [(id, number) for id in MODULES for number in range(3)])
def test_a_plausible_wrong_fix_fails(id: str, number: int) -> None:
    lesson = Lesson(id)
    assert len(lesson.wrong) == len(wrong_titles(id)) == 3
    checked = lesson.check(lesson.wrong[number])
    assert not checked.passed, f"“{wrong_titles(id)[number]}” passes:\n{checked}"
    assert checked.results[0].passed, f"it is not plausible: it fails where nothing goes wrong\n{checked}"


def test_there_is_no_other_exercise() -> None:
    with pytest.raises(UsageError, match="there is no exercise"):
        check(99, None)
