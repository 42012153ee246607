"""Somebody who does what the verdict says, over and over, until the run is at rest: a policy of crash sweeps.

In this order: the best SAFE option; where there is none, the probes that CHECK names; then a person, who looks at the
other side; then undoing down to a step, where the verdict advises it. What is UNSAFE is never done, and where nothing
is left the run waits for a person's decision.

How a person looks stands in `workbench.recording.person`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.analysis import PREFERENCE, Action, Option, Safety, Verdict
from workbench.journal import open_log
from workbench.machine import NO_RETRY
from workbench.recording.person import Person
from workbench.recording.recording import open_recording
from workbench.recording.run import Run
from workbench.simulate.design import RUN, Durable
from workbench.simulate.world import World

__all__ = ["follow", "run_that_counts"]

_PATIENCE = 12
"""Deeds after which a run that never comes to rest is left to a person."""
_ASK_AGAIN_SECONDS = 3600.0
_ASKED_BEFORE = 2
_AT_REST = {"completed", "compensated"}


def follow(design: Durable, world: World) -> str:
    """Do what the verdict says until the run is at rest.

    Returns:
        `completed`, `compensated`, `failed` (it fails for certain, and nothing needs to be undone), or `person`.
    """
    follower = _Follower(design, world)
    for _ in range(_PATIENCE):
        ending = follower.next()
        if ending:
            return ending
    world.trail.append("it never comes to rest")
    return "person"


def run_that_counts(world: World) -> Run:
    """The run of a life that began the process last, with what other workers of the life wrote into logs of their own.

    Raises:
        RunNotFoundError: The log holds none.
    """
    known = set(open_log(world.log).history.runs)
    name, number = RUN, 2
    while f"{RUN}~{number}" in known:
        name, number = f"{RUN}~{number}", number + 1
    others = sorted(set(world.folder.glob("*.wlog")) - {world.log})
    if not others:
        return open_recording(world.log).run(name)
    own, *_ = (run for run in open_recording([world.log, *others]) if run.id == name)
    return own


@dataclass
class _Follower:
    design: Durable
    world: World
    failed: set[tuple[str, str]] = field(default_factory=set)
    asked: int = 0

    def next(self) -> str:
        """One deed; how it ended, or `""` for not yet."""
        if not self._begun():
            self.world.trail.append("start")
            return self._try("start", lambda: self.design.start(self.world))
        run = run_that_counts(self.world)
        verdict = run.verdict(self.design.workflow)
        if run.status in _AT_REST and verdict.settled:
            return run.status
        option = self._safe(verdict) if run.status not in _AT_REST else None
        if option is not None:
            title = f"{option.action} {option.from_step}".strip()
            self.world.trail.append(title)
            return self._try(title, lambda: self._do(run, option))
        return self._look(run, verdict)

    def _begun(self) -> bool:
        return self.world.log.exists() and RUN in open_log(self.world.log).history.runs

    def _safe(self, verdict: Verdict) -> Option | None:
        """The best SAFE option that has not failed already."""
        for action in PREFERENCE:
            for row in verdict.rows:
                good = row.action is action and row.safety is Safety.SAFE and row.useful
                if good and (row.action, row.from_step) not in self.failed:
                    return row
        return None

    def _do(self, run: Run, option: Option, accept: Sequence[str] = ()) -> Any:
        code = self.design.workflow
        match option.action:
            case Action.RESUME:
                return run.resume(code, accept=accept)
            case Action.RETRY_FROM:
                return run.retry_from(option.from_step, code, accept=accept)
            case Action.RERUN:
                return run.rerun(code, accept=accept)
            case Action.COMPENSATE:
                done = run.compensate(code, accept=accept)
                if done.failed is not None and done.failed.error is not None:
                    raise done.failed.error
                return done

    def _try(self, title: str, deed: Callable[[], Any]) -> str:
        """Carry it out; what failed once is not tried again."""
        try:
            deed()
        except Exception as error:  # noqa: BLE001 - how the code fails is for the next verdict to judge
            self.world.trail.append(f"{type(error).__name__}: {error}")
            action, _, step = title.partition(" ")
            self.failed.add((action, step))
        return ""

    # --- where nothing is SAFE ------------------------------------------------------------------------------

    def _look(self, run: Run, verdict: Verdict) -> str:
        if verdict.in_doubt:
            self._settle(run, verdict)
            return ""
        down_to = re.search(r"compensate\(down_to=(.*)\)", verdict.advice.call)
        if down_to:
            return self._undo_down_to(run, ast.literal_eval(down_to[1]))
        looked = Person(self.design, self.world).accepts(run, verdict)
        if looked is not None and (looked.action, looked.from_step) not in self.failed:
            title = f"{looked.action} {looked.from_step}".strip()
            self.world.trail.append(f"{title} after a look")
            return self._try(title, lambda: self._do(run, looked, [one.id for one in looked.objections]))
        self.world.trail.append(verdict.advice.sentence)
        only_failed = run.status == "failed" and all(row.safety is Safety.SAFE for row in verdict.rows if row.useful)
        return "failed" if only_failed else "person"

    def _settle(self, run: Run, verdict: Verdict) -> None:
        """By the probes; by waiting where a request may be on its way; by a person."""
        if run.probe(code=self.design.workflow, record=True).known:
            self.world.trail.append("probe")
        elif any(doubt.probe for doubt in verdict.in_doubt) and self.asked < _ASKED_BEFORE:
            self.asked += 1
            self.world.trail.append("wait")
            self.world.sleep(_ASK_AGAIN_SECONDS)
        else:
            self.world.trail.append(f"a person looks for {verdict.in_doubt[0].step}")
            Person(self.design, self.world).settle(run, verdict.in_doubt[0])

    def _undo_down_to(self, run: Run, step: str) -> str:
        title = f"compensate down to {step}"
        if (title, "") in self.failed:
            return "person"
        self.failed.add((title, ""))
        self.world.trail.append(title)
        return self._try("", lambda: run.compensate(self.design.workflow, down_to=step, retry=NO_RETRY))
