"""What acting would do, said before anything is done: the calls, what speaks against them, what is assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from workbench._errors import UnsafeError, UsageError
from workbench.analysis import Action, Objection, Option, RunFacts, Safety, StepFacts
from workbench.model import position_text, visible
from workbench.replay import Needs, Outcome

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Plan", "PlannedCall", "plan_of"]


class PlannedCall(NamedTuple):
    """One call that acting makes, or does not need to make.

    Attributes:
        does: `reads` (its outcome comes from the log), `executes`, `undoes`.
        step: Label of the step: `"charge_card (3)"`.
        kind: What repeating it does.
        key: Idempotency key that was recorded; `""` for none, or not known before the call.
        note: What is known about it, in words.
    """

    does: str
    step: str
    kind: str
    key: str = ""
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """A dry run of one action.

    Attributes:
        run_id: The run.
        option: The action with its verdict.
        calls: What it makes, in order.
        then: What is not known before it is done.
    """

    run_id: str
    option: Option
    calls: tuple[PlannedCall, ...]
    then: str = ""
    renewed: tuple[str, ...] = field(default=())
    """Labels of steps that get a new idempotency key."""
    unasked: tuple[str, ...] = field(default=())
    """Labels of superseded steps: a decision has said to do them again, so the recorder does not stop and ask."""
    guarded: tuple[str, ...] = field(default=())
    """Labels of effects that stand under a key, and of child runs: the recorder stops before it does one again under
    another key or id. Who accepts one beforehand, or after such a stop, lets it be done beside the other."""

    @property
    def frame(self) -> pd.DataFrame:
        """One row per call: `does` (category, `reads executes undoes`), `step kind key note` (str)."""
        import pandas as pd

        frame = pd.DataFrame(self.calls, columns=list(PlannedCall._fields)).astype("str")
        return frame.assign(does=pd.Categorical(frame["does"], categories=["reads", "executes", "undoes"]))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The calls in words, as a decision records them."""
        return tuple(_sentence(call) for call in self.calls if call.does != "reads")

    def open_objections(self, accept: Sequence[str] = ()) -> list[Objection]:
        """What speaks against it and is not accepted.

        A step in doubt is no objection to resuming that has to be accepted: resuming stops there and asks.

        Args:
            accept: Ids of objections (`"G9"`), labels (`"charge_card (3)"`) or positions (`"3"`) of steps.

        Raises:
            UsageError: Nothing of one of these ids speaks against it.
        """
        known = {name for objection in self.option.objections for name in _names(objection.id)}
        known |= {name for label in self.guarded for name in _names(label)}
        strange = [name for name in accept if name not in known]
        if strange:
            there = ", ".join(dict.fromkeys(objection.id for objection in self.option.objections)) or "nothing"
            raise UsageError(f"nothing called {strange[0]!r} speaks against {self.title}", hint=f"what does: {there}")
        return [
            objection
            for objection in self.option.objections
            if not _names(objection.id) & set(accept) and not self._asked_on_the_way(objection)
        ]

    def _asked_on_the_way(self, objection: Objection) -> bool:
        """Only at a step that would be executed: one that the code was told to have failed is passed by."""
        stops = self.option.action is Action.RESUME and objection.id in self.option.executes_again
        stops &= objection.id not in self.unasked
        return stops and objection.safety is Safety.CHECK and objection.id in self.option.in_doubt

    def check(self, accept: Sequence[str] = ()) -> None:
        """Refuse what the verdict does not call SAFE.

        Raises:
            UnsafeError: Something speaks against it that is not accepted.
            UsageError: Something was accepted that is no objection.
        """
        left = self.open_objections(accept)
        if not left:
            return
        worst = max(left, key=lambda objection: objection.safety is Safety.UNSAFE)
        ids = tuple(dict.fromkeys(objection.id for objection in left))
        reasons = "\n".join(f"  {one.id}: {one.safety}, {one.reason}" for one in left)
        raise UnsafeError(
            f"{self.title} of run {self.run_id} is {worst.safety}:\n{reasons}",
            run_id=self.run_id,
            objections=ids,
            hint=f"run.probe() asks what can be asked, run.resolve(…) records what you found out; accept={list(ids)} "
            "acts all the same, and says so in the log",
        )

    @property
    def title(self) -> str:
        """The action for people: `retry_from reserve (4)`."""
        return f"{self.option.action} {self.option.from_step}".strip()

    def text(self) -> str:
        """A short report."""
        option = self.option
        lines = [f"{self.title} of run {self.run_id}: {option.safety}, {option.because}", "It would:"]
        reads = [call.step for call in self.calls if call.does == "reads"]
        lines += [f"  read from the log: {', '.join(reads)}"] if reads else []
        lines += [f"  {sentence}" for sentence in self.sentences] or ["  call nothing that the log knows"]
        lines += [f"  {self.then}"] if self.then else []
        if option.objections:
            lines += ["Against it:", *(f"  {one.id}: {one.safety}, {one.reason}" for one in option.objections)]
        lines += ["Assumed:", *(f"  {text}" for text in option.assumed)] if option.assumed else []
        return visible("\n".join(lines))

    def __repr__(self) -> str:
        """The report: what a notebook and a prompt show."""
        return self.text()

    def _repr_html_(self) -> str:
        from workbench.analysis.cells import html_of_sentences
        from workbench.views import html_text

        head, *rest = self.text().splitlines()
        below = html_text("\n".join(rest))
        return f"<p><b>{html_text(head)}</b></p>{html_of_sentences(self.frame)}<pre>{below}</pre>"


