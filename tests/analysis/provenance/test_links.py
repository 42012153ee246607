"""Which later call used which earlier result, told by values: what must be found, and what must not."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.story import Story
from workbench.analysis.hazards import Case
from workbench.analysis.provenance import Leaf, Link, links_of, mark_of, place_of
from workbench.analysis.provenance.index import Seen
from workbench.journal.codec import Record, Redacted
from workbench.model import EventType, History

TICKET = "tok_9f31aa70c2"


def told(history: History, links: tuple[Link, ...]) -> list[tuple[str, str, str, str]]:
    """Links as text: from where, its path, to where, its path."""
    return [
        (place_of(history, link.from_row), link.from_path, place_of(history, link.to_row), link.to_path)
        for link in links
    ]


def links(story: Story, run_id: str = "order-42") -> tuple[Link, ...]:
    return links_of(story.history(), run_id)


def test_a_result_that_is_passed_on() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("log_in", kind="read").completed({"access_token": TICKET, "expires_in": 900})
    run.step("extend", kind="idempotent", args=["ada", TICKET]).completed()
    (link,) = links(story)
    assert told(story.history(), (link,)) == [("log_in (1)", "$.result.access_token", "extend (2)", "$.args[1]")]
    assert (link.mark, link.whole, link.exact, link.others) == (TICKET, True, False, ())
    assert link.confidence > 0.9


def test_inside_a_header_a_url_and_a_key_it_is_found_and_less_sure() -> None:
    story = Story()
    run = story.run("order-42", args=[Record("Order", "shop", {"id": "order-42"})])
    run.step("log_in", kind="read").completed({"access_token": TICKET})
    run.step("call", args=[f"Bearer {TICKET}", f"https://api.test/u/{TICKET}?x=1"], key="charge/order-42").completed()
    found = links(story)
    assert told(story.history(), found) == [
        ("log_in (1)", "$.result.access_token", "call (2)", "$.args[0]"),
        ("log_in (1)", "$.result.access_token", "call (2)", "$.args[1]"),
        ("run", "$.args[0].id", "call (2)", "$.key"),
    ]
    assert not any(link.whole for link in found)
    assert all(0.5 < link.confidence < 0.9 for link in found)


def test_a_part_of_a_word_is_another_word() -> None:
    story = Story()
    run = story.run("order-42", args=["order-42"])
    run.step("look", args=["order-421", "preorder-42", "xorder-42/1"]).completed()
    assert links(story) == ()


def test_redacted_secrets_are_the_same_by_their_fingerprint() -> None:
    mark = "5da9fd6375df"
    story = Story()
    run = story.run("order-42")
    run.step("log_in", kind="read").completed({"access_token": Redacted("access_token", mark)})
    run.step("other", args=[Redacted("token", "0" * 12)]).completed()
    run.step("extend", args=[Redacted("token", mark)]).completed()
    run.step("call", args=[Redacted("bearer", "f" * 12, text=f"Bearer ⟨redacted:bearer:{mark}⟩")]).completed()
    run.step("note", args=[f"used ⟨redacted:bearer:{mark}⟩ twice"]).completed()
    found = links(story)
    assert [place_of(story.history(), link.to_row) for link in found] == ["extend (3)", "call (4)", "note (5)"]
    assert {link.mark for link in found} == {f"redacted:{mark}"}
    assert all(link.confidence > 0.95 for link in found)


def test_what_the_run_was_given_keeps_the_run_as_its_source() -> None:
    story = Story()
    run = story.run("order-42", args=["order-42"])
    run.step("reserve", args=["order-42"]).completed({"order": "order-42", "id": "rs_000001"})
    run.step("charge", args=["order-42", "rs_000001"]).completed({"order": "order-42"})
    found = links(story)
    assert told(story.history(), found) == [
        ("run", "$.args[0]", "reserve (1)", "$.args[0]"),
        ("run", "$.args[0]", "charge (2)", "$.args[0]"),
        ("reserve (1)", "$.result.id", "charge (2)", "$.args[1]"),
    ]
    assert found[1].others != ()


def test_even_where_a_step_gives_it_that_had_not_been_given_it() -> None:
    story = Story()
    run = story.run("order-42", args=["order-42"])
    run.step("newest_order", kind="read").completed({"order": "order-42"})
    run.step("charge", args=["order-42"]).completed()
    assert told(story.history(), links(story)) == [("run", "$.args[0]", "charge (2)", "$.args[0]")]


def test_looking_inside_texts_ends_with_its_budget() -> None:
    seen = Seen(budget=9)
    seen.add(Leaf("$.result", "ticket-01"), 1, (1,))
    assert [hit.mark for hit in seen.hits("see ticket-01")] == ["ticket-01"]
    assert list(seen.hits("see ticket-01")) == []
    assert [hit.mark for hit in seen.hits("ticket-01")] == ["ticket-01"]


def test_of_several_producers_the_nearest_and_less_sure() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("first").completed(TICKET)
    run.step("second").completed(TICKET)
    run.step("use", args=[TICKET]).completed()
    (link,) = links(story)
    assert told(story.history(), (link,)) == [("second (2)", "$.result", "use (3)", "$.args[0]")]
    assert link.confidence < 0.6
    assert [place_of(story.history(), row) for row in link.others] == ["first (1)"]


def test_a_step_that_was_given_the_value_only_handed_it_on() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("log_in").completed(TICKET)
    run.step("check", args=[TICKET]).completed({"token": TICKET, "ok": True})
    run.step("use", args=[TICKET]).completed()
    found = links(story)
    assert told(story.history(), found)[-1] == ("log_in (1)", "$.result", "use (3)", "$.args[0]")
    assert 0.6 < found[-1].confidence < 0.95


def test_signals_children_draws_clock_readings_and_the_end() -> None:
    drawn, moment = uuid.UUID(int=7 << 90), 1_790_000_123_456_789_000
    story = Story()
    run = story.run("order-42")
    run.drew(EventType.UuidDrawn, drawn)
    run.drew(EventType.ClockRead, moment)
    run.signal("approved", {"by": "ada.lovelace"})
    run.child("ship", "ship-order-42").completed({"parcel": "parcel-000017"})
    run.step("mail", args=[str(drawn), "ada.lovelace", datetime.fromtimestamp(moment // 10**9, UTC)]).completed()
    run.step("note", args=[datetime(2026, 9, 21, 14, 15, 23, 456789, UTC)]).completed("note-99881")
    run.completed({"parcel": "parcel-000017", "note": "note-99881"})
    assert told(story.history(), links(story)) == [
        ("uuid4 (1)", "$.value", "mail (5)", "$.args[0]"),
        ("signal approved", "$.value.by", "mail (5)", "$.args[1]"),
        ("now (2)", "$.value", "note (6)", "$.args[0]"),
        ("ship (4)", "$.result.parcel", "run", "$.result.parcel"),
        ("note (6)", "$.result", "run", "$.result.note"),
    ]


def test_an_error_speaks_of_what_the_run_was_given() -> None:
    story = Story()
    run = story.run("order-42", args=["sku-000007"])
    run.step("reserve", args=["sku-000007"]).failed("OutOfStock", "none left of sku-000007")
    run.failed("OutOfStock", "none left of sku-000007")
    found = told(story.history(), links(story))
    assert ("run", "$.args[0]", "reserve (1)", "$.error.message") in found
    assert ("reserve (1)", "$.error.message", "run", "$.error.message") in found


def test_common_values_prove_nothing_and_amounts_little() -> None:
    story = Story()
    run = story.run("order-42", args=[1, True, "EUR", None, 200, "ok"])
    run.step("charge").completed({"status": 200, "amount": Decimal("118.50"), "currency": "EUR", "state": "ok"})
    run.step("mail", args=[200, "EUR", True, "ok", 1, None, 118.5]).completed()
    (link,) = links(story)
    assert link.from_path == "$.result.amount"
    assert link.confidence < 0.5


def test_what_was_superseded_is_no_source_any_more() -> None:
    story = Story()
    run = story.run("order-42")
    first = run.step("log_in", kind="read", at=(1,)).completed("tok_old_0001")
    cut = first.intent
    run.event(EventType.DecisionMade, action="retry_from", cut=cut)
    run.step("use", at=(2,), args=["tok_old_0001"]).completed()
    assert links(story) == ()


def test_a_case_reads_its_links_once() -> None:
    story = Story()
    run = story.run("order-42", args=["order-42"])
    run.step("charge", args=["order-42"]).completed()
    case = Case(story.history(), "order-42", story.now_ns)
    assert case.links is case.links
    assert len(case.links) == 1


def test_an_unknown_run_and_unreadable_payloads_have_no_links() -> None:
    story = Story()
    story.run("order-42", args=[TICKET]).step("use", args=[TICKET]).completed()
    assert links(story, "nobody") == ()


DISTINCT = st.one_of(
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=9, max_size=60).filter(
        lambda text: any(map(str.isdigit, text))
    ),
    st.uuids(),
    st.integers(min_value=10**7, max_value=10**20),
    st.datetimes(timezones=st.just(UTC)),
)


def nested(value: Any, shape: list[str | int]) -> Any:
    """The value inside containers: a name makes a map, a number a list that many places long."""
    for part in reversed(shape):
        value = {part: value, "other": part} if isinstance(part, str) else [None] * part + [value]
    return value


SHAPES = st.lists(st.one_of(st.sampled_from(["id", "token", "a b", "x-y"]), st.integers(0, 3)), max_size=5)


@given(value=DISTINCT, source=SHAPES, sink=SHAPES)
def test_a_planted_value_is_found_wherever_it_stands(
    value: Any, source: list[str | int], sink: list[str | int]
) -> None:
    story = Story()
    run = story.run("order-42")
    run.step("give", args=[]).completed(nested(value, source))
    run.step("take", args=[nested(value, sink)]).completed()
    (link,) = links(story)
    assert (link.from_row, link.to_row) == (2, 3)
    assert link.mark == mark_of(value)
    assert link.confidence >= 0.8


@given(given_values=st.lists(DISTINCT, max_size=5), used=st.lists(DISTINCT, max_size=5))
def test_values_that_did_not_occur_give_no_links(given_values: list[Any], used: list[Any]) -> None:
    known = {mark_of(value) for value in given_values}
    texts = [str(value) for value in used]
    fresh = [
        value
        for value, text in zip(used, texts, strict=True)
        if mark_of(value) not in known and not any(mark and mark in text for mark in known)
    ]
    story = Story()
    run = story.run("order-42")
    run.step("give").completed(given_values)
    run.step("take", args=fresh).completed()
    assert links(story) == ()


@given(
    value=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=10, max_size=40).filter(
        lambda text: any(map(str.isdigit, text))
    ),
    before=st.sampled_from(["Bearer ", "charge/", "https://x.test/a?id=", "("]),
    after=st.sampled_from(["", "/x", "&b=1", ")", " end"]),
)
def test_a_planted_part_is_found(value: str, before: str, after: str) -> None:
    story = Story()
    run = story.run("order-42")
    run.step("give").completed(value)
    run.step("take", args=[f"{before}{value}{after}"]).completed()
    assert [link.mark for link in links(story)] == [value]


def hostile(width: int) -> list[Any]:
    """Payloads that are deep, wide, long, and full of near misses."""
    deep: Any = "order-000001"
    for _ in range(5_000):
        deep = [deep]
    near = [f"order-{number:06d}" for number in range(width)]
    prefixes = ["abcdefgh1" + "x" * number for number in range(200)]
    return [deep, near, {name: name for name in near}, "abcdefgh1" * 20_000, prefixes, 10**5_000, "⟨redacted:" * 5_000]


def test_hostile_payloads_are_bounded() -> None:
    story = Story()
    run = story.run("order-42", args=hostile(20_000))
    for number in range(5):
        run.step(f"s{number}", args=hostile(20_000)).completed(hostile(20_000))
    history = story.history()
    began = time.perf_counter()
    found = links_of(history, "order-42")
    assert time.perf_counter() - began < 20
    assert len(found) < 5 * 4_100
    assert max(len(link.to_path) for link in found) < 400


def test_time_grows_with_the_run_and_not_with_its_square() -> None:
    def seconds(steps: int) -> float:
        story = Story()
        run = story.run("order-42", args=["order-42"])
        for number in range(steps):
            run.step("s", args=["order-42", f"id-{number:08d}"], key=f"k/{number:08d}").completed(
                f"id-{number + 1:08d}"
            )
        history = story.history()
        began = time.perf_counter()
        assert len(links_of(history, "order-42")) >= steps
        return time.perf_counter() - began

    small = min(seconds(300) for _ in range(3))
    assert seconds(3_000) < 10 * small * 5
