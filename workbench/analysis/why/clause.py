"""One link of a causal chain, as a sentence with the events that show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.analysis.why.words import events_text

__all__ = ["Clause", "Role"]


class Role(StrEnum):
    """What a sentence tells."""

    OUTCOME = "outcome"
    """How the run ended, or where it stands."""
    CAUSE = "cause"
    """What failed, what is waited for, what is in doubt."""
    SOURCE = "source"
    """Where a value came from that the cause used."""
    BETWEEN = "between"
    """What happened on the way: recoveries, gaps, retries, decisions."""
    EFFECT = "effect"
    """How a step that acts on the world stands."""
    HAZARD = "hazard"
    """A failure mode that was found there."""
    UNKNOWN = "unknown"
    """What the history does not say."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence.

    Attributes:
        role: What it tells.
        step: Label of the step or wait that it is about; `""` for the whole run.
        seqs: Numbers of the events that show it, the decisive one first.
        time_ns: When that happened, nanoseconds since the epoch.
        says: The sentence, without its event numbers and its full stop.
        run_id: The run that it is about: the one asked for, or a child run.
    """

    role: Role
    step: str
    seqs: tuple[int, ...]
    time_ns: int
    says: str
    run_id: str = ""

    @property
    def sentence(self) -> str:
        """The sentence, with the numbers of its events."""
        return f"{' '.join(filter(None, [self.says, events_text(self.seqs)]))}."
