"""One step under one deed: the table's cell, made worse by what is known about key, undo, probe and attempts."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import NamedTuple

from workbench.analysis.safety import Cell, Deed, Group, Safety, cell_of, check
from workbench.analysis.state import State
from workbench.analysis.step_facts import NS, StepFacts
from workbench.model import Kind, Position

__all__ = [
    "ASSUMED_KEY_LIFETIME_SECONDS",
    "Judge",
    "Judgement",
    "acted_repeatedly",
    "is_made_of",
    "key_holds",
    "key_lives",
    "traits_of",
]

ASSUMED_KEY_LIFETIME_SECONDS = 24 * 3600.0
"""Where nobody says how long a key lives: services prune keys after a day (Stripe: "at least 24 hours")."""

_FUTILE_UNDOS = 2
"""An undo that failed so often needs a person, not a third try."""

STILL_COMING = check(
    "{step} may still arrive: its timeout has not passed, and an undo must not overtake it. Wait", knowable=True
)
OLD_ANSWER = check("{step} was undone, and its old key may only repeat the old answer", knowable=True)
OVERWRITES = check("others may have written what {step} wrote since", knowable=True)
MISLED = Cell(Safety.UNSAFE, "{step} happened, and the log would tell the code that it did not")
TWO = check("an earlier attempt of {step} may have acted as well: look for two", knowable=True)
DONE_TWICE = Cell(Safety.UNSAFE, "{step} was done twice: one of the two must be undone")
TAKEN = Cell(Safety.SAFE, "{step} has happened, as somebody said, and the code is given what it returned")
AS_TOLD = Cell(Safety.SAFE, "{step} is undone, and the code was told that it had failed")
OTHER_BODY = check(
    "{step} was called under one key with different arguments: ask what the other side kept", knowable=True
)
UNDO_UNPROVEN = check("nobody declared that the undo of {step} is harmless when there is nothing to undo")
UNDO_FUTILE = check("the undo of {step} failed more than once: a person must look", knowable=True)


class Judgement(NamedTuple):
    """What a deed means for one step."""

    safety: Safety
    reason: str


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges steps of one run at one moment.

    Attributes:
        now_ns: The moment; keys age.
        contested: Idempotent steps whose resource others may have written since (footnote 1 of the table).
    """

    now_ns: int
    contested: frozenset[Position] = frozenset()

    def __call__(self, step: StepFacts, deed: Deed) -> Judgement:
        """The verdict on one step."""
        cell = self.cell(step, deed)
        return Judgement(cell.safety, cell.reason.format(step=step.label))

    def kind_of(self, step: StepFacts) -> Hashable:
        """Equal for steps that get the same cells, whatever their labels are."""
        return *traits_of(step, self.now_ns), step.position in self.contested

    def cell(self, step: StepFacts, deed: Deed) -> Cell:
        """The verdict on a step like this one; `{step}` in its reason stands for the label."""
        cell = self._worse(step, deed, self._cell(step, deed))
        if cell.safety is not Safety.CHECK or cell.knowable:
            return cell
        if step.asks:
            asks = step.asks.replace("{", "{{").replace("}", "}}")
            return Cell(Safety.CHECK, f"{cell.reason}: ask {asks}")
        return Cell(Safety.UNSAFE, f"{cell.reason}, and it has no probe that could tell")

    def _cell(self, step: StepFacts, deed: Deed) -> Cell:
        if step.twice and acted_repeatedly(step):
            return DONE_TWICE
        if deed is Deed.TAKE:
            return TAKEN
        if deed is Deed.KEEP and step.contradicted and step.state is State.COMPENSATED:
            return AS_TOLD
        return cell_of(self.group(step, deed), deed, step.state)

    def group(self, step: StepFacts, deed: Deed) -> Group:
        """Which rows of the table apply: a key that does not hold and an undo that does not exist protect nobody."""
        if not step.acts:
            return Group.LOOKS
        if step.undoable:
            return Group.COMPENSATABLE
        if step.kind is Kind.IDEMPOTENT:
            return Group.IDEMPOTENT
        if step.kind is Kind.KEYED and key_holds(step, deed, self.now_ns):
            return Group.KEYED
        return Group.WRITE

    def _worse(self, step: StepFacts, deed: Deed, cell: Cell) -> Cell:
        """Refinements only ever cloud what the table calls SAFE."""
        if cell.safety is not Safety.SAFE:
            return cell
        again = deed in {Deed.RETRY, Deed.RERUN}
        if deed is Deed.UNDO:
            cell = _undo(step, cell)
            if cell.safety is Safety.SAFE and in_flight(step, self.now_ns):
                return STILL_COMING
        elif deed in {Deed.RESUME, Deed.RETRY} and step.acts and step.body_changed:
            return OTHER_BODY  # G14
        elif deed is Deed.KEEP and step.acts and step.contradicted and step.state is not State.COMPENSATED:
            return MISLED
        elif again and self._key_remembers_undone(step, deed):
            cell = OLD_ANSWER
        elif (
            again and step.kind is Kind.IDEMPOTENT and step.state is State.COMMITTED and step.position in self.contested
        ):
            cell = OVERWRITES
        return TWO if cell.safety is Safety.SAFE and acted_repeatedly(step) else cell

    def _key_remembers_undone(self, step: StepFacts, deed: Deed) -> bool:
        """Footnote 5: after an undo, a service that knows the key answers with the old success and does nothing.

        A retry by our own recorder renews the key of what was undone; a run under a new id has its old business key.
        """
        undone = step.state is State.COMPENSATED or step.undone_before
        if not undone or deed is not Deed.RERUN or not step.key or is_made_of(step.key, step.run_id):
            return False
        lifetime = step.declaration.key_lifetime_seconds
        return lifetime is None or _age_seconds(step, self.now_ns) < lifetime


