"""Ask the probes of steps in doubt: the one question to the outside that a person may put before deciding."""

from __future__ import annotations

import asyncio
import inspect
import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench._errors import NeedsSecretError, UsageError
from workbench.analysis import State, StepFacts
from workbench.journal.codec import restore
from workbench.journal.redaction import Keyring, reveal
from workbench.model import EventType, History, position_text, visible
from workbench.program import CURRENT_KEY, Step, outside_loops, probe_call, step_call
from workbench.recorder.clock import SYSTEM_CLOCK
from workbench.recording.basis import Basis
from workbench.recording.executions import executions_named, in_doubt
from workbench.replay import safe_repr

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Answer", "Answers", "ask"]

_NS = 1_000_000_000


@dataclass(frozen=True)
class Answer:
    """What one probe says.

    Attributes:
        step: Label of the step.
        position: Its position.
        probe: Name of the probe.
        happened: Whether the step acted, or is undone; `None` when the probe could not say.
        result: What the step returned, as the probe found it.
        error: Why the probe could not say; `""` when it could.
        seq: Number of the intent of the execution that was asked about.
        undo: It was asked whether the step is undone.
    """

    step: str
    position: str
    probe: str
    happened: bool | None
    result: Any = None
    error: str = ""
    seq: int = 0
    undo: bool = False

    def __str__(self) -> str:
        """The answer in words."""
        if self.happened is None:
            return f"{self.step}: {self.probe} could not say: {self.error}"
        if self.undo:
            return f"{self.step}: {self.probe} says that it is {'' if self.happened else 'not '}undone"
        found = f"it happened: {safe_repr(self.result)}" if self.happened else "it did not happen"
        return f"{self.step}: {self.probe} says that {found}"


