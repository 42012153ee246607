"""Hazard 29: the log has holes, or its end was on no disk when the machine went down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import DAY, HOUR, activity, awaiting, resumed
from tests.story import RunStory, Story
from workbench.journal import Gap, GapReason, Report


def ordered(story: Story, run_id: str = "order-1") -> RunStory:
    """A run with a few steps."""
    run = story.run(run_id)
    run.step("reserve", kind="compensatable").completed("r-1")
    run.step("charge", kind="keyed", key="c/1").completed("ch_1")
    return run


def with_gap(story: Story, reason: GapReason) -> Report:
    return replace(story.report(), gaps=[Gap(8192, 0 if reason is GapReason.MISSING else 77, reason)])


def holed(reason: GapReason) -> Callable[[Story], Look]:
    """A story in whose log bytes are no events, for this reason."""

    def tell(story: Story) -> Look:
        ordered(story).completed()
        return Look(report=with_gap(story, reason))

    tell.__name__ = f"{reason}_bytes"
    return tell


for _reason in (GapReason.ROTTEN, GapReason.MISSING, GapReason.FOREIGN, GapReason.FORGED):
    positive(29)(holed(_reason))


@positive(29)
def rotten_and_still_open(story: Story) -> Look:
    ordered(story).step("ship", kind="write").started().died()
    return Look(report=story.report(rotten=True))


@positive(29)
def rotten_with_a_torn_tail(story: Story) -> Look:
    ordered(story)
    return Look(report=story.report(rotten=True, torn=True))


@positive(29)
def power_went_and_half_was_not_synced(story: Story) -> Look:
    ordered(story).timer(60)
    return Look(report=story.report(same_boot=False, synced_seq=2))


@positive(29)
def power_went_after_one_event_too_many(story: Story) -> Look:
    run = ordered(story)
    run.step("look", kind="read").completed(1)
    return Look(report=story.report(same_boot=False, synced_seq=len(story.bodies) - 2, torn=True))


@positive(29)
def the_disk_refused_events(story: Story) -> Look:
    ordered(story).completed()
    return Look(report=replace(story.report(), dropped=3))


@positive(29)
def a_sync_failed(story: Story) -> Look:
    ordered(story).timer(DAY)
    return Look(report=replace(story.report(synced_seq=3), sync_failed=True))


@positive(29)
def the_beginning_is_not_there(story: Story) -> None:
    run = story.lost_run("order-2")
    run.step("charge", kind="write").completed("ch_1")
    run.completed()


@positive(29, engine="temporal")
def temporal_page_not_exported(story: Story) -> None:
    run = story.run("wf-1", workflow="OrderWorkflow")
    story.bodies[0] |= {"missing": ["events between 11 and 101 are not in the file"]}
    activity(run, "Charge", 9).completed("ch_1")
    run.completed()


@positive(29)
def numbers_skip_and_the_report_says_so(story: Story) -> Look:
    ordered(story).completed()
    for row in range(3, len(story.bodies)):
        story.columns.seq[row] += 40
    report = with_gap(story, GapReason.MISSING)
    return Look(report=replace(report, last_seq=story.columns.seq[-1], synced_seq=story.columns.seq[-1]))


@positive(29)
def after_a_recovery_on_a_new_boot(story: Story) -> Look:
    run = ordered(story)
    resumed(run, after_seconds=HOUR, boot=9)
    run.step("look", kind="read").completed(1)
    return Look(report=story.report(same_boot=False, synced_seq=5))


@positive(29)
def three_holes(story: Story) -> Look:
    ordered(story).failed("Boom")
    gaps = [Gap(4096 * n, 50, GapReason.ROTTEN) for n in (1, 2, 3)]
    return Look(report=replace(story.report(), gaps=gaps))


# --- near misses -----------------------------------------------------------------------------------------------


@negative(29)
def whole_and_closed(story: Story) -> Look:
    ordered(story).completed()
    return Look(report=story.report(closed=True))


@negative(29)
def torn_tail_on_the_same_boot(story: Story) -> Look:
    ordered(story).step("ship", kind="write").started().died()
    return Look(report=story.report(torn=True))


@negative(29)
def unsynced_on_the_same_boot(story: Story) -> Look:
    ordered(story).timer(60)
    return Look(report=story.report(synced_seq=2))


@negative(29)
def new_boot_and_all_synced(story: Story) -> Look:
    ordered(story).step("ship", kind="write").started().died()
    return Look(report=story.report(same_boot=False))


@negative(29)
def new_boot_after_a_good_end(story: Story) -> Look:
    ordered(story).completed()
    return Look(report=story.report(same_boot=False, synced_seq=3, closed=True))


@negative(29)
def being_written(story: Story) -> Look:
    ordered(story).step("ship", kind="write").started()
    return Look(later_seconds=1, report=story.report(writer_alive=True, synced_seq=4))


@negative(29, engine="temporal")
def temporal_whole(story: Story) -> None:
    run = story.run("wf-10", workflow="OrderWorkflow")
    activity(run, "Charge", 9).completed("ch_1")
    run.completed()


@negative(29)
def recovered_many_times(story: Story) -> None:
    run = ordered(story)
    for pid in range(5000, 5006):
        resumed(run, pid=pid)
    run.completed()


@negative(29)
def a_year_of_silence(story: Story) -> Look:
    awaiting(ordered(story), "opened")
    return Look(later_seconds=365 * DAY)


@negative(29)
def several_processes_wrote(story: Story) -> None:
    run = ordered(story)
    story.process(4243)
    other = story.run("other-1")
    other.completed()
    run.completed()


@negative(29)
def failed_run_in_a_whole_log(story: Story) -> None:
    ordered(story).failed("Boom")


@negative(29, engine="dbos")
def dbos_whole(story: Story) -> None:
    run = story.run("dbos-10", workflow="order")
    run.completed()


@negative(29)
def new_machine_after_a_clean_sync(story: Story) -> Look:
    run = ordered(story)
    resumed(run, after_seconds=HOUR, boot=12)
    run.completed()
    return Look(report=story.report(same_boot=False))


@negative(29)
def gap_in_time_is_no_gap_in_the_log(story: Story) -> None:
    run = ordered(story)
    resumed(run, after_seconds=3 * DAY)
    run.completed()


@negative(29)
def torn_and_gone_on(story: Story) -> Look:
    run = ordered(story)
    resumed(run, after_seconds=30)
    run.completed()
    return Look(report=story.report(torn=True, closed=True))
