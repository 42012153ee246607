"""Ask the probes of steps in doubt: the one question to the outside that a person may put before deciding."""

from __future__ import annotations

import asyncio
import inspect
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError
from workbench.analysis import StepFacts
from workbench.journal.redaction import Keyring, reveal
from workbench.model import History, position_text, visible
from workbench.program import CURRENT_KEY, Step, outside_loops, probe_call
from workbench.recording.basis import Basis
from workbench.replay import safe_repr

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Answer", "Answers", "ask"]


@dataclass(frozen=True)
class Answer:
    """What one probe says.

    Attributes:
        step: Label of the step.
        position: Its position.
        probe: Name of the probe.
        happened: Whether the step acted; `None` when the probe could not say.
        result: What the step returned, as the probe found it.
        error: Why the probe could not say; `""` when it could.
    """

    step: str
    position: str
    probe: str
    happened: bool | None
    result: Any = None
    error: str = ""

    def __str__(self) -> str:
        """The answer in words."""
        if self.happened is None:
            return f"{self.step}: {self.probe} could not say: {self.error}"
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
        """One row per step asked about: `step position probe` (str), `happened` (boolean), `result error` (str)."""
        import pandas as pd

        columns = {
            "step": pd.array([answer.step for answer in self], dtype="str"),
            "position": pd.array([answer.position for answer in self], dtype="str"),
            "probe": pd.array([answer.probe for answer in self], dtype="str"),
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


def ask(basis: Basis, steps: Sequence[StepFacts] | None) -> Answers:
    """Ask about steps in doubt.

    Args:
        basis: The run; its recording's key opens sealed arguments.
        steps: The steps; all that are in doubt and declare a probe by default.

    Raises:
        UsageError: A given step is not in doubt, or has no probe.
        CodeNotFoundError: The code of a step is not to be found.
    """
    settled_by_probe = [step for step in basis.facts.steps if _in_doubt(step) and step.declaration.probe]
    wanted = steps if steps is not None else settled_by_probe
    for step in wanted:
        if not _in_doubt(step):
            raise UsageError(f"{step.label} is {step.state}, not in doubt", hint="run.effects() lists what is")
        if not step.declaration.probe:
            raise UsageError(
                f"{step.label} has no probe", hint="look at the other side yourself, then run.resolve(…, happened=…)"
            )
    recording = basis.loaded.report.recording if basis.loaded.report is not None else ""
    keyring = Keyring(uuid.UUID(hex=recording)) if recording else None
    return Answers(_ask(basis.history, step, basis.code_of(step), keyring) for step in wanted)


def _in_doubt(step: StepFacts) -> bool:
    return step.acts and step.state == "in_doubt"


def _ask(history: History, facts: StepFacts, step: Step[..., Any], keyring: Keyring | None) -> Answer:
    probe, name, position = step.probe, facts.declaration.probe, position_text(facts.position)
    if probe is None:
        raise UsageError(f"step {step.name} has no probe any more", hint="use the code that was recorded")
    intent = history.payload(facts.opened)
    args, kwargs = probe_call(step, intent if keyring is None else reveal(intent, keyring))
    try:
        found = outside_loops(lambda: _called(probe, args, kwargs, facts.key))
    except Exception as error:  # noqa: BLE001 - a probe may fail in any way; it then says nothing about the step
        return Answer(facts.label, position, name, None, error=f"{type(error).__name__}: {error}")
    return Answer(facts.label, position, name, found is not None, found)


def _called(probe: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], key: str) -> Any:
    token = CURRENT_KEY.set(key)
    try:
        answer = probe(*args, **kwargs)
        return asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer
    finally:
        CURRENT_KEY.reset(token)


async def _awaited(answer: Any) -> Any:
    return await answer
