"""The person of a crash sweep, who is called when no probe can say: what they look at, and what they then say.

**About a step in doubt.** They wait until nothing is on its way any more, and look at the books of the services: the
step happened if one of its attempts left an entry there, and it returned what its code makes of the answers that the
services gave. A real person sees no more than that in the provider's dashboard.

**About a stale result.** They read again what the run has read, and go on with it where it still says the same.

They accept nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench._errors import CodeNotFoundError, PayloadError, UsageError
from workbench.analysis import PREFERENCE, Doubt, Option, Safety, State, StepFacts, Verdict
from workbench.journal.codec import decode, encode, same
from workbench.model import EventType, Kind, parse_position
from workbench.program import CURRENT_KEY, Step, probe_call
from workbench.recording.finding_steps import step_of
from workbench.recording.run import Run
from workbench.simulate.design import Durable
from workbench.simulate.world import World

__all__ = ["Person"]

_STALE = re.compile(r"the recorded result of (?P<label>.+? \([\d.]+\)) is stale")
Call = tuple[Step[..., Any], tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class Person:
    """Somebody who can look at the services.

    Attributes:
        design: Whose steps they know.
        world: Where the services are.
    """

    design: Durable
    world: World

    # --- about a step in doubt ------------------------------------------------------------------------------

    def settle(self, run: Run, doubt: Doubt) -> None:
        """Look at the other side, and say what became of a step, or of its undo."""
        self.world.settle()
        if doubt.state is State.COMPENSATION_IN_DOUBT:
            undone = self._acted(_attempts(run, doubt, EventType.CompensationStarted))
            run.resolve(doubt.seq, undone=undone, by="a person who looked")
            return
        attempts = _attempts(run, doubt, EventType.StepStarted)
        happened = self._acted(attempts)
        result = self._result(run, doubt, attempts) if happened else None
        run.resolve(doubt.seq, happened=happened, result=result, code=self.design.workflow, by="a person who looked")

    def _acted(self, attempts: Sequence[int]) -> bool:
        asked = [one for one in self.world.asked if one.execution in attempts]
        return any(one.acted and one.service != "token" for one in asked)  # who only got a token has done nothing yet

    def _result(self, run: Run, doubt: Doubt, attempts: Sequence[int]) -> Any:
        """What the code of the step makes of what the services have answered."""
        call = self._call(run, doubt.seq)
        if call is None:
            return None
        step, args, kwargs = call
        token = CURRENT_KEY.set(doubt.key)
        try:
            return self.world.recall(attempts, lambda: step.function(*args, **kwargs))
        except Exception:  # noqa: BLE001 - the services were asked too little to know: they only say that it happened
            return None
        finally:
            CURRENT_KEY.reset(token)

    # --- about a stale result -------------------------------------------------------------------------------

    def accepts(self, run: Run, verdict: Verdict) -> Option | None:
        """The preferred option against which nothing speaks but stale results that still hold."""
        for action in PREFERENCE:
            row = verdict.row(action)
            if row is None or row.safety is not Safety.CHECK or not row.useful or not row.objections:
                continue
            found = [_STALE.match(objection.reason) for objection in row.objections]
            if all(one is not None and self._holds(run, one["label"]) for one in found):
                return row
        return None

    def _holds(self, run: Run, label: str) -> bool:
        """Whether a step that only reads would return today what it has returned."""
        step = next((one for one in run.facts.steps if one.label == label), None)
        if step is None or step.kind not in {Kind.READ, Kind.PURE}:
            return False
        call = self._call(run, step.seq)
        if call is None:
            return False
        code, args, kwargs = call
        try:
            now = decode(encode(code.function(*args, **kwargs)))
        except Exception:  # noqa: BLE001 - what cannot be read any more does not hold
            return False
        return bool(same(now, _told(run, step)))

    def _call(self, run: Run, seq: int) -> Call | None:
        """The code of a step and what it was called with; `None` where that is not known."""
        row = run.history.row_of_seq(seq)
        if row is None:
            return None
        try:
            step = step_of(run.history.declaration(row).name, run.history, self.design.workflow)
            args, kwargs = probe_call(step, run.history.payload(row))
        except (CodeNotFoundError, PayloadError, UsageError):
            return None
        return step, args, kwargs


def _told(run: Run, step: StepFacts) -> Any:
    return run.history.payload(step.answer).get("result") if step.answer >= 0 else None


def _attempts(run: Run, doubt: Doubt, event: EventType) -> list[int]:
    """Numbers of the events in which the attempts in doubt were begun."""
    columns, position = run.history.columns, parse_position(doubt.position)
    begun = [
        columns.seq[row]
        for row in run.history.rows_of(run.id)
        if columns.type[row] == event and run.history.position(row) == position and columns.seq[row] >= doubt.seq
    ]
    every = (one for step in run.facts.steps for one in step.executions)
    later = [one.seq for one in every if one.position == position and one.seq > doubt.seq]
    return [seq for seq in begun if not later or seq < min(later) or event is not EventType.StepStarted]
