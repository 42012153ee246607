"""What histories mean: tidy frames, effects, verdicts, differences. The lowest room that knows pandas."""

from workbench.analysis.advice import Advice
from workbench.analysis.cause import Cause
from workbench.analysis.child_runs import outdated_answers
from workbench.analysis.decision import Decision
from workbench.analysis.diff import Item, align, diff_runs, items_of
from workbench.analysis.divergence import Explanation, Reason, explain
from workbench.analysis.effects import Effect, effects_frame, effects_of
from workbench.analysis.facts import RunFacts, RunStatus, read_facts
from workbench.analysis.frames import (
    events_frame,
    frame_of_run_columns,
    frame_of_runs,
    frames_of_facts,
    runs_frame,
    steps_frame,
)
from workbench.analysis.gates import RESUMED, Action, CodeCheck, Gates, gates_of
from workbench.analysis.judgement import Judge
from workbench.analysis.lint import Remark, Remarks, lint, remarks_frame
from workbench.analysis.options import END, PREFERENCE, Objection, Option, consider
from workbench.analysis.other_keys import AskedKey, DryReplay
from workbench.analysis.pauses import pauses_frame
from workbench.analysis.safety import Safety
from workbench.analysis.spans import Span, spans_of
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.analysis.steps import frame_of_steps
from workbench.analysis.verdict import Doubt, Verdict, verdict, verdict_of

__all__ = [
    "END",
    "PREFERENCE",
    "RESUMED",
    "Action",
    "Advice",
    "AskedKey",
    "Cause",
    "CodeCheck",
    "Decision",
    "Doubt",
    "DryReplay",
    "Effect",
    "Explanation",
    "Gates",
    "Item",
    "Judge",
    "Objection",
    "Option",
    "Reason",
    "Remark",
    "Remarks",
    "RunFacts",
    "RunStatus",
    "Safety",
    "Span",
    "State",
    "StepFacts",
    "Verdict",
    "align",
    "consider",
    "diff_runs",
    "effects_frame",
    "effects_of",
    "events_frame",
    "explain",
    "frame_of_run_columns",
    "frame_of_runs",
    "frame_of_steps",
    "frames_of_facts",
    "gates_of",
    "items_of",
    "lint",
    "outdated_answers",
    "pauses_frame",
    "read_facts",
    "remarks_frame",
    "runs_frame",
    "spans_of",
    "steps_frame",
    "verdict",
    "verdict_of",
]
