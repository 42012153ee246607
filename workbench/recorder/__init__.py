"""The live driver: runs workflows, really executes their steps, and writes every fact as it happens."""

from workbench.recorder.acting import UNDO_RETRY, Undone
from workbench.recorder.clock import SYSTEM_CLOCK, Clock, SystemClock
from workbench.recorder.doubt import DoubtPolicy
from workbench.recorder.failure import is_definite
from workbench.recorder.recorder import Recorder
from workbench.recorder.spent import first_key

__all__ = [
    "SYSTEM_CLOCK",
    "UNDO_RETRY",
    "Clock",
    "DoubtPolicy",
    "Recorder",
    "SystemClock",
    "Undone",
    "first_key",
    "is_definite",
]
