"""Replay: run workflow code against a history, stop at every event, never act on the world."""

from workbench.machine import Edit, Raises, Returns, Target
from workbench.replay.breakpoint import Breakpoint, Condition, Stopping, Wanted, file_fits
from workbench.replay.expression import Evaluated, Expression, template
from workbench.replay.found import Found, holding
from workbench.replay.frames import package_of
from workbench.replay.live import Moment, Observer
from workbench.replay.outcome import Completed, Cut, Diverged, Failed, Needs, Outcome, call_text
from workbench.replay.replay import replay
from workbench.replay.safe_repr import safe_repr
from workbench.replay.side_by_side import Standing, branches_at
from workbench.replay.source import SourceTexts, lines_of, replayed_text
from workbench.replay.stop import Frame, Stop
from workbench.replay.stop_columns import Columns
from workbench.replay.trace import Trace
from workbench.replay.tracer import LINE
from workbench.replay.tripwire import tripwire
from workbench.replay.variable import Change, changes_of
from workbench.replay.watch import Again, Pass, Sighting, first_true, passes, value_at, watched

__all__ = [
    "LINE",
    "Again",
    "Breakpoint",
    "Change",
    "Columns",
    "Completed",
    "Condition",
    "Cut",
    "Diverged",
    "Edit",
    "Evaluated",
    "Expression",
    "Failed",
    "Found",
    "Frame",
    "Moment",
    "Needs",
    "Observer",
    "Outcome",
    "Pass",
    "Raises",
    "Returns",
    "Sighting",
    "SourceTexts",
    "Standing",
    "Stop",
    "Stopping",
    "Target",
    "Trace",
    "Wanted",
    "branches_at",
    "call_text",
    "changes_of",
    "file_fits",
    "first_true",
    "holding",
    "lines_of",
    "package_of",
    "passes",
    "replay",
    "replayed_text",
    "safe_repr",
    "template",
    "tripwire",
    "value_at",
    "watched",
]
