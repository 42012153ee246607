"""Why a run ended as it did, or where it stands: short sentences, each with the events that show it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Finding, Severity
from workbench.analysis.why.between import between_of
from workbench.analysis.why.clause import Clause, Role
from workbench.analysis.why.effects import effects_of
from workbench.analysis.why.outcome import Trouble, causes_of, outcome_of, troubles_of
from workbench.analysis.why.sources import sources_of
from workbench.analysis.why.unknown import unknowns_of
from workbench.analysis.why.view import View
from workbench.analysis.why.words import count_text, listed
from workbench.journal import Report
from workbench.machine import Verb
from workbench.model import History, visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Why", "why", "why_of_case"]

_HEADINGS: Final = {
    Role.OUTCOME: "",
    Role.CAUSE: "Why:",
    Role.SOURCE: "",
    Role.BETWEEN: "On the way:",
    Role.HAZARD: "Hazards:",
    Role.EFFECT: "In the world:",
    Role.UNKNOWN: "Not known:",
}
"""Headings of the text, in order; a role without one goes on under the heading before it."""
_MOST_CHILDREN: Final = 5
_DEEPEST: Final = 5
_MOST_HAZARDS: Final = 8


@dataclass(frozen=True, slots=True)
class Why:
    """An explanation.

    According to the log: it tells what was recorded and how it hangs together, and says what is not known.

    Attributes:
        run_id: The run.
        clauses: Its sentences, in order.
    """

    run_id: str
    clauses: tuple[Clause, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per sentence.

        Columns:
            role: category, `outcome cause source between hazard effect unknown`.
            run_id: category, the run that it is about: a failure in a child run is followed there.
            step: str, label of the call; `""` for the whole run.
            seq: Int64, number of the decisive event; <NA> where the history holds none.
            seqs: list of int, numbers of all events that show it.
            time: datetime64[ns, UTC], when that happened.
            sentence: str.
        """
        from workbench.analysis.why.frames import frame_of_clauses

        return frame_of_clauses(self.clauses)

    def text(self) -> str:
        """The explanation, for people without a notebook."""
        lines: list[str] = []
        for heading, sentences in self._sections():
            lines += [heading] if heading else []
            lines += [f"  {sentence}" if heading else sentence for sentence in sentences]
        return "\n".join(lines)

    def _sections(self) -> Iterator[tuple[str, list[str]]]:
        """Headings with their sentences; those of child runs stand with the causes."""
        sections: dict[str, list[str]] = {}
        heading = ""
        for role, own in _HEADINGS.items():
            heading = own or heading
            mine = [clause for clause in self.clauses if _shown_as(clause, self.run_id) is role]
            sections.setdefault(heading, []).extend(clause.sentence for clause in mine)
        return ((heading, sentences) for heading, sentences in sections.items() if sentences)

    def __str__(self) -> str:
        """The explanation."""
        return self.text()

    def __repr__(self) -> str:
        """The explanation: what a notebook and a prompt show."""
        return self.text()

    def _repr_html_(self) -> str:
        parts = []
        for heading, sentences in self._sections():
            escaped = [html.escape(visible(sentence), quote=True) for sentence in sentences]
            if heading:
                items = "".join(f"<li>{sentence}</li>" for sentence in escaped)
                parts.append(f"<p><b>{html.escape(heading)}</b></p><ul>{items}</ul>")
            else:
                parts += [f"<p><b>{sentence}</b></p>" for sentence in escaped]
        return "".join(parts)


def why(
    history: History,
    run_id: str,
    report: Report | None = None,
    *,
    now_ns: int,
    findings: Iterable[Finding] = (),
) -> Why:
    """Explain a run.

    Args:
        history: Where the run is, and the child runs that a failure is followed into.
        run_id: The run; of an unknown one is said that it has no events.
        report: How the log was found.
        now_ns: The moment of looking, nanoseconds since the epoch: waits and doubts are counted until then.
        findings: Hazards that were found; those that touch the chain are told.
    """
    return why_of_case(Case(history, run_id, now_ns, report), findings)