class Answers(list[Answer]):
    """What the probes say, as a list that shows itself."""

    @property
    def known(self) -> list[Answer]:
        """Answers of probes that could say."""
        return [answer for answer in self if answer.happened is not None]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per execution asked about.

        Columns:
            step, position, probe: str.
            seq: int64, number of its intent.
            undo: bool, it was asked whether it is undone.
            happened: boolean, missing where the probe could not say.
            result, error: str.
        """
        import pandas as pd

        columns = {
            "step": pd.array([answer.step for answer in self], dtype="str"),
            "position": pd.array([answer.position for answer in self], dtype="str"),
            "seq": pd.array([answer.seq for answer in self], dtype="int64"),
            "probe": pd.array([answer.probe for answer in self], dtype="str"),
            "undo": pd.array([answer.undo for answer in self], dtype="bool"),
            "happened": pd.array([answer.happened for answer in self], dtype="boolean"),
            "result": pd.array([safe_repr(answer.result) if answer.happened else "" for answer in self], dtype="str"),
            "error": pd.array([answer.error for answer in self], dtype="str"),
        }
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        """One line per answer."""
        return visible("\n".join(map(str, self))) or "nothing is in doubt that a probe could settle"

    def _repr_html_(self) -> str:
        from workbench.analysis.cells import html_of_sentences

        return html_of_sentences(self.frame) if self else f"<p>{self!r}</p>"


def ask(basis: Basis, which: str | int | None) -> Answers:
    """Ask about executions in doubt, each with its own recorded arguments and key.

    Args:
        basis: The run; its recording's key opens sealed arguments.
        which: A step or an execution (`executions_named`); all that are in doubt and declare a probe by default.

    Raises:
        UsageError: What is named is not in doubt, or has no probe.
        CodeNotFoundError: The code of a step is not to be found.
    """
    if which is None:
        everything = [one for step in basis.facts.steps for one in step.executions or (step,)]
        wanted = [one for one in in_doubt(everything) if one.asks]
    else:
        wanted = _wanted(executions_named(basis.facts, which))
    recording = basis.loaded.report.recording if basis.loaded.report is not None else ""
    asking = _Asking(basis, Keyring(uuid.UUID(hex=recording or "0" * 32)), SYSTEM_CLOCK.now_ns())
    return Answers(_told_apart([asking(one) for one in wanted]))


def _wanted(named: Sequence[StepFacts]) -> list[StepFacts]:
    found = in_doubt(named)
    if not found:
        raise UsageError(f"{named[-1].label} is {named[-1].state}, not in doubt", hint="run.effects() lists what is")
    for one in found:
        if not one.asks:
            what = "undo_probe" if one.state is State.COMPENSATION_IN_DOUBT else "probe"
            hint = "look at the other side yourself, then run.resolve(…)"
            raise UsageError(f"{one.label} has no {what}", hint=hint)
    return found


@dataclass(frozen=True)
class _Asking:
    basis: Basis
    keyring: Keyring
    now_ns: int

    def __call__(self, one: StepFacts) -> Answer:
        """Ask about one execution; what the probe cannot be given, or cannot know, is said."""
        step, undo = self.basis.code_of(one), one.state is State.COMPENSATION_IN_DOUBT
        probe = step.undo_probe if undo else step.probe
        if probe is None:
            what = "undo_probe" if undo else "probe"
            raise UsageError(f"step {step.name} has no {what} any more", hint="use the code that was recorded")
        unsaid = Answer(one.label, position_text(one.position), one.asks, None, seq=one.seq, undo=undo)
        try:
            args, kwargs, key = self._call(one, step, undo=undo)
        except NeedsSecretError as error:
            lost = f"its arguments cannot be restored here: {error.message}; look at the other side yourself"
            return replace(unsaid, error=lost)
        try:
            found = outside_loops(lambda: _called(probe, args, kwargs, key))
        except Exception as error:  # noqa: BLE001 - a probe may fail in any way; it then says nothing about the step
            return replace(unsaid, error=f"{type(error).__name__}: {error}")
        return self._weighed(one, step, replace(unsaid, happened=found is not None, result=found))

    def _call(self, one: StepFacts, step: Step[..., Any], *, undo: bool) -> tuple[tuple[Any, ...], dict[str, Any], str]:
        """Arguments and key of this execution, or of its undo, as they were recorded."""
        history = self.basis.history
        intent = self._opened(_first_intent(history, one))
        if not undo:
            return (*probe_call(step, intent), str(self._opened(one.opened).get("key") or ""))
        result = self._opened(one.answer).get("result") if one.answer >= 0 else None
        begun = _last_undo(history, one, self.basis.run_id)
        return (*step_call(step, intent, result), str(self._opened(begun).get("key") or ""))

    def _opened(self, row: int) -> Mapping[str, Any]:
        opened: Mapping[str, Any] = reveal(self.basis.history.payload(row), self.keyring)
        return opened

    def _weighed(self, one: StepFacts, step: Step[..., Any], answer: Answer) -> Answer:
        """Not found does not mean not done while a request may be on its way; found may be what the log knows of."""
        timeout = one.declaration.timeout_seconds
        left = (timeout or 0.0) - (self.now_ns - one.sent_ns) / _NS
        if not answer.happened and timeout is not None and left > 0:
            wait = f"it finds nothing, and a request may be on its way: ask again in {math.ceil(left)} s"
            return replace(answer, happened=None, error=wait)
        if answer.undo:
            return answer
        if answer.happened and any(self._returned(row, step, answer.result) for row in self._returns(one)):
            return replace(answer, happened=None, error="it finds the one that the log knows of; look for two")
        if not answer.happened and one.state is State.COMMITTED:
            return replace(answer, happened=None, error="it does not even find the one that the log knows of")
        return answer

    def _returns(self, one: StepFacts) -> list[int]:
        """Rows in which executions of the same step returned."""
        history, types = self.basis.history, self.basis.history.columns.type
        rows = [row for row in history.rows_of(one.run_id) if types[row] == EventType.StepCompleted]
        return [
            row for row in rows if (history.declaration(row).name, history.position(row)) == (one.name, one.position)
        ]

    def _returned(self, row: int, step: Step[..., Any], found: Any) -> bool:
        """Whether this is what was recorded; where that cannot be opened here, it may be."""
        try:
            return bool(restore(self._opened(row).get("result"), step.returns) == found)
        except NeedsSecretError:
            return True


def _first_intent(history: History, one: StepFacts) -> int:
    """Row that holds the arguments: only the first attempt of a call writes them, later ones of the same go on."""
    columns = history.columns
    for row in reversed([row for row in history.rows_of(one.run_id) if row <= one.opened]):
        begun = columns.type[row] == EventType.StepStarted and columns.attempt[row] <= 1
        if begun and history.position(row) == one.position:
            return row
    return one.opened


def _last_undo(history: History, one: StepFacts, run_id: str) -> int:
    rows = [
        row
        for row in history.rows_of(run_id)
        if history.columns.type[row] == EventType.CompensationStarted and history.position(row) == one.position
    ]
    later = [row for row in rows if row > one.opened]
    return (later or rows)[-1]


def _told_apart(answers: list[Answer]) -> list[Answer]:
    """One thing that is found for two executions of a step says nothing about either."""
    lost = "the same is found for another execution of it: say yourself which happened"
    acted = [answer for answer in answers if answer.happened and not answer.undo]
    return [
        replace(answer, happened=None, error=lost)
        if answer in acted and sum((other.step, other.result) == (answer.step, answer.result) for other in acted) > 1
        else answer
        for answer in answers
    ]


def _called(probe: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], key: str) -> Any:
    token = CURRENT_KEY.set(key)
    try:
        answer = probe(*args, **kwargs)
        return asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer
    finally:
        CURRENT_KEY.reset(token)


async def _awaited(answer: Any) -> Any:
    return await answer
