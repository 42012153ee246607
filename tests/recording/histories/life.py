"""A random life of one run: it crashes, people say truthfully what they know, and do what a verdict calls SAFE."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import workbench as wb
from tests.recording.histories.world import (
    COUNTED,
    DiedError,
    Flow,
    RefusedError,
    World,
    changing_flow_of,
    death_at_write,
    flow_of,
)
from workbench import errors
from workbench.analysis import Option, Verdict
from workbench.replay import Diverged

RUN = "r"
REFUSALS = (
    errors.UnsafeError, errors.InDoubtError, errors.RunGivenUpError, errors.CodeNotFoundError, errors.RunBusyError,
    errors.UsageError, RefusedError, TimeoutError, DiedError,
)  # fmt: skip
"""How an act may end without anything being wrong with the workbench."""


@dataclass
class Life:
    """One run and all that happens to it.

    Attributes:
        seed: Decides everything.
        log: Its log.
        changing: Its code changes now and then, and some of its steps may be called by a child.
        told: What was done, for whoever reads a failure.
    """

    seed: int
    log: Path
    changing: bool = False
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.world = World()
        self.flow: Flow = (changing_flow_of if self.changing else flow_of)(self.chance, self.world)
        self.code = self.flow.code
        self.id = RUN
        self.refusals = (*REFUSALS, errors.DivergenceError) if self.changing else REFUSALS

    def live(self) -> None:
        """Live it, and check after every turn that nothing was harmed and the log tells the truth.

        Raises:
            AssertionError: It was, or it does not.
        """
        self._do("start", self._start)
        for _ in range(self.chance.randint(2, 10)):
            if self._unknown():
                self._do("start", self._start)
                continue
            self._check()
            if self.flow.mended and self.chance.random() < 0.3:
                self.code = self.chance.choice(self.flow.mended)
                self.told.append(f"code is version {self.flow.mended.index(self.code)}")
            self._turn()
        if not self._unknown():
            self._check()

    # --- what happens ---------------------------------------------------------------------------------------

    def _start(self) -> Any:
        with wb.Recorder(self.log) as recorder:
            return recorder.run(self.code, "o", id=self.id)

    def _unknown(self) -> bool:
        """Death came before the run was on disk."""
        return not self.log.exists() or self.id not in wb.open(self.log).runs["run_id"].tolist()

    def run(self) -> wb.Run:
        return wb.open(self.log).run(self.id)

    def _turn(self) -> None:
        run, code = self._one_of_the_family()
        verdict = run.verdict(code)
        what = self.chance.random()
        if verdict.in_doubt and what < 0.5:
            self._say(run, verdict)
        elif what < (0.2 if self.changing else 0.6):
            self._do("a worker picks it up", self._start if run.id == self.id else lambda: run.resume(code))
        elif what < (0.3 if self.changing else 0.65) and any(doubt.probe for doubt in verdict.in_doubt):
            self._do("ask the probes", lambda: run.probe(code=code, record=True))
        elif what < (0.45 if self.changing else 0.8):
            down = self.chance.choice(["", *(step.label for step in run.facts.steps)])
            self._do(f"compensate {down}", lambda: run.compensate(code, down_to=down))
        else:
            self._act(run, code, [row for row in verdict.rows if row.safety == "SAFE" and row.useful])

    def _one_of_the_family(self) -> tuple[wb.Run, Any]:
        """The run, or one of its child runs, with its code."""
        children = [run_id for run_id in wb.open(self.log).runs["run_id"] if run_id.startswith(f"{self.id}/")]
        if children and self.chance.random() < 0.4:
            return wb.open(self.log).run(self.chance.choice(children)), self.flow.child
        return self.run(), self.code

    def _say(self, run: wb.Run, verdict: Verdict) -> None:
        doubt = self.chance.choice(verdict.in_doubt)
        name = doubt.step.partition(" ")[0]
        undo = doubt.state == "compensation_in_doubt"
        happened = not self.world.stands(name) if undo else self.world.stands(name)
        said = f"{'undone' if undo else 'happened'}={happened}"
        result = None if undo else f"{name}!"
        self._do(f"{doubt.step}: {said}", lambda: run.resolve(doubt.step, happened=happened, result=result), calm=True)

    def _act(self, run: wb.Run, code: Any, rows: list[Option]) -> None:
        rows = [row for row in rows if run.id == self.id or row.action != "rerun"]  # its parent would not know of it
        if not rows:
            return
        row = self.chance.choice(rows)
        policy = self.chance.choice(["stop", "probe"])
        deeds: dict[str, Callable[[], Any]] = {
            "resume": lambda: run.resume(code, in_doubt=policy),
            "retry_from": lambda: run.retry_from(row.from_step, code),
            "compensate": lambda: run.compensate(code),
            "rerun": lambda: self._rerun(run),
        }
        self._do(f"{run.id}: {row.action} {row.from_step}", deeds[str(row.action)])

    def _rerun(self, run: wb.Run) -> Any:
        old, self.id = self.id, f"{self.id}~"
        try:
            return run.rerun(self.code, id=self.id)
        finally:
            if self._unknown():
                self.id = old

    def _do(self, label: str, deed: Callable[[], Any], *, calm: bool = False) -> None:
        """Do something, with trouble on its way; only what may go wrong may go wrong."""
        dies, written = (None, False) if calm else self._trouble()
        planned = ", ".join(f"{where}: {type(error).__name__}" for where, error in self.world.trouble.items())
        try:
            with death_at_write(dies, written=written):
                ended = repr(deed())
        except self.refusals as error:
            ended = f"{type(error).__name__}: {error}".splitlines()[0]
        self.world.trouble.clear()
        self.told.append(f"{label} [{planned or dies or 'calm'}] -> {ended.splitlines()[0][:160]}")
        assert not calm or "nothing is in doubt" not in ended, "what the verdict asks cannot be answered"

    def _trouble(self) -> tuple[int | None, bool]:
        what, name = self.chance.random(), self.chance.choice(list(self.flow.kinds))
        if what < (0.5 if self.changing else 0.35):
            where = self.chance.choice(["before ", "", "before undo ", "undo "])
            known = RefusedError("no") if where.startswith("before") else TimeoutError("after it was done")
            self.world.trouble[where + name] = self.chance.choice([DiedError(), known, TimeoutError("?")])
        elif what < 0.7 and not self.code.is_async:
            return self.chance.randint(1, 9), self.chance.random() < 0.5
        return None, False

    # --- what must hold -------------------------------------------------------------------------------------

    def _check(self) -> None:
        run = self.run()
        states = self._states(run)
        for name, kind in self.flow.kinds.items():
            if kind in COUNTED:
                self._check_step(run, name, states.get(name, "not_started"))
        if self.changing:
            return
        replayed = run.what_if(self.code).replay().outcome
        assert not isinstance(replayed, Diverged), f"the same code diverges: {replayed}"

    def _states(self, run: wb.Run) -> dict[str, str]:
        """How each step stands by the log, those of child runs included; one that stands wins over others."""
        family = [run.id, *(run_id for run_id in wb.open(self.log).runs["run_id"] if run_id.startswith(f"{run.id}/"))]
        steps = [step for run_id in family for step in wb.open(self.log).run(run_id).facts.steps]
        idle = {"compensated", "failed", "not_started"}
        return {step.name: str(step.state) for step in sorted(steps, key=lambda step: str(step.state) not in idle)}

    def _check_step(self, run: wb.Run, name: str, state: str) -> None:
        count = self.world.count[name]
        assert count <= 1, f"{name} was done {count} times"
        if self.id == RUN:  # a run that replaces another may find done what it did not do
            assert state != "committed" or count == 1, f"{name} is called committed, and stands {count} times"
            idle = state in {"compensated", "failed", "not_started"}
            assert not idle or count == 0, f"{name} is called {state}, and stands {count} times"
        kept = run.status == "completed" and state not in _BEING_UNDONE and self._is_whole(run)
        assert not kept or count == 1, f"the run completed, {name} is {state}, and stands {count} times"

    def _is_whole(self, run: wb.Run) -> bool:
        """No child run was undone, or told otherwise, behind its parent's back."""
        return all(wb.open(self.log).run(child.run_id).status == "completed" for child in run.facts.children)


_BEING_UNDONE = frozenset({"compensated", "compensation_in_doubt", "compensation_failed"})
"""States of a step that somebody undoes, also after its run completed."""
