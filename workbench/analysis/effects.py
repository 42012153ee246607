"""The steps of a run that act on the world, and how each stands."""

from __future__ import annotations

import pandas as pd

from workbench.analysis.facts import read_facts
from workbench.analysis.step_facts import StepFacts
from workbench.analysis.steps import frame_of_steps
from workbench.journal import Report
from workbench.model import History

__all__ = ["Effect", "effects_frame", "effects_of"]

Effect = StepFacts
"""A step that acts on the world."""


def effects_of(history: History, run_id: str, report: Report | None = None) -> list[Effect]:
    """Effects of one run, in the order in which they began; none for an unknown run.

    Args:
        history: Where the run is.
        run_id: The run.
        report: How the log was found: after a restart of the machine, unsynced intents may be lost.
    """
    return [step for step in read_facts(history, run_id, report).steps if step.acts]


def effects_frame(history: History, run_id: str, report: Report | None = None) -> pd.DataFrame:
    """`effects_of` as a frame with the columns of `steps_frame`."""
    return frame_of_steps((effect, history.origin) for effect in effects_of(history, run_id, report))
