"""The rules, pure: matching, edits, divergence, retries. Recording and replay share this one machine."""

from workbench.machine.branching import BranchingMachine
from workbench.machine.call import ASKS, INSTANT, Call, Verb
from workbench.machine.divergence import Divergence, DivergenceReason
from workbench.machine.edit import (
    LONGEST_SECONDS,
    CallEdit,
    Crashes,
    Delays,
    Drops,
    Edit,
    Input,
    Raises,
    Returns,
    ShiftsClock,
    Signals,
    Target,
)
from workbench.machine.executions import (
    LATE,
    Word,
    execution_at,
    executions_of,
    in_doubt,
    is_given,
    is_said,
    root_of,
    words_to_take,
)
from workbench.machine.machine import Answer, AnswerSource, Machine, State
from workbench.machine.record import RunRecord, Slot, read_run
from workbench.machine.retry import NO_RETRY, Retry

__all__ = [
    "ASKS",
    "INSTANT",
    "LATE",
    "LONGEST_SECONDS",
    "NO_RETRY",
    "Answer",
    "AnswerSource",
    "BranchingMachine",
    "Call",
    "CallEdit",
    "Crashes",
    "Delays",
    "Divergence",
    "DivergenceReason",
    "Drops",
    "Edit",
    "Input",
    "Machine",
    "Raises",
    "Retry",
    "Returns",
    "RunRecord",
    "ShiftsClock",
    "Signals",
    "Slot",
    "State",
    "Target",
    "Verb",
    "Word",
    "execution_at",
    "executions_of",
    "in_doubt",
    "is_given",
    "is_said",
    "read_run",
    "root_of",
    "words_to_take",
]
