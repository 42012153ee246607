"""The live driver: runs workflows, really executes their steps, and writes every fact as it happens."""

from workbench.recorder.clock import SYSTEM_CLOCK, Clock, SystemClock
from workbench.recorder.doubt import DoubtPolicy
from workbench.recorder.failure import is_definite
from workbench.recorder.recorder import Recorder

__all__ = ["SYSTEM_CLOCK", "Clock", "DoubtPolicy", "Recorder", "SystemClock", "is_definite"]
