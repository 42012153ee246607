"""What notebooks show: short, with plain text beside it, and text of a log as text."""

from __future__ import annotations

from pathlib import Path

import pytest
from IPython.core.formatters import DisplayFormatter

import workbench as wb
from tests.clock import FakeClock
from workbench.recording import Recording, Run

EVIL = "<script>alert(1)</script>\u202e\x1b[31m"


class DeclinedError(Exception):
    """The card was declined."""


@wb.step(kind="write")
def charge(words: str) -> str:
    return words


@wb.workflow
def sell(words: str) -> str:
    note = words + "!"
    return charge(note) + note


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(sell, EVIL, id=EVIL)
    return wb.open(tmp_path / "a.wlog")


@pytest.fixture
def run(recording: Recording) -> Run:
    return recording.run()


def shown(thing: object) -> str:
    """Its HTML as a notebook would show it, and made sure that the rest is as it should be."""
    formats, _ = DisplayFormatter().format(thing)  # type: ignore[no-untyped-call]  # it has no annotations
    page: str = formats["text/html"]
    assert formats["text/plain"]
    assert len(page) < 20_000
    for text in (page, formats["text/plain"]):
        assert "\x1b" not in text
    assert "<script" not in page
    return page


def test_all_that_a_person_holds_has_both(recording: Recording, run: Run) -> None:
    trace, branch = run.replay(sell), run.what_if(sell).raises("charge", DeclinedError(EVIL))
    findings = run.hazards()
    held = [recording, run, trace, branch, run.verdict(), findings, recording.verdicts()]
    pages = [shown(thing) for thing in held]
    assert len(set(pages)) == len(pages)
    assert "not replayed yet" not in shown(branch.replay())


def test_a_trace_shows_the_line_the_variables_and_the_outcome(run: Run) -> None:
    trace = run.replay(sell)
    trace.run_to("charge")
    page = shown(trace)
    assert "Trace of &lt;script&gt;" in page
    assert "return charge(note) + note" in page
    assert ">note</td>" in page
    assert "● " in page
    assert "completed with" in page
    assert "\u202e" not in page


def test_a_trace_of_many_variables_shows_some(run: Run) -> None:
    @wb.workflow
    def sell(words: str) -> str:
        a = b = c = d = e = f = g = h = i = j = k = m = n = o = p = q = r = s = t = u = v = 1
        note = words + "!"
        return charge(note) + note * (a + b + c + d + e + f + g + h + i + j + k + m + n + o + p + q + r + s + t + u + v)

    trace = run.replay(sell)
    trace.run_to("charge")
    assert "and 3 more variables: .stop.locals" in shown(trace)


def test_a_branch_shows_what_is_pretended_and_replays_nothing(run: Run) -> None:
    branch = run.what_if(sell)
    assert "nothing is pretended yet" in shown(branch)
    assert "trace" not in branch.__dict__
    pretended = branch.raises("charge", DeclinedError(EVIL)).returns("charge", 1, occurrence=1)
    page = shown(pretended)
    assert "charge" in page
    assert "not replayed yet" in page
    assert "\u202e" not in page
    assert "failed with" in shown(pretended.replay()) or "DeclinedError" in shown(pretended.replay())


def test_a_branch_says_which_edit_met_nothing(run: Run) -> None:
    branch = run.what_if(sell).raises("charge", DeclinedError()).returns("charge", 2).replay()
    assert ("no call met the edit" in shown(branch)) == bool(branch.trace.unused)
