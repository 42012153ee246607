"""The rules of matching, each by its number; what an edit changes; how code and log differ."""

from __future__ import annotations

from typing import Any

import pytest

from tests.machine.given import Given, ask, draw, timer
from workbench._errors import DivergenceError
from workbench.machine import (
    AnswerSource,
    Divergence,
    DivergenceReason,
    Edit,
    Machine,
    Raises,
    Returns,
    State,
    Target,
    Verb,
)
from workbench.model import EventType, position_text


def three_steps() -> Given:
    return Given().step(1, "a", "A").step(2, "b", "B").step(3, "c", "C").completed()


def two_side_by_side() -> Given:
    """Calls 1 and 2 together; 2 was answered first."""
    return Given().started(1, "a").started(2, "b").done(2, "b", "B").done(1, "a", "A")


# --- rule 1: a call is identified by its position ---------------------------------------------------------------


def test_rule_1_the_same_call_gets_its_recorded_answer() -> None:
    given = three_steps()
    machine = given.machine()
    for number, name in enumerate("abc", 1):
        call = ask(number, name)
        assert machine.ask(call) is State.ANSWERED
        answer = machine.take(call)
        assert (answer.source, given.result(answer.row)) == (AnswerSource.RECORDED, name.upper())
    machine.finish()
    assert machine.exhausted


def test_rule_1_another_name_has_diverged() -> None:
    machine = three_steps().machine()
    assert diverged(machine, ask(1, "b")) is DivergenceReason.RENAMED


def test_rule_1_another_verb_has_diverged() -> None:
    machine = three_steps().machine()
    assert diverged(machine, timer(1)) is DivergenceReason.RENAMED
    assert diverged(three_steps().machine(), draw(1)) is DivergenceReason.RENAMED


def test_rule_1_other_arguments_have_diverged() -> None:
    machine = Machine(three_steps().record(), same=lambda _row, call: call.arguments != "other")
    assert diverged(machine, ask(1, "a", arguments="other")) is DivergenceReason.ARGUMENTS


def test_rule_1_positions_are_paths() -> None:
    machine = Given().step((3, 1, 2), "deep", 1).machine()
    assert machine.ask(ask((3, 1, 2), "deep")) is State.ANSWERED
    assert diverged(machine, ask((3, 1, 3), "deep")) is DivergenceReason.INSERTED


# --- rule 2: answers come in log order, one at a time, when the code is idle --------------------------------------


def test_rule_2_answers_come_in_log_order() -> None:
    machine = two_side_by_side().machine()
    machine.ask(ask(1, "a"))
    machine.ask(ask(2, "b"))
    assert [machine.deliver().call.name for _ in range(2)] == ["b", "a"]  # type: ignore[union-attr]  # the test knows that it is there
    assert machine.deliver() is None


def test_rule_2_code_that_blocks_on_a_later_answer_has_diverged() -> None:
    machine = two_side_by_side().machine()
    machine.ask(ask(1, "a"))
    with pytest.raises(Divergence) as caught:
        machine.take(ask(1, "a"))
    assert caught.value.reason is DivergenceReason.REORDERED


def test_rule_2_an_open_call_waits_while_others_are_answered() -> None:
    machine = Given().started(1, "a").started(2, "b").done(2, "b", "B").machine()
    assert machine.ask(ask(1, "a")) is State.OPEN
    assert machine.ask(ask(2, "b")) is State.ANSWERED
    answer = machine.deliver()
    assert answer is not None
    assert answer.call.name == "b"
    assert machine.deliver() is None
    assert [call.name for call in machine.waiting()] == ["a"]


# --- rule 3: the clock moves only when an event is consumed --------------------------------------------------------


def test_rule_3_the_clock_moves_with_consumed_events_only() -> None:
    given = two_side_by_side()
    machine = given.machine()
    assert machine.now_ns == given.time_of(0)
    machine.ask(ask(1, "a"))
    machine.ask(ask(2, "b"))
    assert machine.now_ns == given.time_of(0)
    machine.deliver()
    assert machine.now_ns == given.time_of(3)
    machine.deliver()
    assert machine.now_ns == given.time_of(4)


def test_rule_3_a_draw_consumes_its_event() -> None:
    given = Given().drew(1, EventType.ClockRead, 7)
    machine = given.machine()
    answer = machine.instant(draw(1, Verb.READ_CLOCK))
    assert answer is not None
    assert machine.now_ns == given.time_of(1)
    assert machine.instant(draw(2)) is None


# --- rule 4: divergence is decided by asking or idleness -----------------------------------------------------------


