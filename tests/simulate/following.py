"""Somebody who does what the verdict says, over and over, until the run is at rest; and dies on the way."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_origin

import workbench as wb
from tests.simulate.errand import STEPS, errand
from tests.simulate.stage import AGAIN, Stage
from tests.simulate.wrecks import RUN, SweepError, Wreck, dies
from workbench.analysis import Option, Safety, Verdict
from workbench.analysis.options import PREFERENCE
from workbench.analysis.state import State
from workbench.journal import open_log
from workbench.machine import NO_RETRY
from workbench.model import EventType
from workbench.simulate.crash import Moment, When

DEATHS = (
    Moment(frozenset({EventType.StepStarted, EventType.CompensationStarted})),
    Moment(frozenset({EventType.StepCompleted, EventType.CompensationCompleted}), when=When.BEFORE),
)
"""Where one dies while acting: with the intent, or with the effect, that then is all that there is."""
_PATIENCE = 12


@dataclass
class Following:
    """How it went.

    Attributes:
        trail: What was done.
        wrongs: What is wrong in the end; nothing, one hopes.
        died: Whether one died on the way.
        persons: How often a person had to look at the other side, because no probe is declared.
    """

    trail: list[str] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)
    died: bool = False
    persons: int = 0
    stuck: str = ""
    """Why the product says that a person must decide; `""` when it does not."""


def followed(here: Stage, death: Moment | None) -> Following:
    """Do what the verdict says until the run is at rest.

    Args:
        here: Where.
        death: Where one dies in the first deed; `None` for not at all.
    """
    so_far = Following()
    for _ in range(_PATIENCE):
        run = here.run(_current(here))
        if run.status in {"completed", "compensated"}:
            doubts = run.verdict(errand).in_doubt
            so_far.stuck = f"{run.status}, and still in doubt: {doubts[0]}" if doubts else ""
            so_far.wrongs = (
                [] if doubts else here.wrongs(here.told(run.id) if run.status == "completed" else frozenset())
            )
            return so_far
        try:
            _next(here, run, so_far, None if so_far.died else death)
        except Exception as error:  # noqa: BLE001 - a run may fail as its log says; all else is wrong
            if here.run(_current(here)).status != "failed" or run.status == "failed":
                so_far.wrongs = [f"{type(error).__name__}: {error}"]
        if so_far.wrongs or so_far.stuck:
            return so_far
    so_far.wrongs = ["it never comes to rest"]
    return so_far


def _current(here: Stage) -> str:
    return AGAIN if AGAIN in open_log(here.here.log).history.runs else RUN


def _next(here: Stage, run: wb.Run, so_far: Following, death: Moment | None) -> None:
    verdict = run.verdict(errand)
    option = verdict.best_option
    if option is not None:
        _do(here, option, so_far, death)
        return
    asked = run.probe(code=errand, record=True).known
    if asked:
        so_far.trail.append("probe")
        return
    if verdict.in_doubt:
        so_far.persons += 1
        so_far.trail.append("look")
        for doubt in verdict.in_doubt:
            stands = here.stands(int(doubt.position) - 1) > 0
            undo = doubt.state is State.COMPENSATION_IN_DOUBT
            returned = None if undo else _returned(STEPS[here.wreck.scenario.calls[int(doubt.position) - 1]].returns)
            here.run().resolve(doubt.position, happened=stands is not undo, result=returned, by="a person who looked")
        return
    down_to = re.search(r"compensate\(down_to=(.*)\)", verdict.advice.call)
    if down_to:
        step = ast.literal_eval(down_to[1])
        so_far.trail.append(f"compensate down to {step}")
        run.compensate(errand, down_to=step, retry=NO_RETRY)
        return
    looked = _after_a_look(verdict)
    if looked is None:
        so_far.stuck = verdict.advice.sentence
        return
    so_far.trail.append("after a look")
    here.do(looked, [objection.id for objection in looked.objections])


def _do(here: Stage, option: Option, so_far: Following, death: Moment | None) -> None:
    """Carry it out, in a child that dies where one shall die."""
    so_far.trail.append(f"{option.action} {option.from_step}".strip())
    if death is None:
        here.do(option)
        return
    try:
        dies(lambda: here.do(option), death, option.action)
    except SweepError:
        so_far.trail.append("(survived)")
    else:
        so_far.trail.append("(died)")
        so_far.died = True
    here.reconnect()


def _returned(annotation: Any) -> Any:
    """What a person finds: something of the type that the step returns."""
    return (get_origin(annotation) or annotation)()


def _after_a_look(verdict: Verdict) -> Option | None:
    for action in PREFERENCE:
        row = verdict.row(action)
        if row is not None and row.safety is Safety.CHECK and row.useful:
            return row
    return None


def settle_undos(here: Stage, violated: Callable[[str, Wreck], None]) -> int:
    """Ask the probe of each step whose undo is in doubt, and write down what it says; how many there are.

    `run.probe` asks about steps only, so this is done by hand.
    """
    asked = 0
    for doubt in here.run().verdict(errand).in_doubt:
        number = int(doubt.position) - 1
        probe = STEPS[here.wreck.scenario.calls[number]].probe
        if doubt.state is not State.COMPENSATION_IN_DOUBT or probe is None:
            continue
        asked += 1
        undone = probe(here.wreck.scenario.tags[number]) is None
        if undone is not (here.stands(number) == 0):
            violated(f"CHECK: {doubt.probe} says undone={undone}, it stands {here.stands(number)} times", here.wreck)
        here.run().resolve(doubt.position, happened=undone, by=doubt.probe)
    return asked
