"""What histories mean: tidy frames, effects, verdicts, differences. The lowest room that knows pandas."""

from workbench.analysis.diff import Item, align, diff_runs, items_of
from workbench.analysis.effects import Effect, effects_frame, effects_of
from workbench.analysis.facts import RunFacts, RunStatus, read_facts
from workbench.analysis.frames import events_frame, frame_of_runs, runs_frame, steps_frame
from workbench.analysis.gates import Action, CodeCheck, Gates, gates_of
from workbench.analysis.options import Option
from workbench.analysis.safety import Safety
from workbench.analysis.spans import Span, spans_of
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.analysis.steps import frame_of_steps
from workbench.analysis.verdict import PREFERENCE, Doubt, Verdict, verdict, verdict_of

__all__ = [
    "PREFERENCE",
    "Action",
    "CodeCheck",
    "Doubt",
    "Effect",
    "Gates",
    "Item",
    "Option",
    "RunFacts",
    "RunStatus",
    "Safety",
    "Span",
    "State",
    "StepFacts",
    "Verdict",
    "align",
    "diff_runs",
    "effects_frame",
    "effects_of",
    "events_frame",
    "frame_of_runs",
    "frame_of_steps",
    "gates_of",
    "items_of",
    "read_facts",
    "runs_frame",
    "spans_of",
    "steps_frame",
    "verdict",
    "verdict_of",
]