def test_rule_4_idle_code_while_the_log_goes_on_has_diverged() -> None:
    machine = three_steps().machine()
    with pytest.raises(Divergence) as caught:
        machine.deliver()
    assert (caught.value.reason, caught.value.position) == (DivergenceReason.REMOVED, "1")


def test_rule_4_code_that_ends_while_the_log_goes_on_has_diverged() -> None:
    machine = three_steps().machine()
    machine.ask(ask(1, "a"))
    machine.take(ask(1, "a"))
    with pytest.raises(Divergence) as caught:
        machine.finish()
    assert (caught.value.reason, caught.value.path) == (DivergenceReason.REMOVED, (2,))


def test_rule_4_a_forgotten_step_in_doubt_is_a_divergence() -> None:
    machine = Given().step(1, "a", "A").started(2, "b").machine()
    machine.ask(ask(1, "a"))
    machine.take(ask(1, "a"))
    with pytest.raises(Divergence) as caught:
        machine.finish()
    assert caught.value.path == (2,)


def test_rule_4_a_forgotten_draw_is_a_divergence() -> None:
    machine = Given().drew(1, EventType.RandomDrawn, 0.5).machine()
    with pytest.raises(Divergence):
        machine.finish()


def test_rule_4_a_call_between_two_recorded_ones_has_diverged() -> None:
    machine = Given().step(1, "a", "A").step(3, "c", "C").machine()
    machine.ask(ask(1, "a"))
    machine.take(ask(1, "a"))
    assert diverged(machine, ask(2, "b")) is DivergenceReason.INSERTED


def test_rule_4_a_call_after_the_end_of_a_finished_run_has_diverged() -> None:
    machine = three_steps().machine()
    for number, name in enumerate("abc", 1):
        machine.ask(ask(number, name))
        machine.take(ask(number, name))
    assert diverged(machine, ask(4, "d")) is DivergenceReason.INSERTED


def test_rule_4_a_call_beyond_an_unfinished_run_is_the_frontier() -> None:
    machine = Given().step(1, "a", "A").machine()
    machine.ask(ask(1, "a"))
    machine.take(ask(1, "a"))
    assert machine.ask(ask(2, "b")) is State.NEW
    assert machine.instant(draw(3)) is None


def test_rule_4_a_recorded_cancellation_that_does_not_happen_is_a_divergence() -> None:
    machine = Given().started(1, "a").cancelled(1, "a").machine()
    call = ask(1, "a")
    assert machine.ask(call) is State.ANSWERED  # nothing to execute: the code will stop waiting by itself
    with pytest.raises(Divergence):
        machine.deliver()
    machine.cancel(call)
    assert machine.deliver() is None


def test_an_answer_without_its_question_is_passed_over() -> None:
    machine = Given().done(9, "orphan", "O").step(1, "a", "A").machine()
    call = ask(1, "a")
    assert machine.ask(call) is State.ANSWERED
    assert machine.take(call).call is call
    machine.finish()


def test_an_answer_that_was_logged_twice_is_given_once() -> None:
    machine = Given().started(1, "a").done(1, "a", "A").done(1, "a", "AGAIN").step(2, "b", "B").machine()
    for number, name in ((1, "a"), (2, "b")):
        call = ask(number, name)
        assert machine.ask(call) is State.ANSWERED
        assert machine.take(call).row == 2 * number + (number > 1)
    machine.finish()


# --- rule 5: edits and departure -----------------------------------------------------------------------------------


def test_rule_5_the_branch_departs_when_an_edit_is_delivered_not_when_it_is_met() -> None:
    machine = three_steps().machine([Returns(Target("b"), "X")])
    machine.ask(ask(1, "a"))
    machine.take(ask(1, "a"))
    machine.ask(ask(2, "b"))
    assert not machine.departed
    answer = machine.take(ask(2, "b"))
    assert (machine.departed, answer.source) == (True, AnswerSource.EDITED)


def test_rule_5_a_departed_branch_borrows_answers_of_the_same_calls() -> None:
    given = three_steps()
    machine = given.machine([Returns(Target("a"), "X")])
    machine.ask(ask(1, "a"))
    machine.take(ask(1, "a"))
    assert machine.ask(ask(2, "b")) is State.ANSWERED
    assert machine.take(ask(2, "b")).source is AnswerSource.RECORDED
    assert machine.ask(ask(3, "other")) is State.NEW
    assert machine.ask(ask(4, "d")) is State.NEW
    machine.finish()


def test_rule_5_a_supplied_answer_says_so() -> None:
    machine = Given().step(1, "a", "A").machine([Returns(Target("b"), "B", supplied=True)])
    machine.ask(ask(1, "a"))
    machine.take(ask(1, "a"))
    assert machine.ask(ask(2, "b")) is State.ANSWERED
    assert machine.take(ask(2, "b")).source is AnswerSource.SUPPLIED


