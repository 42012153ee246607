"""Hazard 29: whose events can be in a tail that was lost: those of every run that had not completed."""

from __future__ import annotations

from dataclasses import replace

from tests.analysis.hazards.corpus.log_gap import ordered
from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import DAY
from tests.story import Story


@positive(29)
def open_run_before_the_last_sync(story: Story) -> Look:
    ordered(story, "order-21").timer(DAY)
    other = story.run("order-22")
    other.step("look", kind="read").completed(1)
    synced = len(story.bodies)
    other.step("look", kind="read").completed(2)
    return Look(report=story.report(same_boot=False, synced_seq=synced))


@positive(29)
def waits_while_others_go_on(story: Story) -> Look:
    run = ordered(story, "order-23")
    run.step("ship", kind="write").started().died()
    for number in range(3):
        ordered(story, f"busy-{number}").completed()
    return Look(report=story.report(same_boot=False, synced_seq=len(story.bodies) - 1, torn=True))


@positive(29)
def a_sync_failed_while_it_waited(story: Story) -> Look:
    ordered(story, "order-24").timer(DAY)
    synced = len(story.bodies)
    ordered(story, "order-25").completed()
    return Look(report=replace(story.report(synced_seq=synced), sync_failed=True))


# --- near misses -----------------------------------------------------------------------------------------------


@negative(29)
def ended_before_the_last_sync(story: Story) -> Look:
    ordered(story, "order-31").completed()
    synced = len(story.bodies)
    ordered(story, "order-32").timer(DAY)
    return Look(report=story.report(same_boot=False, synced_seq=synced))


@negative(29)
def its_end_was_read(story: Story) -> Look:
    ordered(story, "order-33").completed()
    ordered(story, "order-34").timer(DAY)
    return Look(report=story.report(same_boot=False, synced_seq=3))


@negative(29)
def a_sync_failed_after_it_was_safe(story: Story) -> Look:
    ordered(story, "order-35").completed()
    synced = len(story.bodies)
    ordered(story, "order-36").timer(DAY)
    return Look(report=replace(story.report(synced_seq=synced), sync_failed=True))
