"""What to do next, in one sentence: the SAFE option, else the question that makes one SAFE, else who must look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.analysis.facts import RunStatus
from workbench.analysis.gates import Action
from workbench.analysis.options import PREFERENCE, Option
from workbench.analysis.safety import Safety
from workbench.analysis.state import State

if TYPE_CHECKING:
    from workbench.analysis.verdict import Doubt, Verdict

__all__ = ["Advice", "advice_of"]


class Advice(NamedTuple):
    """The next thing to do.

    Attributes:
        sentence: For people.
        call: The call that does it, as one writes it in a notebook; `""` where only a person can.
    """

    sentence: str
    call: str = ""


def advice_of(verdict: Verdict) -> Advice:
    """The next thing to do about a run (semantics, section 3.5, "Choosing N" and "Preference").

    In this order: nothing for a run at rest about which nothing is in doubt; the preferred SAFE option; a probe, or a
    person's word, where that would make an option SAFE; undoing down to a step and retrying from it; a person.
    """
    if verdict.status in {RunStatus.COMPLETED, RunStatus.COMPENSATED}:
        return _settled(verdict.in_doubt) or _undone_by_hand(verdict) or Advice("nothing needs to be done")
    option = verdict.best_option
    if option is not None:
        title = f"{option.action} {option.from_step}".strip()
        asked = _settled(verdict.in_doubt) if option.action in _BACK else None
        other = f"; or {asked.sentence}: the run may still go forward" if asked is not None else ""
        return Advice(title + other, _call(option))
    ways = (_settled(verdict.in_doubt), _checked(verdict), _undone_first(verdict), _undone_by_hand(verdict))
    for advice in ways:
        if advice is not None:
            return advice
    return Advice(f"a person must look: {_worst(verdict)}")


_BACK = frozenset({Action.COMPENSATE, Action.RERUN})
"""What gives up what the run has done."""


def _settled(doubts: Sequence[Doubt]) -> Advice | None:
    """A doubt is the first thing to be rid of, by its probe or by looking at the other side."""
    for doubt in doubts:
        if doubt.probe:
            return Advice(f"ask {doubt.probe} about {doubt.step}, then look again", "run.probe(record=True)")
    if not doubts:
        return None
    doubt = doubts[0]
    what = _WORDS.get(doubt.state, "happened")
    word = "undone" if doubt.state is State.COMPENSATION_IN_DOUBT else "happened"
    key = f" under key {doubt.key}" if doubt.key else ""
    sentence = f"find out on the other side whether {doubt.step} {what}{key}, and record it"
    return Advice(sentence, f"run.resolve({doubt.name!r}, {word}=…)")


_WORDS = {State.COMPENSATION_IN_DOUBT: "was undone", State.COMMITTED: "happened once more"}


def _undone_by_hand(verdict: Verdict) -> Advice | None:
    """What has happened besides what the code knows, and no action takes back."""
    for surplus in verdict.surplus:
        return Advice(str(surplus), f"run.resolve({surplus.name!r}, undone=True)")
    return None


def _checked(verdict: Verdict) -> Advice | None:
    """An option that only wants a look at something first."""
    for row in _by_preference(verdict):
        if row.safety is Safety.CHECK and row.useful:
            ids = [objection.id for objection in row.objections]
            return Advice(f"{row.action} {row.from_step}".strip() + f" after a look: {row.because}", _call(row, ids))
    return None


def _undone_first(verdict: Verdict) -> Advice | None:
    """A retry against which nothing speaks but effects that can be undone before it."""
    for row in verdict.rows:
        if row.action is not Action.RETRY_FROM or not row.must_compensate:
            continue
        if {objection.id for objection in row.objections} <= set(row.must_compensate):
            sentence = f"undo down to {row.from_step}, then retry from it"
            return Advice(sentence, f"run.compensate(down_to={row.from_step!r})")
    return None


def _by_preference(verdict: Verdict) -> list[Option]:
    return sorted(verdict.rows, key=lambda row: PREFERENCE.index(row.action))


def _worst(verdict: Verdict) -> str:
    row = verdict.row(Action.RESUME)
    return row.because if row is not None else "the log says too little"


def _call(option: Option, accept: Sequence[str] = ()) -> str:
    given = [repr(option.from_step)] if option.action is Action.RETRY_FROM else []
    given += [f"accept={list(accept)}"] if accept else []
    return f"run.{option.action}({', '.join(given)})"