def key_holds(step: StepFacts, deed: Deed, now_ns: int) -> bool:
    """Whether the other side would recognise a repetition: same key, same for all attempts, and not too old.

    A key that contains the run id changes with a new run; a business key (an order number) does not.
    """
    return _key_stays(step, deed) and not step.key_changed and key_lives(step, now_ns)


def key_lives(step: StepFacts, now_ns: int) -> bool:
    """Whether the other side still remembers what it was told when the step began, as far as anybody declared."""
    lifetime = step.declaration.key_lifetime_seconds
    return _age_seconds(step, now_ns) < (ASSUMED_KEY_LIFETIME_SECONDS if lifetime is None else lifetime)


def _key_stays(step: StepFacts, deed: Deed) -> bool:
    return bool(step.key) and not (deed is Deed.RERUN and step.run_id in step.key)


def is_made_of(key: str, part: str) -> bool:
    """Whether a key certainly has a text as a part of its own: a run's id, and so it is another one in a new run.

    Stricter than `_key_stays`, which takes any likeness for it: each errs towards the worse verdict.
    """
    at = key.find(part) if part else -1
    while at >= 0:
        end = at + len(part)
        if not _is_word(key[at - 1 : at]) and not _is_word(key[end : end + 1]):
            return True
        at = key.find(part, at + 1)
    return False


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _age_seconds(step: StepFacts, now_ns: int) -> float:
    return (now_ns - step.started_ns) / NS


def _undo(step: StepFacts, cell: Cell) -> Cell:
    """Footnote 6: an undo that is not harmless to repeat needs to know whether there is something to undo."""
    if not step.undoable:
        return cell
    unsure = step.state in {State.IN_DOUBT, State.COMPENSATION_IN_DOUBT}
    unsure |= step.state is State.COMPENSATION_FAILED and not step.undo_definite
    if unsure and not step.declaration.undo_null_safe:
        return UNDO_UNPROVEN
    if step.state is State.COMPENSATION_FAILED and step.undo_failures >= _FUTILE_UNDOS:
        return UNDO_FUTILE
    return cell


def in_flight(step: StepFacts, now_ns: int) -> bool:
    """A request that nobody answered may still arrive, as far as its declared timeout says."""
    timeout = step.declaration.timeout_seconds
    if step.state is not State.IN_DOUBT or timeout is None:
        return False
    return now_ns - max(step.sent_ns, step.started_ns) < timeout * NS


def acted_repeatedly(step: StepFacts) -> bool:
    """Two executions without a common key, of which only one is known to have acted, unless both are (`twice`)."""
    if not step.repeated or step.kind in {Kind.PURE, Kind.READ, Kind.IDEMPOTENT}:
        return False
    return step.kind is not Kind.KEYED or not step.key or step.key_changed


_TRANSLATED = {"run_id", "position", "started_ns", "key", "error_type"}
_UNSEEN = {
    "opened", "answer", "attempts", "seq", "sent_ns", "denied_ns", "ended_ns", "error", "code", "assumed", "executions",
}  # fmt: skip
"""Which step it is, and what is shown beside a verdict: neither decides what may be done with it."""

_AS_THEY_ARE = attrgetter(*(field.name for field in fields(StepFacts) if field.name not in _TRANSLATED | _UNSEEN))


def traits_of(step: StepFacts, now_ns: int) -> tuple[Hashable, ...]:
    """All that decides about a step besides its place: every field that is there, and those that will be some day.

    Keys are put as the verdict sees them, ages by what they have outlived.
    """
    key = step.key
    return (
        _AS_THEY_ARE(step),
        bool(step.error_type),
        bool(key) and (True, step.run_id in key, is_made_of(key, step.run_id)),
        key_lives(step, now_ns),
        in_flight(step, now_ns),
    )
