"""Everything that the detectors find in one run, as a list that shows itself and as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.discreet import discreet, discreet_name, secrets_of, without
from workbench.analysis.hazards.hazard import Evidence, Finding, Hazard, Severity, Sight
from workbench.analysis.hazards.registry import registered
from workbench.model import visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DETECTOR_FAILED", "Findings", "findings_frame", "findings_of"]

_ORDER: Final = {Severity.DANGER: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_LOOKED_AT: Final = 40
"""Events of a finding whose values are kept out of its sentence; no detector quotes more."""
_WIDTH: Final = 2_000


class Findings(list[Finding]):
    """What was found, the worst first."""

    @property
    def frame(self) -> pd.DataFrame:
        """One row per finding; see `findings_frame`."""
        return findings_frame(self)

    def text(self) -> str:
        """For people, by severity: what was seen, and where."""
        if not self:
            return "no hazard found"
        return "\n".join(line for severity, group in _grouped(self) for line in _lines(severity, group))

    def __repr__(self) -> str:
        """The text, with nothing in it that steers a terminal."""
        return visible(self.text())

    def _repr_html_(self) -> str:
        if not self:
            return "<p>no hazard found</p>"
        return "".join(
            f"<h4>{severity}</h4><ul>{''.join(f'<li>{one.html()}</li>' for one in group)}</ul>"
            for severity, group in _grouped(self)
        )


def findings_of(case: Case, hazards: Iterable[Hazard] | None = None) -> Findings:
    """Look for hazards in one run.

    Args:
        case: The run.
        hazards: Those to look for; all registered ones by default.

    Returns:
        What was found, the worst first, then in the order of the catalogue and of the events. A detector that fails is
        a finding of its own (`detector-failed`) and costs no other finding.
    """
    if not case.rows:
        return Findings()
    found: dict[str, Finding] = {}
    for hazard in registered() if hazards is None else hazards:
        for said in _detected(case, hazard):
            failed = said.at == hazard.id
            evidence = _without_secrets(case, hazard, said)
            finding = Finding(DETECTOR_FAILED if failed else hazard, case.run_id, evidence)
            known = found.get(finding.id)
            if known is None or known.evidence.confidence < evidence.confidence:
                found[finding.id] = finding  # one finding per hazard and decisive event: the surer one
    return Findings(sorted(found.values(), key=lambda finding: _ORDER[finding.severity]))


def _detected(case: Case, hazard: Hazard) -> Iterator[Evidence]:
    """What one detector finds, and that it failed, where it did."""
    try:
        yield from hazard.detect(case)
    except Exception as error:  # noqa: BLE001 - a detector may be the user's; its failure becomes a finding
        said = f"the detector of {hazard.id} failed: {type(error).__name__}: {error}"
        yield Evidence((), discreet(said)[:_WIDTH], (), 1.0, None, hazard.id)


def _without_secrets(case: Case, hazard: Hazard, evidence: Evidence) -> Evidence:
    """What was found, in words that repeat no secret of the events that show it."""
    secrets: set[str] = set()
    for seq in evidence.seqs[:_LOOKED_AT] if not hazard.columns_only else ():  # else it has read nothing to quote
        row = case.history.row_of_seq(seq)
        secrets.update(secrets_of(case.leaves(row)) if row is not None else ())
    text = without(evidence.text, sorted(secrets, key=len, reverse=True))
    steps = tuple(map(discreet_name, evidence.steps))
    return evidence if (text, steps) == (evidence.text, evidence.steps) else replace(evidence, text=text, steps=steps)


def _nothing(_case: Case) -> Iterable[Evidence]:
    return ()


DETECTOR_FAILED: Final = Hazard(
    id="detector-failed",
    number=0,
    title="A detector failed",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation="This hazard was looked for and the search was cut short: it may be there, or not.",
    fix="Mend the detector; if it came with the product, report it with the text of the error.",
    false_alarm_if="",
    detect=_nothing,
)
"""Stands where a detector raised."""


def findings_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """One row per finding, in the order given.

    Columns:
        hazard: category, id of the hazard: `expired-credential`.
        title: category, its name for people.
        severity: ordered category, `note < warning < danger`.
        run_id: category.
        seqs: object, list of int, numbers of the events that show it, the decisive one first.
        evidence: str, what was seen.
        fix: str, what to do, with code.
        false_alarm_if: str.
        id: str, by which a person accepts the finding.
        number: int64, number in the catalogue; 0 for none.
        explanation: str, why it happens and what it does.
        confidence: float64, 0 to 1.
        steps: object, list of str, labels of the steps that it touches.
        at: str, `file:line` in the code; `""` for none.
    """
    import pandas as pd

    from workbench.analysis.cells import category, text

    hazards, evidence = [finding.hazard for finding in findings], [finding.evidence for finding in findings]
    severities = pd.Categorical(
        [str(finding.severity) for finding in findings], [str(severity) for severity in reversed(_ORDER)], ordered=True
    )
    return pd.DataFrame(
        {
            "hazard": category([hazard.id for hazard in hazards]),
            "title": category([hazard.title for hazard in hazards]),
            "severity": severities,
            "run_id": category([finding.run_id for finding in findings]),
            "seqs": pd.Series([list(one.seqs) for one in evidence], dtype="object"),
            "evidence": text(one.text for one in evidence),
            "fix": text(hazard.fix for hazard in hazards),
            "false_alarm_if": text(hazard.false_alarm_if for hazard in hazards),
            "id": text(finding.id for finding in findings),
            "number": pd.Series([hazard.number for hazard in hazards], dtype="int64"),
            "explanation": text(hazard.explanation for hazard in hazards),
            "confidence": pd.Series([one.confidence for one in evidence], dtype="float64"),
            "steps": pd.Series([list(one.steps) for one in evidence], dtype="object"),
            "at": text(one.at for one in evidence),
        }
    )


def _grouped(findings: Iterable[Finding]) -> Iterator[tuple[Severity, Iterator[Finding]]]:
    ordered = sorted(findings, key=lambda finding: _ORDER[finding.severity])
    yield from groupby(ordered, key=lambda finding: finding.severity)


def _lines(severity: Severity, group: Iterable[Finding]) -> list[str]:
    return [f"{severity}:", *(f"  {finding.text()}" for finding in group)]
