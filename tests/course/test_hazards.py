"""Every hazard of the catalogue does real harm, is flagged where it does, and does none after the taught fix."""

from __future__ import annotations

import os
import re
from functools import cache

import pytest

from tests.course.lesson import FOLDER
from workbench.analysis.hazards import HAZARDS
from workbench.course.hazards import SCENARIOS, Played, Scenario
from workbench.course.hazards.page import page_of

pytestmark = pytest.mark.xdist_group("lives")  # each is played once, for its own tests and for the page
every = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.hazard)


@cache
def failing(hazard: str) -> Played:
    return scenario_of(hazard).fails()


@cache
def fixed(hazard: str) -> Played:
    return scenario_of(hazard).holds()


def scenario_of(hazard: str) -> Scenario:
    return next(scenario for scenario in SCENARIOS if scenario.hazard == hazard)


@every
def test_it_does_harm_and_is_flagged_wherever_it_does(scenario: Scenario) -> None:
    played = failing(scenario.hazard)
    assert played.harmed
    assert any(scenario.harm in sentence for sentence in played.wrong), played.wrong
    assert set(played.harmed) <= set(played.flagged)


@every
def test_the_fix_does_no_harm_and_is_not_flagged(scenario: Scenario) -> None:
    played = fixed(scenario.hazard)
    assert played.wrong == []
    assert played.flagged == []
    assert {life.ending for life in played.sweep} <= {"completed", "compensated"}


def test_every_hazard_of_the_catalogue_has_a_scenario() -> None:
    assert [scenario.hazard for scenario in SCENARIOS] == [hazard.id for hazard in HAZARDS]


def test_the_page_says_what_happened() -> None:
    page = page_of([(scenario, failing(scenario.hazard), fixed(scenario.hazard)) for scenario in SCENARIOS])
    path = FOLDER / "hazards.md"
    if os.environ.get("WORKBENCH_WRITE_PAGES") == "1":
        path.write_text(page, encoding="utf-8")
    assert _words(path.read_text(encoding="utf-8")) == _words(page), "WORKBENCH_WRITE_PAGES=1 writes it anew"


def _words(page: str) -> str:
    """Without the figures: how a life falls on a border, by a millisecond of it, is not the same each time."""
    return re.sub(r"\d+", "#", page)