def plan_of(facts: RunFacts, option: Option, outcome: Outcome | None, replaced: Sequence[RunFacts] = ()) -> Plan:
    """The dry run of an action.

    Args:
        facts: The run.
        option: The action, judged.
        outcome: How a dry replay of the code ended: shows the first call that the log does not hold.
        replaced: The runs that it replaces.
    """
    steps = {step.label: step for step in facts.steps}
    if option.action is Action.COMPENSATE:
        calls = [_undoing(steps[label]) for label in option.must_compensate]
        return Plan(facts.run_id, option, tuple(calls), "end the run as compensated" if calls else "")
    renewed = tuple(label for label in option.executes_again if _is_renewed(steps[label], option))
    calls = [PlannedCall("reads", label, str(steps[label].kind)) for label in option.reads_from_log]
    calls += [_executing(steps[label], option, renewed) for label in option.executes_again]
    if option.action is Action.RESUME and isinstance(outcome, Needs) and outcome.name:
        label = f"{outcome.name} ({position_text(outcome.position)})" if outcome.position else outcome.name
        if label not in steps:
            calls.append(PlannedCall("executes", label, "", note="the first call that the log does not hold"))
    unasked = tuple(step.label for step in facts.steps if step.superseded)
    again = {*option.executes_again}
    own = [step for step in facts.steps if step.superseded or step.displaced or step.label in again]
    old = [step for run in replaced for step in run.steps]
    children = [child.label for run in (facts, *replaced) for child in run.children]
    guarded = (*(step.label for step in (*own, *old) if step.acts and step.key), *children)
    then = "then go on with whatever the code asks for"
    return Plan(facts.run_id, option, tuple(calls), then, renewed, unasked, guarded)


def _undoing(step: StepFacts) -> PlannedCall:
    known = "" if step.answered else "; its result is not known, so the undo gets None"
    return PlannedCall("undoes", step.label, str(step.kind), step.key, f"by {step.declaration.undo}{known}")


def _executing(step: StepFacts, option: Option, renewed: Sequence[str]) -> PlannedCall:
    note = {"in_doubt": "in doubt", "failed": f"failed with {step.error_type}"}.get(str(step.state), str(step.state))
    if step.label in renewed:
        return PlannedCall("executes", step.label, str(step.kind), "", f"{note}; with a new idempotency key")
    keeps = step.key and not (option.action is Action.RERUN and step.run_id in step.key)
    return PlannedCall("executes", step.label, str(step.kind), step.key if keeps else "", note)


def _is_renewed(step: StepFacts, option: Option) -> bool:
    """What was undone under a key is done anew under another one (semantics, footnote 5)."""
    undone = step.state == "compensated" or step.undone_before
    return option.action in {Action.RETRY_FROM, Action.RESUME} and undone and step.key != ""


def _sentence(call: PlannedCall) -> str:
    verb = {"executes": "execute", "undoes": "undo"}[call.does]
    key = f", key {call.key}" if call.key else ""
    note = f" ({call.note})" if call.note else ""
    return f"{verb} {call.step}{key}{note}"


def _names(id: str) -> set[str]:
    """By what an objection can be accepted: its id, and for a step its position alone, and without its event."""
    name, _, rest = id.rpartition(" (")
    place, _, event = rest.removesuffix(")").partition(", ")
    found = {id, rest.removesuffix(")")} if name else {id}
    return found | {f"{name} ({place})", place} if event else found
