"""Timelines: a lane per step, states told apart by more than colour, readable at five thousand spans."""

from __future__ import annotations

import time

from tests.story import Story
from workbench.analysis import spans_of
from workbench.model import visible
from workbench.views import LOOKS, terminal_timeline, timeline
from workbench.views.markup import html_text


def incident() -> Story:
    story = Story()
    run = story.run("order-1", workflow="checkout")
    run.step("login", kind="read").started().completed({})
    run.step("stock", kind="read").started().attempt_failed("Timeout").started(attempt=2).completed(3)
    run.step("charge", kind="write").started().died()
    run.recovered(after_seconds=2820)
    run.step("<b>mail</b>", kind="write").started().failed("Refused", "no such address")
    run.failed("Refused")
    return story


def test_spans_tell_attempts_doubts_and_failures_apart() -> None:
    states = [(span.name, span.state, span.attempt, span.open) for span in spans_of(incident().history(), "order-1")]
    assert states == [
        ("login", "committed", 1, False),
        ("stock", "retried", 1, False),
        ("stock", "committed", 2, False),
        ("charge", "in_doubt", 1, True),
        ("<b>mail</b>", "failed", 1, False),
    ]


def test_every_state_has_shape_and_colour_of_its_own() -> None:
    assert len({(look.pattern, look.symbol) for look in LOOKS.values()}) == len(LOOKS)


def test_the_figure_has_a_trace_per_state_and_text_stays_text() -> None:
    spans = spans_of(incident().history(), "order-1")
    figure = timeline("<script>alert(1)</script>", spans)
    bars = [trace.name for trace in figure.data if trace.type == "bar"]
    assert bars == ["completed", "failed", "in doubt", "attempt failed, retried"]
    doubt = next(trace for trace in figure.data if trace.name == "in doubt" and trace.type == "bar")
    assert doubt.marker.pattern.shape == "/"
    written = figure.to_json()
    assert "<script>" not in written
    assert "<b>mail</b>" not in [*figure.layout.yaxis.ticktext]
    assert "&lt;b&gt;mail&lt;/b&gt;" in [*figure.layout.yaxis.ticktext]


def test_five_thousand_spans_stay_a_few_traces_and_are_drawn_quickly() -> None:
    story = Story()
    run = story.run("big")
    for number in range(5000):
        run.step(f"step-{number % 40}", kind="read").started().completed(number)
    began = time.perf_counter()
    figure = timeline("big", spans_of(story.history(), "big"))
    assert len(figure.data) <= 4
    assert sum(len(trace.x) for trace in figure.data) == 5000
    assert figure.layout.height <= 1600
    assert time.perf_counter() - began < 20


def test_the_terminal_draws_the_same_lanes() -> None:
    text = terminal_timeline(spans_of(incident().history(), "order-1"), width=80)
    lines = text.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["login", "stock", "charge", "<b>mail</b>"]
    assert "▒" in lines[2]
    assert "▒ in doubt" in lines[-1]
    assert terminal_timeline([]) == "nothing to draw: the run has no steps yet"


def test_controls_and_bidi_marks_are_written_out() -> None:
    assert visible("a\x1b[31m\u202eb\n") == "a\\x1b[31m\\u202eb\n"
    assert visible("x" * 10, limit=5) == "xxxx…"
    assert html_text("<a href='x'>\u2066") == "&lt;a href=&#x27;x&#x27;&gt;\\u2066"


def test_a_run_without_steps_says_what_to_do() -> None:
    figure = timeline("order-1", [])
    assert not figure.data
    assert "run.events" in figure.layout.annotations[0].text