def why_of_case(case: Case, findings: Iterable[Finding] = ()) -> Why:
    """The same for a case that is at hand, whose facts and links need not be read again."""
    return Why(case.run_id, tuple(_clauses(case, list(findings), {case.run_id})))


def _clauses(case: Case, findings: Sequence[Finding], seen: set[str]) -> Iterator[Clause]:
    view = View(case)
    outcome = outcome_of(view, case.now_ns)
    yield outcome
    if view.first < 0:
        return
    troubles = troubles_of(view)
    chain = [*causes_of(view, troubles, case.now_ns), *sources_of(view, troubles)]
    yield from chain
    yield from _children(view, troubles, findings, seen)
    yield from between_of(view)
    yield from _hazards(view, [outcome, *chain], findings)
    yield from effects_of(view)
    yield from unknowns_of(view, troubles)


def _children(view: View, troubles: Sequence[Trouble], findings: Sequence[Finding], seen: set[str]) -> Iterator[Clause]:
    """A failure or a wait inside a child run is followed there; of other children it is said how they ended."""
    followed = {trouble.slot.opened for trouble in troubles if trouble.slot.verb is Verb.START_CHILD}
    for child in view.case.facts.children:
        known = bool(child.run_id) and child.run_id not in seen and len(view.case.history.rows_of(child.run_id)) > 0
        if child.opened in followed and known and len(seen) <= _MOST_CHILDREN * _DEEPEST:
            seen.add(child.run_id)
            case = Case(view.case.history, child.run_id, view.case.now_ns, view.case.report)
            yield from _clauses(case, findings, seen)
        elif child.opened in followed:
            says = f"What happened in the child run {visible(child.label, limit=120, lines=False)} is not in this log"
            yield view.say(Role.UNKNOWN, child.label, (child.opened,), says)
    rest = [child for child in view.case.facts.children if child.opened not in followed]
    if rest:
        labels = listed([visible(child.label, limit=80, lines=False) for child in rest])
        says = f"What {labels} did as {count_text(len(rest), 'child run')} is not told here"
        yield view.say(Role.EFFECT, "", (rest[0].opened,), says)


def _hazards(view: View, chain: Sequence[Clause], findings: Sequence[Finding]) -> Iterator[Clause]:
    """Those that share an event or a call with the chain are told, and all dangers; the others are counted."""
    seqs = {seq for clause in chain for seq in clause.seqs}
    steps = {clause.step for clause in chain} - {""}
    mine = [finding for finding in findings if finding.run_id == view.case.run_id]
    near = [
        one
        for one in mine
        if seqs & set(one.evidence.seqs) or steps & set(one.evidence.steps) or one.severity is Severity.DANGER
    ][:_MOST_HAZARDS]
    for finding in near:
        rows = tuple(row for seq in finding.evidence.seqs[:4] if (row := view.case.history.row_of_seq(seq)) is not None)
        text = visible(finding.evidence.text.strip(), limit=400, lines=False).rstrip(".")
        step = finding.evidence.steps[0] if finding.evidence.steps else ""
        yield view.say(Role.HAZARD, step, rows or (view.first,), f"{finding.hazard.title}: {text}")
    others = [finding for finding in mine if finding not in near]
    if others:
        names = listed(list(dict.fromkeys(finding.hazard.title for finding in others)))
        says = f"{count_text(len(others), 'more finding')} elsewhere in the run: {names}; run.hazards() lists them"
        row = next((view.case.history.row_of_seq(seq) for one in others for seq in one.evidence.seqs), None)
        yield view.say(Role.HAZARD, "", (view.first if row is None else row,), says)


def _shown_as(clause: Clause, run_id: str) -> Role:
    """Where a sentence stands in the text: the story of a child run is part of the cause."""
    told = {Role.OUTCOME, Role.CAUSE, Role.SOURCE, Role.BETWEEN}
    return Role.CAUSE if clause.run_id != run_id and clause.role in told else clause.role
