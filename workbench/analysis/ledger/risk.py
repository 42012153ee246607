"""What only several runs together show: one deed recorded twice, a deed done twice, a refund of a known charge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from workbench.analysis.ledger.entry import Entry
from workbench.analysis.ledger.money import Direction
from workbench.analysis.provenance.index import marks_of
from workbench.analysis.provenance.values import leaves
from workbench.analysis.state import State
from workbench.journal.codec import same
from workbench.model import Unsaid

__all__ = ["compared"]


def compared(entries: Sequence[Entry]) -> list[Entry]:
    """The same entries with what the others say about each."""
    found = list(entries)
    _twins(found)
    _refunds(found)
    return found


def _twins(entries: list[Entry]) -> None:
    """The same deed in several runs of one business key."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, entry in enumerate(entries):
        if entry.fingerprint and entry.stands and entry.counted:
            groups[entry.business_key, entry.fingerprint].append(number)
    for numbers in groups.values():
        numbers.sort(key=lambda number: entries[number].time_ns)
        first = entries[numbers[0]]
        for number in numbers[1:]:
            entry = entries[number]
            if entry.run_id != first.run_id:
                entries[number] = _twin(first, entry)


def _twin(first: Entry, entry: Entry) -> Entry:
    there = f"event {first.seq} of run {first.run_id}"
    step = entry.side.step
    if step.key and first.state is entry.state is State.COMMITTED and _same_answer(first, entry):
        return entry.saying(f"the same key and the same answer as {there}: one deed, counted once", counted=False)
    doubt = first.state is State.IN_DOUBT or entry.state is State.IN_DOUBT
    if step.key and not step.key_changed:
        said = "may be there" if doubt else "answered"
        return entry.saying(
            f"{said} twice unless the other side has recognised key {step.key}: also {there}", at_risk=True
        )
    if Unsaid.ARGUMENTS in first.side.bodies.history.unsaid:
        return entry.saying(f"perhaps done twice, arguments are not recorded: also {there}", at_risk=True)
    return entry.saying(f"{'may be' if doubt else 'was'} done twice: also {there}", at_risk=True)


def _same_answer(first: Entry, entry: Entry) -> bool:
    answers = [one.side.bodies(one.side.step.answer).get("result") for one in (first, entry)]
    return answers[0] is not None and same(*answers)


def _refunds(entries: list[Entry]) -> None:
    """A refund that names no amount gives back the charge whose id it was given."""
    open_ones = [
        number
        for number, entry in enumerate(entries)
        if entry.money.direction is Direction.REFUND and entry.money.amount is None
    ]
    charges = _charges_by_id(entries) if open_ones else {}
    for number in open_ones:
        entry = entries[number]
        intent = entry.side.bodies(entry.side.step.opened)
        named = _marks({"args": intent.get("args"), "kwargs": intent.get("kwargs")})
        found = {
            charge for mark in named if (charge := charges.get((entry.business_key, mark))) is not None and charge >= 0
        }
        if len(found) == 1:
            given_back = entries[found.pop()]
            assumed = f"the amount of {given_back.step}, event {given_back.seq}, whose id it was given"
            paid = given_back.money
            money = replace(entry.money, amount=paid.amount, currency=paid.currency, assumed=assumed, why="")
            entries[number] = replace(entry, money=money, why=tuple(why for why in entry.why if why != entry.money.why))


def _charges_by_id(entries: Sequence[Entry]) -> dict[tuple[str, str], int]:
    """Number of the charge in whose result a value occurs; -1 for a value that occurs in several."""
    found: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(entries):
        step = entry.side.step
        if entry.money.direction is not Direction.CHARGE or entry.money.amount is None or step.answer < 0:
            continue
        for mark in _marks(entry.side.bodies(step.answer).get("result")):
            place = entry.business_key, mark
            found[place] = -1 if place in found else number
    return found


def _marks(value: object) -> set[str]:
    return {mark for leaf in leaves(value) for mark in marks_of(leaf.value)}
