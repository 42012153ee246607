"""Hazard 20: each process that takes the run up dies at the same place."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, MINUTE, awaiting, dbos_step, resumed
from tests.story import RunStory, StepStory, Story, recorded
from workbench.model import Declaration, EventType


def crashes(run: RunStory, step: StepStory, times: int, *, every_seconds: float = 10) -> None:
    """The process dies in the step, and the next one does, too."""
    for pid in range(5000, 5000 + times):
        step.started().died()
        resumed(run, after_seconds=every_seconds, pid=pid)


@positive(20)
def malformed_order_kills_the_worker(story: Story) -> None:
    run = story.run("order-1", args=["not an id"])
    crashes(run, run.step("parse_order", kind="pure", args=["?"]), 8)


@positive(20)
def out_of_memory_in_the_same_page(story: Story) -> None:
    run = story.run("crawl-1", workflow="crawl")
    for page in range(3):
        run.step("page", kind="read", args=[page]).completed("ok")
    crashes(run, run.step("page", kind="read", args=[3]), 10, every_seconds=40)


@positive(20)
def native_library_segfaults(story: Story) -> None:
    run = story.run("scan-1", workflow="scan")
    run.step("load", kind="read").completed("a.tiff")
    crashes(run, run.step("ocr", kind="pure", args=["a.tiff"]), 6, every_seconds=2)


@positive(20)
def keyed_step_dies_again_and_again(story: Story) -> None:
    run = story.run("payout-1", workflow="payout")
    crashes(run, run.step("transfer", kind="keyed", key="payout/1"), 7)


@positive(20)
def dies_before_the_first_step(story: Story) -> None:
    run = story.run("order-2", args=[{"lines": None}])
    for pid in range(5000, 5010):
        resumed(run, after_seconds=5, pid=pid)


@positive(20)
def dies_after_the_last_result_each_time(story: Story) -> None:
    run = story.run("invoice-1", workflow="invoice")
    run.step("lines", kind="read").completed([])
    for pid in range(5000, 5009):
        resumed(run, after_seconds=20, pid=pid)


@positive(20)
def same_error_in_every_process(story: Story) -> None:
    run = story.run("import-1", workflow="import_rows")
    step = run.step("insert", kind="idempotent", args=["row-9"])
    for pid in range(5000, 5006):
        step.attempt_failed("UnicodeDecodeError", definite=True)
        resumed(run, after_seconds=8, pid=pid)


@positive(20, engine="dbos")
def dbos_gave_up_after_many_recoveries(story: Story) -> None:
    run = story.run("dbos-1", workflow="order")
    story.bodies[0] |= {"recoveries": 51, "assumed": ["recoveries: 51; which step is not recorded"]}
    dbos_step(run, "reserve", 1)
    run.event(EventType.StepStarted, Declaration("(step not recorded)"), run.next_position(), assumed=["inferred"])
    run.event(
        EventType.RunFailed, run.declaration, facts=(0, "MAX_RECOVERY_ATTEMPTS_EXCEEDED", 0),
        status="MAX_RECOVERY_ATTEMPTS_EXCEEDED",
    )  # fmt: skip


@positive(20, engine="temporal")
def temporal_turn_fails_for_ever(story: Story) -> None:
    run = story.run("wf-1", workflow="OrderWorkflow")
    for _ in range(15):
        run.event(EventType.TurnScheduled)
        run.event(EventType.TurnStarted)
        run.event(EventType.TurnFailed, facts=(0, "KeyError", 0), error=recorded("KeyError", "'customer'"))


@positive(20)
def given_up_by_the_scheduler(story: Story) -> None:
    run = story.run("encode-1", workflow="encode")
    run.step("probe_format", kind="read").completed("h265")
    crashes(run, run.step("encode", kind="pure"), 9, every_seconds=60)
    run.failed("TooManyRestarts")


@positive(20)
def cancelled_by_a_tired_person(story: Story) -> None:
    run = story.run("train-1", workflow="train")
    crashes(run, run.step("fit", kind="pure"), 12, every_seconds=5 * MINUTE)
    run.cancelled()


@positive(20)
def every_night_for_a_week(story: Story) -> None:
    run = story.run("backup-1", workflow="backup")
    crashes(run, run.step("dump", kind="read"), 7, every_seconds=24 * HOUR)


@positive(20)
def in_a_branch(story: Story) -> None:
    run = story.run("grid-1", workflow="grid")
    run.step("cell", kind="pure", at=(2, 1)).completed()
    crashes(run, run.step("cell", kind="pure", at=(2, 2)), 8)


@positive(20)
def undo_kills_the_process(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    run.step("flight", kind="compensatable").completed("f-1")
    for pid in range(5000, 5007):
        run.compensation("flight").started()
        resumed(run, after_seconds=9, pid=pid)


@positive(20)
def firmware_bricks_the_updater(story: Story) -> None:
    run = story.run("device-1", workflow="flash")
    run.step("download", kind="idempotent").completed("fw-2")
    crashes(run, run.step("flash", kind="write", args=["fw-2"]), 6, every_seconds=90)


# --- near misses -----------------------------------------------------------------------------------------------


@negative(20)
def one_crash(story: Story) -> None:
    run = story.run("order-10")
    step = run.step("charge", kind="keyed", key="c/10")
    crashes(run, step, 1)
    step.completed("ch")
    run.completed()


@negative(20)
def two_crashes(story: Story) -> None:
    run = story.run("order-11")
    step = run.step("charge", kind="keyed", key="c/11")
    crashes(run, step, 2)
    step.completed("ch")
    run.completed()


@negative(20)
def a_deployment_each_day_and_always_further(story: Story) -> None:
    run = story.run("move-10", workflow="move")
    for day in range(8):
        run.step(f"part_{day}", kind="idempotent").completed()
        resumed(run, after_seconds=30, pid=5000 + day)
    run.completed()


@negative(20)
def other_steps_each_time(story: Story) -> None:
    run = story.run("etl-10", workflow="etl")
    for number in range(6):
        step = run.step(f"load_{number}", kind="idempotent")
        crashes(run, step, 1)
        step.completed()
    run.completed()


@negative(20)
def rolling_restarts_during_a_wait(story: Story) -> None:
    run = story.run("leave-10", workflow="leave")
    wait = awaiting(run, "decided")
    for pid in range(5000, 5008):
        resumed(run, after_seconds=6 * HOUR, pid=pid)
    arrived = run.event(EventType.SignalReceived, Declaration("decided"), value="yes")
    wait.answered(EventType.SignalConsumed, cause=arrived)
    run.completed()


@negative(20)
def rolling_restarts_during_a_sleep(story: Story) -> None:
    run = story.run("trial-10", workflow="trial")
    timer = run.timer(7 * 24 * HOUR)
    for pid in range(5000, 5006):
        resumed(run, after_seconds=24 * HOUR, pid=pid)
    story.wait(24 * HOUR - 7)
    timer.answered(EventType.TimerFired)
    run.completed()


@negative(20)
def many_attempts_in_one_process(story: Story) -> None:
    run = story.run("sms-10", workflow="sms")
    step = run.step("send", kind="keyed", key="s/10")
    for _ in range(6):
        step.attempt_failed("Busy", definite=True)
    step.completed()
    run.completed()


@negative(20)
def never_crashed(story: Story) -> None:
    run = story.run("order-12")
    run.step("charge", kind="keyed", key="c/12").completed()
    run.completed()


@negative(20)
def failed_and_ended(story: Story) -> None:
    run = story.run("order-13", args=["?"])
    run.step("parse_order", kind="pure").failed("ValueError", definite=True)
    run.failed("ValueError")


@negative(20, engine="dbos")
def dbos_recovered_once(story: Story) -> None:
    run = story.run("dbos-10", workflow="order")
    story.bodies[0] |= {"recoveries": 1, "assumed": ["recoveries: 1; which step is not recorded"]}
    dbos_step(run, "reserve", 1)
    run.completed()


@negative(20, engine="temporal")
def temporal_turn_failed_once(story: Story) -> None:
    run = story.run("wf-10", workflow="OrderWorkflow")
    for event in (EventType.TurnScheduled, EventType.TurnStarted):
        run.event(event)
    run.event(EventType.TurnFailed, facts=(0, "KeyError", 0), error=recorded("KeyError"))
    for event in (EventType.TurnScheduled, EventType.TurnStarted, EventType.TurnCompleted):
        run.event(event)
    run.completed()


@negative(20)
def twice_here_and_twice_there(story: Story) -> None:
    run = story.run("trip-10", workflow="trip")
    for name in ("flight", "hotel"):
        step = run.step(name, kind="keyed", key=name)
        crashes(run, step, 2)
        step.completed()
    run.completed()


@negative(20)
def another_run_is_the_poison(story: Story) -> Look:
    poison = story.run("bad-1")
    crashes(poison, poison.step("parse_order", kind="pure"), 9)
    run = story.run("good-1")
    run.step("parse_order", kind="pure").completed()
    run.completed()
    return Look(run_id="good-1")


@negative(20)
def recovered_twice_without_a_step_between(story: Story) -> None:
    run = story.run("order-14")
    run.step("quote", kind="read").completed(7)
    resumed(run, after_seconds=1)
    resumed(run, after_seconds=2, pid=4244)
    run.step("charge", kind="keyed", key="c/14").completed()
    run.completed()


@negative(20)
def progress_within_a_loop(story: Story) -> None:
    run = story.run("import-10", workflow="import_rows")
    for row in range(7):
        step = run.step("insert", kind="idempotent", args=[row])
        crashes(run, step, 1)
        step.completed()
    run.completed()
