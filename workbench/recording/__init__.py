"""The objects a person holds: `Recording`, `Run`, `Branch`, `Trace`."""

from workbench.recording.branch import Branch
from workbench.recording.branches import Branches
from workbench.recording.code import code_at, code_of_reference
from workbench.recording.compared import Comparison
from workbench.recording.comparison import diff
from workbench.recording.crash_sweep import CrashSweep, sweep_crashes
from workbench.recording.designs import Designs, compare_designs
from workbench.recording.recording import Recording, open_recording
from workbench.recording.run import Run
from workbench.recording.sweep import Sweep
from workbench.recording.trace import Trace

open = open_recording
"""The front door's name for `open_recording`."""

__all__ = [
    "Branch",
    "Branches",
    "Comparison",
    "CrashSweep",
    "Designs",
    "Recording",
    "Run",
    "Sweep",
    "Trace",
    "code_at",
    "code_of_reference",
    "compare_designs",
    "diff",
    "open",
    "open_recording",
    "sweep_crashes",
]
