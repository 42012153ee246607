"""Effects and money of one order or customer across all its runs, recoveries, forks and retries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from workbench.analysis.facts import RunFacts
from workbench.analysis.ledger.entry import Entry, entries_of
from workbench.analysis.ledger.money import Direction
from workbench.analysis.ledger.risk import compared
from workbench.analysis.state import State
from workbench.model import History, visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Ledger", "Sum", "ledger"]

_ZERO = Decimal(0)
_NAMED = 6


@dataclass(slots=True)
class Sum:
    """What one business key comes to in one currency; amounts in major units.

    Attributes:
        business_key: Order or customer.
        currency: ISO code; `""` where none is recorded.
        charged: What was charged, including what was given back since.
        refunded: What was certainly given back.
        in_doubt: What may have been charged; not part of `charged`.
        refund_in_doubt: What may have been given back; not part of `refunded`.
        at_risk: What may be there twice, or would be when a run goes on.
    """

    business_key: str
    currency: str
    charged: Decimal = field(default=_ZERO)
    refunded: Decimal = field(default=_ZERO)
    in_doubt: Decimal = field(default=_ZERO)
    refund_in_doubt: Decimal = field(default=_ZERO)
    at_risk: Decimal = field(default=_ZERO)

    @property
    def outstanding(self) -> Decimal:
        """Charged and not given back."""
        return self.charged - self.refunded


@dataclass(frozen=True, slots=True)
class Ledger:
    """Effects of several runs, and what they come to.

    According to the logs and the declared kinds: a ledger of what was recorded, not of what the bank holds.

    Attributes:
        entries: One per effect and per undo, by business key, then in order of time.
    """

    entries: tuple[Entry, ...]

    @property
    def sums(self) -> list[Sum]:
        """One per business key and currency; currencies are never added up. A key without amounts has a sum of 0."""
        found: dict[tuple[str, str], Sum] = {}
        for entry in self.entries:
            if entry.money.amount is not None and entry.money.direction is not Direction.NONE:
                place = entry.business_key, entry.money.currency
                _add(found.setdefault(place, Sum(*place)), entry, entry.money.amount)
        known = {business_key for business_key, _ in found}
        for business_key in dict.fromkeys(entry.business_key for entry in self.entries):
            if business_key not in known:
                found[business_key, ""] = Sum(business_key, "")
        return list(found.values())

    @property
    def frame(self) -> pd.DataFrame:
        """One row per effect and per undo of one.

        Columns:
            business_key, run_id: category.
            step: str, label of the step, or `"refund of charge_card (4)"` for an undo.
            seq: int64, number of the event that decides: the outcome, else the intent.
            time: datetime64[ns, UTC], when that was recorded.
            state: category, as in `effects`; of an undo: `committed in_doubt failed`.
            amount: object, Decimal in major units (euros, not cents); None where none is recognised.
            currency: category, ISO 4217; missing where none is recorded.
            direction: category, `charge refund none`.
            counted: bool, False for a deed that another row counts already.
            at_risk: bool, may be there twice, or would be when the run goes on.
            why: str, why it is at risk, not counted, or has no amount.
            assumed: str, conventions taken for granted.
        """
        from workbench.analysis.ledger.frames import frame_of_entries

        return frame_of_entries(self.entries)

    def totals(self) -> pd.DataFrame:
        """One row per business key and currency; currencies are never added up.

        Columns:
            business_key: category.
            currency: category; missing where none is recorded.
            charged, refunded, outstanding, in_doubt, refund_in_doubt, at_risk: object, Decimal in major units.
                `outstanding` is charged less refunded; what is in doubt is in neither.
            unrecognised: int64, effects of this business key that stand, or may, and have no amount.
        """
        from workbench.analysis.ledger.frames import frame_of_sums

        return frame_of_sums(self.sums, self.unrecognised)

    @property
    def unrecognised(self) -> dict[str, int]:
        """By business key: how many effects stand, or may, and have no amount."""
        counts: dict[str, int] = {}
        for entry in self.entries:
            if entry.money.amount is None and entry.stands:
                counts[entry.business_key] = counts.get(entry.business_key, 0) + 1
        return counts

    def text(self) -> str:
        """A short report for people without a notebook."""
        lines = ["According to these logs and the declared kinds:"]
        for business_key in dict.fromkeys(entry.business_key for entry in self.entries):
            lines.append(business_key)
            lines += [f"  {_sum_text(sum_)}" for sum_ in self.sums if sum_.business_key == business_key]
            lines += _entry_texts([entry for entry in self.entries if entry.business_key == business_key])
        assumed = dict.fromkeys(entry.money.assumed for entry in self.entries if entry.money.assumed)
        lines += ["Assumed:", *(f"  {text}" for text in assumed)] if assumed else []
        return "\n".join(visible(line, lines=False) for line in lines)

    def __str__(self) -> str:
        """The report."""
        return self.text()

    def __repr__(self) -> str:
        """The report: what a notebook and a prompt show."""
        return self.text()

    def _repr_html_(self) -> str:
        from workbench.analysis.cells import html_of_sentences

        return html_of_sentences(self.totals()) + html_of_sentences(self.frame)


def ledger(runs: Iterable[tuple[History, RunFacts]], business_key: str | None = None) -> Ledger:
    """Effects and money across runs.

    Args:
        runs: Each run with the history that holds it, from as many logs and engines as there are.
        business_key: The order or customer; all by default. A child run without a key has that of its parent, any
            other run without one its id.

    Returns:
        The ledger; it has no entries where no run has this key.
    """
    pairs = [(history, facts) for history, facts in runs if facts.events]
    keys = _business_keys(pairs)
    entries = [
        entry
        for history, facts in pairs
        if business_key is None or keys[facts.run_id] == business_key
        for entry in entries_of(history, facts, keys[facts.run_id])
    ]
    order = {key: number for number, key in enumerate(dict.fromkeys(entry.business_key for entry in entries))}
    entries.sort(key=lambda entry: (order[entry.business_key], entry.time_ns, entry.seq))
    return Ledger(tuple(compared(entries)))


def _business_keys(pairs: Iterable[tuple[History, RunFacts]]) -> dict[str, str]:
    """By run id; a child's is looked up along its parents."""
    own: dict[str, str] = {}
    parents: dict[str, str] = {}
    for _, facts in pairs:
        own[facts.run_id] = facts.business_key
        parents |= {child.run_id: facts.run_id for child in facts.children if child.run_id}
    return {run_id: next(filter(None, _upwards(run_id, own, parents)), run_id) for run_id in own}


