"""A scenario per failure mode of the catalogue: it does harm, it is flagged, and the fix makes it harmless."""

from workbench.course.hazards.ambient_values import SCENARIO as AMBIENT_VALUES
from workbench.course.hazards.changed_key import SCENARIO as CHANGED_KEY
from workbench.course.hazards.clock_skew import SCENARIO as CLOCK_SKEW
from workbench.course.hazards.code_change import SCENARIO as CODE_CHANGE
from workbench.course.hazards.configuration import SCENARIO as CONFIGURATION
from workbench.course.hazards.crash_loop import SCENARIO as CRASH_LOOP
from workbench.course.hazards.duplicate_effect import SCENARIO as DUPLICATE_EFFECT
from workbench.course.hazards.early_retry import SCENARIO as EARLY_RETRY
from workbench.course.hazards.expired_credential import SCENARIO as EXPIRED_CREDENTIAL
from workbench.course.hazards.failed_compensation import SCENARIO as FAILED_COMPENSATION
from workbench.course.hazards.half_done_saga import SCENARIO as HALF_DONE_SAGA
from workbench.course.hazards.in_doubt import SCENARIO as IN_DOUBT
from workbench.course.hazards.key_window import SCENARIO as KEY_WINDOW
from workbench.course.hazards.lost_signal import SCENARIO as LOST_SIGNAL
from workbench.course.hazards.orphan import SCENARIO as ORPHAN
from workbench.course.hazards.oversize import SCENARIO as OVERSIZE_PAYLOAD
from workbench.course.hazards.payload_type import SCENARIO as PAYLOAD_TYPE
from workbench.course.hazards.race import SCENARIO as RACE
from workbench.course.hazards.retry_storm import SCENARIO as RETRY_STORM
from workbench.course.hazards.scenario import Misfortune, Played, Scenario
from workbench.course.hazards.stale_check import SCENARIO as STALE_CHECK
from workbench.course.hazards.swallowed_error import SCENARIO as SWALLOWED_ERROR
from workbench.course.hazards.time_gap import SCENARIO as TIME_GAP
from workbench.course.hazards.timer_drift import SCENARIO as TIMER_DRIFT
from workbench.course.hazards.two_writers import SCENARIO as TWO_WRITERS
from workbench.course.hazards.unbounded_history import SCENARIO as UNBOUNDED_HISTORY
from workbench.course.hazards.unordered import SCENARIO as UNORDERED

__all__ = ["SCENARIOS", "Misfortune", "Played", "Scenario"]

SCENARIOS: tuple[Scenario, ...] = (
    EXPIRED_CREDENTIAL,
    TIME_GAP,
    CLOCK_SKEW,
    STALE_CHECK,
    IN_DOUBT,
    DUPLICATE_EFFECT,
    CHANGED_KEY,
    KEY_WINDOW,
    HALF_DONE_SAGA,
    FAILED_COMPENSATION,
    AMBIENT_VALUES,
    UNORDERED,
    CONFIGURATION,
    RACE,
    CODE_CHANGE,
    PAYLOAD_TYPE,
    TWO_WRITERS,
    EARLY_RETRY,
    RETRY_STORM,
    CRASH_LOOP,
    OVERSIZE_PAYLOAD,
    UNBOUNDED_HISTORY,
    LOST_SIGNAL,
    TIMER_DRIFT,
    ORPHAN,
    SWALLOWED_ERROR,
)
"""In the order of the catalogue."""
