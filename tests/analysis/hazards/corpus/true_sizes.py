"""Hazard 21: how large a payload is depends on what is in it, and small numbers are small."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.telling import activity
from tests.story import Story

KIB = 1024


@positive(21)
def forty_thousand_fractions(story: Story) -> None:
    run = story.run("train-21", workflow="train")
    run.step("weights", kind="pure").completed([1 / (3 + n) for n in range(40_000)])
    run.completed()


@positive(21)
def many_large_numbers(story: Story) -> None:
    run = story.run("ids-21", workflow="ids")
    run.step("ids", kind="read").completed([(1 << 60) + n for n in range(60_000)])
    run.completed()


@positive(21)
def rows_with_long_names(story: Story) -> None:
    run = story.run("rows-21", workflow="rows")
    rows = [{"customer_identification_number": n, "registered_country_name": "PT"} for n in range(6_000)]
    run.step("rows", kind="read").completed(rows)
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(21)
def a_hundred_thousand_small_numbers(story: Story) -> None:
    run = story.run("pixels-31", workflow="pixels")
    run.step("pixels", kind="pure").completed([n % 100 for n in range(100_000)])
    run.completed()


@negative(21)
def a_mask_of_yes_and_no(story: Story) -> None:
    run = story.run("mask-31", workflow="mask")
    run.step("mask", kind="pure").completed([n % 3 == 0 for n in range(200_000)])
    run.completed()


@negative(21)
def many_rows_that_know_nothing(story: Story) -> None:
    run = story.run("rows-31", workflow="rows")
    run.step("rows", kind="read").completed([[None, 0, n % 7] for n in range(50_000)])
    run.completed()


@negative(21, engine="temporal")
def temporal_histogram(story: Story) -> None:
    run = story.run("wf-31", workflow="Histogram")
    activity(run, "Count", "a.png").completed([n % 50 for n in range(90_000)])
    run.completed()
