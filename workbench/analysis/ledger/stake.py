"""How much money hangs on a run that is not finished: a quick answer, for lists of many runs."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from workbench.analysis.bodies import Bodies
from workbench.analysis.facts import RunFacts, RunStatus
from workbench.analysis.ledger.money import Direction, direction_of, money_of
from workbench.analysis.state import State

__all__ = ["Stake", "at_stake"]

_MAY_STAND = frozenset({State.COMMITTED, State.IN_DOUBT, State.COMPENSATION_IN_DOUBT, State.COMPENSATION_FAILED})
"""States in which money may be gone and not back."""
_AT_REST = frozenset({RunStatus.COMPLETED, RunStatus.COMPENSATED})


class Stake(NamedTuple):
    """Money that hangs on a run.

    Attributes:
        amount: In major units; `None` where no amount is recognised, and where currencies differ.
        currency: ISO code, `""` for unknown; several, with a comma between, where they differ.
    """

    amount: Decimal | None
    currency: str


def at_stake(facts: RunFacts, bodies: Bodies) -> Stake:
    """What an unfinished run has charged, or may have charged, less what it has certainly given back.

    Only steps that act and may stand are read. Amounts that are not recognised are left out: see `ledger` for those.

    Args:
        facts: The run; one that completed or was undone has nothing at stake.
        bodies: Reads the payloads of its history.
    """
    if facts.status in _AT_REST:
        return Stake(None, "")
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for step in facts.steps:
        if not step.acts or step.state not in _MAY_STAND or not _may_move_money(step.name):
            continue
        money = money_of(step, bodies)
        if money.amount is None:
            continue
        if money.direction is Direction.CHARGE:
            sums[money.currency] += money.amount
        elif money.direction is Direction.REFUND and step.state is State.COMMITTED:
            sums[money.currency] -= money.amount
    left = {currency: amount for currency, amount in sums.items() if amount > 0}
    if len(left) != 1:
        return Stake(None, ", ".join(sorted(filter(None, left))))
    ((currency, amount),) = left.items()
    return Stake(amount, currency)


def _may_move_money(name: str) -> bool:
    """Payloads are read only where the name of a step does not rule it out."""
    direction, guessed = direction_of(name)
    return guessed or direction is not Direction.NONE
