"""What must hold in a world, whatever crashed: functions of a `World` that say what is wrong.

An invariant returns nothing (or True) where all is well, False, a sentence, or several sentences where it is not.
What can only be asked of a process that has come to rest is marked `@at_rest`: it is not asked of one that waits for a
person's decision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from workbench.simulate.ledger import LedgerEntry
from workbench.simulate.traffic import Told
from workbench.simulate.world import World

__all__ = [
    "DEFAULT",
    "Invariant",
    "at_rest",
    "charged_is_delivered",
    "net_zero_after_rollback",
    "no_double_charge",
    "no_double_delivery",
    "no_expired_credential",
    "no_oversell",
    "violations_of",
]

Invariant = Callable[[World], Any]
F = TypeVar("F", bound=Invariant)

_WAITING = frozenset({"stopped", "person"})
"""Endings in which nothing is decided yet."""


def at_rest(invariant: F) -> F:
    """Ask it only where the process has come to rest."""
    invariant.at_rest = True  # type: ignore[attr-defined]  # a mark that `violations_of` looks for
    return invariant


def no_double_charge(world: World) -> Iterator[str]:
    """No order is charged twice, refunds taken off."""
    for order, count in _standing(world.entries).items():
        if count > 1:
            yield f"{order} was charged {count} times"


def no_double_delivery(world: World) -> Iterator[str]:
    """No order is shipped twice, and nobody gets the same mail twice."""
    sold = Counter(entry.text("order") for entry in world.entries if entry.action == "sold")
    yield from (f"{order} was shipped {count} times" for order, count in sold.items() if count > 1)
    sent = Counter((one.text("to"), one.text("subject")) for one in world.entries if one.action == "sent")
    yield from (f"{to} got {subject!r} {count} times" for (to, subject), count in sent.items() if count > 1)


@at_rest
def charged_is_delivered(world: World) -> Iterator[str]:
    """Who was charged has got something, and who has got something was charged.

    Delivered is an order for which the ledger holds a sale, a reservation that stands, or an extended subscription (by
    its order where the request said one, else by its customer).
    """
    charged = {order for order, count in _standing(world.entries).items() if count > 0}
    delivered = _delivered(world.entries)
    yield from (f"{order} was charged and got nothing" for order in sorted(charged - delivered))
    yield from (f"{order} got something and was not charged" for order in sorted(delivered - charged))


def no_oversell(world: World) -> Iterator[str]:
    """Nothing is sold that is not there."""
    left = Counter(world.knobs.stock)
    signs = {"sold": -1, "bought": -1, "reserved": -1, "released": 1}
    for entry in world.entries:
        if entry.service == "stock" and entry.action in signs:
            left[entry.text("sku")] += signs[entry.action] * entry.whole("quantity")
    yield from (f"{-count} too many of {sku} were sold" for sku, count in left.items() if count < 0)


@at_rest
def no_expired_credential(world: World) -> Iterator[str]:
    """No request is refused for an old token, unless the same request was then made with a new one."""
    last = {(one.method, one.path): one for one in world.asked if one.told is not Told.NOBODY}
    for (method, path), one in last.items():
        if isinstance(one.answer, dict) and one.answer.get("error") == "expired_token":
            yield f"{method} {path} was asked with an expired token"


@at_rest
def net_zero_after_rollback(world: World) -> Iterator[str]:
    """What was rolled back leaves nothing behind: no charge, no goods, no subscription."""
    if world.ending != "compensated":
        return
    for order, count in _standing(world.entries).items():
        if count:
            yield f"{order} was rolled back, and {count} charges stand"
    yield from (f"{order} was rolled back, and has its goods" for order in sorted(_delivered(world.entries)))


DEFAULT: tuple[Invariant, ...] = (
    no_double_charge,
    no_double_delivery,
    charged_is_delivered,
    no_oversell,
    no_expired_credential,
    net_zero_after_rollback,
)
"""All of the above."""


def violations_of(world: World, invariants: Sequence[Invariant]) -> dict[str, list[str]]:
    """What is wrong, by name of the invariant."""
    found: dict[str, list[str]] = {}
    for invariant in invariants:
        if world.ending in _WAITING and getattr(invariant, "at_rest", False):
            continue
        sentences = list(_sentences(invariant(world), invariant))
        if sentences:
            found.setdefault(invariant.__name__, []).extend(sentences)
    return found


def _sentences(said: Any, invariant: Invariant) -> Iterable[str]:
    if said is None or said is True or said == "":
        return ()
    if said is False:
        return (f"{invariant.__name__} does not hold",)
    return (said,) if isinstance(said, str) else map(str, said)


def _standing(entries: Iterable[LedgerEntry]) -> Counter[str]:
    """Charges of each order that were neither refunded nor paid back."""
    signs = {"charged": 1, "refunded": -1, "credited": -1}
    found = Counter[str]()
    for entry in entries:
        if entry.service == "payment" and entry.action in signs:
            found[entry.text("order")] += signs[entry.action]
    return found


def _delivered(entries: Iterable[LedgerEntry]) -> set[str]:
    found = Counter[str]()
    for entry in entries:
        if entry.service == "stock" and entry.action in {"sold", "reserved", "released"}:
            found[entry.text("order")] += -1 if entry.action == "released" else 1
        elif entry.service == "subscription":
            found[entry.text("order") or entry.text("customer")] += 1
    return {order for order, count in found.items() if count > 0}
