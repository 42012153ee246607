"""Recall and precision of each detector on the corpus, as numbers and as a table for people."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from tests.analysis.divergence.operators import surroundings
from tests.analysis.hazards.corpus.recording import ENTRIES, Entry, Recording
from workbench.analysis.hazards import ALSO_FLAGGED, DETECTOR_FAILED, HAZARDS, Case, findings_of

__all__ = ["NUMBERS", "Measure", "case_of", "corpus", "in_readme", "markdown", "measured"]

_CATALOGUE = list({hazard.id: hazard for hazard in (*HAZARDS, *ALSO_FLAGGED)}.values())
_NUMBER = {hazard.id: number for number, hazard in enumerate(_CATALOGUE, start=1)}
"""The catalogue of 26 and, behind it, the four that are also flagged."""

NUMBERS = range(1, len(_CATALOGUE) + 1)
"""Numbers under which recordings are filed."""

_BEGIN, _END = "<!-- hazards: begin", "<!-- hazards: end -->"

_MACHINERY = {"measure", "recording", "taped", "telling"}


@dataclass
class Measure:
    """One detector on its part of the corpus.

    Attributes:
        number: Number of the hazard.
        title: Its name for people.
        positives: How many recordings have it.
        negatives: How many look as if they had.
        missed: Names of those that have it and were passed over.
        alarms: Names of those that have it not and were reported.
    """

    number: int
    title: str
    positives: int = 0
    negatives: int = 0
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    @property
    def found(self) -> int:
        return self.positives - len(self.missed)

    @property
    def recall(self) -> float:
        return self.found / self.positives if self.positives else 0.0

    @property
    def precision(self) -> float:
        return self.found / (self.found + len(self.alarms)) if self.found else 0.0


def corpus() -> Sequence[Entry]:
    """Every recording, by the modules of this folder."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in _MACHINERY:
            import_module(f"tests.analysis.hazards.corpus.{path.stem}")
    return sorted(ENTRIES, key=lambda entry: entry.hazard)


def measured(entries: Iterable[Entry]) -> list[Measure]:
    """Run the detectors over recordings; one measure for each hazard, by number."""
    measures = {number: Measure(number, hazard.title) for number, hazard in enumerate(_CATALOGUE, start=1)}
    for entry in entries:
        measure = measures[entry.hazard]
        seen = entry.hazard in _found(entry)
        if entry.found:
            measure.positives += 1
            measure.missed += [] if seen else [entry.name]
        else:
            measure.negatives += 1
            measure.alarms += [entry.name] if seen else []
    return [measures[number] for number in sorted(measures)]


def _found(entry: Entry) -> set[int]:
    """Numbers of the hazards that are found in a recording; its surroundings last as long as the look at it."""
    with surroundings(), tempfile.TemporaryDirectory() as folder:
        case = case_of(entry.make(Path(folder)))
        seqs = set(case.history.columns.seq)
        findings = findings_of(case)
        failed = [finding.evidence.text for finding in findings if finding.hazard.id == DETECTOR_FAILED.id]
        assert not failed, f"{entry.name}: {failed}"
        for finding in findings:
            shown = finding.evidence
            assert shown.seqs or shown.at, f"{entry.name}: {finding.id} shows nothing"
            assert seqs.issuperset(shown.seqs), f"{entry.name}: {finding.id} names events that are not in the log"
        return {_NUMBER[finding.hazard.id] for finding in findings}


def case_of(recording: Recording) -> Case:
    """A recording as detectors are given it."""
    siblings = [Case(history, run_id, recording.now_ns) for history, run_id in recording.siblings]
    return Case(
        recording.history, recording.run_id, recording.now_ns, recording.report, recording.code, siblings
    )  # fmt: skip


def markdown(measures: Iterable[Measure]) -> str:
    """The table of the documentation."""
    return "\n".join(_lines(measures))


def in_readme(text: str, measures: Iterable[Measure]) -> str:
    """The README with the table of these measures between its two marks.

    Args:
        text: The README.
        measures: One for each hazard.
    """
    before, begin, rest = text.partition(_BEGIN)
    mark, _, after = rest.partition("\n")
    _, end, after = after.partition(_END)
    assert begin, "the README has lost the mark where the table of hazards begins"
    assert end, "the README has lost the mark where the table of hazards ends"
    return f"{before}{begin}{mark}\n{markdown(measures)}\n{end}{after}"


def _lines(measures: Iterable[Measure]) -> Iterator[str]:
    yield "| | hazard | positives | found | near misses | false alarms | recall | precision |"
    yield "|---:|---|---:|---:|---:|---:|---:|---:|"
    known = list(measures)
    for one in known:
        yield (
            f"| {one.number} | {one.title} | {one.positives} | {one.found} | {one.negatives} | {len(one.alarms)} "
            f"| {one.recall:.2f} | {one.precision:.2f} |"
        )
    positives, found = sum(one.positives for one in known), sum(one.found for one in known)
    negatives, alarms = sum(one.negatives for one in known), sum(len(one.alarms) for one in known)
    yield (
        f"| | all | {positives} | {found} | {negatives} | {alarms} "
        f"| {found / positives:.3f} | {found / (found + alarms):.3f} |"
    )
