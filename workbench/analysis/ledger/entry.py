"""The lines of a ledger: one per effect of a run, and one per undo of an effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from workbench._errors import PayloadError
from workbench.analysis.bodies import Bodies
from workbench.analysis.facts import RunFacts
from workbench.analysis.ledger.money import Money, money_of, undo_amount
from workbench.analysis.state import UNDONE_STATES, State
from workbench.analysis.step_facts import StepFacts
from workbench.journal.codec import encode
from workbench.model import EventType, History, Kind, Position, Unsaid, position_text

__all__ = ["Entry", "Side", "entries_of"]

_UNDO = frozenset({EventType.CompensationStarted, EventType.CompensationCompleted, EventType.CompensationFailed})
_UNDO_STATE = {
    State.COMPENSATED: State.COMMITTED,
    State.COMPENSATION_IN_DOUBT: State.IN_DOUBT,
    State.COMPENSATION_FAILED: State.FAILED,
}


class Side(NamedTuple):
    """Where an entry was read.

    Attributes:
        bodies: Reads payloads of the log.
        facts: The run.
        step: The step.
        row: Row of the deciding event.
    """

    bodies: Bodies
    facts: RunFacts
    step: StepFacts
    row: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One effect.

    Attributes:
        business_key: Order or customer; the run's id where none was given.
        run_id: The run.
        step: Label of the step, or name of the undo and label of its step.
        seq: Number of the event that decides: the outcome, else the intent.
        time_ns: When, nanoseconds since the epoch.
        state: How it stands.
        money: How much and which way.
        fingerprint: Equal for effects that are the same deed: name and key, or name and arguments, or name and
            position where the engine does not record arguments; `""` for unknown, and for what may be repeated.
        counted: Whether it is part of the sums; the same deed recorded twice is counted once.
        at_risk: Whether it may have been done twice, or would be when the run goes on.
        why: What there is to say about it, in words.
        side: Where it was read.
    """

    business_key: str
    run_id: str
    step: str
    seq: int
    time_ns: int
    state: State
    money: Money
    fingerprint: str
    counted: bool
    at_risk: bool
    why: tuple[str, ...]
    side: Side

    @property
    def stands(self) -> bool:
        """Whether the deed is done, or may be."""
        return self.state not in {State.FAILED, State.NOT_STARTED, State.COMPENSATED}

    def saying(self, why: str, *, at_risk: bool = False, counted: bool | None = None) -> Entry:
        """The same entry with one more thing to say."""
        kept = self.counted if counted is None else counted
        return replace(self, why=(*self.why, why), at_risk=self.at_risk or at_risk, counted=kept)


def entries_of(history: History, facts: RunFacts, business_key: str) -> Iterator[Entry]:
    """The effects of one run, in the order in which they began, each followed by its undo.

    Args:
        history: Where the run is.
        facts: The run.
        business_key: What it belongs to.
    """
    bodies = Bodies(history)
    undone = _undo_rows(history, facts)
    for step in facts.steps:
        if not step.acts:
            continue
        money = money_of(step, bodies)
        row = step.answer if step.answer >= 0 else step.opened
        entry = _entry(Side(bodies, facts, step, row), business_key, money)
        yield _judged(entry)
        if step.state in UNDONE_STATES:
            side = Side(bodies, facts, step, undone.get(step.position, row))
            undo = _entry(side, business_key, undo_amount(money))
            name = history.declaration(side.row).name if side.row != row else ""
            title = step.declaration.undo if name in {"", step.name} else name
            yield replace(
                undo, step=f"{title or 'undo'} of {step.label}", state=_UNDO_STATE[step.state], fingerprint=""
            )


def _entry(side: Side, business_key: str, money: Money) -> Entry:
    columns, step = side.bodies.history.columns, side.step
    return Entry(
        business_key, step.run_id, step.label, columns.seq[side.row], columns.time_ns[side.row], step.state, money,
        _fingerprint(step, side.bodies), counted=True, at_risk=False, why=(money.why,) if money.why else (), side=side,
    )  # fmt: skip


def _judged(entry: Entry) -> Entry:
    """What the run alone says: a copy of another run's deed, a deed that may be there twice."""
    step, began = entry.side.step, entry.side.facts.started_ns
    if 0 <= step.ended_ns < began:
        return entry.saying(_COPIED, counted=False)
    keyed = step.key and not step.key_changed and not step.body_changed
    if not entry.stands or step.kind is Kind.IDEMPOTENT or keyed:
        return entry
    why = next((why for applies, why in _TWICE if applies(step)), "")
    return entry.saying(why, at_risk=True) if why else entry


_COPIED: Final = "it is older than its run: copied from the run that this one was forked from"
_TWICE: Final[tuple[tuple[Callable[[StepFacts], bool], str], ...]] = (
    (lambda step: step.superseded, "it happened, and the run would do it again"),
    (lambda step: step.repeated, "an earlier attempt may have acted as well"),
    (lambda step: step.state is State.IN_DOUBT, "in doubt and without a key: done again, it could be there twice"),
)
"""When a deed without a key may be there twice."""


def _undo_rows(history: History, facts: RunFacts) -> dict[Position, int]:
    """Row of the last event of each undo."""
    types = history.columns.type
    return {history.position(row): row for row in history.rows_of(facts.run_id) if types[row] in _UNDO}


def _fingerprint(step: StepFacts, bodies: Bodies) -> str:
    if step.kind is Kind.IDEMPOTENT:
        return ""
    if step.key:
        return f"{step.name} key {step.key}"
    intent = bodies(step.opened)
    if "args" not in intent:
        untold = Unsaid.ARGUMENTS in bodies.history.unsaid
        return f"{step.name} at {position_text(step.position)}" if untold else ""
    try:
        return f"{step.name} with {encode([intent.get('args'), intent.get('kwargs')]).hex()}"
    except PayloadError:  # values that no log of ours could hold are never the same
        return ""
