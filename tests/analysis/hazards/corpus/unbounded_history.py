"""Hazard 22: histories that grow without end (warning from 10,240 events, 50 MB)."""

from __future__ import annotations

from collections.abc import Callable

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import activity, awaiting, dbos_step, resumed, sends, takes
from tests.story import RunStory, Story
from workbench.model import EventType

MANY, FEW = 12_000, 9_000


def grown(run: RunStory, events: int, *turn: Callable[[RunStory, int], object]) -> None:
    """What a run does again and again, until it has about so many events."""
    number = 0
    while len(run.story.bodies) < events:
        turn[number % len(turn)](run, number)
        number += 1


def poll(run: RunStory, number: int) -> None:
    run.step("status", kind="read", args=["job-1"], at=(number + 1,)).completed("running")


def nap(run: RunStory, number: int) -> None:
    del number
    run.timer(1).fired()


def ask(run: RunStory, number: int) -> None:
    takes(run, "reading", sends(run, "reading", number))


def look_at_the_clock(run: RunStory, number: int) -> None:
    run.drew(EventType.ClockRead, number)


def throw_dice(run: RunStory, number: int) -> None:
    run.drew(EventType.RandomDrawn, number / MANY)


def bear_a_child(run: RunStory, number: int) -> None:
    run.child("item", f"item-{number}").completed(number)


def try_twice(run: RunStory, number: int) -> None:
    run.step("send", kind="keyed", key=f"k/{number}", args=[number]).attempt_failed("Busy", definite=True).completed()


def turn_over(run: RunStory, number: int) -> None:
    del number
    for event in (EventType.TurnScheduled, EventType.TurnStarted, EventType.TurnCompleted):
        run.event(event)


@positive(22)
def polls_each_second(story: Story) -> None:
    grown(story.run("watch-1", workflow="watch"), MANY, poll, nap)


@positive(22)
def an_actor_that_takes_readings(story: Story) -> None:
    grown(story.run("sensor-1", workflow="sensor"), MANY, ask)


@positive(22)
def looks_at_the_clock_all_day(story: Story) -> None:
    run = story.run("cron-1", workflow="cron")
    grown(run, MANY, look_at_the_clock)
    run.completed()


@positive(22)
def a_simulation_of_dice(story: Story) -> None:
    run = story.run("monte-1", workflow="monte_carlo")
    grown(run, MANY, throw_dice)
    run.failed("Killed")


@positive(22)
def a_child_for_each_item(story: Story) -> None:
    run = story.run("batch-1", workflow="batch")
    grown(run, MANY, bear_a_child)
    run.completed()


@positive(22)
def twelve_thousand_attempts(story: Story) -> None:
    grown(story.run("mail-1", workflow="campaign"), MANY, try_twice)


@positive(22)
def a_shop_that_never_closes(story: Story) -> None:
    grown(story.run("shop-1", workflow="shop"), MANY, poll, ask, nap, look_at_the_clock)


@positive(22)
def beyond_every_limit(story: Story) -> None:
    grown(story.run("watch-2", workflow="watch"), 52_000, nap)


@positive(22, engine="temporal")
def temporal_turns(story: Story) -> None:
    run = story.run("wf-1", workflow="EntityWorkflow")
    grown(run, MANY, turn_over, lambda run, n: activity(run, "Poll", n).completed())


@positive(22, engine="temporal")
def temporal_signals(story: Story) -> None:
    run = story.run("wf-2", workflow="CartWorkflow")
    grown(run, MANY, lambda run, n: sends(run, "add", n), turn_over)


@positive(22, engine="dbos")
def dbos_steps(story: Story) -> None:
    run = story.run("dbos-1", workflow="scrape")
    grown(run, MANY, lambda run, n: dbos_step(run, "page", n))
    run.completed()


