"""The one shape of a hazard: a failure mode that can be found in what was recorded."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from workbench.model import visible

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["Evidence", "Finding", "Hazard", "Severity", "Sight"]


class Severity(StrEnum):
    """How bad it is where it is found."""

    NOTE = "note"
    """Costs time or money some day."""
    WARNING = "warning"
    """Will do harm under circumstances that are not rare."""
    DANGER = "danger"
    """Has done harm, or would with the next action."""


class Sight(StrEnum):
    """What a detector has to look at."""

    LOG = "log"
    """The history alone: any engine's."""
    REPLAY = "replay"
    """A dry replay of the code."""
    SOURCE = "source"
    """The text of the code."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a detector found, before the hazard puts its own words around it.

    Attributes:
        seqs: Numbers of the events that show it, the decisive one first; empty only where source code shows it.
        text: What was seen, in one sentence with names and figures: the evidence, not the theory.
        steps: Labels of the steps that it touches (`"charge_card (3)"`).
        confidence: 0 to 1: how sure the detector is that this is no coincidence.
        severity: Where it differs from the hazard's own.
        at: `file:line` in the code, where source code shows it.
    """

    seqs: tuple[int, ...]
    text: str
    steps: tuple[str, ...] = ()
    confidence: float = 1.0
    severity: Severity | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One failure mode.

    Attributes:
        id: Name for programs: `"expired-credential"`. Never reused.
        number: Number in the catalogue; 0 for one that a user registered.
        title: Name for people: `"Expired credential in a cached result"`.
        severity: How bad it is, where a finding does not say otherwise.
        sight: What its detector looks at.
        explanation: Why it happens and what it does, two or three sentences.
        fix: What to do, and a code snippet that does it.
        false_alarm_if: When a finding of it is no trouble.
        detect: Finds it in one run; yields nothing where there is nothing.
        source: Where the failure mode is described.
        columns_only: Columns tell whether it can be there: no payload is read of a recording of ours that has none
            of it, so it is cheap enough for every run of a fleet.
    """

    id: str
    number: int
    title: str
    severity: Severity
    sight: Sight
    explanation: str
    fix: str
    false_alarm_if: str
    detect: Callable[[Case], Iterable[Evidence]]
    source: str = ""
    columns_only: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One instance of a hazard in one run.

    Attributes:
        hazard: The failure mode.
        run_id: The run.
        evidence: What shows it.
    """

    hazard: Hazard
    run_id: str
    evidence: Evidence

    @property
    def id(self) -> str:
        """Name by which a person accepts it: hazard, run and decisive event, `"expired-credential:order-42:17"`."""
        where = self.evidence.seqs[0] if self.evidence.seqs else self.evidence.at
        return f"{self.hazard.id}:{self.run_id}:{where}"

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.evidence.severity or self.hazard.severity

    def text(self) -> str:
        """For people, in one line: what was seen, and where."""
        evidence = self.evidence
        where = self._where()
        sure = f", {evidence.confidence:.0%} sure" if evidence.confidence < 1 else ""
        said = f"{self.hazard.title}: {visible(evidence.text, lines=False)}"
        return f"{said} ({where}{sure})" if where else said

    def html(self) -> str:
        """The same as HTML, with why and what to do folded away."""
        hazard = self.hazard
        alarm = f"<p><i>A false alarm if {_shown(hazard.false_alarm_if)}</i></p>" if hazard.false_alarm_if else ""
        return (
            f"{_shown(self.text())}<details><summary>why, and what to do</summary>"
            f"<p>{_shown(hazard.explanation)}</p><pre>{_shown(hazard.fix)}</pre>{alarm}</details>"
        )

    def _where(self) -> str:
        seqs = self.evidence.seqs
        more = f" and {len(seqs) - _SHOWN_EVENTS} more" if len(seqs) > _SHOWN_EVENTS else ""
        return f"events {', '.join(map(str, seqs[:_SHOWN_EVENTS]))}{more}" if seqs else self.evidence.at

    def __repr__(self) -> str:
        """The text, with nothing in it that steers a terminal, and the name by which it is accepted."""
        return visible(f"{self.severity}: {self.text()}\n  run {self.run_id}, accept it as {self.id!r}")

    def _repr_html_(self) -> str:
        return f"<p><b>{self.severity}</b> in run {_shown(self.run_id)}</p><div>{self.html()}</div>"


_SHOWN_EVENTS: Final = 8


def _shown(text: str) -> str:
    return html.escape(visible(text), quote=True)
