"""The frame of steps: one row per step of each run."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from workbench.analysis.cells import category, counts, instants, seconds_between, text
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.model import Kind, position_text

__all__ = ["frame_of_steps"]


def frame_of_steps(steps: Iterable[tuple[StepFacts, str]]) -> pd.DataFrame:
    """Steps as `workbench.analysis.frames.steps_frame` documents them.

    Args:
        steps: Each with the origin of its log.
    """
    pairs = list(steps)
    facts = [step for step, _ in pairs]
    began, ended = [step.started_ns for step in facts], [step.ended_ns for step in facts]
    return pd.DataFrame(
        {
            "run_id": category([step.run_id for step in facts]),
            "position": text(position_text(step.position) for step in facts),
            "name": category([step.name for step in facts]),
            "kind": category([step.kind for step in facts], [str(kind) for kind in Kind]),
            "kind_assumed": pd.array([step.declaration.kind_assumed for step in facts], dtype="bool"),
            "state": category([step.state for step in facts], [str(state) for state in State]),
            "attempts": counts([step.attempts for step in facts]),
            "started": instants(began),
            "ended": instants(ended),
            "duration_seconds": seconds_between(began, ended),
            "key": text(step.key for step in facts),
            "error_type": category([step.error_type for step in facts]),
            "error": text(step.error for step in facts),
            "code": text(step.code for step in facts),
            "assumed": text("; ".join(step.assumed) for step in facts),
            "log": category([origin for _, origin in pairs]),
        }
    )
