"""One run arranged by position, and the retry policy as a table."""

from __future__ import annotations

from itertools import product

import pytest

from tests.machine.given import Given
from workbench.machine import NO_RETRY, Retry, read_run
from workbench.model import EventType, Kind


def test_an_unknown_run_is_an_empty_record() -> None:
    record = read_run(Given().record().history, "somebody else")
    assert (record.slots, record.started, record.ended) == ({}, -1, -1)


def test_a_slot_knows_how_it_was_answered() -> None:
    slot = Given().step(1, "a", "A").record().slots[1,]
    assert (slot.opened, slot.answer, slot.type, slot.cancelled) == (1, 2, EventType.StepCompleted, False)


def test_an_intent_without_an_outcome_is_in_doubt() -> None:
    record = Given().started(1, "a").record()
    assert record.slots[1,].in_doubt(record.history)
    assert record.slots[1,].attempts(record.history) == 1


@pytest.mark.parametrize(
    ("given", "doubt", "attempts"),
    [
        (Given().step(1, "a", "A"), False, 1),
        (Given().started(1, "a").attempt_failed(1, "a", 1), False, 1),
        (Given().started(1, "a").attempt_failed(1, "a", 1).started(1, "a", 2), True, 2),
        (Given().started(1, "a").started(1, "a", 2), True, 2),
        (Given().started(1, "a").resolved(1, "a", happened=False), False, 1),
        (Given().started(1, "a").resolved(1, "a", happened=True), False, 1),
        (Given().started(1, "a").resolved(1, "a", happened=False).started(1, "a", 2), True, 2),
        (Given().started(1, "a").cancelled(1, "a"), False, 1),
    ],
    ids=["done", "failed", "second", "restarted", "undone", "happened", "undone and again", "cancelled"],
)
def test_doubt_is_an_attempt_that_nothing_ended(given: Given, doubt: bool, attempts: int) -> None:  # noqa: FBT001 - a column of the table
    record = given.record()
    slot = record.slots[1,]
    assert (slot.in_doubt(record.history), slot.attempts(record.history)) == (doubt, attempts)


def test_a_step_that_somebody_says_happened_is_answered() -> None:
    record = Given().started(1, "a").resolved(1, "a", happened=True).record()
    assert record.slots[1,].type is EventType.StepResolved
    assert [slot.position for slot in record.order] == [(1,)]


def test_the_first_answer_counts() -> None:
    slot = Given().step(1, "a", "A").done(1, "a", "again").record().slots[1,]
    assert slot.answer == 2


def test_draws_answer_themselves_and_keep_out_of_the_order() -> None:
    record = Given().drew(1, EventType.ClockRead, 7).record()
    assert (record.slots[1,].answer, record.order) == (1, [])


@pytest.mark.parametrize(("kind", "definite"), list(product(Kind, [True, False])))
def test_what_may_be_tried_again(kind: Kind, definite: bool) -> None:  # noqa: FBT001 - a column of the table
    retry = Retry(max_attempts=3, never_on=(KeyError,))
    may_repeat = definite or kind in {Kind.PURE, Kind.READ, Kind.IDEMPOTENT, Kind.KEYED}
    for attempt in (1, 2, 3, 4):
        allowed = may_repeat and attempt < 3
        assert retry.allows(OSError(), attempt, kind, definite=definite) is allowed
        assert not retry.allows(KeyError(), attempt, kind, definite=definite)
        assert not NO_RETRY.allows(OSError(), attempt, kind, definite=definite)


def test_waits_grow_to_a_limit_and_jitter_shares_them() -> None:
    steady = Retry(first_delay_seconds=1, backoff=2, max_delay_seconds=5, jitter=0)
    assert [steady.delay_seconds(attempt, 0.5) for attempt in (1, 2, 3, 4)] == [1, 2, 4, 5]
    half = Retry(first_delay_seconds=8, jitter=0.5)
    assert (half.delay_seconds(1, 0), half.delay_seconds(1, 1)) == (4, 8)
    assert Retry().delay_seconds(1, 0) == 0
    assert Retry(backoff=10).delay_seconds(400, 1) == 60
