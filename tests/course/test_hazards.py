"""Every hazard of the catalogue does real harm, is flagged where it does, and does none after the taught fix."""

from __future__ import annotations

import pytest

from workbench.analysis.hazards import HAZARDS
from workbench.course.hazards import SCENARIOS, Scenario

every = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.hazard)


@every
def test_it_does_harm_and_is_flagged_wherever_it_does(scenario: Scenario) -> None:
    played = scenario.fails()
    assert played.harmed
    assert any(scenario.harm in sentence for sentence in played.wrong), played.wrong
    assert set(played.harmed) <= set(played.flagged)


@every
def test_the_fix_does_no_harm_and_is_not_flagged(scenario: Scenario) -> None:
    played = scenario.holds()
    assert played.wrong == []
    assert played.flagged == []
    assert {life.ending for life in played.sweep} <= {"completed", "compensated"}


def test_every_hazard_of_the_catalogue_has_a_scenario() -> None:
    assert [scenario.hazard for scenario in SCENARIOS] == [hazard.id for hazard in HAZARDS]
