"""The wire of the debugger app: every question and every answer, for both hosts. The one place that defines it.

A question is a JSON object with `ask`; an answer is a JSON object and a list of buffers of little-endian numbers, which
its `columns` name. `labextension/src/wire.ts` is made from these modules (`workbench.debugger.typescript`).
"""

from workbench.debugger.wire import (
    deciding,
    pretending,
    questions,
    roster,
    seeing,
    settling,
    together,
    transport,
    trying,
    words,
    workspace,
)
from workbench.debugger.wire.words import COLUMNS, Column, DType

__all__ = ["ANSWERS", "COLUMNS", "MODULES", "QUESTIONS", "Column", "DType"]

MODULES = (words, pretending, questions, roster, seeing, trying, deciding, settling, together, transport, workspace)
"""In the order in which `wire.ts` holds them."""

QUESTIONS: dict[str, type] = {
    "hello": questions.HelloQuestion,
    "runs": questions.RunsQuestion,
    "triage": questions.TriageQuestion,
    "run": questions.RunQuestion,
    "events": questions.EventsQuestion,
    "spans": questions.SpansQuestion,
    "payload": questions.PayloadQuestion,
    "source": questions.SourceQuestion,
    "replay": pretending.ReplayQuestion,
    "stop": pretending.StopQuestion,
    "watch": pretending.WatchQuestion,
    "diff": pretending.DiffQuestion,
    "branches": pretending.BranchesQuestion,
    "save": pretending.SaveQuestion,
    "why": questions.WhyQuestion,
    "hazards": questions.HazardsQuestion,
    "provenance": questions.ProvenanceQuestion,
    "verdict": questions.VerdictQuestion,
    "plan": questions.PlanQuestion,
    "act": questions.ActQuestion,
    "plan_each": together.PlanEachQuestion,
    "act_each": together.ActEachQuestion,
    "probe": questions.ProbeQuestion,
    "resolve": questions.ResolveQuestion,
    "decision": questions.DecisionQuestion,
    "follow": questions.FollowQuestion,
}
"""By what they ask."""

ANSWERS: dict[str, type] = {
    "hello": roster.HelloAnswer,
    "runs": roster.RunsAnswer,
    "triage": roster.TriageAnswer,
    "run": roster.RunAnswer,
    "events": seeing.EventsAnswer,
    "spans": seeing.SpansAnswer,
    "payload": seeing.PayloadAnswer,
    "source": seeing.SourceAnswer,
    "replay": trying.ReplayAnswer,
    "stop": trying.StopAnswer,
    "watch": trying.WatchAnswer,
    "diff": trying.DiffAnswer,
    "branches": trying.BranchesAnswer,
    "save": trying.SaveAnswer,
    "why": deciding.WhyAnswer,
    "hazards": deciding.HazardsAnswer,
    "provenance": deciding.ProvenanceAnswer,
    "verdict": deciding.VerdictAnswer,
    "plan": deciding.PlanAnswer,
    "act": deciding.ActAnswer,
    "plan_each": together.EachAnswer,
    "act_each": together.EachAnswer,
    "probe": settling.ProbeAnswer,
    "resolve": settling.ResolveAnswer,
    "decision": settling.DecisionAnswer,
    "follow": seeing.FollowAnswer,
}
"""By what was asked."""