def test_rule_5_an_edit_answers_a_call_that_the_recorded_code_gave_up_on() -> None:
    machine = (
        Given().started(1, "slow").asked(2, EventType.TimerStarted).answered(2, EventType.TimerFired)
        .cancelled(1, "slow").machine([Returns(Target("slow"), "in time")])
    )  # fmt: skip
    machine.ask(ask(1, "slow"))
    machine.ask(timer(2))
    answer = machine.deliver()
    assert answer is not None
    assert answer.source is AnswerSource.EDITED


def test_edits_are_aimed_by_name_occurrence_and_position() -> None:
    edits: list[Edit] = [
        Returns(Target("a", occurrence=2), "second"),
        Returns(Target(position=(3,)), "third"),
        Raises(Target("never"), ValueError()),
    ]
    given = Given().step(1, "a", 1).step(2, "a", 2).step(3, "b", 3)
    machine = given.machine(edits)
    used: list[Any] = []
    for number, name in ((1, "a"), (2, "a"), (3, "b")):
        call = ask(number, name)
        machine.ask(call)
        used.append(machine.take(call).edit)
    assert used == [None, edits[0], edits[1]]
    assert machine.unused_edits == {2}


def test_the_last_of_several_fitting_edits_counts() -> None:
    edits = [Returns(Target("a"), 1), Returns(Target("a"), 2)]
    machine = three_steps().machine(edits)
    machine.ask(ask(1, "a"))
    assert machine.take(ask(1, "a")).edit is edits[1]


def test_a_timer_beyond_the_log_fires_by_itself_and_only_a_position_means_it() -> None:
    machine = Given().machine([Returns(Target(), None), Returns(Target(position=(2,)), None)])
    assert machine.ask(timer(1)) is State.ANSWERED
    assert machine.take(timer(1)).source is AnswerSource.VIRTUAL
    machine.ask(timer(2))
    assert machine.take(timer(2)).source is AnswerSource.EDITED


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target("charge"), "charge"), (Target("charge", 2), "charge #2"), (Target("c", position=(3, 1)), "c at 3.1"),
        (Target(), "any call"), (Target(position=(2,)), "the call at 2"),
    ],
)  # fmt: skip
def test_a_target_says_what_it_means(target: Target, words: str) -> None:
    assert str(target) == words
    assert str(Returns(target, 1)) == f"{words} returns 1"
    assert str(Raises(target, ValueError("x"))) == f"{words} raises ValueError('x')"


# --- patches -------------------------------------------------------------------------------------------------------


def test_a_patch_is_looked_up_by_its_id() -> None:
    machine = Given().patched("p", value=True).machine()
    assert machine.patch_row("p") == 1
    assert machine.patch_row("q") is None


def test_a_new_path_is_taken_only_past_the_log() -> None:
    machine = Given().step(1, "a", "A").machine()
    assert not machine.takes_new_path
    machine.ask(ask(1, "a"))
    machine.take(ask(1, "a"))
    assert machine.takes_new_path


def test_a_finished_run_never_took_a_path_that_it_did_not_ask_about() -> None:
    machine = Given().step(1, "a", "A").completed().machine()
    machine.ask(ask(1, "a"))
    machine.take(ask(1, "a"))
    assert not machine.takes_new_path


# --- what a divergence says ----------------------------------------------------------------------------------------


def test_a_divergence_says_where_what_and_what_to_do() -> None:
    machine = three_steps().machine()
    with pytest.raises(DivergenceError) as caught:
        machine.ask(ask(1, "other"))
    text = "diverged at 1: the log holds call step a at 1 (event 2), the code asked for call step other (renamed)"
    assert str(caught.value).startswith(f"{text}\n  → ")
    assert "wb.patched" in caught.value.hint


@pytest.mark.parametrize("reason", list(DivergenceReason))
def test_every_reason_has_a_remedy(reason: DivergenceReason) -> None:
    record = three_steps().record()
    for call, slot in ((ask(1, "a"), record.slots[1,]), (None, record.slots[1,]), (ask(9, "z"), None), (None, None)):
        divergence = Divergence(reason, call, slot, record)
        assert divergence.hint
        assert divergence.position == (position_text(divergence.path) or "the end")


def diverged(machine: Machine, call: Any) -> DivergenceReason:
    with pytest.raises(Divergence) as caught:
        machine.instant(call) if call.verb is Verb.DRAW_RANDOM else machine.ask(call)
    return caught.value.reason
