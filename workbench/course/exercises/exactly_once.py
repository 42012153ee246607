"""Exercise 6: an order that is paid in two parts, each exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.course.exercises.exercise import Exercise, Trial
from workbench.course.misfortune import Misfortune
from workbench.simulate import World, at_rest
from workbench.simulate.invariants import charged_is_delivered, no_oversell

__all__ = ["EXERCISE"]

DEPOSIT, REST = 1000, 3200
DAY = 86_400.0


def never_too_much(world: World) -> Iterator[str]:
    """Nobody pays more than the price, however often somebody tries."""
    paid = _paid(world)
    if paid > DEPOSIT + REST:
        yield f"order-1 costs {DEPOSIT + REST} cents, and {paid} were charged"


@at_rest
def paid_in_full(world: World) -> Iterator[str]:
    """An order that is completed is paid."""
    paid = _paid(world)
    if world.ending == "completed" and paid < DEPOSIT + REST:
        yield f"order-1 costs {DEPOSIT + REST} cents, and only {paid} were charged"


def _paid(world: World) -> int:
    signs = {"charged": 1, "refunded": -1}
    return sum(
        signs.get(entry.action, 0) * entry.whole("amount_cents")
        for entry in world.entries
        if entry.service == "payment"
    )


def _trial(name: str, hint: str, *more_endings: str, **befalling: Any) -> Trial:
    invariants = (never_too_much, paid_in_full, charged_is_delivered, no_oversell)
    befallen = Misfortune(args=("order-1", DEPOSIT, REST), invariants=invariants, **befalling)
    return Trial(name, befallen, hint, frozenset({"completed", "compensated", *more_endings}))


def _charges(**rule: Any) -> tuple[list[dict[str, object]]]:
    return ([{"service": "payment", "method": "POST", **rule}],)


EXERCISE = Exercise(
    "6",
    "two payments",
    (
        _trial("nothing goes wrong", "Are both parts paid?", points=("nowhere",)),
        _trial(
            "the provider is slow with the second part", "What has the first attempt done when the second begins?",
            points=("nowhere",), faults=_charges(kind="delay", delay_seconds=3, occurrence=2), policies=("retry",),
        ),
        _trial(
            "a reply is lost", "Does no answer mean that nothing happened?",
            points=("nowhere",), faults=_charges(kind="drop_reply", occurrence=1), policies=("retry",),
        ),
        _trial(
            "a request never arrives", "Does no answer mean that it happened?",
            points=("nowhere",), faults=_charges(kind="hold_before", occurrence=1), policies=("retry",),
        ),
        _trial(
            "it dies in a call, and is resumed, retried, or run again",
            "Is it the same key for whoever begins again from the start?",
            points=("in_call", "reply_lost", "after_result"), policies=("resume", "retry", "rerun"),
        ),
        _trial(
            "it dies in a call on Friday, and is resumed on Monday", "How long does the provider remember a key?",
            "stopped",  # whoever does not know any more whether a part was paid does well to stop
            points=("before_call", "reply_lost", "after_effect"), downtime=(3 * DAY,),
        ),
    ),
)  # fmt: skip
