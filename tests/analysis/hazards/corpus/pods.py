"""Hazard 17 in containers, where every process is number 1: who wrote is told by its machine and by what it took up."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.telling import resumed
from tests.story import Story


@positive(17)
def pod_of_another_machine_goes_on_without_asking(story: Story) -> None:
    story.process(1, host="", boot=1)
    run = story.run("order-21")
    run.step("reserve", kind="idempotent").completed()
    story.process(1, host="", boot=2)
    run.step("charge", kind="write").completed()


@positive(17)
def first_pod_wakes_after_the_takeover(story: Story) -> None:
    story.process(1, host="", boot=1)
    run = story.run("order-22")
    run.step("reserve", kind="idempotent").completed()
    story.process(1, host="", boot=2)
    run.recovered(after_seconds=60)
    run.step("charge", kind="write").completed()
    story.process(1, host="", boot=1)
    run.step("ship", kind="write").completed()


@positive(17)
def taken_up_by_both_and_then_by_neither(story: Story) -> None:
    run = story.run("order-23")
    run.step("reserve", kind="idempotent").completed()
    for pid in (4243, 4242):
        resumed(run, pid=pid)
        run.step("look", kind="read").completed(pid)
    story.process(4243)
    run.step("charge", kind="write").completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(17)
def moved_there_and_back(story: Story) -> None:
    story.process(1, host="", boot=1)
    run = story.run("order-31")
    run.step("reserve", kind="idempotent").completed()
    for boot in (2, 1):
        story.process(1, host="", boot=boot)
        run.recovered(after_seconds=60)
        run.step("work", kind="idempotent", args=[boot]).completed()
    run.completed()


@negative(17)
def restarted_in_the_same_place(story: Story) -> None:
    story.process(1, host="", boot=1)
    run = story.run("order-32")
    for part in range(4):
        run.step("work", kind="idempotent", args=[part]).completed()
        story.process(1, host="", boot=1)
        run.recovered(after_seconds=30)
    run.completed()


@negative(17)
def resumed_elsewhere_and_at_last_in_the_notebook(story: Story) -> None:
    run = story.run("order-33")
    run.step("reserve", kind="idempotent").completed()
    resumed(run, pid=9000)
    run.step("charge", kind="keyed", key="c/33").started().died()
    resumed(run, pid=4242)
    run.steps["charge"].completed("ch_1")
    run.completed()
