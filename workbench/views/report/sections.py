"""The sections of a report that are tables and listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.analysis import StepFacts, Verdict
from workbench.analysis.hazards import Finding
from workbench.model import instant, position_text
from workbench.views.duration import duration_text
from workbench.views.palette import LOOKS
from workbench.views.report.elements import Html, bullets, element, joined, table
from workbench.views.report.headline import safety_badge
from workbench.views.report.incident import EventLine, Listing, SourceLine

__all__ = ["code", "decisions", "events", "hazards", "options", "steps"]

_LISTS = {
    "executes_again": "executes again",
    "already_done": "already done",
    "must_compensate": "must be compensated",
    "in_doubt": "in doubt",
    "assumed": "assumed",
}
_COLUMNS = {"time_ns": "time (UTC)"}
_NS = 1_000_000_000


def options(verdict: Verdict) -> Html:
    """Every action with its verdict, the reason that decides, and what it would touch."""
    rows = []
    for row in verdict.rows:
        lists = [(title, getattr(row, name)) for name, title in _LISTS.items()]
        details = bullets(f"{title}: {', '.join(found)}" for title, found in lists if found)
        what = f"{row.action} {row.from_step}".strip()
        rows.append((what, safety_badge(str(row.safety)), Html(f"{element('p', row.because)}{details}")))
    return table(("action", "verdict", "because"), rows)


def hazards(findings: Sequence[Finding] | None) -> Html:
    """Each finding: what was seen, why it hurts, what to do; nothing where nobody looked."""
    if findings is None:
        return Html()
    return joined(map(_finding, findings)) or element("p", "None was found.")


def _finding(finding: Finding) -> Html:
    hazard, evidence = finding.hazard, finding.evidence
    number = f"{hazard.number}. " if hazard.number else ""
    numbers = ", ".join(map(str, evidence.seqs))
    seqs = f"event{'s' if len(evidence.seqs) > 1 else ''} {numbers}" if numbers else evidence.at
    sure = f", confidence {evidence.confidence:.0%}" if evidence.confidence < 1 else ""
    return element("article", joined([
        element("h3", f"{number}{hazard.title}: {finding.severity}"),
        element("p", f"{evidence.text} ({seqs}{sure})", "text"),
        element("p", hazard.explanation, "text"),
        element("pre", element("code", hazard.fix)),
        element("p", f"It may be a false alarm if {hazard.false_alarm_if}", "small"),
    ]), str(finding.severity))  # fmt: skip


def steps(found: Sequence[StepFacts]) -> Html:
    """The steps with their states."""
    rows = [
        (
            position_text(step.position), step.name, _kind(step),
            f"{LOOKS[str(step.state)].glyph} {LOOKS[str(step.state)].label}", step.attempts or "",
            f"{instant(step.started_ns):%Y-%m-%d %H:%M:%S}", _took(step), step.key,
            f"{step.error_type}: {step.error}" if step.error_type else "", step.code,
        )
        for step in found
    ]  # fmt: skip
    return table(
        ("position", "step", "kind", "state", "attempts", "started (UTC)", "took", "key", "error", "code"), rows
    )


def events(lines: Sequence[EventLine], left_out: int) -> Html:
    """The events in log order."""
    rows = [
        (
            line.seq, f"{line.time:%Y-%m-%d %H:%M:%S.%f}", line.event, line.position, line.name, line.attempt or "",
            line.error_type, line.detail, line.code,
        )
        for line in lines
    ]  # fmt: skip
    said = element("p", f"{left_out} events in the middle are left out.") if left_out else Html()
    heads = ("seq", "time (UTC)", "event", "position", "name", "attempt", "error", "holds", "code")
    return joined([said, table(heads, rows, "events")])


def code(listings: Sequence[Listing]) -> Html:
    """Recorded source, with the lines marked at which the run made calls."""
    return joined(
        joined([element("h3", listing.file), Html(f'<div class="source">\n{_lines(listing.lines)}\n</div>')])
        for listing in listings
    )


def _lines(lines: Sequence[SourceLine]) -> Html:
    shown, before = [], 0
    for line in lines:
        if before and line.number != before + 1:
            shown.append(Html('<div class="gap">⋮</div>'))
        sign = {"failed": "✗", "call": "▶"}.get(line.mark, "")
        note = element("small", line.note) if line.note else ""
        number = element("span", f"{sign} {line.number}".strip(), "lineno")
        shown.append(Html(f'<div class="line {line.mark}">{number}{element("code", line.text)}{note}</div>'))
        before = line.number
    return joined(shown)


def decisions(found: Sequence[Mapping[str, object]]) -> Html:
    """What people chose, in order."""
    columns = list(dict.fromkeys(name for row in found for name, value in row.items() if value))
    rows = [[_text(name, row.get(name)) for name in columns] for row in found]
    return table([_COLUMNS.get(name, name.replace("_", " ")) for name in columns], rows)


def _text(name: str, value: object) -> object:
    if name == "time_ns" and isinstance(value, int):
        return f"{instant(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return value


def _kind(step: StepFacts) -> str:
    return f"{step.kind} (assumed)" if step.declaration.kind_assumed else str(step.kind)


def _took(step: StepFacts) -> str:
    return duration_text((step.ended_ns - step.started_ns) / _NS) if step.ended_ns >= 0 else ""
