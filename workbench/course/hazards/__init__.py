"""A scenario per failure mode of the catalogue: it does harm, it is flagged, and the fix makes it harmless."""

from workbench.course.hazards.expired_credential import SCENARIO as EXPIRED_CREDENTIAL
from workbench.course.hazards.scenario import Misfortune, Played, Scenario

__all__ = ["SCENARIOS", "Misfortune", "Played", "Scenario"]

SCENARIOS: tuple[Scenario, ...] = (EXPIRED_CREDENTIAL,)
"""In the order of the catalogue."""