@positive(22)
def recovered_on_the_way(story: Story) -> None:
    run = story.run("import-1", workflow="import_rows")
    grown(run, MANY // 2, poll)
    resumed(run, after_seconds=30)
    grown(run, MANY, nap)


@positive(22)
def few_events_and_sixty_megabytes(story: Story) -> None:
    run = story.run("crawl-1", workflow="crawl")
    page = "p" * 240 * 1024
    for number in range(260):
        run.step("page", kind="read", args=[number]).completed(page)
    run.completed()


@positive(22)
def side_by_side_in_rounds(story: Story) -> None:
    run = story.run("grid-1", workflow="grid")

    def fan_out(run: RunStory, number: int) -> None:
        for one in [run.step("cell", kind="pure", args=[number, n]).started() for n in range(50)]:
            one.completed()

    grown(run, MANY, fan_out)


@positive(22)
def second_run_of_a_log(story: Story) -> Look:
    story.run("short-1").completed()
    grown(story.run("long-1", workflow="watch"), MANY, nap, poll)
    return Look(run_id="long-1")


# --- near misses -----------------------------------------------------------------------------------------------


@negative(22)
def long_and_below_the_warning(story: Story) -> None:
    run = story.run("batch-10", workflow="batch")
    grown(run, FEW, bear_a_child)
    run.completed()


@negative(22, engine="temporal")
def temporal_below_the_warning(story: Story) -> None:
    grown(story.run("wf-10", workflow="EntityWorkflow"), FEW, turn_over)


@negative(22)
def polls_a_few_times(story: Story) -> None:
    run = story.run("watch-10", workflow="watch")
    for number in range(20):
        poll(run, number)
        run.timer(60).fired()
    run.completed()


@negative(22)
def many_events_of_many_runs(story: Story) -> None:
    for number in range(1500):
        run = story.run(f"order-{number}")
        run.step("charge", kind="keyed", key=f"charge/{number}").completed()
        run.timer(5).fired()
        run.completed()


@negative(22)
def goes_on_as_a_new_run(story: Story) -> Look:
    for part in range(3):
        run = story.run(f"watch-11/{part}", workflow="watch", business_key="watch-11")
        grown(run, (part + 1) * 5000, nap)
        run.event(EventType.RunCompleted, run.declaration, result=None, continued_as=f"watch-11/{part + 1}")
    return Look(run_id="watch-11/1")


@negative(22)
def one_step(story: Story) -> None:
    run = story.run("order-20")
    run.step("ship").completed()
    run.completed()


@negative(22)
def big_numbers_in_small_events(story: Story) -> None:
    run = story.run("count-10", workflow="count")
    run.step("events_stored", kind="read").completed(51_200)
    run.completed()


@negative(22)
def a_year_of_monthly_timers(story: Story) -> None:
    run = story.run("plan-10", workflow="subscription")
    for _ in range(12):
        run.timer(30 * 86_400).fired()
    run.completed()


@negative(22)
def a_hundred_signals(story: Story) -> None:
    run = story.run("cart-10", workflow="cart")
    for number in range(100):
        ask(run, number)
    run.completed()


@negative(22)
def some_megabytes(story: Story) -> None:
    run = story.run("crawl-10", workflow="crawl")
    for number in range(30):
        run.step("page", kind="read", args=[number]).completed("p" * 200_000)
    run.completed()


@negative(22)
def the_neighbour_is_long(story: Story) -> Look:
    grown(story.run("long-10", workflow="watch"), MANY, nap)
    run = story.run("short-10")
    run.completed()
    return Look(run_id="short-10")


@negative(22)
def thirty_recoveries(story: Story) -> None:
    run = story.run("move-10", workflow="move")
    for pid in range(5000, 5030):
        run.step(f"part_{pid}", kind="idempotent").completed()
        resumed(run, pid=pid)
    run.completed()


@negative(22, engine="dbos")
def dbos_five_hundred_steps(story: Story) -> None:
    run = story.run("dbos-10", workflow="scrape")
    for number in range(500):
        dbos_step(run, "page", number)
    run.completed()


@negative(22)
def a_wide_gather(story: Story) -> None:
    run = story.run("grid-10", workflow="grid")
    for one in [run.step("cell", kind="pure", args=[n]).started() for n in range(1000)]:
        one.completed()
    run.completed()


@negative(22)
def waits_for_a_year(story: Story) -> Look:
    awaiting(story.run("will-10", workflow="will"), "opened")
    return Look(later_seconds=365 * 86_400)
