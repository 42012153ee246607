"""The answer first: what to do, why it came to this, what is in doubt, what is at stake. For 3 a.m."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.analysis import Verdict
from workbench.views.duration import duration_text
from workbench.views.palette import SAFETY_LOOKS
from workbench.views.report.elements import Html, bullets, element, joined, paragraphs
from workbench.views.report.incident import Incident

__all__ = ["headline", "safety_badge"]

_DO = {
    "resume": "Resume it.",
    "retry_from": "Retry it from {}.",
    "compensate": "Compensate it.",
    "rerun": "Run it again.",
}
_AT_REST = {
    "completed": "Nothing needs to be done: it completed.",
    "compensated": "Nothing needs to be done: everything it did is undone.",
    "running": "Do nothing yet: it may be executing right now.",
}
_WHY_SENTENCES = 3


def headline(incident: Incident) -> Html:
    """The head of a report."""
    return joined([
        element("h1", _title(incident)),
        _answer(incident.verdict),
        Html('<div class="first">'),
        _part("Why", paragraphs(_first_lines(incident))),
        _part("In doubt", bullets(incident.verdict.in_doubt) or element("p", "Nothing, by this log.")),
        _part("At stake", bullets(_at_stake(incident)) or element("p", "No effect is on record.")),
        Html("</div>"),
    ])  # fmt: skip


def safety_badge(safety: str) -> Html:
    """SAFE, CHECK or UNSAFE by word, sign and colour."""
    _, sign = SAFETY_LOOKS[safety]
    return element("span", f"{sign}\N{NO-BREAK SPACE}{safety}", f"badge {safety.lower()}")


def _title(incident: Incident) -> str:
    facts = incident.facts
    return f"{facts.run_id} · {facts.workflow or 'unknown workflow'} · {str(facts.status).upper()}"


def _answer(verdict: Verdict) -> Html:
    best = verdict.best_option
    if best is not None:
        words = _DO[str(best.action)].format(best.from_step)
        return _banner("safe", safety_badge("SAFE"), words, best.because)
    rest = _AT_REST.get(str(verdict.status))
    if rest is not None:
        return _banner("calm", Html(), rest, "")
    check = next((row for action in _DO if (row := verdict.row(action)) and str(row.safety) == "CHECK"), None)
    if check is None:
        return _banner("unsafe", safety_badge("UNSAFE"), "A person must decide: no action is safe.", _worst(verdict))
    words = f"Check first, then decide: {check.action} {check.from_step}".strip() + "."
    return _banner("check", safety_badge("CHECK"), words, check.because)


def _banner(css_class: str, badge: Html, words: str, because: str) -> Html:
    reason = element("p", f"Because {because}" if because else "")
    small = element("p", "According to this log and the declared kinds.", "small")
    return element("div", joined([element("p", Html(f"{badge} {element('strong', words)}")), reason, small]),
                   f"answer {css_class}")  # fmt: skip


def _worst(verdict: Verdict) -> str:
    row = verdict.row("resume")
    return row.because if row is not None else ""


def _first_lines(incident: Incident) -> str:
    if incident.why is not None:
        lines = [line for line in incident.why.text().splitlines() if line.strip()]
        return "\n".join(lines[:_WHY_SENTENCES])
    facts = incident.facts
    if facts.error_type:
        return f"{facts.error_type}: {facts.error}"
    return f"No error is on record; it is {facts.status}, after it was recovered {facts.recoveries} times."


def _at_stake(incident: Incident) -> Sequence[str]:
    acting = [step for step in incident.facts.steps if step.acts]
    done = [step.label for step in acting if step.state == "committed"]
    open_ = [step.label for step in acting if step.state in {"in_doubt", "compensation_in_doubt"}]
    said = [f"Happened: {', '.join(done)}."] if done else []
    said += [f"May have happened: {', '.join(open_)}."] if open_ else []
    silent = _downtime(incident)
    return [*incident.at_stake, *said, *([silent] if silent else [])]


def _downtime(incident: Incident) -> str:
    seconds = sum((each.time - each.went_silent).total_seconds() for each in incident.recoveries)
    return f"It stood still for {duration_text(seconds)} before it was recovered." if seconds else ""


def _part(title: str, content: Html) -> Html:
    return element("div", joined([element("h3", title), content]))
