"""The timeline as a picture: everything drawn, in its place, long silences cut."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.views.report.incidents import full_incident
from workbench.analysis import Span
from workbench.views import LOOKS, Recovery
from workbench.views.report import timeline_svg
from workbench.views.report.scale import Scale

BEGAN = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def span(name: str, first: float, last: float, state: str = "committed", **more: object) -> Span:
    at = [BEGAN + timedelta(seconds=seconds) for seconds in (first, last)]
    return Span(name, "1", state, *at, **more)  # type: ignore[arg-type]  # open or note, by name


def drawn(*spans: Span, recoveries: tuple[Recovery, ...] = ()) -> ET.Element:
    return ET.fromstring(timeline_svg(spans, recoveries))  # noqa: S314 - our own picture


def bars(picture: ET.Element) -> list[ET.Element]:
    return [rect for group in picture.iter("g") for rect in group.iter("rect")]


def test_it_is_well_formed_and_draws_every_span() -> None:
    incident = full_incident()
    picture = drawn(*incident.spans, recoveries=tuple(incident.recoveries))
    assert len(bars(picture)) == len(incident.spans)
    said = "".join(picture.itertext())
    assert all(LOOKS[one.state].label in said for one in incident.spans)
    assert "no end on record" in said
    assert "recovered after 47.0 min" in said


def test_nothing_is_drawn_of_nothing() -> None:
    assert timeline_svg([]) == ""


def test_a_bar_lies_where_it_happened() -> None:
    first, second = bars(drawn(span("a", 0, 5), span("b", 5, 10)))
    left, width = float(first.attrib["x"]), float(first.attrib["width"])
    assert float(second.attrib["x"]) == pytest.approx(left + width, abs=0.2)
    assert float(second.attrib["width"]) == pytest.approx(width, abs=0.2)


def test_even_a_moment_is_seen() -> None:
    assert min(float(bar.attrib["width"]) for bar in bars(drawn(span("a", 0, 0), span("b", 0, 1000)))) >= 3


def test_a_long_silence_is_cut_and_labelled() -> None:
    scale = Scale([span("a", 0, 10), span("b", 10_000, 10_010)], [])
    (cut,) = scale.breaks
    assert cut.seconds == 9990
    assert cut.right - cut.left == pytest.approx(0.07)
    said = "".join(drawn(span("a", 0, 10), span("b", 10_000, 10_010)).itertext())
    assert "2.8 h" in said


def test_a_step_that_took_long_is_not_cut() -> None:
    assert Scale([span("a", 0, 10), span("b", 10, 10_000), span("c", 10_000, 10_010)], []).breaks == []


def test_of_an_open_step_nobody_knows_how_long_it_took() -> None:
    silence = Recovery(BEGAN + timedelta(seconds=12), BEGAN + timedelta(seconds=5000))
    scale = Scale([span("a", 0, 10), span("b", 10, 5000, "in_doubt", open=True), span("c", 5000, 5010)], [silence])
    assert [cut.seconds for cut in scale.breaks] == [4988]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e5), st.booleans()), min_size=1, max_size=12))
def test_places_are_in_order_and_within_the_picture(given_spans: list[tuple[float, float, bool]]) -> None:
    spans = [span("a", first, first + length, open=is_open) for first, length, is_open in given_spans]
    scale = Scale(spans, [])
    times = sorted({one.started for one in spans} | {one.ended for one in spans})
    places = [scale.place(time) for time in times]
    assert places == sorted(places)
    assert places[0] >= -1e-9
    assert places[-1] <= 1 + 1e-9


def test_a_name_is_text_and_thousands_are_cut() -> None:
    odd = '<g id="x">&"\u202e'
    picture = drawn(replace(span("a", 0, 1), name=odd, note=odd), *(span(f"n{n}", n, n + 1) for n in range(2100)))
    assert r'<g id="x">&"\u202e' in "".join(picture.itertext())
    assert len([text for text in picture.iter("text") if "more are not drawn" in (text.text or "")]) == 1