def _upwards(run_id: str, own: dict[str, str], parents: dict[str, str]) -> Iterator[str]:
    seen: set[str] = set()
    while run_id not in seen:
        seen.add(run_id)
        yield own.get(run_id, "")
        run_id = parents.get(run_id, run_id)


def _add(sum_: Sum, entry: Entry, amount: Decimal) -> None:
    sum_.at_risk += amount if entry.at_risk else _ZERO
    if not entry.counted:
        return
    refund = entry.money.direction is Direction.REFUND
    if entry.state is State.IN_DOUBT:
        if refund:
            sum_.refund_in_doubt += amount
        else:
            sum_.in_doubt += amount
    elif refund and entry.state is State.COMMITTED:
        sum_.refunded += amount
    elif not refund and entry.state not in {State.FAILED, State.NOT_STARTED}:
        sum_.charged += amount


def _sum_text(sum_: Sum) -> str:
    parts = [("charged", sum_.charged), ("refunded", sum_.refunded), ("outstanding", sum_.outstanding)]
    doubts = [("in doubt", sum_.in_doubt), ("refund in doubt", sum_.refund_in_doubt)]
    parts += [part for part in (*doubts, ("at risk of duplication", sum_.at_risk)) if part[1]]
    currency = sum_.currency or "(no currency recorded)"
    return f"{currency}: " + ", ".join(f"{name} {amount}" for name, amount in parts)


def _entry_texts(entries: Sequence[Entry]) -> list[str]:
    """A line for each that has an amount or something to say; the others share one."""
    telling = [entry for entry in entries if entry.money.amount is not None or entry.at_risk or _is_money(entry)]
    silent = dict.fromkeys(f"{entry.step} of run {entry.run_id}" for entry in entries if entry not in telling)
    named = ", ".join(list(silent)[:_NAMED]) + (f" and {len(silent) - _NAMED} more" if len(silent) > _NAMED else "")
    return [*(f"    {_entry_text(entry)}" for entry in telling), *([f"    no amount: {named}"] if silent else [])]


def _is_money(entry: Entry) -> bool:
    return entry.money.direction is not Direction.NONE


def _entry_text(entry: Entry) -> str:
    money = entry.money
    amount = f"amount unknown ({money.why})" if money.amount is None else f"{money.amount} {money.currency}".strip()
    words = [amount, str(money.direction), entry.step, str(entry.state), f"run {entry.run_id}, event {entry.seq}"]
    return " · ".join([*words, *(why for why in entry.why if why != money.why)])
