"""How each step that acts on the world stands, with the money that it moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workbench.analysis.ledger import Direction, Money, money_of
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts
from workbench.analysis.why.clause import Clause, Role
from workbench.analysis.why.view import View
from workbench.analysis.why.words import count_text, listed
from workbench.model import EventType, visible

__all__ = ["effects_of"]

_MOST: Final = 10
_ORDER: Final = {
    State.IN_DOUBT: 0,
    State.COMPENSATION_IN_DOUBT: 0,
    State.COMPENSATION_FAILED: 0,
    State.COMMITTED: 1,
    State.COMPENSATED: 2,
    State.FAILED: 3,
    State.NOT_STARTED: 3,
}
_SAYS: Final = {
    State.NOT_STARTED: "{step} did not happen",
    State.IN_DOUBT: "{step} is in doubt{money}: {doubt}",
    State.COMMITTED: "{step} happened{money}",
    State.FAILED: "{step} failed and certainly did nothing",
    State.COMPENSATED: "{step} happened{money} and was undone{undo}",
    State.COMPENSATION_IN_DOUBT: "{step} happened{money}; its undo{undo} began, and nothing proves how that ended",
    State.COMPENSATION_FAILED: "{step} happened{money}; its undo{undo} failed, so it still stands",
}


def effects_of(view: View) -> Iterator[Clause]:
    """A sentence for each effect, what is in doubt first; of very many the first ones, and how many more there are."""
    effects = [step for step in view.case.facts.steps if step.acts]
    if not effects:
        yield view.say(Role.EFFECT, "", (view.first,), "No step that acts on the world is in its history")
        return
    effects.sort(key=lambda step: _ORDER[step.state])
    for step in effects[:_MOST]:
        yield _effect(view, step)
    rest = effects[_MOST:]
    if rest:
        states = listed(list(dict.fromkeys(str(step.state).replace("_", " ") for step in rest)))
        says = f"{count_text(len(rest), 'more effect')}: {states}; run.effects() lists them"
        yield view.say(Role.EFFECT, "", (rest[0].opened, rest[-1].opened), says)


def _effect(view: View, step: StepFacts) -> Clause:
    undo = visible(step.declaration.undo, limit=60, lines=False)
    money = money_of(step, view.case.bodies)
    says = _SAYS[step.state].format(
        step=visible(step.label, limit=120, lines=False), money=_moved(money), undo=f" by {undo}" if undo else "",
        doubt=_doubt(step),
    )  # fmt: skip
    extra = [
        *(["an earlier attempt may have acted as well"] if step.repeated else []),
        *(["the code was told otherwise"] if step.contradicted else []),
        *(["it was superseded, and going on does it again"] if step.superseded else []),
    ]
    rows = (_row(view, step), step.opened) if step.state is State.COMMITTED else (_row(view, step),)
    return view.say(Role.EFFECT, step.label, tuple(dict.fromkeys(rows)), "; ".join([says, *extra]))


def _moved(money: Money) -> str:
    if money.amount is None:
        return ""
    amount = f"{money.amount} {money.currency}".rstrip()
    return {
        Direction.CHARGE: f", charging {amount}",
        Direction.REFUND: f", giving back {amount}",
        Direction.NONE: f" (amount {amount})",
    }[money.direction]


def _doubt(step: StepFacts) -> str:
    """Why it is in doubt."""
    if any("scheduled" in said for said in step.assumed):
        return "it was scheduled, and whether it began is not recorded"
    if step.answer >= 0 and step.error_type:
        return "it failed, and its error does not prove that nothing was done"
    if step.answer >= 0:
        return "it was stopped, and nothing proves whether it had acted"
    return "it began, and nothing proves how it ended"


def _row(view: View, step: StepFacts) -> int:
    """The event that decides: of the undo, else the outcome, else the last attempt."""
    late = {EventType.CompensationStarted, EventType.CompensationCompleted, EventType.CompensationFailed}
    if step.state in {State.COMPENSATED, State.COMPENSATION_IN_DOUBT, State.COMPENSATION_FAILED}:
        rows = [row for row in view.case.rows_of(*late) if view.case.history.position(row) == step.position]
        return rows[-1] if rows else step.opened
    return step.answer if step.answer >= 0 else step.opened
