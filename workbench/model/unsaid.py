"""What an engine does not write down: the rooms that judge a run say it, and judge as if it were the worse."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Unsaid"]


class Unsaid(StrEnum):
    """One thing that a history of this engine cannot show; the value completes "the history does not say …"."""

    WORKER = "whether a worker is executing the run"
    CODE = "which version of the code ran"
    CONSUMPTION = "which signals the code has taken"
    ATTEMPTS = "what earlier attempts of a step did"
    LOCAL_STEPS = "which local steps had begun and not ended"
    BEGINNINGS = "which steps had begun and not ended"
    ARGUMENTS = "what steps were called with"
