"""Hazards by kind: counted by severity, the worst on top."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from tests.views.many import EVIL, drawn, written
from workbench.analysis.hazards import HAZARDS, Evidence, Finding, Hazard, Severity, findings_frame
from workbench.views import SEVERITY_LOOKS, hazards_figure

NOTE, BAD = replace(HAZARDS[0], title="A note", id="n"), replace(HAZARDS[0], title=EVIL, id="b")


def finding(hazard: Hazard, run_id: str, seq: int, severity: Severity) -> Finding:
    return Finding(hazard, run_id, Evidence((seq,), "seen", severity=severity))


def test_findings_are_counted_by_hazard_and_severity_the_worst_on_top() -> None:
    found = [finding(NOTE, f"r{number}", 1, Severity.NOTE) for number in range(5)]
    found += [finding(BAD, "r0", number, Severity.WARNING) for number in range(2)]
    found += [finding(BAD, EVIL, 9, Severity.DANGER)]
    figure = hazards_figure(findings_frame(found))
    bars = {trace.name: (list(trace.y), list(trace.x)) for trace in figure.data}
    assert bars == {"✘ danger": ([0], [1]), "▲ warning": ([0], [2]), "· note": ([1], [5])}
    assert figure.data[2].text == ("· 5",)
    assert "note: 5 in 5 runs<br>for example r0, r1, r2" in figure.data[2].hovertext[0]
    assert figure.layout.title.text == "8 findings in 6 runs, by hazard"
    assert "&lt;img" in written(figure)


def test_a_hundred_thousand_findings_are_counted() -> None:
    frame = findings_frame([finding(NOTE, f"r{number}", 1, Severity.NOTE) for number in range(100)])
    figure = hazards_figure(pd.concat([frame] * 1000, ignore_index=True))
    assert drawn(figure) == 1
    assert figure.data[0].x == (100_000,)


def test_of_very_many_kinds_the_worst_are_drawn() -> None:
    found = [finding(replace(NOTE, title=f"kind {n}", id=f"k{n}"), "r", n, Severity.NOTE) for n in range(100)]
    figure = hazards_figure(findings_frame(found))
    assert "(the first 60 of 100 kinds)" in figure.layout.title.text
    assert drawn(figure) == 60


def test_none_found_says_how_to_see_more() -> None:
    figure = hazards_figure(findings_frame([]))
    assert not figure.data
    assert "run.hazards(code)" in figure.layout.annotations[0].text


def test_severities_differ_by_pattern_and_sign_as_well_as_by_colour() -> None:
    assert len({(look.pattern, look.glyph) for look in SEVERITY_LOOKS.values()}) == len(SEVERITY_LOOKS)
    assert list(SEVERITY_LOOKS) == [str(severity) for severity in reversed(Severity)]
