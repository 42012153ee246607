"""The sequence diagram: what it tells, and that no text of a log is read as Mermaid; by the Mermaid of JupyterLab."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser import open_lab
from tests.recording.exports.told import odd_story, told
from tests.story import Story
from workbench.recording.exports import export
from workbench.recording.exports.mermaid import sequence_diagram, spelled_out

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser import Lab

NASTY = [
    "%%{init: {'securityLevel': 'loose', 'theme': 'forest'}}%%",
    "%% a comment",
    "a; b->>c: injected",
    "line\nparticipant evil",
    "end",
    "END",
    "loop forever",
    "#quot;#59;#0;",
    "<img src=x onerror=window.__x=1>",
    "<script>window.__x=1</script>",
    "<br/>",
    "[click](javascript:window.__x=1)",
    "wrap: x",
    "nowrap:",
    "a->>b: c",
    "note over run: x",
    "link run: x @ javascript:window.__x=1",
    "rect rgb(0,0,0)",
    "`code` $$x^2$$",
    "---\ntitle: x\n---",
    "```\n```mermaid",
    "\u202ereversed\u2066",
    "emoji 🎉 and ü",
    "#",
    "&lt;b&gt;",
    "x" * 3000,
    "+", "-", "()", '@{ "type": "actor" }',
]  # fmt: skip
LINE = re.compile(
    r"sequenceDiagram|    participant \w+ as TEXT|    run->>s\d+: TEXT|    s\d+(-->>|--\)|--x)run: TEXT|"
    r"    Note over run: TEXT".replace("TEXT", r"(\w|[ _.,/()']|#\d+;)+")
)


def lines_of(text: str) -> list[str]:
    return "".join(sequence_diagram([(told(odd_story(text)), ["odd"])])).splitlines()


def test_the_story_is_told_in_order(tmp_path: Path) -> None:
    diagram = export([told()], "mermaid", tmp_path / "out.mmd", runs=["order-42"]).read_text()
    told_lines = [line.strip() for line in spelled_out(diagram).splitlines()]
    assert told_lines[:3] == ["sequenceDiagram", "participant run as order-42 · checkout", "participant s0 as log_in"]
    assert told_lines[told_lines.index("run->>s0: log_in") :] == [
        "run->>s0: log_in",
        "s0--xrun: Timeout: no answer; try again, 1.0 s",
        "run->>s0: log_in, attempt 2",
        "s0-->>run: completed, 1.0 s",
        "run->>s1: reserve",
        "s1-->>run: compensated, 1.0 s",
        "Note over run: approved waits 2.0 s",
        "Note over run: SignalReceived approved",
        "Note over run: ship waits 5.0 s",
        "Note over run: timer waits 61.0 s",
        "Note over run: RunRecovered",
        "run->>s2: undo_reserve",
        "s2-->>run: compensated, 1.0 s",
        "run->>s3: extend",
        "s3--xrun: Refused: 401: the token has expired, 1.0 s",
        "run->>s4: mail",
        "s4--)run: in doubt, 0.0 ms",
        "Note over run: interrupted",
    ]


@pytest.mark.parametrize("text", NASTY, ids=lambda text: repr(text)[:24])
def test_no_text_is_read_as_mermaid(text: str) -> None:
    assert [line for line in lines_of(text) if not LINE.fullmatch(line)] == []
    assert not any(re.fullmatch(r".*\bend\b.*", line, re.IGNORECASE) for line in lines_of(text))


@given(st.text())
def test_any_text_stays_in_its_place(text: str) -> None:
    assert [line for line in lines_of(text) if not LINE.fullmatch(line)] == []


def test_a_long_run_is_cut(tmp_path: Path) -> None:
    story = Story()
    run = story.run("order-42")
    for number in range(300):
        run.step(f"step {number % 60}", kind="read").completed("ok")
    diagram = export([told(story)], "mermaid", tmp_path / "out.mmd").read_text()

    assert diagram.count("run->>") <= 200
    assert diagram.count("participant") == 41
    assert "Note over run: " in diagram
    assert "not shown" in diagram


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_mermaid_of_jupyterlab_draws_every_one(lab: Lab, page: Page) -> None:
    """Each diagram is drawn, shows the text as text, and runs nothing."""
    texts = [text for text in NASTY if "```" not in text]
    diagrams = ["".join(sequence_diagram([(told(odd_story(text)), ["odd"])])) for text in texts]
    diagrams.append("".join(sequence_diagram([(told(), ["order-42"])])))
    (lab.root / "diagrams.md").write_text("\n\n".join(f"```mermaid\n{diagram}```" for diagram in diagrams))
    open_lab(page, lab)
    page.evaluate(
        "path => { window.jupyterapp.commands.execute('docmanager:open', { path, factory: 'Markdown Preview' }); }",
        "diagrams.md",
    )
    drawn = page.locator(".jp-MarkdownViewer img[src^='data:image/svg'], .jp-MarkdownViewer .jp-RenderedMermaid svg")
    drawn.nth(len(diagrams) - 1).wait_for(timeout=60_000)

    assert page.locator(".jp-MarkdownViewer .jp-mod-warning").count() == 0
    assert drawn.count() == len(diagrams)
    assert page.evaluate("window.__x") is None
    pictures = page.evaluate(
        """() => [...document.querySelectorAll(".jp-MarkdownViewer img[src^='data:image/svg']")]
                 .map(image => decodeURIComponent(image.src))"""
    )
    assert len(pictures) == len(diagrams)
    assert "onerror=window.__x=1" in pictures[texts.index("<img src=x onerror=window.__x=1>")]
    assert not any(re.search(r"<(img|script)\b", picture) for picture in pictures)
