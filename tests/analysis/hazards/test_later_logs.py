"""What is flagged besides: memo keys, values that are not whole, gaps of the log, secrets in clear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.analysis.hazards.seen import seen
from tests.story import RunStory, Story
from workbench.analysis.hazards import Severity
from workbench.journal.codec import Redacted
from workbench.model import EventType

# --- 27: memo key without occurrence index -----------------------------------------------------------------------


def polls(*results: Any, keys: tuple[str, ...] = ("poll/job-1", "poll/job-1")) -> Story:
    story = Story()
    run = story.run("r")
    for result, key in zip(results, keys, strict=True):
        run.step("poll", kind="read", args=["job-1"], key=key).completed(result)
        run.timer(60).fired()
    run.completed()
    return story


def test_the_second_poll_gets_the_answer_of_the_first() -> None:
    (found,) = seen("memo-key", polls({"state": "pending"}, {"state": "pending"}))
    assert found.steps == ("poll (1)", "poll (3)")
    assert "both have the key" in found.text


@pytest.mark.parametrize(
    ("results", "keys"),
    [
        pytest.param(({"state": "pending"}, {"state": "done"}), ("poll/job-1", "poll/job-1"), id="another answer"),
        pytest.param(({"state": "pending"}, {"state": "pending"}), ("poll/job-1/1", "poll/job-1/2"), id="numbered"),
        pytest.param(({"state": "pending"}, {"state": "pending"}), ("", ""), id="no key, nothing changed"),
    ],
)
def test_polls_that_ask_anew(results: tuple[Any, ...], keys: tuple[str, ...]) -> None:
    assert not seen("memo-key", polls(*results, keys=keys))


def test_keys_that_differ_were_asked_anew_whatever_the_answer_says() -> None:
    moment = {"state": "pending", "served_at": 1_790_000_003}
    assert not seen("memo-key", polls(moment, dict(moment), keys=("poll/job-1/1", "poll/job-1/2")))


def test_an_answer_older_than_its_question() -> None:
    moment = {"state": "pending", "served_at": 1_790_000_003}
    assert seen("memo-key", polls(moment, dict(moment), keys=("", "")))


def test_an_answer_to_another_call() -> None:
    story = Story()
    run = story.run("r")
    first = run.step("poll", kind="read", args=["job-1"]).completed("pending")
    second = run.step("poll", kind="read", args=["job-1"]).started()
    run.event(EventType.StepCompleted, second.declaration, second.position, (1, "", first.intent), result="pending")
    (found,) = seen("memo-key", story)
    assert found.seqs == (5, 2)


# --- 28: a value that is not whole -------------------------------------------------------------------------------


def used(value: Any) -> Story:
    story = Story()
    run = story.run("r")
    run.step("log_in", kind="read").completed({"token": value})
    run.recovered(after_seconds=60)
    run.step("upload", args=[value]).completed()
    run.completed()
    return story


UNSEALED, SEALED = Redacted("token", "ab" * 6), Redacted("token", "ab" * 6, sealed=b"sealed")


@pytest.mark.parametrize(
    "value", [pytest.param(UNSEALED, id="not sealed"), "[REDACTED]", "abcdefgh... (truncated)", "********"]
)
def test_a_placeholder_is_handed_to_the_code(value: Any) -> None:
    (found,) = seen("lossy-value", used(value))
    assert found.seqs[0] == 3
    assert "$.result.token" in found.text


@pytest.mark.parametrize(
    "value", [pytest.param(SEALED, id="sealed"), "to be continued ...", "the truncated cone", "secret", "x"]
)
def test_a_value_that_is_whole(value: Any) -> None:
    assert not seen("lossy-value", used(value))


def test_the_use_that_is_named_is_one_of_the_lost_value_after_the_resume() -> None:
    story = Story()
    run = story.run("r")
    run.step("log_in", kind="read").completed({"user": "user-4711", "token": "[REDACTED]"})
    run.step("upload", args=["[REDACTED]"]).completed()
    run.recovered(after_seconds=60)
    run.step("greet", args=["user-4711"]).completed()
    run.step("upload", args=["[REDACTED]"]).completed()
    run.completed()
    (found,) = seen("lossy-value", story)
    assert found.seqs == (3, 9, 6)
    assert found.steps == ("log_in (1)", "upload (4)")


def test_other_values_of_the_same_result_are_no_use_of_it() -> None:
    story = Story()
    run = story.run("r")
    run.step("log_in", kind="read").completed({"user": "user-4711", "token": "[REDACTED]"})
    run.step("greet", args=["user-4711"]).completed()
    run.completed()
    assert not seen("lossy-value", story)


def test_a_long_text_that_ends_in_what_a_short_one_would_be_masked_with() -> None:
    assert not seen("lossy-value", used("x" * 5000))


def test_a_secret_that_is_handed_back_to_nobody() -> None:
    story = Story()
    run = story.run("r")
    run.step("log_in", kind="read").completed({"token": UNSEALED})
    run.completed()
    assert not seen("lossy-value", story)


# --- 29: gaps ----------------------------------------------------------------------------------------------------


def whole() -> Story:
    story = Story()
    run = story.run("r")
    run.step("charge").completed()
    run.completed()
    return story


@pytest.mark.parametrize(
    ("found", "severity"),
    [({"rotten": True}, None), ({"same_boot": False, "synced_seq": 2}, Severity.WARNING)],
)
@pytest.mark.parametrize("end", [RunStory.cancelled, lambda run: run.failed("Refused"), lambda run: run.timer(60)])
def test_events_are_missing_or_may_be(
    end: Callable[[RunStory], object], found: dict[str, Any], severity: Severity | None
) -> None:
    story = Story()
    run = story.run("r")
    run.step("charge").completed()
    end(run)
    (gap,) = seen("log-gap", story, report=story.report(**found))
    assert gap.severity is severity


def test_nothing_follows_on_a_run_that_has_completed() -> None:
    story = whole()
    assert not seen("log-gap", story, report=story.report(same_boot=False, synced_seq=2))
    assert seen("log-gap", story, report=story.report(rotten=True))


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"torn": True},
        {"same_boot": False},
        {"synced_seq": 2},
        {"same_boot": False, "synced_seq": 2, "closed": True},
    ],
)
def test_a_log_that_is_whole(found: dict[str, Any]) -> None:
    story = whole()
    assert not seen("log-gap", story, report=story.report(**found))


def test_the_beginning_is_missing() -> None:
    story = Story()
    story.lost_run("r").step("charge").completed()
    assert seen("log-gap", story)


def test_the_disk_refused_or_a_sync_failed() -> None:
    story = whole()
    (refused,) = seen("log-gap", story, report=replace(story.report(), dropped=3))
    assert "3 event(s)" in refused.text
    assert seen("log-gap", story, report=replace(story.report(synced_seq=2), sync_failed=True))
    assert not seen("log-gap", story)


# --- 30: secrets -------------------------------------------------------------------------------------------------

PASSWORD = "hunter2-" * 2
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJvcmRlci00MiIsImV4cCI6MTc5MDAwMzYwMH0.c2lnbmF0dXJlLW9mLW5vYm9keQ"


def told(**kwargs: Any) -> Story:
    story = Story()
    story.run("r").step("call").given(**kwargs).completed("ok")
    return story


@pytest.mark.parametrize(
    ("arguments", "secret"),
    [
        ({"password": "hunter2-hunter2"}, "hunter2-hunter2"),
        ({"headers": {"Authorization": f"Bearer {JWT}"}}, JWT),
        ({"text": f"sent with {JWT}"}, JWT),
        ({"aws": "AKIAIOSFODNN7EXAMPLF"}, "AKIAIOSFODNN7EXAMPLF"),
        ({"url": "postgres://shop:s3cr3t-word@db/shop"}, "s3cr3t-word"),
    ],
)
def test_a_secret_in_clear_is_named_and_not_repeated(arguments: dict[str, Any], secret: str) -> None:
    (found,) = seen("clear-secret", told(**arguments))
    assert found.seqs == (2,)
    assert secret not in found.text


@pytest.mark.parametrize(
    "arguments",
    [
        {"password": Redacted("password", "ab" * 6)},
        {"password": "***"},
        {"api_key": "vault://shop/stripe"},
        {"token_count": 512, "tokens": "17"},
        {"order": "order-42", "sha256": "ab" * 32, "id": "0b0f0a6e-5f0e-4d6b-9f55-1c5d3a6f7c11"},
        {"text": "please change your password"},
        {"expires_in": 3600, "token_type": "Bearer"},
    ],
)
def test_what_is_no_secret(arguments: dict[str, Any]) -> None:
    assert not seen("clear-secret", told(**arguments))


def test_one_finding_for_a_secret_that_is_passed_on() -> None:
    story = Story()
    run = story.run("r")
    for _ in range(5):
        run.step("call").given(password=PASSWORD).completed()
    (found,) = seen("clear-secret", story)
    assert len(found.seqs) == 5
