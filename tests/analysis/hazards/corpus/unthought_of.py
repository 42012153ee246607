"""Recordings of ten hazards in styles that their detectors' author had not thought of, and what looks like them."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.taped import has, has_not
from tests.analysis.hazards.corpus.telling import DAY, HOUR, MINUTE, activity, answer, awaiting, call, resumed, sends
from tests.story import RunStory, StepStory, Story
from workbench.model import EventType

# --- 3: clocks -------------------------------------------------------------------------------------------------


@positive(3)
def set_back_by_less_than_a_step_took(story: Story) -> None:
    run = story.run("etl-20", workflow="etl")
    step = run.step("load", kind="idempotent").started()
    story.wait(HOUR).clock_set(-50 * MINUTE)
    step.completed(9)
    run.completed()


@positive(3)
def clock_that_runs_slow(story: Story) -> None:
    run = story.run("train-20", workflow="train")
    for epoch in range(4):
        step = run.step("epoch", kind="pure", args=[epoch]).started()
        story.wait(10 * MINUTE).clock_set(-30)
        step.completed()
    run.completed()


@negative(3)
def lid_closed_for_the_night(story: Story) -> None:
    run = story.run("order-20")
    step = run.step("ship", kind="write").started()
    story.clock_set(8 * HOUR)
    step.completed()
    run.completed()


@negative(3)
def child_on_another_machine_began_when_it_was_asked_for(story: Story) -> None:
    run = story.run("album-21", workflow="album")
    child = run.child("thumbnails", "album-21/t")
    story.process(77, host="render-9", boot=21).clock_set(-0.5)
    story.run("album-21/t", workflow="thumbnails").completed(4)
    story.process(4242).clock_set(0.5)
    run.recovered()
    child.completed(4)
    run.completed()


# --- 5, 9: a run of another engine that was never closed, and whose server still gives its work out -------------------


@negative(5, engine="temporal")
def temporal_run_that_is_open_with_an_activity_at_work(story: Story) -> None:
    run = story.run("wf-50", workflow="OrderWorkflow")
    activity(run, "Reserve", 9).completed("r-1")
    activity(run, "Charge", 9).began()


@negative(9, engine="temporal")
def temporal_run_that_was_never_closed(story: Story) -> Look:
    run = story.run("wf-51", workflow="OrderWorkflow")
    activity(run, "Reserve", 9).completed("r-1")
    activity(run, "Charge", 9).completed("ch_1")
    run.event(EventType.TurnScheduled)
    return Look(later_seconds=30 * DAY)


# --- 8: keys that are forgotten ----------------------------------------------------------------------------------


def paid(run: RunStory, key: str) -> StepStory:
    return run.step("transfer", kind="keyed", key=key, args=["acme", 90], key_lifetime_seconds=DAY)


@positive(8)
def run_again_as_another_run_under_the_same_key(story: Story) -> Look:
    paid(story.run("payout-20", business_key="payout-20"), "payout/20").started().died()
    story.wait(3 * DAY).process(4300)
    again = story.run("payout-20/again", business_key="payout-20")
    paid(again, "payout/20").completed("tr_2")
    again.completed()
    return Look(run_id="payout-20/again")


@positive(8)
def request_with_a_key_in_doubt_since_a_week(story: Story) -> Look:
    run = story.run("order-21")
    call(run, "POST", "https://pay.acme.test/charges", {"n": 1}, idempotency_key="charge/21").started().died()
    return Look(later_seconds=7 * DAY)


@negative(8)
def run_again_as_another_run_within_the_window(story: Story) -> Look:
    paid(story.run("payout-22", business_key="payout-22"), "payout/22").started().died()
    story.wait(2 * HOUR).process(4300)
    again = story.run("payout-22/again", business_key="payout-22")
    paid(again, "payout/22").completed("tr_2")
    again.completed()
    return Look(run_id="payout-22/again")


@negative(8)
def refused_for_certain_and_run_again_a_week_later(story: Story) -> Look:
    first = story.run("payout-23", business_key="payout-23")
    paid(first, "payout/23").failed("AccountClosed", definite=True)
    first.failed("AccountClosed")
    story.wait(7 * DAY)
    again = story.run("payout-23/again", business_key="payout-23")
    paid(again, "payout/23").completed("tr_2")
    again.completed()
    return Look(run_id="payout-23/again")


# --- 18: the first attempt lives ---------------------------------------------------------------------------------


@positive(18)
def lease_of_a_queue_ran_out(story: Story) -> None:
    run = story.run("batch-20", workflow="batch")
    step = run.step("resize", kind="write").attempt_failed("LeaseExpired", "not renewed in 30 s")
    step.started().completed(10)
    run.completed()


@positive(18)
def job_was_called_stalled(story: Story) -> None:
    run = story.run("batch-21", workflow="batch")
    run.step("encode", kind="write").attempt_failed("JobStalledError", "stalled more than allowable limit").completed()
    run.completed()


@negative(18)
def release_was_refused(story: Story) -> None:
    run = story.run("deploy-20", workflow="deploy")
    run.step("release", kind="write").attempt_failed("ReleaseRefused", definite=True).completed()
    run.completed()


@negative(18)
def visibility_of_a_page_could_not_be_changed(story: Story) -> None:
    run = story.run("page-20", workflow="publish")
    run.step("publish", kind="write").attempt_failed("VisibilityChangeRefused", definite=True).completed()
    run.completed()


# --- 20: crash loops ---------------------------------------------------------------------------------------------


def dies(run: RunStory, step: StepStory, beside: str) -> None:
    """A branch beside gets a result, and then the process dies in the step."""
    step.started()
    run.step("measure", kind="read", args=[beside], at=(1, len(run.story.bodies))).completed(1)
    resumed(run, after_seconds=20)


@positive(20)
def another_branch_goes_on_in_every_life(story: Story) -> None:
    run = story.run("scan-20", workflow="scan")
    poison = run.step("parse", kind="write", at=(2, 1))
    for turn in range(5):
        dies(run, poison, str(turn))


@positive(20)
def one_bad_row_beside_good_ones_and_given_up(story: Story) -> None:
    run = story.run("import-20", workflow="import")
    poison = run.step("row", kind="write", args=[17], at=(17, 1))
    for turn in range(4):
        dies(run, poison, f"row {turn}")
    run.cancelled()


@negative(20)
def other_branches_are_cut_off_each_time(story: Story) -> None:
    run = story.run("scan-21", workflow="scan")
    for turn in range(5):
        dies(run, run.step("parse", kind="idempotent", args=[turn], at=(2, turn + 1)), str(turn))


@negative(20)
def died_three_times_beside_a_branch_and_then_went_through(story: Story) -> None:
    run = story.run("scan-22", workflow="scan")
    step = run.step("parse", kind="idempotent", at=(2, 1))
    for turn in range(3):
        dies(run, step, str(turn))
    step.started().completed()
    run.completed()


# --- 23: signals that nobody takes -------------------------------------------------------------------------------


def turn(run: RunStory) -> None:
    for event in (EventType.TurnScheduled, EventType.TurnStarted, EventType.TurnCompleted):
        run.event(event)


@positive(23, engine="temporal")
def temporal_signal_after_the_last_turn_of_a_run_that_timed_out(story: Story) -> None:
    run = story.run("wf-20", workflow="LeaveWorkflow")
    turn(run)
    sends(run, "decided", "yes")
    run.failed("WorkflowTimeout")


@positive(23, engine="temporal")
def temporal_signal_to_a_worker_that_was_gone(story: Story) -> None:
    run = story.run("wf-21", workflow="LeaveWorkflow")
    turn(run)
    activity(run, "AskBoss").completed()
    run.event(EventType.TurnScheduled)
    sends(run, "decided", "yes")
    run.cancelled()


@negative(23, engine="temporal")
def temporal_signal_and_a_turn_that_saw_it(story: Story) -> None:
    run = story.run("wf-22", workflow="LeaveWorkflow")
    turn(run)
    sends(run, "decided", "yes")
    turn(run)
    run.completed("yes")


@negative(23, engine="temporal")
def temporal_signal_of_a_run_that_is_open(story: Story) -> None:
    run = story.run("wf-23", workflow="LeaveWorkflow")
    turn(run)
    sends(run, "decided", "yes")


# --- 24: timers --------------------------------------------------------------------------------------------------


def times_out(run: RunStory, timeout_seconds: float, after_seconds: float) -> None:
    wait = awaiting(run, "paid", timeout_seconds)
    run.story.wait(after_seconds - 1)
    wait.answered(EventType.SignalTimedOut)


@positive(24)
def time_limit_of_a_signal_hours_late(story: Story) -> None:
    run = story.run("order-24")
    times_out(run, 15 * MINUTE, 4 * HOUR)
    run.step("cancel", kind="idempotent").completed()
    run.completed()


@positive(24)
def due_for_a_day_and_the_worker_lives(story: Story) -> Look:
    run = story.run("trial-24", workflow="trial")
    run.timer(7 * DAY)
    return Look(later_seconds=8 * DAY, report=story.report(writer_alive=True))


@negative(24)
def signal_came_after_hours_without_a_limit(story: Story) -> None:
    run = story.run("order-25")
    wait = awaiting(run, "paid")
    story.wait(4 * HOUR)
    wait.answered(EventType.SignalConsumed, cause=sends(run, "paid", "yes"))
    run.completed()


@negative(24)
def due_a_moment_ago_and_the_worker_lives(story: Story) -> Look:
    run = story.run("trial-25", workflow="trial")
    run.timer(7 * DAY)
    return Look(later_seconds=7 * DAY + 2, report=story.report(writer_alive=True))


# --- 26: errors that nobody sees ---------------------------------------------------------------------------------


@positive(26)
def program_that_ended_with_an_exit_code(story: Story) -> None:
    run = story.run("build-26", workflow="build")
    run.step("compile", kind="write").completed({"returncode": 2, "stdout": "", "stderr": "main.c: no such file"})
    run.step("publish", kind="write").completed()
    run.completed()


@positive(26)
def part_of_a_batch_that_was_not_written(story: Story) -> None:
    run = story.run("ship-26", workflow="ship_logs")
    reply = {"FailedRecordCount": 3, "Records": [{"ErrorCode": "Throttled"}, {"SequenceNumber": "1"}]}
    run.step("put_records", kind="write").completed(reply)
    run.step("delete_local", kind="write").completed()
    run.completed()


@negative(26)
def program_that_ended_well(story: Story) -> None:
    run = story.run("build-27", workflow="build")
    run.step("compile", kind="write").completed({"returncode": 0, "stdout": "", "stderr": "warning: unused variable"})
    run.step("publish", kind="write").completed()
    run.completed()


@negative(26)
def batch_that_was_written_whole(story: Story) -> None:
    run = story.run("ship-27", workflow="ship_logs")
    reply = {"FailedRecordCount": 0, "UnprocessedItems": {}, "failed": [], "Records": [{"SequenceNumber": "1"}]}
    run.step("put_records", kind="write").completed(reply)
    run.step("delete_local", kind="write").completed()
    run.completed()


# --- 27: the second gets what the first got -----------------------------------------------------------------------


@positive(27)
def child_begun_twice_under_one_id(story: Story) -> None:
    run = story.run("watch-27", workflow="watch")
    run.child("poll", "watch-27/poll").completed({"state": "queued"})
    run.timer(60).fired()
    run.child("poll", "watch-27/poll").completed({"state": "queued"})
    run.completed()


@positive(27)
def answer_of_a_cache_over_http(story: Story) -> None:
    run = story.run("rate-27", workflow="rate")
    cached = answer({"eur": 1.07}, date="Thu, 01 Oct 2020 09:00:00 GMT", x_cache="HIT")
    for _ in range(2):
        call(run, "GET", "https://fx.acme.test/eur").completed(cached)
        run.timer(HOUR).fired()
    run.completed()


@negative(27)
def children_with_an_id_each(story: Story) -> None:
    run = story.run("watch-28", workflow="watch")
    for number in range(2):
        run.child("poll", f"watch-28/poll/{number}").completed({"state": "queued"})
        run.timer(60).fired()
    run.completed()


@negative(27)
def child_that_failed_and_was_begun_again_under_its_id(story: Story) -> None:
    run = story.run("watch-29", workflow="watch")
    run.child("poll", "watch-29/poll").answered(EventType.ChildFailed, error="Timeout")
    run.child("poll", "watch-29/poll").completed({"state": "queued"})
    run.completed()


# --- 30: secrets in the log --------------------------------------------------------------------------------------

PASSWORD = "corr" + "ect-horse-battery"


@positive(30)
def password_in_json_that_was_kept_as_bytes(story: Story) -> None:
    run = story.run("user-30", workflow="create_user")
    run.step("render", kind="pure").completed(f'{{"user": "anna", "password": "{PASSWORD}"}}'.encode())
    run.completed()


@positive(30)
def private_key_as_bytes(story: Story) -> None:
    run = story.run("tls-30", workflow="renew")
    pem = "-----BEGIN " + "EC PRIVATE KEY-----\nMHcCAQEEIIGkzQ\n-----END " + "EC PRIVATE KEY-----\n"
    run.step("new_key", kind="write").completed({"pem": pem.encode()})
    run.completed()


@negative(30)
def password_that_a_logger_had_taken_out(story: Story) -> None:
    run = story.run("user-31", workflow="create_user", args=[{"name": "anna", "password": "[redacted by policy 7]"}])
    run.step("load", kind="read").completed({"password": "__REDACTED__", "api_key": "<secret removed>"})
    run.completed()


@negative(30)
def bytes_of_a_picture_and_of_a_letter(story: Story) -> None:
    run = story.run("scan-31", workflow="scan")
    run.step("load", kind="read").completed(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    run.step("text", kind="read").completed(b"Dear Anna, you forgot your password again.")
    run.completed()


# fmt: off

# --- 11: clocks, chance and ids ----------------------------------------------------------------------------------

has(11, "clock kept in a variable of the module", """
now = datetime.datetime.now

