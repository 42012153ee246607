"""`Desk`: answers the questions of the debugger app, for whichever host carries them. One function per question."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from workbench._errors import ActedDuringReplayError, UsageError, WorkbenchError
from workbench.debugger.answer import Answer, FaultError
from workbench.debugger.answers import hazards, provenance, why
from workbench.debugger.branches import branches, replay, save
from workbench.debugger.deciding import act, decision, plan, probe, resolve, verdict
from workbench.debugger.events import events
from workbench.debugger.following import follow
from workbench.debugger.payloads import payload
from workbench.debugger.runs import hello, run, runs
from workbench.debugger.session import Code, Session
from workbench.debugger.sources import source
from workbench.debugger.spans import spans
from workbench.debugger.stops import diff, stop, watch
from workbench.debugger.together import act_each, plan_each
from workbench.debugger.triaging import triage
from workbench.debugger.wire import QUESTIONS
from workbench.debugger.wire.shapes import misfits
from workbench.recording import Recording
from workbench.replay.deadline import OverdueError

__all__ = ["ACTING", "HEAVY", "Desk"]

_ASKS: dict[str, Callable[[Session, Any], Answer]] = {
    "hello": hello, "runs": runs, "triage": triage, "run": run, "events": events, "spans": spans, "payload": payload,
    "source": source, "replay": replay, "stop": stop, "watch": watch, "diff": diff, "branches": branches,
    "save": save, "why": why, "hazards": hazards, "provenance": provenance, "verdict": verdict, "plan": plan,
    "act": act, "plan_each": plan_each, "act_each": act_each,
    "probe": probe, "resolve": resolve, "decision": decision, "follow": follow,
}  # fmt: skip

HEAVY: Final = frozenset(
    {"triage", "replay", "watch", "diff", "why", "hazards", "provenance", "verdict", "plan", "plan_each"}
)
"""What may take seconds: a host answers these one after the other beside the others."""

ACTING: Final = frozenset({"act", "act_each", "probe", "resolve", "save"})
"""What changes something: a host that may not act does not even route these."""

_NAMED = (WorkbenchError, ActedDuringReplayError, OverdueError, SystemExit)
_LOG = logging.getLogger("workbench")
_TOLD = 3


class Desk:
    """Answers questions about one recording.

    Args:
        recording: The recording.
        run_id: The run that is shown first; `""` for the list of runs.
        code: The workflow, or workflows by name; the recorded one by default, imported when it is needed.
        may_run_code: Whether workflow code may be imported and replayed, which never acts.
        may_act: Whether runs may be acted on, doubts settled, branches saved. Acting runs code, so it needs both.

    Example:
        >>> Desk(wb.open("shop.wlog")).answer({"ask": "hello"}).body["run_count"]
    """

    def __init__(
        self,
        recording: Recording,
        *,
        run_id: str = "",
        code: Code | Mapping[str, Code] | None = None,
        may_run_code: bool = True,
        may_act: bool = True,
    ) -> None:
        self.session = Session(recording, run_id=run_id, code=code, may_run_code=may_run_code, may_act=may_act)

    def answer(self, question: Any) -> Answer:
        """Answer one question.

        Args:
            question: A JSON object of the shape that `workbench.debugger.wire.QUESTIONS` gives for what it asks.

        Raises:
            UsageError: It is no question, or has another shape, or means nothing.
            NotAllowedError: This desk may not do that.
            WorkbenchError: It cannot be answered; `failure_of` makes a message of it.
            ActedDuringReplayError: Replayed code tried to touch the world.
            OverdueError: Replayed code ran on for too long.
            FaultError: A fault in Workbench. Its traceback goes to the log `workbench` of this process only.
        """
        asked = question.get("ask") if type(question) is dict else None
        if type(asked) is not str or asked not in _ASKS:
            raise UsageError("this is no question", hint=f"ask one of {', '.join(_ASKS)}")
        wrong = list(misfits(question, QUESTIONS[asked]))
        if wrong:
            raise UsageError(f"question {asked!r} is not as it should be: {'; '.join(wrong[:_TOLD])}")
        try:
            return _ASKS[asked](self.session, question)
        except _NAMED:
            raise
        except Exception as error:  # noqa: BLE001 - any fault of ours becomes a message without what a log says
            _LOG.exception("the debugger could not answer %r", asked)
            raise FaultError(type(error).__name__) from None
