"""The report as a document: the headline, then the details, each in its section."""

from __future__ import annotations

from functools import cache
from importlib import resources

from workbench.views.markup import html_text
from workbench.views.report.elements import Html, bullets, element, joined, paragraphs, section
from workbench.views.report.headline import headline
from workbench.views.report.incident import Incident
from workbench.views.report.picture import timeline_svg
from workbench.views.report.sections import code, decisions, events, hazards, options, steps

__all__ = ["POLICY", "report_html"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""A report runs nothing and loads nothing, whatever is in it: the browser sees to that, too."""


def report_html(incident: Incident) -> str:
    """One self-contained HTML document, without a script, that a browser may open from anywhere.

    Args:
        incident: The run and what is known of it.
    """
    title = f"{incident.facts.run_id}: {incident.facts.status}"
    return "\n".join([
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html_text(title)}</title>",
        f"<style>\n{_style()}</style></head><body><main>",
        headline(incident),
        *_details(incident),
        "</main></body></html>",
        "",
    ])  # fmt: skip


@cache
def _style() -> str:
    return (resources.files(__package__ or "") / "report.css").read_text(encoding="utf-8")


def _details(incident: Incident) -> list[Html]:
    why = paragraphs(incident.why.text()) if incident.why is not None else Html()
    trace = element("pre", incident.traceback) if incident.traceback else Html()
    return [
        section("What may be done", "decide", options(incident.verdict)),
        section("What happened", "timeline", timeline_svg(incident.spans, incident.recoveries)),
        section("Why it came to this", "why", why, trace),
        section("Hazards", "hazards", hazards(incident.findings)),
        section("Where the code stood", "code", code(incident.listings)),
        section("Steps", "steps", steps(incident.facts.steps)),
        section("Events", "events", events(incident.events, incident.events_left_out)),
        section("Decisions", "decisions", decisions(incident.decisions)),
        section("How this was made", "made", _made(incident)),
    ]


def _made(incident: Incident) -> Html:
    facts = incident.facts
    told = (
        f"Made {incident.made:%Y-%m-%d %H:%M:%S} UTC from {incident.origin or 'a history'}, written by "
        f"{incident.engine}: {facts.events} events, {len(facts.steps)} steps, recovered {facts.recoveries} times.\n"
        "Times are UTC. Secrets were hidden when it was recorded, and looked for again before this was written; that "
        "every secret is found cannot be promised."
    )
    assumed = dict.fromkeys([text for row in incident.verdict.rows for text in row.assumed] + list(facts.assumed))
    return joined([
        paragraphs(told),
        _listed("What is wrong with the log", incident.warnings),
        _listed("What is assumed", assumed),
        _listed("What the log does not show", [*facts.unseen, *facts.missing]),
    ])  # fmt: skip


def _listed(title: str, texts: object) -> Html:
    entries = bullets(texts)  # type: ignore[arg-type]  # any iterable of sentences
    return joined([element("h3", title), entries]) if entries else Html()
