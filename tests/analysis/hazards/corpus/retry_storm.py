"""Hazard 19: attempts at a fixed beat, without jitter or end, or multiplied by layers of retries."""

from __future__ import annotations

from collections.abc import Iterable

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import HOUR, activity, call, resumed
from tests.story import StepStory, Story

JITTERED = (0.7, 2.9, 3.4, 11.8, 14.1, 41.6, 66.0)
"""Pauses in seconds as backoff with jitter gives them."""


def beat(step: StepStory, attempts: int, seconds: float, error: str = "ServiceUnavailable") -> StepStory:
    """So many failed attempts, at a fixed distance."""
    return paced(step, [seconds] * attempts, error)


def paced(step: StepStory, pauses: Iterable[float], error: str = "ServiceUnavailable") -> StepStory:
    """A failed attempt before each pause, in seconds."""
    for seconds in pauses:
        step.attempt_failed(error, retry_in_seconds=seconds)
        step.run.story.wait(seconds)
    return step


@positive(19)
def thirty_attempts_a_second_apart(story: Story) -> None:
    run = story.run("order-1")
    beat(run.step("charge", kind="keyed", key="c/1"), 30, 0).failed("ServiceUnavailable", definite=False)
    run.failed("ServiceUnavailable")


@positive(19)
def every_five_seconds(story: Story) -> None:
    run = story.run("sync-1", workflow="sync")
    beat(run.step("list_files", kind="read"), 20, 5).completed([])
    run.completed()


@positive(19)
def still_going_on(story: Story) -> Look:
    run = story.run("mail-1", workflow="mail")
    beat(run.step("smtp", kind="write"), 40, 1, "ConnectionResetError")
    return Look(later_seconds=1, report=story.report(writer_alive=True))


@positive(19)
def three_layers_of_three(story: Story) -> None:
    run = story.run("order-2", business_key="order-2")
    for outer in range(3):
        child = run.child("pay", f"order-2/pay-{outer}")
        inner = story.run(f"order-2/pay-{outer}", workflow="pay", business_key="order-2")
        for _ in range(3):
            beat(inner.step("charge", kind="keyed", key="c/2", args=["order-2"]), 2, 1).failed("Busy", definite=False)
        inner.failed("Busy")
        child.completed("failed")
    run.failed("Busy")


@positive(19)
def a_loop_around_a_step_that_retries(story: Story) -> None:
    run = story.run("quote-1", workflow="quote")
    for _ in range(5):
        beat(run.step("ask_carrier", kind="read", args=["dhl"]), 4, 1).failed("Timeout", definite=False)
    run.failed("Timeout")


@positive(19)
def http_called_again_and_again(story: Story) -> None:
    run = story.run("hook-1", workflow="notify")
    for _ in range(15):
        call(run, "POST", "https://hooks.acme.test/a", {"n": 1}, idempotency_key="n-1").failed(
            "StatusError", "503", definite=False
        )
        run.timer(2).fired()
    run.failed("StatusError")


@positive(19)
def ten_orders_in_step(story: Story) -> Look:
    runs = [story.run(f"order-{n}", business_key="black-friday") for n in range(10)]
    steps = [run.step("charge", kind="keyed", key=run.run_id) for run in runs]
    for _ in range(8):
        for step in steps:
            step.attempt_failed("ServiceUnavailable", retry_in_seconds=10)
    return Look(run_id="order-3")


@positive(19, engine="temporal")
def temporal_fiftieth_attempt_in_a_minute(story: Story) -> None:
    run = story.run("wf-1", workflow="OrderWorkflow")
    step = activity(run, "Charge", 9)
    story.wait(50)
    step.began(50, "ServiceUnavailable", "503").answered("ch_1")
    run.completed()


@positive(19)
def gpu_queue_hammered(story: Story) -> None:
    run = story.run("train-1", workflow="train")
    beat(run.step("reserve_gpu", kind="idempotent", args=["a100"]), 60, 0.5, "NoCapacity").completed("gpu-3")
    run.completed()


@positive(19)
def sensor_gateway_every_two_seconds(story: Story) -> None:
    run = story.run("iot-1", workflow="read_sensor")
    beat(run.step("read", kind="read", args=["sensor-9"]), 25, 2, "GatewayTimeout").failed("GatewayTimeout")
    run.failed("GatewayTimeout")


@positive(19)
def the_storm_went_on_after_the_crash(story: Story) -> None:
    run = story.run("order-3")
    step = beat(run.step("ship", kind="idempotent"), 12, 3)
    resumed(run, after_seconds=4)
    beat(step, 12, 3).completed()
    run.completed()


@positive(19)
def two_targets_and_one_of_them_stormed(story: Story) -> None:
    run = story.run("trip-1", workflow="trip")
    run.step("ask_rail", kind="read").completed(70)
    beat(run.step("ask_air", kind="read"), 30, 1).completed(90)
    run.completed()


