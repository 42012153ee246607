"""What is in doubt about a run, execution by execution, and what has happened besides what the code knows.

No answer to such a question is worth more than what it takes for granted, so that is said here, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.analysis.judgement import acted_repeatedly
from workbench.analysis.state import State
from workbench.analysis.step_facts import NS, StepFacts
from workbench.model import instant, position_text

__all__ = ["DOUBTFUL", "Doubt", "Surplus", "doubts_of", "is_doubtful", "on_its_way", "surplus_of"]

DOUBTFUL = frozenset({State.IN_DOUBT, State.COMPENSATION_IN_DOUBT})


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question that only the outside can answer.

    Attributes:
        step: Label of the step.
        position: Its position, `"3"`.
        state: `in_doubt` or `compensation_in_doubt`; `committed` where it happened, and another attempt may have, too.
        probe: Name of the read-only question that settles it; `""` when only a person can find out.
        key: Idempotency key to ask with; `""` for none.
        seq: Number of the event of its intent, by which `run.resolve` knows it; 0 for unknown.
        alone: The label means this execution and no other.
    """

    step: str
    position: str
    state: State
    probe: str
    key: str
    seq: int = 0
    alone: bool = True

    @property
    def name(self) -> str | int:
        """What to give to `run.resolve`: the label, or the number of the intent where the label is not enough."""
        return self.step if self.alone or not self.seq else self.seq

    def __str__(self) -> str:
        """The question in words."""
        asked = _QUESTIONS.get(self.state, "Did it happen?")
        how = f"Ask {self.probe}." if self.probe else "No probe is declared: look at the other side."
        which = self.step if self.alone or not self.seq else f"{self.step}, event {self.seq}"
        return f"{which}: {asked} {how}" + (f" Its key is {self.key}." if self.key else "")


_QUESTIONS = {
    State.COMPENSATION_IN_DOUBT: "Is it undone?",
    State.COMMITTED: "It happened; did another attempt of it act as well?",
}


@dataclass(frozen=True, slots=True)
class Surplus:
    """An effect that exists and that the code does not know of.

    Attributes:
        step: Label of the step.
        name: What to give to `run.resolve`: the label, or the number of an intent.
        undo: Name of its undo; `""` for none.
        takes_word: A retry from it gives the code what somebody said that it returned.
        twice: It is there besides one that the code knows of.
        gone: The code calls it no more.
    """

    step: str
    name: str | int
    undo: str
    takes_word: bool
    twice: bool
    gone: bool = False

    def __str__(self) -> str:
        """What is due, in words."""
        untold = "was done, and the code calls it no more" if self.gone else _UNTOLD
        what = "was done twice" if self.twice else untold
        which = "one of the two" if self.twice else "it"
        how = f"by {self.undo} or by hand" if self.undo else "by hand"
        other = ", or retry from it: the code is then given what it returned" if self.takes_word else ""
        return f"{self.step} {what}: undo {which} {how}, and record it{other}"


_UNTOLD = "happened, although the code was told otherwise"


def doubts_of(steps: Sequence[StepFacts]) -> tuple[Doubt, ...]:
    """Every execution in doubt; none of a step that repeats under one key or harmlessly and has succeeded since."""
    return tuple(doubt for step in steps if step.acts for doubt in _doubts(step))


def _doubts(step: StepFacts) -> Iterator[Doubt]:
    executions = step.executions or (step,)
    if step.state not in DOUBTFUL and not acted_repeatedly(step):
        return
    doubtful = [one for one in executions if is_doubtful(one)]
    for one in doubtful:
        yield Doubt(
            step.label, position_text(step.position), one.state, one.asks, one.key, one.seq, alone=len(doubtful) == 1
        )


def is_doubtful(execution: StepFacts) -> bool:
    """Nobody knows whether it happened, happened once, or is undone."""
    return execution.state in DOUBTFUL or _another(execution)


def _another(step: StepFacts) -> bool:
    return acted_repeatedly(step) and not step.twice and step.state is State.COMMITTED


def surplus_of(steps: Sequence[StepFacts]) -> tuple[Surplus, ...]:
    """Effects to be undone: what was done twice, and what the code was told not to have happened."""
    return tuple(found for step in steps if step.acts for found in _surplus(step))


def _surplus(step: StepFacts) -> Iterator[Surplus]:
    if step.twice:
        standing = [one for one in step.executions if one.state is State.COMMITTED]
        first = standing[0].seq if len(standing) > 1 else 0
        yield Surplus(step.label, first or step.label, step.declaration.undo, takes_word=False, twice=True)
    elif step.contradicted and step.state is State.COMMITTED and not (step.superseded and step.takes_word):
        yield Surplus(step.label, step.label, step.declaration.undo, step.takes_word, twice=False, gone=step.displaced)


def on_its_way(step: StepFacts, now_ns: int) -> Iterator[str]:
    """What is taken for granted about requests of a step of which nobody knows for certain, or that a word settled.

    No probe sees a request that has not arrived yet: it says "not done", and the request does it afterwards.

    Args:
        step: The step.
        now_ns: The moment of asking, nanoseconds since the epoch.
    """
    if not step.acts:
        return
    for one in step.executions or (step,):
        if is_doubtful(one):
            yield f"{step.label}: no request of it is still on its way: {_wait(one, now_ns)}"
        elif one.denied_ns >= 0:
            yield f"{step.label}: no request of it was still on its way when somebody said that it did not happen"


def _wait(step: StepFacts, now_ns: int) -> str:
    sent_ns = step.sent_ns if step.sent_ns >= 0 else step.started_ns
    sent = f"sent at {instant(sent_ns):%Y-%m-%d %H:%M:%S} UTC"
    timeout = step.declaration.timeout_seconds
    if timeout is None:
        return f"{sent}, no timeout is declared: wait as long as its service may take, then ask"
    left = timeout - (now_ns - sent_ns) / NS
    waited = f"ask again in {math.ceil(left)} s" if left > 0 else "which has passed"
    return f"{sent}, timeout {timeout:g} s, {waited}"
