"""The report answers first, tells the rest in sections, runs nothing, and shows every text as text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.story import Story
from tests.views.report.incidents import MADE, full_incident, odd_incident
from workbench.analysis import read_facts, verdict_of
from workbench.views.report import Incident, report_html, shown_texts

ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "article", "div", "span", "p", "ul", "li"),
    *("h1", "h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "pre", "code", "strong"),
    *("small", "svg", "defs", "pattern", "path", "g", "rect", "line", "text"),
}


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def text_of(document: str) -> str:
    return "\n".join(part.text for part in shown_texts(document))


@pytest.fixture(scope="module")
def document() -> str:
    return report_html(full_incident())


def test_the_answer_stands_first(document: str) -> None:
    lines = [line for line in text_of(document).splitlines() if line.strip()]
    title = lines.index("order-42 · checkout · INTERRUPTED")
    head = lines[title : lines.index("What may be done")]
    assert head[1] == "✘\N{NO-BREAK SPACE}UNSAFE A person must decide: no action is safe."
    assert head[2].startswith("Because ")
    assert [head.index(word) for word in ("Why", "In doubt", "At stake")] == sorted(
        head.index(word) for word in ("Why", "In doubt", "At stake")
    )
    assert "extend failed because the token had expired." in head
    assert any(line.startswith("mail (7): Did it happen?") for line in head)
    assert "118.00 EUR is charged, or may be, and not back." in head
    assert "May have happened: mail (7)." in head


def test_then_come_the_details(document: str) -> None:
    assert [part for part in dict.fromkeys(part.part for part in shown_texts(document)) if part] == [
        "What may be done", "What happened", "Why it came to this", "Hazards", "Where the code stood", "Steps",
        "Events", "Decisions", "How this was made",
    ]  # fmt: skip
    shown = text_of(document)
    assert "1. Expired credential in a cached result: danger" in shown
    assert "(events 5, 22, confidence 90%)" in shown
    assert "3 events in the middle are left out." in shown
    assert "2026-09-21" in shown
    assert "✗ 46" in shown
    assert "torn: 100 bytes at offset 4,096" in shown


def test_nothing_in_it_can_run_or_load(document: str) -> None:
    tags = Tags(document).found
    assert {tag for tag, _ in tags} <= ALLOWED
    policies = [attrs["content"] for tag, attrs in tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    ]
    names = {name for _, attrs in tags for name in attrs}
    assert not {name for name in names if name.startswith("on") or name in {"src", "href", "style", "action"}}
    assert "url(http" not in document
    assert "@import" not in document


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (lambda run: run.completed("ok"), "Nothing needs to be done: it completed."),
        (lambda run: run.step("pay", kind="read").started(), "Resume it."),
        (lambda run: run.step("pay", kind="write").started(), "A person must decide: no action is safe."),
        (lambda run: run.step("pay", kind="write", probe="find").started(), "Check first, then decide: resume."),
    ],
)  # fmt: skip
def test_the_headline_is_the_verdict_s(told: object, words: str) -> None:
    story = Story()
    told(story.run("order-42"))  # type: ignore[operator]  # any of the functions above
    history = story.history()
    facts = read_facts(history, "order-42", story.report())
    verdict = verdict_of(history, "order-42", story.report(), now_ns=story.now_ns)
    shown = text_of(report_html(Incident(facts, verdict, [], MADE)))
    assert words in shown
    assert "Hazards" not in shown  # nobody looked
    assert "Hazards\n\nNone was found." in text_of(
        report_html(Incident(facts, verdict, [], MADE, findings=[]))
    ).replace("\n\n\n", "\n\n")


def test_a_running_run_is_left_alone() -> None:
    story = Story()
    story.run("order-42").step("pay").started()
    history, report = story.history(), story.report(writer_alive=True)
    incident = Incident(read_facts(history, "order-42", report), verdict_of(history, "order-42", report), [], MADE)
    assert "Do nothing yet: it may be executing right now." in text_of(report_html(incident))


@pytest.mark.parametrize("text", ["<b>", "</style><script>", "' onload='x", '"', "&lt;", "]]>", "--><!--"])
def test_text_adds_no_tag_and_no_attribute(text: str) -> None:
    """Structure is the same whatever the text is."""
    tags = Tags(report_html(odd_incident(text))).found
    plain = Tags(report_html(odd_incident("x" * len(text)))).found
    assert [(tag, sorted(attrs)) for tag, attrs in tags] == [(tag, sorted(attrs)) for tag, attrs in plain]


@settings(max_examples=30)
@given(st.text())
def test_any_text_is_shown_as_text(text: str) -> None:
    document = report_html(odd_incident(text))
    assert {tag for tag, _ in Tags(document).found} <= ALLOWED
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", document)


def test_what_turns_text_around_is_written_out() -> None:
    document = report_html(odd_incident("pay\u202eyap\x1b[31m"))
    assert r"pay\u202eyap\x1b[31m" in document


def test_a_long_text_is_folded_and_a_longer_one_cut() -> None:
    incident = full_incident()
    line = replace(incident.events[0], detail="y" * 20_000)
    document = report_html(replace(incident, events=[line]))
    assert "<details><summary>" in document
    assert 8000 <= document.count("y") < 9000
