"""Hazards 17 and 18: two processes on one run, two attempts of one step."""

from __future__ import annotations

from tests.analysis.hazards.seen import seen
from tests.story import Story
from workbench.analysis.hazards import Case, Severity
from workbench.model import EventType, Unsaid

# --- 17: two workers ---------------------------------------------------------------------------------------------


def test_the_paused_worker_answers_after_the_takeover() -> None:
    story = Story()
    run = story.run("r")
    step = run.step("ship").started()
    story.process(5151)
    run.recovered(after_seconds=60)
    step._event(EventType.StepCompleted, result="late")
    run.completed()
    (found,) = seen("two-writers", story)
    assert found.seqs == (4, 3, 2)
    assert "ship" in found.text


def test_a_process_writes_again_after_another_had_taken_over() -> None:
    story = Story()
    run = story.run("r")
    run.step("stock", kind="read").completed(1)
    story.process(5151)
    run.recovered(after_seconds=60)
    run.step("price", kind="read").completed(2)
    story.process(4242)
    run.step("ship").completed()
    (found,) = seen("two-writers", story)
    assert found.seqs[0] == 7
    assert "4242" in found.text


def test_the_same_attempt_begun_by_both() -> None:
    story = Story()
    run = story.run("r")
    step = run.step("ship").started()
    story.process(5151)
    step.started(attempt=1)
    step.completed("tracking-1")
    (found,) = seen("two-writers", story)
    assert found.seqs == (3,)
    assert "5151" in found.text


def test_the_same_attempt_begun_twice_by_one_process_is_a_retry_that_came_too_early() -> None:
    story = Story()
    step = story.run("r").step("ship").started()
    step.started(attempt=1)
    step.completed("tracking-1")
    (found,) = seen("early-retry", story)
    assert found.seqs == (3, 2)
    assert not seen("two-writers", story)


def test_two_results_of_one_attempt() -> None:
    story = Story()
    step = story.run("r").step("ship").completed("tracking-1")
    story.process(5151)
    step._event(EventType.StepCompleted, result="tracking-2")
    (found,) = seen("two-writers", story)
    assert found.seqs == (4, 3)


def test_two_results_of_one_attempt_of_one_process() -> None:
    story = Story()
    step = story.run("r").step("ship").completed("tracking-1")
    step._event(EventType.StepCompleted, result="tracking-2")
    (found,) = seen("early-retry", story)
    assert found.seqs == (4, 3, 2)
    assert not seen("two-writers", story)


def test_two_logs_tell_of_the_same_run_in_the_same_time() -> None:
    one, other = Story(origin="a.wlog"), Story(origin="b.wlog")
    for story in (one, other):
        story.run("r").step("ship").completed()
    (found,) = seen("two-writers", one, siblings=[Case(other.history(), "r", other.now_ns)])
    assert "b.wlog" in found.text


def test_logs_one_after_the_other_are_a_takeover_and_no_zombie() -> None:
    one = Story()
    one.run("r").step("ship").started().died()
    two = Story()
    two.wait(600)
    two.run("r").step("ship").completed()
    assert not seen("two-writers", one, siblings=[Case(two.history(), "r", two.now_ns)])


def test_a_worker_that_died_and_was_followed_is_no_zombie() -> None:
    story = Story()
    run = story.run("r")
    step = run.step("ship").started().died()
    for pid in (5151, 6161, 7171):
        story.process(pid)
        run.recovered(after_seconds=60)
        step.started().died()
    step.completed()
    run.completed()
    assert not seen("two-writers", story)


def test_other_runs_of_the_first_process_do_not_make_it_a_zombie_of_this_one() -> None:
    story = Story()
    run = story.run("r")
    run.step("stock", kind="read").completed(1)
    other = story.run("other")
    story.process(5151)
    run.recovered(after_seconds=60)
    run.completed()
    story.process(4242)
    other.step("ship").completed()
    assert not seen("two-writers", story)


def test_attempts_that_an_engine_does_not_number_are_no_pair() -> None:
    story = Story(engine="dbos", unsaid=frozenset({Unsaid.ATTEMPTS}))
    step = story.run("r").step("ship").started(attempt=0)
    step.started(attempt=0)
    step.completed()
    assert not seen("two-writers", story)


# --- 18: retry while the first attempt lives ---------------------------------------------------------------------


def test_the_answer_of_the_first_attempt_comes_when_the_second_is_at_work() -> None:
    story = Story()
    step = story.run("r").step("upload").started()
    first = step.intent
    step.started()
    second = step.intent
    step.run.event(
        EventType.AttemptFailed, step.declaration, step.position, (1, "HeartbeatTimeout", first), definite=False
    )
    step.run.event(EventType.StepCompleted, step.declaration, step.position, (2, "", second), result=13)
    (found,) = seen("early-retry", story)
    assert found.seqs == (3, 2, 4)
    assert found.confidence == 1.0


def test_a_lost_heartbeat_before_the_retry() -> None:
    story = Story()
    step = story.run("r").step("upload").attempt_failed("HeartbeatTimeout", "no heartbeat for 30 s")
    step.completed(13)
    (found,) = seen("early-retry", story)
    assert found.severity is Severity.WARNING


def test_an_attempt_that_was_over_may_be_followed_by_another() -> None:
    story = Story()
    step = story.run("r").step("upload").attempt_failed("ConnectionRefusedError", definite=True)
    step.attempt_failed("ConnectionResetError").completed(10)
    assert not seen("early-retry", story)


def test_after_a_crash_the_first_attempt_is_dead() -> None:
    story = Story()
    run = story.run("r")
    step = run.step("upload").started().died()
    run.recovered(after_seconds=60)
    step.started().completed(10)
    assert not seen("early-retry", story)


def test_two_calls_side_by_side_are_two_steps() -> None:
    story = Story()
    run = story.run("r")
    one, two = run.step("upload").started(), run.step("upload").started()
    two.completed(1)
    one.completed(2)
    assert not seen("early-retry", story)
