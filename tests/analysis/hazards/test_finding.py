"""One finding shows itself: what was seen, where, and by which name it is accepted."""

from __future__ import annotations

from dataclasses import replace

from workbench.analysis.hazards import HAZARDS, Evidence, Finding, Findings

EVIL = "<img src=x>\u202e\x1b[31m"
HAZARD = replace(HAZARDS[0], title="Odd <thing>", id="odd", explanation=EVIL, fix=EVIL, false_alarm_if=EVIL)


def test_a_finding_is_a_line_with_its_events_and_its_id() -> None:
    finding = Finding(HAZARD, "order-1", Evidence((17, *range(18, 30)), "it was seen", confidence=0.9))
    assert finding.text() == ("Odd <thing>: it was seen (events 17, 18, 19, 20, 21, 22, 23, 24 and 5 more, 90% sure)")
    assert repr(finding).startswith(f"{finding.severity}: Odd <thing>: it was seen")
    assert repr(finding).endswith("accept it as 'odd:order-1:17'")


def test_where_source_shows_it_the_line_is_named() -> None:
    assert Finding(HAZARD, "r", Evidence((), "seen", at="flows.py:4")).text() == "Odd <thing>: seen (flows.py:4)"


def test_its_text_is_text_in_a_terminal_and_in_a_notebook() -> None:
    finding = Finding(HAZARD, EVIL, Evidence((1,), EVIL))
    for shown in (repr(finding), finding._repr_html_(), Findings([finding])._repr_html_(), repr(Findings([finding]))):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    for page in (finding._repr_html_(), Findings([finding])._repr_html_()):
        assert "<img" not in page
        assert "Odd &lt;thing&gt;" in page
        assert "A false alarm if" in page
