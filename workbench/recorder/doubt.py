"""A step whose intent is in the log and whose outcome is not: what a resuming run may do with it.

Steps that repeat are executed again; keyed steps too, with the same key, while the key lives. All others stop
the run until somebody who can know says whether it happened: a probe, or a person.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from workbench._errors import InDoubtError
from workbench.machine import Call, Slot
from workbench.model import EventType, History, Kind, position_text
from workbench.recorder.spent import renewed
from workbench.recorder.step_run import StepRun

if TYPE_CHECKING:
    from workbench.recorder.live import LiveDriver

__all__ = ["DoubtPolicy", "Found", "settle_doubt"]

_NS = 1_000_000_000


class DoubtPolicy(StrEnum):
    """What a resuming run does at a step in doubt that must not repeat."""

    STOP = "stop"
    """Raise `InDoubtError`: a person decides. The default."""
    PROBE = "probe"
    """Ask the step's probe, a read-only question; stop when it has none."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a probe found: the result of the step that was in doubt."""

    result: Any


def settle_doubt(driver: LiveDriver, call: Call, slot: Slot) -> StepRun | Found:
    """The next attempt of an interrupted step, or the result that its probe found.

    Raises:
        InDoubtError: It must not be executed again and nobody can tell whether it happened.
    """
    history = driver.record.history
    step = call.request.step
    attempt = slot.attempts(history) + 1
    begun = _intents(slot, history)
    key = str(driver.encoding.reveal(history.payload(begun[-1]).get("key", "")))
    if not slot.in_doubt(history):
        key = renewed(
            call.name, key, driver.spent
        )  # a decision to do it again, and not an attempt to finish what began
    again = StepRun(driver.journal, driver.clock, call, attempt=attempt, key=key)
    if not slot.in_doubt(history) or step.declaration.kind.repeats:
        return again
    age_seconds = (driver.clock.now_ns() - history.columns.time_ns[begun[0]]) / _NS
    lifetime = step.declaration.key_lifetime_seconds
    if step.declaration.kind is Kind.KEYED and key and (lifetime is None or age_seconds < lifetime):
        return again
    if driver.doubt is DoubtPolicy.PROBE and step.probe is not None:
        return _probe(driver, call, again, begun)
    raise _in_doubt(driver, call, age_seconds)


def _intents(slot: Slot, history: History) -> list[int]:
    """Rows of the attempts of the execution that the code is given; of the one before, where none began again."""
    rows = [row for row in (slot.opened, *slot.between) if history.columns.type[row] == EventType.StepStarted]
    return [row for row in rows if row > slot.reopened] or rows


def _probe(driver: LiveDriver, call: Call, again: StepRun, begun: Sequence[int]) -> StepRun | Found:
    step, invocation, columns = call.request.step, call.request, driver.record.history.columns
    age_seconds = (driver.clock.now_ns() - columns.time_ns[begun[0]]) / _NS
    try:
        result = driver.bodies.ask(step.probe, invocation.args, invocation.kwargs, again.key)
    except Exception as error:
        raise _in_doubt(driver, call, age_seconds) from error  # who cannot answer says nothing about the step
    still = (step.declaration.timeout_seconds or 0) - (driver.clock.now_ns() - columns.time_ns[begun[-1]]) / _NS
    if result is None and step.declaration.timeout_seconds and still > 0:  # it may be on its way
        raise _in_doubt(driver, call, age_seconds, f"wait {math.ceil(still)} s until its request has timed out; ")
    facts: dict[str, Any] = {"happened": result is not None, "by": f"probe {step.declaration.probe}"}
    if result is not None:
        facts["result"] = result
    driver.journal.step_settled(call, facts, columns.seq[begun[0]])
    return again if result is None else Found(result)


def _in_doubt(driver: LiveDriver, call: Call, age_seconds: float, first: str = "") -> InDoubtError:
    step = call.request.step
    position = position_text(call.position)
    run_id = driver.journal.run_id
    how = (
        f"resume with in_doubt='probe' to ask {step.declaration.probe}, or say it yourself: "
        if step.probe is not None
        else "look at the other side, then say what happened: "
    )
    return InDoubtError(
        f"step {step.name} at {position} of run {run_id} began {age_seconds:,.0f} s ago and nothing says how it "
        f"ended; running a step of kind {step.declaration.kind} again may do it twice",
        run_id=run_id,
        position=position,
        step=step.name,
        hint=f"{first}{how}recorder.resolve({run_id!r}, {position!r}, happened=True, result=…) or happened=False",
    )
