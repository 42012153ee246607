"""Explanations: what failed, what it used, what happened on the way, what stands, what is not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.story import NS, StepStory, Story
from workbench.analysis.hazards import Evidence, Finding, Hazard, Severity, Sight
from workbench.analysis.why import Why, why
from workbench.analysis.why.words import listed, span_text
from workbench.journal.codec import Redacted
from workbench.model import EventType

TOKEN = Redacted("access_token", "5da9fd6375df")
_EVENTS = re.compile(r" \(events? \d+(, \d+)*( and \d+)?\)\.$")


def explain(story: Story, run_id: str = "order-42", *, after_seconds: float = 0, **options: Any) -> Why:
    now_ns = story.now_ns + int(after_seconds * NS)
    return why(story.history(), run_id, story.report(), now_ns=now_ns, **options)


def expired() -> Story:
    """The paradigm: a token of half an hour, obtained 47 minutes before it is used."""
    story = Story()
    run = story.run("order-42", business_key="order-42", args=[{"id": "order-42", "customer": "ada.lovelace"}])
    run.step("log_in", kind="read").completed({"access_token": TOKEN, "expires_in": 1800})
    charge = {"id": "ch_0000001", "amount": Decimal("118.00"), "currency": "EUR"}
    run.step("charge_card", kind="compensatable", key="charge/order-42", args=["order-42"]).completed(charge)
    run.recovered(after_seconds=2816)
    run.step("extend", kind="idempotent", args=[TOKEN, "ada.lovelace"]).failed("ShopError", "401 expired_token")
    run.failed("ShopError", "401 expired_token")
    return story


def hazard_at(*seqs: int, title: str = "Expired credential in a cached result") -> Finding:
    hazard = Hazard(
        id="expired-credential", number=1, title=title, severity=Severity.WARNING, sight=Sight.LOG, explanation="",
        fix="", false_alarm_if="", detect=lambda _case: (),
    )  # fmt: skip
    return Finding(hazard, "order-42", Evidence(seqs, "the token had expired 17 minutes before extend (3) used it"))


def test_a_token_that_had_expired() -> None:
    found = explain(expired(), findings=[hazard_at(7), hazard_at(9, title="Half-done saga"), hazard_at(99)])
    assert found.text() == (Path(__file__).parent / "goldens" / "expired_token.txt").read_text().rstrip("\n")


def test_the_frame() -> None:
    frame = explain(expired()).frame
    assert list(frame["role"]) == ["outcome", "cause", "source", "source", "between", "effect", "effect"]
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "role": "category", "run_id": "category", "step": "str", "seq": "Int64", "seqs": "object",
        "time": "datetime64[ns, UTC]", "sentence": "str",
    }  # fmt: skip
    assert list(frame["seq"]) == [9, 8, 3, 1, 6, 5, 8]
    assert list(map(str, explain(Story(), "nobody").frame.dtypes)) == list(map(str, frame.dtypes))


def test_a_step_in_doubt() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge", kind="write", args=[{"amount": Decimal(5), "currency": "EUR"}]).started().died()
    text = explain(story, after_seconds=7200).text()
    assert "stopped without an end: the process that ran it is gone; its last event is 2 hours old (event 2)." in text
    assert "charge (1) began 2 hours ago and nothing says how it ended: it is in doubt (event 2)." in text
    assert "charge (1) is in doubt, charging 5 EUR: it began, and nothing proves how it ended (event 2)." in text


def test_a_run_whose_writer_lives() -> None:
    story = Story()
    story.run("order-42").step("charge", kind="write").started()
    found = why(story.history(), "order-42", story.report(writer_alive=True), now_ns=story.now_ns)
    assert "is open, and as far as its history says it is running" in found.text()


def test_a_timer_that_is_overdue_and_one_that_is_not() -> None:
    story = Story()
    story.run("order-42").timer(3600)
    assert "The timer (1) of 1 hour is due in 30 minutes (event 2)." in explain(story, after_seconds=1800).text()
    overdue = explain(story, after_seconds=5400).text()
    assert "The timer (1) of 1 hour has not fired and is overdue by 30 minutes (event 2)." in overdue


def test_a_signal_that_does_not_come() -> None:
    story = Story()
    run = story.run("order-42")
    run.received("approved")
    run.event(EventType.SignalAwaited, run.declaration, run.next_position(), timeout_seconds=None)
    text = explain(story, after_seconds=60).text()
    assert "The code waits for the signal checkout (1), asked for 1 minute ago" in text
    assert "1 signal arrived that the code never took: signal approved (event 2)." in text


def test_a_failure_in_a_child_is_followed_there() -> None:
    story = Story()
    parent = story.run("order-42")
    wait = parent.child("ship", "ship-42")
    child = story.run("ship-42", workflow="ship")
    child.step("label", kind="read").completed("parcel-000017")
    child.step("post", kind="write", args=["parcel-000017"]).failed("Lost", "no such parcel", definite=False)
    child.failed("Lost", "no such parcel")
    wait.answered(EventType.ChildFailed)
    parent.failed("Lost", "no such parcel")
    found = explain(story)
    assert found.text().splitlines()[:6] == [
        "Run order-42 (checkout) failed 9 seconds after it began with Lost: no such parcel (event 10).",
        "Why:",
        "  The child run ship (1) failed with an unnamed error (event 9).",
        "  Run ship-42 (ship) failed 5 seconds after it began with Lost: no such parcel (event 8).",
        "  post (2) failed with Lost: no such parcel (event 7).",
        "  The argument args[0] of post (2) was returned by label (1) 1 second before it was used (events 5 and 6).",
    ]
    assert "post (2) is in doubt: it failed, and its error does not prove that nothing was done" in found.text()
    assert set(found.frame["run_id"]) == {"order-42", "ship-42"}


def test_a_child_elsewhere_and_a_run_that_is_its_own_child() -> None:
    story = Story()
    story.run("order-42").child("ship", "elsewhere-1")
    assert "What happened in the child run ship (1) is not in this log (event 2)." in explain(story).text()
    ring = Story()
    ring.run("order-42").child("again", "order-42")
    assert "is not in this log" in explain(ring).text()


def test_a_completed_run_says_so_and_names_what_it_survived() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("look", kind="read").failed("NotFound", "no customer")
    run.step("charge", kind="keyed", key="k/1").attempt_failed("Timeout").completed()
    run.completed()
    text = explain(story).text()
    assert text.startswith("Run order-42 (checkout) completed 7 seconds after it began (event 8).")
    assert "look (1) had failed with NotFound: no customer, and the run went on (event 3)." in text
    assert "charge (2) needed 2 attempts and 3 seconds; the last failure was Timeout (events 5 and 7)." in text


def test_retries_decisions_silences_and_cancellation() -> None:
    story = Story()
    run = story.run("order-42")
    step = run.step("charge", kind="write").attempt_failed("Timeout", "no answer")
    story.wait(300)
    step.started().completed()
    run.event(EventType.DecisionMade, action="retry_from", from_step="charge (1)", by="ada", why="the bank says no")
    run.event(EventType.CancelRequested)
    run.cancelled()
    text = explain(story).text()
    assert "was cancelled 5 minutes 7 seconds after it began" in text
    assert "charge (1) needed 2 attempts and 5 minutes 3 seconds; the last failure was Timeout: no answer" in text
    assert "ada decided to retry from charge (1): the bank says no (event 6)." in text
    assert "Somebody asked the run to stop (event 7)." in text
    assert "Nothing was recorded for 5 minutes 1 second while the code waited for charge (1) (events 3 and 4)." in text


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda undo: undo.completed(), "happened and was undone by undo_book"),
        (lambda undo: undo.started(), "its undo by undo_book began, and nothing proves how that ended"),
        (lambda undo: undo.failed(), "its undo by undo_book failed, so it still stands"),
    ],
)
def test_undone_effects(act: Any, says: str) -> None:
    story = Story()
    run = story.run("order-42")
    run.step("book", kind="compensatable").completed()
    run.failed("SoldOut")
    act(run.compensation("book"))
    assert says in explain(story).text()


def test_what_the_log_does_not_hold() -> None:
    story = Story()
    story.lost_run("order-42").step("charge").completed()
    history = story.history()
    torn = why(history, "order-42", story.report(torn=True, same_boot=False), now_ns=story.now_ns).text()
    assert "Run order-42 has no beginning in this log" in torn
    assert "The last bytes of the log are torn" in torn
    assert "The machine was restarted since" in torn
    assert "Nobody declared what repeating charge does" in torn
    rotten = why(history, "order-42", story.report(rotten=True), now_ns=story.now_ns).text()
    assert "1 part of the log cannot be read" in rotten
    assert explain(story, "nobody").text() == "Run nobody has no events in this log."


def test_the_code_itself_raised() -> None:
    story = Story()
    story.run("order-42").failed("KeyError", "'sku'")
    assert "No step failed with this error: the workflow's own code or the engine raised it" in explain(story).text()


def test_text_from_a_log_is_text() -> None:
    evil = "<script>\x1b[31m\u202e\n(event 1)."
    story = Story()
    run = story.run(evil, business_key=evil)
    run.step(evil, args=[evil]).failed(evil, evil)
    run.failed(evil, evil)
    found = explain(story, evil)
    assert "<script>" not in found._repr_html_()
    for hidden in ("\x1b", "\u202e"):
        assert hidden not in str(found)
    assert "\n(event 1)" not in str(found)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["completed", "failed", "doubt", "retried", "timer", "signal", "child", "recovered"]),
        st.sampled_from(["write", "read", "keyed", "compensatable", None]),
        st.integers(0, 90_000),
    ),
    max_size=12,
)


_END: dict[str, Callable[[StepStory], object]] = {
    "completed": lambda step: step.completed({"id": "x-00000001"}),
    "failed": lambda step: step.failed("Broken", "no luck", definite=False),
    "doubt": lambda step: step.died(),
    "retried": lambda step: step.attempt_failed("Timeout"),
}


def live(story: Story, deeds: list[tuple[str, str | None, int]], ending: str) -> None:
    run = story.run("order-42", args=["order-42"])
    for number, (deed, kind, seconds) in enumerate(deeds):
        story.wait(seconds)
        if deed == "timer":
            run.timer(seconds)
        elif deed == "signal":
            run.signal("approved", "order-42")
        elif deed == "child":
            run.child("ship", f"ship-{number}")
        elif deed == "recovered":
            run.recovered(after_seconds=seconds)
        else:
            step = run.step(f"s{number}", kind=kind, args=["order-42"]).started()
            _END[deed](step)
    if ending != "open":
        getattr(run, ending)(*(["Broken", "no luck"] if ending == "failed" else []))


@given(STEPS, st.sampled_from(["open", "completed", "failed", "cancelled"]), st.integers(0, 10**6))
def test_every_sentence_is_whole_and_carries_its_events(
    deeds: list[tuple[str, str | None, int]], ending: str, later: int
) -> None:
    story = Story()
    live(story, deeds, ending)
    found = explain(story, after_seconds=later)
    last = len(story.bodies)
    for clause in found.clauses:
        sentence = clause.sentence
        assert _EVENTS.search(sentence), sentence
        begins = sentence[0].isupper() or sentence[0].isdigit()
        assert begins or (clause.step and sentence.startswith(clause.step.split(" ")[0])), sentence
        assert "  " not in sentence
        assert ".." not in sentence
        assert all(1 <= seq <= last for seq in clause.seqs)


@given(st.integers(0, 10**19))
def test_durations_are_words(nanoseconds: int) -> None:
    assert re.fullmatch(
        r"less than a millisecond|[\d,.]+ (millisecond|second|minute|hour|day)s?( \d+ (second|minute|hour)s?)?",
        span_text(nanoseconds),
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "less than a millisecond"), (0.25, "250 milliseconds"), (1, "1 second"), (2.5, "2.5 seconds"),
        (59.7, "1 minute"), (60, "1 minute"), (95, "1 minute 35 seconds"), (2820, "47 minutes"), (3600, "1 hour"),
        (3900, "1 hour 5 minutes"), (3590, "1 hour"), (90_000, "1 day 1 hour"), (86_400 * 40, "40 days"),
    ],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert span_text(int(seconds * NS)) == text


def test_lists() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert listed(list("abcd"), most=2) == "a, b and 2 more"


def test_a_token_that_still_lives_has_not_expired() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("log_in", kind="read").completed({"access_token": TOKEN, "expires_in": 1800})
    run.step("extend", args=[TOKEN]).failed("Gone")
    run.failed("Gone")
    text = explain(story).text()
    assert "was returned by log_in (1) 1 second before it was used (events 3 and 4)." in text
    assert "expired" not in text


@pytest.mark.parametrize(
    "beside", [{"expires_at": 1_790_000_000}, {"exp": 1_790_000_000.5}, {"expiry": "2026-09-21T14:13:20+00:00"}]
)
def test_other_ways_to_say_when_it_expires(beside: dict[str, Any]) -> None:
    story = Story()
    run = story.run("order-42")
    run.step("log_in", kind="read").completed({"access_token": TOKEN} | beside)
    run.step("extend", args=[TOKEN]).failed("Gone")
    run.failed("Gone")
    assert "had been expired for" in explain(story).text()


def test_a_redacted_token_says_itself_when_it_expires() -> None:
    story = Story()
    run = story.run("order-42")
    token = Redacted("jwt", "0" * 12, {"exp": 1_790_000_000})
    run.step("log_in", kind="read").completed({"t": [token]})
    run.step("extend", args=[token]).failed("Gone")
    run.failed("Gone")
    assert "had been expired for 4 seconds by then" in explain(story).text()


def test_of_several_failures_the_one_that_ended_the_run() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("first", kind="read").failed("NotFound", "nobody")
    run.step("second").failed("Declined", "no money")
    run.step("cleanup").failed("Timeout", "no answer")
    run.failed("Declined", "no money")
    causes = [clause.sentence for clause in explain(story).clauses if clause.role == "cause"]
    assert causes == [
        "second (2) failed with Declined: no money (event 5).",
        "first (1) had failed with NotFound: nobody, and the run went on (event 3).",
        "cleanup (3) had failed with Timeout: no answer, and the run went on (event 7).",
    ]


def test_a_clock_that_went_back() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("first").completed()
    story.wait(-600)
    run.step("second").completed()
    assert "The clock went back by 9 minutes 59 seconds between two events (events 3 and 4)." in explain(story).text()


def test_a_danger_is_told_wherever_it_is() -> None:
    other = hazard_at(4)
    danger = Finding(other.hazard, "order-42", Evidence((4,), "a card may be charged twice", severity=Severity.DANGER))
    text = explain(expired(), findings=[other, danger]).text()
    assert "Expired credential in a cached result: a card may be charged twice (event 4)." in text
    assert "1 more finding elsewhere in the run" in text
