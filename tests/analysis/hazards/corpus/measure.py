"""Recall and precision of each detector on the corpus, as numbers and as a table for people."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from pathlib import Path

from tests.analysis.divergence.operators import surroundings
from tests.analysis.hazards.corpus.recording import ENTRIES, Entry, Recording
from workbench.analysis.hazards import ALSO_FLAGGED, HAZARDS, Case, Evidence, findings_of

__all__ = ["NUMBERS", "Measure", "case_of", "corpus", "in_readme", "markdown", "measured"]

_CATALOGUE = list({hazard.id: hazard for hazard in (*HAZARDS, *ALSO_FLAGGED)}.values())
_NUMBER = {hazard.id: number for number, hazard in enumerate(_CATALOGUE, start=1)}
"""The catalogue of 26 and, behind it, the four that are also flagged."""

NUMBERS = range(1, len(_CATALOGUE) + 1)
"""Numbers under which recordings are filed."""

_BEGIN, _END = "<!-- hazards: begin", "<!-- hazards: end -->"

_IDS = {hazard.id for hazard in _CATALOGUE}
_SHORT = 2_000
"""Events of a history that all detectors look at each time."""

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
        broken: What is wrong with recordings themselves, or with what was found in them.
    """

    number: int
    title: str
    positives: int = 0
    negatives: int = 0
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

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


def measured(entries: Iterable[Entry], *, thorough: bool = False) -> list[Measure]:
    """Run the detectors over recordings; one measure for each hazard, by number.

    Args:
        entries: The recordings.
        thorough: All detectors look at every recording, and everything that they find is looked at. By default a long
            history, and code that has to be replayed, are looked at by the detector that they were made for, until it
            finds something: that settles recall and precision as well, and takes a tenth of the time.
    """
    measures = {number: Measure(number, hazard.title) for number, hazard in enumerate(_CATALOGUE, start=1)}
    for entry in entries:
        measure = measures[entry.hazard]
        seen, broken = _seen(entry, thorough=thorough)
        measure.broken += broken
        if entry.found:
            measure.positives += 1
            measure.missed += [] if seen else [entry.name]
        else:
            measure.negatives += 1
            measure.alarms += [entry.name] if seen else []
    return [measures[number] for number in sorted(measures)]


def _seen(entry: Entry, *, thorough: bool) -> tuple[bool, list[str]]:
    """Whether its hazard is found in a recording, and what is wrong with it; its surroundings last as long as this."""
    own = _CATALOGUE[entry.hazard - 1]
    with surroundings(), tempfile.TemporaryDirectory() as folder:
        case = case_of(entry.make(Path(folder)))
        broken = [f"{entry.name}: {wrong}" for wrong in _wrong_with(case)]
        if thorough or (case.code is None and len(case.history) <= _SHORT):
            findings = findings_of(case)
            evidence = [finding.evidence for finding in findings if finding.hazard is own]
            shown = [finding.evidence for finding in findings]
        else:
            evidence = shown = list(islice(own.detect(case), 1))
        broken += [f"{entry.name}: {wrong}" for one in shown for wrong in _wrong_with_evidence(case, one)]
    return bool(evidence), broken


def _wrong_with(case: Case) -> Iterator[str]:
    """How a recording is none."""
    history, report = case.history, case.report
    if case.run_id not in history.run_ids or any(other.run_id not in other.history.run_ids for other in case.siblings):
        yield "its run is not in its log"
    if (report is None) != (history.engine != "native"):
        yield "a log of our own has a report, and no other has"
    if report is not None and report.last_seq != history.columns.seq[-1] and case.code is None:
        yield "its report is of another log"
    if history.columns.time_ns[-1] >= case.now_ns:
        yield "it is looked at before it ends"
    if any(history.event(row).seq != history.columns.seq[row] for row in range(len(history))):
        yield "its events are not those of its columns"


def _wrong_with_evidence(case: Case, shown: Evidence) -> Iterator[str]:
    """How what was found cannot be looked up."""
    if shown.at in _IDS:
        yield shown.text  # a detector that failed says which one it is
    if not shown.seqs and not shown.at:
        yield f"{shown.text!r} shows nothing"
    if not set(case.history.columns.seq).issuperset(shown.seqs):
        yield f"{shown.text!r} names events that are not in the log"


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
