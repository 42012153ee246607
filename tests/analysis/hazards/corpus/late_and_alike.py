"""Logs in which something comes late, or looks like something else: terms, clocks, parts, keys, answers, pauses."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, negative, positive
from tests.analysis.hazards.corpus.telling import DAY, HOUR, MINUTE, activity, answer, call, iso, resumed
from tests.story import RunStory, StepStory, Story
from workbench.model import EventType

DRAWN = ("9b2e4f0c-6a1d-4a53-8f0e-2c7d1b5e9a44", "1f6c8d2e-3b7a-4e90-a1c5-7d9e0f2b4c68")


# --- 2: terms that outlive the gap -----------------------------------------------------------------------------------


@positive(2)
def one_of_two_answers_says_no_term(story: Story) -> None:
    run = story.run("lease-60", workflow="leasing")
    run.step("get_rate", kind="read").completed({"percent": 3.1, "valid_until": iso(story, 20 * DAY)})
    run.step("get_residual", kind="read").completed({"cents": 410_000})
    resumed(run, after_seconds=9 * HOUR)
    run.step("sign", kind="keyed", key="sign/60", args=[3.1, 410_000]).completed("ok")
    run.completed()


@negative(2)
def both_answers_hold_for_weeks(story: Story) -> None:
    run = story.run("lease-61", workflow="leasing")
    run.step("get_rate", kind="read").completed({"percent": 3.1, "valid_until": iso(story, 20 * DAY)})
    run.step("get_residual", kind="read").completed({"cents": 410_000, "expires_at": iso(story, DAY)})
    resumed(run, after_seconds=9 * HOUR)
    run.step("sign", kind="keyed", key="sign/61", args=[3.1, 410_000]).completed("ok")
    run.completed()


# --- 3: hosts of another engine --------------------------------------------------------------------------------------


@positive(3, engine="temporal")
def worker_whose_clock_runs_ahead(story: Story) -> None:
    run = story.run("wf-62", workflow="LabOrder")
    begun = activity(run, "Centrifuge", "tube 4")
    story.clock_set(4)
    begun.began()
    story.clock_set(-4)
    begun.answered("spun")
    run.completed()


@negative(3, engine="temporal")
def worker_that_answered_at_once(story: Story) -> None:
    run = story.run("wf-63", workflow="LabOrder")
    begun = activity(run, "Centrifuge", "tube 4").began()
    story.wait(-0.95)
    begun.answered("spun")
    run.completed()


# --- 4: parts of what has an address ---------------------------------------------------------------------------------

BERTHS = "https://port.test/v2/harbours/3/berths"


@positive(4)
def reservation_beneath_the_berth_that_was_free(story: Story) -> None:
    run = story.run("boat-64", workflow="mooring")
    call(run, "GET", f"{BERTHS}/40?fields=state").completed(answer({"free": True}))
    run.timer(3 * HOUR).fired()
    call(run, "POST", f"{BERTHS}/40/reservations", {"boat": "Ada"}).completed(answer({"ok": True}, 201))
    run.completed()


@positive(4)
def line_of_an_order_by_path(story: Story) -> None:
    run = story.run("ord-64", workflow="orders")
    run.step("http_get", kind="read", args=["/orders/inv-77"]).completed({"open": True})
    resumed(run, after_seconds=HOUR)
    run.step("http_post", kind="write", args=["/orders/inv-77/lines", {"sku": "x"}]).completed(201)
    run.completed()


@negative(4)
def reservation_beneath_another_berth(story: Story) -> None:
    run = story.run("boat-65", workflow="mooring")
    call(run, "GET", f"{BERTHS}/40").completed(answer({"free": False}))
    run.timer(3 * HOUR).fired()
    call(run, "POST", f"{BERTHS}/41/reservations", {"boat": "Ada"}).completed(answer({"ok": True}, 201))
    run.completed()


@negative(4)
def two_parts_of_one_harbour(story: Story) -> None:
    run = story.run("boat-66", workflow="mooring")
    call(run, "GET", "https://port.test/v2/harbours/3/weather").completed(answer({"wind": 4}))
    run.timer(3 * HOUR).fired()
    call(run, "POST", "https://port.test/v2/harbours/3/messages", {"text": "hi"}).completed(answer({"sent": True}, 201))
    run.completed()


# --- 6, 7: a key among the arguments ---------------------------------------------------------------------------------


def tried_again(story: Story) -> None:
    run = story.run("grant-67", workflow="grants")
    for number, key in enumerate(DRAWN):
        run.drew(EventType.UuidDrawn, key)
        step = run.step("pay_out", kind="keyed", key=key, args=[key, 250_000])
        if number:
            step.completed("paid")
        else:
            step.failed("ConnectionReset", definite=False)
            run.timer(30).fired()
    run.completed()


@positive(6)
def second_try_under_a_number_of_its_own(story: Story) -> None:
    tried_again(story)


@positive(7)
def second_try_that_drew_another_number(story: Story) -> None:
    tried_again(story)


def two_files(story: Story) -> None:
    run = story.run("archive-68", workflow="archive")
    first, second = DRAWN
    run.step("seal", kind="keyed", key=first, args=[first, 20]).failed("ConnectionReset", definite=False)
    run.step("seal", kind="keyed", key=second, args=[second, 20]).completed("sealed")
    run.completed()


@negative(6)
def another_file_after_one_that_was_lost(story: Story) -> None:
    two_files(story)


@negative(7)
def files_whose_ids_are_their_keys(story: Story) -> None:
    two_files(story)


# --- 9: a failure that the code swallowed ----------------------------------------------------------------------------


def theatre(story: Story) -> RunStory:
    run = story.run("op-69", workflow="surgery")
    run.step("reserve_theatre", kind="compensatable").completed("t-2")
    run.step("reserve_bed", kind="compensatable").completed("b-8")
    return run


@positive(9)
def nobody_to_operate_and_the_run_is_done(story: Story) -> None:
    run = theatre(story)
    run.step("book_surgeon", kind="compensatable").failed("OnLeave")
    run.completed()


@positive(9)
def outcome_says_declined(story: Story) -> None:
    run = theatre(story)
    run.step("clear_with_insurer", kind="write").failed("NotCovered")
    run.step("mail_patient", kind="write").completed("sent")
    run.completed({"outcome": "declined", "by": "insurer"})


@negative(9)
def flowers_could_not_be_ordered(story: Story) -> None:
    run = theatre(story)
    run.step("order_flowers", kind="write").failed("ShopClosed")
    run.completed({"theatre": "t-2", "bed": "b-8"})


@negative(9)
def second_surgeon_was_free(story: Story) -> None:
    run = theatre(story)
    run.step("book_surgeon_a", kind="compensatable").failed("OnLeave")
    run.step("book_surgeon_b", kind="compensatable").completed("s-2")
    run.completed()


@negative(9)
def undone_by_hand_before_it_said_failed(story: Story) -> None:
    run = theatre(story)
    run.step("clear_with_insurer", kind="write").failed("NotCovered")
    run.step("undo_reserve_bed", kind="idempotent").completed()
    run.step("undo_reserve_theatre", kind="idempotent").completed()
    run.completed({"status": "failed"})


# --- 17, 18: attempts that were given up -----------------------------------------------------------------------------


def given_up(story: Story, error: str, kind: str = "write") -> StepStory:
    step = story.run("print-70", workflow="printing").step("print_run", kind=kind, args=[900]).started()
    story.wait(90)
    return step.attempt_failed(error, "no answer in 90 s").started()


def answered_late(story: Story) -> None:
    step = given_up(story, "Busy")
    first = next(row for row, kind in enumerate(story.columns.type) if kind == EventType.StepStarted)
    step.run.event(EventType.StepCompleted, step.declaration, step.position, (1, "", first + 1), result=900)
    step.completed(900)
    step.run.completed()


@positive(18)
def job_that_was_given_up_by_name(story: Story) -> None:
    given_up(story, "JobTimedOut").completed(900)


@positive(18)
def sheets_of_the_first_attempt_came_after_the_second_began(story: Story) -> None:
    answered_late(story)


@negative(18)
def timeout_of_the_body_itself(story: Story) -> None:
    given_up(story, "TimeoutError").completed(900)


@negative(18)
def plates_that_may_be_set_twice(story: Story) -> None:
    given_up(story, "JobTimedOut", "idempotent").completed(900)


@negative(17)
def late_answer_within_one_process(story: Story) -> None:
    answered_late(story)


# --- 19: pauses ------------------------------------------------------------------------------------------------------


def pausing(run: RunStory, pauses: tuple[float, ...]) -> None:
    step = run.step("pull_feed", kind="read", args=["https://feed.test"])
    for pause in pauses:
        step.attempt_failed("Busy", "503", retry_in_seconds=pause)
        run.story.wait(pause)
    step.completed("news")
    run.completed()


@positive(19)
def beat_with_one_longer_pause(story: Story) -> None:
    pausing(story.run("feed-71", workflow="feeds"), (8, 8, 8, 41, 8))


@positive(19)
def two_runs_in_step_but_for_one_pause(story: Story) -> None:
    pausing(story.run("feed-72", workflow="feeds"), (2, 6, 18, 54))
    pausing(story.run("feed-73", workflow="feeds"), (2, 6, 18, 99))


@negative(19)
def doubling_up_to_a_limit(story: Story) -> None:
    pausing(story.run("feed-74", workflow="feeds"), (2.2, 5.1, 9.3, 9.9))


@negative(19)
def two_runs_with_jitter(story: Story) -> None:
    pausing(story.run("feed-75", workflow="feeds"), (2, 6, 18, 54))
    pausing(story.run("feed-76", workflow="feeds"), (2, 7.1, 15.6, 61))


# --- 30: keys of manuals ---------------------------------------------------------------------------------------------


@positive(30)
def key_beside_the_one_of_the_manual(story: Story) -> None:
    run = story.run("mirror-77", workflow="mirror")
    note = "not AKIAI44QH8DHBEXAMPLE but AKIA7Q2MZ4RTW9KD3XPC"
    run.step("read_note", kind="read").completed({"note": note})
    run.completed()


@negative(30)
def keys_of_manuals(story: Story) -> Look:
    run = story.run("mirror-78", workflow="mirror")
    key, secret = "ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    pair = {"aws_access_key_id": key, "aws_secret_access_key": secret}
    run.step("render_page", kind="pure").completed({"page": f"export KEY={key}", "sample": pair})
    run.step("try_stripe", kind="read", args=["sk_test_4eC39HqLyjWDarjtT1zdp7dc"]).completed("ok")
    run.completed()
    return Look(later_seconds=5 * MINUTE)
