"""The pauses between the attempts of calls: what a retry storm is seen by."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from workbench.analysis.cells import category

__all__ = ["BEATS", "pauses_frame"]

BEATS: Final = ("even", "uneven", "few")

_PATTERN: Final = 3
"""Pauses of a call from which on they are a pattern; as hazard `retry-storm` has it: four attempts."""
_ALIKE: Final = 0.05
"""Relative difference up to which they are the same, as there."""
_CALL: Final = ["log", "run_id", "position"]


def pauses_frame(events: pd.DataFrame) -> pd.DataFrame:
    """One row per pause between two attempts of a call, from the beginning of one to the beginning of the next.

    Engines that only write down the last attempt have none. An attempt that began before the one before it, by a
    clock that was set back, and one that a person asked for (attempts are counted anew then) come after no pause.

    Args:
        events: See `workbench.analysis.events_frame`.

    Columns:
        name: category, the step.
        log, run_id: category; position: str: the call.
        attempt: int64, the attempt after the pause; the first that is on record is 1.
        pause_seconds: float64.
        beat: category, the same for all pauses of a call: `even` (at most 5 % apart: no backoff and no jitter),
            `uneven`, or `few` for less than three.
    """
    begun = events.loc[events["event"] == "StepStarted", [*_CALL, "name", "time", "attempt"]]
    calls = begun.groupby(_CALL, observed=True, sort=False, dropna=False)
    pauses = begun.assign(
        pause_seconds=calls["time"].diff().dt.total_seconds().astype("float64"),
        later=calls["attempt"].diff().fillna(1) > 0,
        attempt=calls.cumcount() + 1,
    )
    pauses = pauses[(pauses["pause_seconds"] >= 0) & pauses["later"]].reset_index(drop=True)
    pauses["beat"] = category(_beats(pauses), BEATS)
    return pauses[["name", *_CALL, "attempt", "pause_seconds", "beat"]]


def _beats(pauses: pd.DataFrame) -> list[str]:
    of_call = pauses.groupby(_CALL, observed=True, sort=False, dropna=False)["pause_seconds"]
    count, longest, shortest = (of_call.transform(name).to_numpy() for name in ("size", "max", "min"))
    even = (longest > 0) & (longest - shortest <= _ALIKE * longest)
    beats: list[str] = np.where(count < _PATTERN, "few", np.where(even, "even", "uneven")).tolist()
    return beats
