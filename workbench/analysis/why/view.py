"""A run as an explanation reads it: its case, and the few questions that every part of an explanation asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from workbench.analysis.bodies import message_of
from workbench.analysis.hazards.case import Case
from workbench.analysis.provenance.links import Link
from workbench.analysis.provenance.places import place_of
from workbench.analysis.step_facts import StepFacts
from workbench.analysis.why.clause import Clause, Role
from workbench.analysis.why.words import quoted
from workbench.machine import Slot
from workbench.model import EventType, Position, visible

__all__ = ["View"]


@dataclass(eq=False)
class View:
    """One run.

    Attributes:
        case: The run with what is worth reading once.
    """

    case: Case

    @property
    def name(self) -> str:
        """Id of the run, for a sentence."""
        return visible(self.case.run_id, limit=80, lines=False)

    @cached_property
    def steps(self) -> dict[Position, StepFacts]:
        """The steps by position."""
        return {step.position: step for step in self.case.facts.steps}

    @cached_property
    def uses(self) -> dict[int, list[Link]]:
        """Links by the row of the use."""
        found: dict[int, list[Link]] = {}
        for link in self.case.links:
            found.setdefault(link.to_row, []).append(link)
        return found

    @property
    def first(self) -> int:
        """Row of the first event of the run; -1 for none."""
        return next(iter(self.case.rows), -1)

    @property
    def last(self) -> int:
        """Row of the last event of the run; -1 for none."""
        return self.case.rows[-1] if len(self.case.rows) else -1

    def type(self, row: int) -> EventType:
        """What happened in this row."""
        return EventType(self.case.history.columns.type[row])

    def label(self, slot: Slot) -> str:
        """Name and position of a call: `charge_card (3)`."""
        return self.place(slot.opened)

    def place(self, row: int) -> str:
        """The call, signal or run that the event in this row belongs to."""
        return visible(place_of(self.case.history, row), limit=120, lines=False)

    def error(self, row: int) -> str:
        """The error in this row, for a sentence."""
        return quoted(*self.error_key(row))

    def error_key(self, row: int) -> tuple[str, str]:
        """Class and message of the error in this row: equal for the same error on its way up."""
        history = self.case.history
        return history.tags[history.columns.tag[row]], message_of(self.case.body(row))

    def say(self, role: Role, step: str, rows: tuple[int, ...], says: str) -> Clause:
        """A sentence about these rows, the decisive one first."""
        seqs = tuple(self.case.seq(row) for row in rows if row >= 0)
        time_ns = next((self.case.time_ns(row) for row in rows if row >= 0), -1)
        return Clause(role, step, seqs, time_ns, says, self.case.run_id)
