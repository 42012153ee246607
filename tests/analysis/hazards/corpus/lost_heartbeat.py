"""Hazard 18: another attempt began while the one before was still alive."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import MINUTE, activity, resumed
from tests.story import RunStory, StepStory, Story
from workbench.model import EventType


def overlapping(run: RunStory, name: str, attempts: int = 2, *, kind: str = "write") -> list[StepStory]:
    """Attempts of one step that have all begun and none ended, the first one first."""
    step = run.step(name, kind=kind, key=f"{name}/1" if kind == "keyed" else "", args=[name])
    begun = [step.started()]
    for number in range(2, attempts + 1):
        run.story.wait(30)
        later = run.step(name, kind=kind, key=step.key, args=[name], at=step.position)
        begun.append(later.started(attempt=number))
    return begun


@positive(18)
def batch_of_ten_becomes_thirteen(story: Story) -> None:
    run = story.run("batch-1", workflow="batch")
    first, second = overlapping(run, "process_batch")
    first.completed(3)
    second.completed(10)
    run.completed()


@positive(18)
def the_second_is_faster(story: Story) -> None:
    run = story.run("encode-1", workflow="encode")
    first, second = overlapping(run, "encode")
    second.completed("b.mp4")
    first.completed("a.mp4")


@positive(18)
def the_first_fails_late(story: Story) -> None:
    run = story.run("copy-1", workflow="copy")
    first, second = overlapping(run, "copy_rows")
    first.failed("LeaseLost", definite=False)
    second.completed(900)


@positive(18)
def three_at_once(story: Story) -> None:
    run = story.run("crawl-1", workflow="crawl")
    for number, attempt in enumerate(overlapping(run, "crawl", 3)):
        attempt.completed(number)


@positive(18)
def with_a_key_and_still_twice_at_work(story: Story) -> None:
    run = story.run("order-1")
    first, second = overlapping(run, "charge", kind="keyed")
    first.completed("ch_1")
    second.completed("ch_1")
    run.completed()


@positive(18)
def after_a_step_timeout(story: Story) -> None:
    run = story.run("report-1", workflow="report")
    step = run.step("render", kind="write", timeout_seconds=30).started()
    first = step.intent
    step.attempt_failed("StepTimeoutError", "no answer in 30 s")
    step.started()
    run.event(EventType.StepCompleted, step.declaration, step.position, (1, "", first), result="late")
    step.completed("second")


@positive(18)
def late_answer_after_the_end_of_the_second(story: Story) -> None:
    run = story.run("mail-1", workflow="campaign")
    first, second = overlapping(run, "send_all")
    second.completed(500)
    story.wait(10 * MINUTE)
    first.completed(500)
    run.completed()


@positive(18, engine="temporal")
def temporal_heartbeat_timed_out(story: Story) -> None:
    run = story.run("wf-1", workflow="TranscodeWorkflow")
    activity(run, "Transcode", "a.mov").began(2, "HeartbeatTimeout", "activity Heartbeat timeout").answered("a.mp4")
    run.completed()


@positive(18, engine="temporal")
def temporal_three_lost_heartbeats(story: Story) -> None:
    run = story.run("wf-2", workflow="ImportWorkflow")
    activity(run, "ReadBook", "b.csv").completed(10)
    activity(run, "ImportRows", "a.csv").began(4, "HeartbeatTimeout", "activity Heartbeat timeout").answered(40)
    run.completed()


@positive(18)
def one_of_two_side_by_side(story: Story) -> None:
    run = story.run("album-1", workflow="album")
    calm = run.step("thumbnail", kind="pure").started()
    first, second = overlapping(run, "upload")
    calm.completed()
    first.completed()
    second.completed()


@positive(18)
def second_attempt_still_open(story: Story) -> None:
    run = story.run("train-1", workflow="train")
    first, _ = overlapping(run, "fit")
    first.completed({"loss": 0.3})


@positive(18)
def in_a_branch(story: Story) -> None:
    run = story.run("grid-1", workflow="grid")
    one = run.step("cell", kind="write", at=(3, 2)).started()
    two = run.step("cell", kind="write", at=(3, 2)).started(attempt=2)
    one.completed(1)
    two.completed(2)


@positive(18)
def first_result_taken_second_one_wasted(story: Story) -> None:
    run = story.run("quote-1", workflow="quote")
    first, second = overlapping(run, "ask_carrier", kind="idempotent")
    first.completed(14)
    run.step("choose", kind="pure").completed()
    second.completed(15)
    run.completed()


@positive(18)
def after_many_good_steps(story: Story) -> None:
    run = story.run("etl-1", workflow="etl")
    for table in ("users", "orders", "items"):
        run.step("load", kind="idempotent", args=[table]).completed()
    first, second = overlapping(run, "aggregate")
    second.completed("s")
    first.completed("f")
    run.completed()


@positive(18)
def both_failed(story: Story) -> None:
    run = story.run("deploy-1", workflow="deploy")
    first, second = overlapping(run, "migrate")
    first.failed("LockTimeout", definite=False)
    second.failed("LockTimeout", definite=False)
    run.failed("LockTimeout")


@positive(18, engine="temporal")
def temporal_step_timed_out_at_its_worker(story: Story) -> None:
    run = story.run("wf-3", workflow="InvoiceWorkflow")
    activity(run, "RenderInvoice", 7).began(2, "StartToCloseTimeout", "activity StartToClose timeout").answered("7.pdf")
    activity(run, "Post", "7.pdf").completed()
    run.completed()


@positive(18, engine="temporal")
def temporal_lost_heartbeat_and_still_at_it(story: Story) -> None:
    run = story.run("wf-4", workflow="BackupWorkflow")
    activity(run, "CopyDisk", "db-1").began(3, "HeartbeatTimeout", "activity Heartbeat timeout")


@positive(18, engine="temporal")
def temporal_lost_heartbeat_then_a_real_error(story: Story) -> None:
    run = story.run("wf-5", workflow="TrainWorkflow")
    fit = activity(run, "Fit", "m-1").began(2, "HeartbeatTimeout", "activity Heartbeat timeout")
    fit.failed("OutOfMemory", "cuda")
    run.failed("OutOfMemory")


@positive(18)
def lease_lost_and_given_to_another(story: Story) -> None:
    run = story.run("scan-1", workflow="scan")
    step = run.step("scan_shelf", kind="write").attempt_failed("HeartbeatTimeoutError", "no sign of life for 30 s")
    step.completed(40)
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(18)
def one_after_the_other(story: Story) -> None:
    run = story.run("order-10")
    run.step("charge", kind="keyed", key="c/10").attempt_failed("Busy", definite=True).completed("ch")
    run.completed()


@negative(18)
def the_first_died_with_its_process(story: Story) -> None:
    run = story.run("order-11")
    step = run.step("charge", kind="keyed", key="c/11").started().died()
    resumed(run, after_seconds=30)
    step.completed("ch")
    run.completed()


@negative(18)
def died_twice(story: Story) -> None:
    run = story.run("train-10", workflow="train")
    step = run.step("fit", kind="pure").started().died()
    resumed(run, after_seconds=30)
    step.started().died()
    resumed(run, after_seconds=30, pid=4244)
    step.completed()
    run.completed()


@negative(18)
def different_steps_side_by_side(story: Story) -> None:
    run = story.run("album-10", workflow="album")
    calls = [run.step("print", kind="write", args=[n]).started() for n in range(3)]
    for one in reversed(calls):
        one.completed()
    run.completed()


@negative(18)
def five_attempts_in_order(story: Story) -> None:
    run = story.run("sms-10", workflow="sms")
    step = run.step("send", kind="keyed", key="s/10")
    for _ in range(4):
        step.attempt_failed("Busy", definite=True)
    step.completed()
    run.completed()


@negative(18)
def one_long_attempt(story: Story) -> None:
    run = story.run("encode-10", workflow="encode")
    step = run.step("encode", kind="pure").started()
    story.wait(90 * MINUTE)
    step.completed()
    run.completed()


@negative(18)
def executing_for_the_first_time(story: Story) -> Look:
    run = story.run("encode-11", workflow="encode")
    run.step("encode", kind="write").started()
    return Look(later_seconds=5, report=story.report(writer_alive=True))


@negative(18, engine="temporal")
def temporal_second_attempt_after_an_error(story: Story) -> None:
    run = story.run("wf-10", workflow="TranscodeWorkflow")
    activity(run, "Transcode", "a.mov").began(2, "DiskFull", "no space left").answered("a.mp4")
    run.completed()


@negative(18, engine="temporal")
def temporal_first_attempt(story: Story) -> None:
    run = story.run("wf-11", workflow="TranscodeWorkflow")
    activity(run, "Transcode", "a.mov").completed("a.mp4")
    activity(run, "Transcode", "b.mov").completed("b.mp4")
    run.completed()


@negative(18)
def same_name_at_two_positions(story: Story) -> None:
    run = story.run("copy-10", workflow="copy")
    one = run.step("copy", kind="write", args=["a"]).started()
    two = run.step("copy", kind="write", args=["b"]).started()
    two.completed()
    one.completed()
    run.completed()


@negative(18)
def two_runs_execute_the_same_step(story: Story) -> Look:
    one, two = (story.run(f"order-1{n}") for n in (2, 3))
    first, second = (run.step("charge", kind="write").started() for run in (one, two))
    first.completed()
    second.completed()
    return Look(run_id="order-12")


@negative(18)
def cancelled_and_asked_for_elsewhere(story: Story) -> None:
    run = story.run("race-10", workflow="race")
    slow = run.step("ask_a", kind="read").started()
    run.step("ask_b", kind="read").completed(1)
    slow.cancelled()
    run.completed()


@negative(18)
def settled_before_the_next_attempt(story: Story) -> None:
    run = story.run("order-14")
    step = run.step("charge", kind="write").started().died().resolved(happened=False)
    resumed(run)
    step.completed()
    run.completed()


@negative(18)
def undone_and_done_again(story: Story) -> None:
    run = story.run("trip-10", workflow="trip")
    flight = run.step("flight", kind="compensatable").completed("f-1")
    run.compensation("flight").completed()
    run.event(EventType.DecisionMade, action="retry_from", cut=flight.intent, by="anna")
    resumed(run)
    run.step("flight", kind="compensatable", at=(1,)).completed("f-2")
    run.completed()


@negative(18)
def gave_up_after_three(story: Story) -> None:
    run = story.run("fax-10", workflow="fax")
    step = run.step("fax", kind="write").attempt_failed("Busy", definite=True).attempt_failed("Busy", definite=True)
    step.failed("Busy", definite=True)
    run.failed("Busy")


@negative(18, engine="temporal")
def temporal_nobody_took_it_in_time(story: Story) -> None:
    run = story.run("wf-12", workflow="TranscodeWorkflow")
    step = activity(run, "Transcode", "a.mov").began(2, "ScheduleToStartTimeout", "activity ScheduleToStart timeout")
    step.answered("a.mp4")
    run.completed()


@negative(18, engine="temporal")
def temporal_peer_answered_with_a_timeout(story: Story) -> None:
    run = story.run("wf-13", workflow="OrderWorkflow")
    activity(run, "Charge", 9).began(2, "ReadTimeout", "no answer from api.acme.test").answered("ch_1")
    run.completed()


@negative(18, engine="temporal")
def temporal_heartbeat_lost_and_not_tried_again(story: Story) -> None:
    run = story.run("wf-14", workflow="BackupWorkflow")
    activity(run, "CopyDisk", "db-1").began(1).failed("HeartbeatTimeout", "activity Heartbeat timeout")
    run.failed("HeartbeatTimeout")


@negative(18, engine="temporal")
def temporal_worker_stopped_in_order(story: Story) -> None:
    run = story.run("wf-15", workflow="BackupWorkflow")
    activity(run, "CopyDisk", "db-1").began(2, "WorkerShutdown", "the worker is shutting down").answered("ok")
    run.completed()
