from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.analysis.hazards.looking import case_of, evidence, look, seen
from tests.story import BEGAN_NS, NS, Story
from workbench.analysis.hazards import Severity, stale_steps
from workbench.journal.codec import Redacted

HIDDEN = "⟨redacted:jwt:0f0f0f0f0f0f⟩"
BEGAN = BEGAN_NS // NS


def jwt(exp: int) -> str:
    parts = ({"alg": "HS256"}, {"exp": exp, "iss": "shop"})
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".c2ln"
    )


def uploads(token: Any, *, used: Any = None, after_seconds: float = 7200) -> Story:
    """Logs in, sleeps, uploads with the token: login is events 2 and 3, the upload 6 and 7."""
    story = Story()
    run = story.run("order-42")
    run.step("log_in", kind="read").completed(token)
    run.timer(after_seconds).fired()
    run.step("upload", kind="idempotent", args=["report.pdf", used if used is not None else token]).completed(
        {"ok": True}
    )
    run.completed()
    return story


@pytest.mark.parametrize(
    ("token", "used"),
    [
        ({"access_token": "tok-1234567", "expires_in": 3600}, "tok-1234567"),
        ({"access_token": "tok-1234567", "expires_in": "3600"}, "Bearer tok-1234567"),
        ({"accessToken": "tok-1234567", "expiresAt": "2026-09-21T14:30:00Z"}, "tok-1234567"),
        ({"token": "tok-1234567", "expiry": (BEGAN + 3600) * 1000}, "tok-1234567"),
        ({"token": {"value": "tok-1234567", "valid_until": BEGAN + 60}}, "tok-1234567"),
        ({"lease_id": "lease-0001", "lease_until": BEGAN + 600}, "lease-0001"),
        (jwt(BEGAN + 3600), None),
        (Redacted("jwt", "0f" * 6, {"exp": BEGAN + 3600}), None),
        (Redacted("jwt", "0f" * 6, {"exp": BEGAN + 3600}), Redacted("bearer", "0f" * 6, text=f"Bearer {HIDDEN}")),
        ("https://b.s3.amazonaws.com/k?X-Amz-Date=20260921T130000Z&X-Amz-Expires=900&X-Amz-Signature=0123abcd", None),
        ("https://b.blob.core.windows.net/k?se=2026-09-21T14%3A00%3A00Z&sp=r&sig=abc%2F1", None),
    ],
    ids=[
        "expires_in", "bearer", "expiresAt", "milliseconds", "below-a-name", "lease", "web-token", "redacted",
        "redacted-bearer", "s3", "azure",
    ],
)  # fmt: skip
def test_a_credential_is_used_after_its_end(token: Any, used: Any) -> None:
    assert seen(case_of(uploads(token, used=used)), "expired-credential") == [(Severity.DANGER, (6, 3))]


@pytest.mark.parametrize(
    ("token", "used"),
    [
        ({"access_token": "tok-1234567", "expires_in": 10_000}, "tok-1234567"),
        ({"access_token": "tok-1234567", "expires_in": 3600}, "another-token-9"),
        (
            {"access_token": "tok-1234567", "refresh_token_expires_in": 60, "refresh_token": "ref-1234567"},
            "tok-1234567",
        ),
        ({"card_number": "4242", "exp": "12/27", "customer": "cus-1234567"}, "cus-1234567"),
        (
            {"headers": {"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, "token_type": "x", "body": "page-12345"},
            "page-12345",
        ),
        (jwt(BEGAN + 36_000), None),
    ],
)
def test_near_misses(token: Any, used: Any) -> None:
    assert look(case_of(uploads(token, used=used)), "expired-credential") == []


def test_a_token_that_was_fetched_anew_is_fresh() -> None:
    story = Story()
    run = story.run("order-42")
    for _ in range(2):
        run.step("log_in", kind="read").completed({"access_token": f"tok-1234567{run.calls}", "expires_in": 3600})
        run.timer(3000).fired()
    run.step("upload", args=[f"tok-1234567{run.calls - 1}"]).completed()
    run.completed()
    assert look(case_of(story), "expired-credential") == []


def test_the_moment_of_its_end_is_not_after_it() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("log_in", kind="read").completed({"access_token": "tok-1234567", "expires_in": 100})
    story.wait(99)
    run.step("upload", args=["tok-1234567"]).completed()
    run.completed()
    assert look(case_of(story), "expired-credential") == []


def open_run() -> Story:
    story = Story()
    run = story.run("order-42")
    run.step("log_in", kind="read").completed({"access_token": "tok-1234567", "expires_in": 900})
    run.step("charge", kind="keyed", key="charge/42", args=[42]).completed({"id": "ch_42"})
    return story


def test_an_open_run_would_be_handed_an_expired_token() -> None:
    assert seen(case_of(open_run(), after_seconds=3600), "expired-credential") == [(Severity.WARNING, (3,))]
    assert look(case_of(open_run(), after_seconds=60), "expired-credential") == []


def test_the_verdict_is_told_which_result_is_stale() -> None:
    case = case_of(open_run(), after_seconds=3600)
    assert "`access_token` of event 3" in evidence(case, "expired-credential").text
    assert dict(stale_steps(case)) == {(1,): "`access_token` expired at 2026-09-21 14:28:23 UTC"}


def test_a_completed_run_has_no_stale_steps() -> None:
    story = uploads({"access_token": "tok-1234567", "expires_in": 3600}, used="tok-1234567")
    assert stale_steps(case_of(story, after_seconds=9999)) == {}


def test_a_timer_wakes_the_run_when_the_token_has_ended() -> None:
    story = open_run()
    run = story.run("order-43")
    run.step("log_in", kind="read").completed({"access_token": "tok-7654321", "expires_in": 900})
    run.timer(7200)
    found = evidence(case_of(story, "order-43", after_seconds=5), "expired-credential")
    assert "when its timer fires" in found.text


def test_refused_for_credentials_that_are_not_in_the_arguments() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("log_in", kind="read").completed({"access_token": "tok-1234567", "expires_in": 900})
    run.timer(3600).fired()
    run.step("upload").failed("HTTPStatusError", "401 Unauthorized")
    run.failed("HTTPStatusError", "401 Unauthorized")
    assert seen(case_of(story), "expired-credential") == [(Severity.DANGER, (7, 3))]
