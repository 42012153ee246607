"""Replay: run workflow code against a history, stop at every event, never act on the world."""

from workbench.machine import Edit, Raises, Returns, Target
from workbench.replay.outcome import Completed, Diverged, Failed, Needs, Outcome, call_text
from workbench.replay.replay import replay
from workbench.replay.safe_repr import safe_repr
from workbench.replay.stop import Frame, Stop
from workbench.replay.trace import Trace
from workbench.replay.tripwire import tripwire

__all__ = [
    "Completed",
    "Diverged",
    "Edit",
    "Failed",
    "Frame",
    "Needs",
    "Outcome",
    "Raises",
    "Returns",
    "Stop",
    "Target",
    "Trace",
    "call_text",
    "replay",
    "safe_repr",
    "tripwire",
]
