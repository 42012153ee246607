"""What one step did to somebody's money: how much, in which currency, and which way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from workbench.analysis.bodies import Bodies
from workbench.analysis.ledger.amounts import Amount, amount_in, words_of
from workbench.analysis.provenance.parameters import parameters_of
from workbench.analysis.step_facts import StepFacts

__all__ = ["Direction", "Money", "direction_of", "money_of", "undo_amount"]

_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_REFUNDS: Final = words_of("refund refunds refunded reverse reversal chargeback void credit payback reimburse")
_CHARGES: Final = words_of(
    "charge charges pay pays payment payments payout debit bill capture withdraw transfer purchase buy collect"
)
_HOLDS: Final = words_of("authorize authorise authorization authorisation preauthorize hold reserve")
_TELLS: Final = words_of(
    "send mail email notify notification sms publish emit log print report quote estimate calculate "
    "compute record validate verify check cancel"
)
"""Whoever does these to a payment does not pay."""
_KEEPS: Final = words_of("create update store save track ship invoice receipt order cart")


class Direction(StrEnum):
    """Which way money goes."""

    CHARGE = "charge"
    """From the customer."""
    REFUND = "refund"
    """Back."""
    NONE = "none"
    """Not at all, as far as the name says."""


@dataclass(frozen=True, slots=True)
class Money:
    """What a step moves.

    Attributes:
        amount: In major units; `None` where none was recognised.
        currency: ISO code; `""` for unknown.
        direction: Which way.
        assumed: What was taken for granted, in words.
        why: Why there is no amount; `""` where there is one.
    """

    amount: Decimal | None
    currency: str
    direction: Direction
    assumed: str = ""
    why: str = ""


def money_of(step: StepFacts, bodies: Bodies) -> Money:
    """What a step moves, by its arguments and by what the other side answered.

    Where both name an amount, the answer counts: it is what was done.

    Args:
        step: A step that acts.
        bodies: Reads payloads.
    """
    asked = amount_in(_arguments(step, bodies))
    answered = amount_in(bodies(step.answer).get("result")) if step.answer >= 0 else None
    found = _chosen(asked, answered)
    direction, guessed = direction_of(step.name)
    if isinstance(found, Amount):
        money = Money(abs(found.value), found.currency, direction, found.assumed)
        if not guessed:
            return money
        guess = "it acts and has an amount, so it is taken for a charge"
        return replace(money, direction=Direction.CHARGE, assumed="; ".join(filter(None, [found.assumed, guess])))
    why = found if isinstance(found, str) else "no amount recognised"
    return Money(None, "", Direction.NONE if guessed else direction, why=why)


def undo_amount(charge: Money) -> Money:
    """What the undo of a step gives back: the log holds no amount of its own for it."""
    assumed = "; ".join(filter(None, [charge.assumed, "the amount of the step that it undoes"]))
    back = Direction.REFUND if charge.direction is Direction.CHARGE else Direction.NONE
    return replace(charge, direction=back, assumed=assumed if charge.amount is not None else "")


@lru_cache(maxsize=4096)
def direction_of(name: str) -> tuple[Direction, bool]:
    """Which way money goes, by the name of a step; the second is True when the name says nothing about it."""
    words = [word.lower() for word in _WORDS.findall(name.rpartition(".")[2])]
    if _REFUNDS & set(words):
        return Direction.REFUND, False
    if _HOLDS & set(words) or (words and words[0] in _TELLS):
        return Direction.NONE, False
    if _CHARGES & set(words):
        return Direction.CHARGE, False
    return Direction.NONE, not (_TELLS | _KEEPS) & set(words)


def _arguments(step: StepFacts, bodies: Bodies) -> Mapping[str, Any]:
    """Arguments by name as far as names are known."""
    intent = bodies(step.opened)
    args, kwargs = intent.get("args"), intent.get("kwargs")
    values: Sequence[Any] = args if isinstance(args, (list, tuple)) else ()
    named = dict(zip(parameters_of(bodies.history, step.declaration), values, strict=False)) if values else {}
    rest = {"args": list(values[len(named) :])} if len(values) > len(named) else {}
    return named | rest | (dict(kwargs) if isinstance(kwargs, Mapping) else {})


def _chosen(asked: Amount | str | None, answered: Amount | str | None) -> Amount | str | None:
    if not isinstance(answered, Amount):
        return asked if isinstance(asked, Amount) else answered or asked
    if not isinstance(asked, Amount) or answered.currency or not asked.currency:
        return answered
    return answered._replace(currency=asked.currency) if answered.value == asked.value else asked