@wb.workflow
def flow(order):
    store(order, now().isoformat())
""")
has(11, "id in the default of a field", """
@dataclass
class Parcel:
    order: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

@wb.workflow
def flow(order):
    parcel = Parcel(order)
    store(parcel.order, parcel.id)
""")
has(11, "generator of the module", """
RNG = random.Random(7)

@wb.workflow
def flow(order):
    return charge(order, RNG.randint(1, 6))
""")
has(11, "clock handed to a helper", """
def stamped(clock, order):
    return f"{order}/{clock()}"

@wb.workflow
def flow(order):
    store(stamped(time.time, order))
""")
has_not(11, "default of a field that is a list", """
@dataclass
class Cart:
    order: str
    lines: list = field(default_factory=list)
    total: int = field(default_factory=lambda: 0)

@wb.workflow
def flow(order):
    cart = Cart(order)
    return charge(cart.order, cart.total)
""")
has_not(11, "clock kept in a variable for steps", """
now = datetime.datetime.now

@wb.step(kind="read")
def opened() -> str:
    return now().isoformat()

@wb.workflow
def flow(order):
    store(order, opened())
""")
has_not(11, "clock of the run handed to a helper", """
def stamped(clock, order):
    return f"{order}/{clock()}"

@wb.workflow
def flow(order):
    store(stamped(wb.now, order))
""")

# --- 26, as the source shows it ----------------------------------------------------------------------------------

has(26, "everything suppressed", """
@wb.workflow
def flow(order):
    with contextlib.suppress(BaseException):
        price(order)
    return charge(order)
""")
has(26, "return that ends every error", """
@wb.workflow
def flow(order):
    done = False
    try:
        charge(order)
        done = True
    finally:
        return done
""")
has_not(26, "one error suppressed", """
@wb.workflow
def flow(order):
    with contextlib.suppress(ValueError, KeyError):
        price(order)
    return charge(order)
""")
has_not(26, "return after the finally", """
@wb.workflow
def flow(order):
    def closed():
        return "closed"

    try:
        charge(order)
    finally:
        for turn in range(2):
            if turn:
                break
        mail("anna", closed())
    return "done"
""")