@positive(19)
def artifact_store_in_ci(story: Story) -> None:
    run = story.run("build-1", workflow="build")
    beat(run.step("download", kind="read", args=["dep.tar"]), 18, 4, "TooManyRequests").failed("TooManyRequests")
    run.failed("TooManyRequests")


@positive(19)
def rate_limit_met_without_a_pause(story: Story) -> None:
    run = story.run("sms-1", workflow="sms")
    beat(run.step("send", kind="keyed", key="s/1"), 50, 0, "TooManyRequests").completed()
    run.completed()


@positive(19)
def four_steps_each_a_storm(story: Story) -> None:
    run = story.run("etl-1", workflow="etl")
    for table in ("a", "b", "c", "d"):
        beat(run.step("load", kind="idempotent", args=[table]), 12, 1).completed()
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(19)
def backoff_with_jitter(story: Story) -> None:
    run = story.run("order-10")
    paced(run.step("charge", kind="keyed", key="c/10"), JITTERED).completed("ch")
    run.completed()


@negative(19)
def one_retry(story: Story) -> None:
    run = story.run("order-11")
    beat(run.step("charge", kind="keyed", key="c/11"), 1, 1).completed("ch")
    run.completed()


@negative(19)
def two_retries(story: Story) -> None:
    run = story.run("order-12")
    beat(run.step("charge", kind="keyed", key="c/12"), 2, 2).completed("ch")
    run.completed()


@negative(19)
def polls_that_succeed(story: Story) -> None:
    run = story.run("batch-10", workflow="batch")
    for _ in range(40):
        run.step("status", kind="read", args=["job-1"]).completed("running")
        run.timer(5).fired()
    run.completed()


@negative(19)
def ten_targets_retried_once(story: Story) -> None:
    run = story.run("mail-10", workflow="mail")
    for number in range(10):
        beat(run.step(f"send_{number}", kind="keyed", key=f"m/{number}"), 1, 1).completed()
    run.completed()


@negative(19)
def failed_at_once(story: Story) -> None:
    run = story.run("order-13")
    run.step("charge", kind="write").failed("CardDeclined", definite=True)
    run.failed("CardDeclined")


@negative(19)
def a_handful_over_a_day(story: Story) -> None:
    run = story.run("fax-10", workflow="fax")
    paced(run.step("fax", kind="idempotent"), (HOUR, 2.2 * HOUR, 5.1 * HOUR, 9.7 * HOUR)).completed()
    run.completed()


@negative(19, engine="temporal")
def temporal_third_attempt(story: Story) -> None:
    run = story.run("wf-10", workflow="OrderWorkflow")
    step = activity(run, "Charge", 9)
    story.wait(7)
    step.began(3, "ServiceUnavailable", "503").answered("ch_1")
    run.completed()


@negative(19)
def many_steps_none_failed(story: Story) -> None:
    run = story.run("crawl-10", workflow="crawl")
    for page in range(100):
        run.step("page", kind="read", args=[page]).completed()
    run.completed()


@negative(19)
def two_runs_with_other_pauses(story: Story) -> Look:
    for number, pauses in enumerate(((1.3, 4.8, 9.9), (2.6, 3.1, 17.4))):
        run = story.run(f"order-2{number}", business_key="sale")
        paced(run.step("charge", kind="keyed", key=run.run_id), pauses).completed()
        run.completed()
    return Look(run_id="order-20")


@negative(19)
def crashed_and_tried_again(story: Story) -> None:
    run = story.run("order-14")
    step = run.step("charge", kind="keyed", key="c/14").started().died()
    resumed(run, after_seconds=30)
    step.completed("ch")
    run.completed()


@negative(19)
def doubled_pauses_with_chance(story: Story) -> None:
    run = story.run("sync-10", workflow="sync")
    paced(run.step("list_files", kind="read"), (0.9, 1.6, 4.4, 6.7, 17.2)).failed("Timeout")
    run.failed("Timeout")


@negative(19)
def side_by_side_each_failed_once(story: Story) -> None:
    run = story.run("album-10", workflow="album")
    steps = [run.step("print", kind="keyed", key=f"p/{n}", args=[n]) for n in range(6)]
    for step in steps:
        step.attempt_failed("Busy", definite=True)
    for step in steps:
        step.completed()
    run.completed()


@negative(19)
def timers_at_a_beat(story: Story) -> None:
    run = story.run("heart-10", workflow="heartbeat")
    for _ in range(30):
        run.timer(10).fired()
    run.completed()


@negative(19)
def other_carriers_one_after_the_other(story: Story) -> None:
    run = story.run("quote-10", workflow="quote")
    for carrier in ("dhl", "ups", "gls"):
        run.step("ask_carrier", kind="read", args=[carrier]).failed("NoService", definite=True)
    run.completed("by bike")
