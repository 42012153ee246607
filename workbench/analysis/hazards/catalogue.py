"""All hazards that come with the product: the 26 of the catalogue, then those that are flagged besides."""

from __future__ import annotations

from typing import Final

from workbench.analysis.hazards.changed_key import CHANGED_KEY
from workbench.analysis.hazards.clear_secret import CLEAR_SECRET
from workbench.analysis.hazards.clock_skew import CLOCK_SKEW
from workbench.analysis.hazards.code_change import CODE_CHANGE
from workbench.analysis.hazards.crash_loop import CRASH_LOOP
from workbench.analysis.hazards.duplicate_effect import DUPLICATE_EFFECT
from workbench.analysis.hazards.early_retry import EARLY_RETRY
from workbench.analysis.hazards.expired_credential import EXPIRED_CREDENTIAL
from workbench.analysis.hazards.hazard import Hazard
from workbench.analysis.hazards.in_doubt import IN_DOUBT
from workbench.analysis.hazards.key_window import KEY_WINDOW
from workbench.analysis.hazards.log_gap import LOG_GAP
from workbench.analysis.hazards.lossy_value import LOSSY_VALUE
from workbench.analysis.hazards.lost_signal import LOST_SIGNAL
from workbench.analysis.hazards.memo_key import MEMO_KEY
from workbench.analysis.hazards.nondeterminism import AMBIENT_VALUES, CONFIGURATION, RACE, UNORDERED
from workbench.analysis.hazards.orphan import ORPHAN
from workbench.analysis.hazards.oversize import OVERSIZE_PAYLOAD, UNBOUNDED_HISTORY
from workbench.analysis.hazards.payload_type import PAYLOAD_TYPE
from workbench.analysis.hazards.retry_storm import RETRY_STORM
from workbench.analysis.hazards.saga import FAILED_COMPENSATION, HALF_DONE_SAGA
from workbench.analysis.hazards.stale_check import STALE_CHECK
from workbench.analysis.hazards.swallowed_error import SWALLOWED_ERROR
from workbench.analysis.hazards.time_gap import TIME_GAP
from workbench.analysis.hazards.timer_drift import TIMER_DRIFT
from workbench.analysis.hazards.two_writers import TWO_WRITERS

__all__ = ["ALSO_FLAGGED", "HAZARDS"]

HAZARDS: Final[tuple[Hazard, ...]] = (
    EXPIRED_CREDENTIAL, TIME_GAP, CLOCK_SKEW, STALE_CHECK, IN_DOUBT, DUPLICATE_EFFECT, CHANGED_KEY, KEY_WINDOW,
    HALF_DONE_SAGA, FAILED_COMPENSATION, AMBIENT_VALUES, UNORDERED, CONFIGURATION, RACE, CODE_CHANGE, PAYLOAD_TYPE,
    TWO_WRITERS, EARLY_RETRY, RETRY_STORM, CRASH_LOOP, OVERSIZE_PAYLOAD, UNBOUNDED_HISTORY, LOST_SIGNAL, TIMER_DRIFT,
    ORPHAN, SWALLOWED_ERROR,
)  # fmt: skip
"""Those with a number, in its order."""

ALSO_FLAGGED: Final[tuple[Hazard, ...]] = (MEMO_KEY, LOSSY_VALUE, LOG_GAP, CLEAR_SECRET)
"""Those without one."""
