"""Payloads as trees of text: bounded, tagged, with more on demand, whatever a log holds."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given

from tests.debugger.asking import Asked, ask
from tests.debugger.test_events import desk_of
from tests.journal.codec.zoo import values
from tests.story import Story
from workbench._errors import UsageError
from workbench.debugger.payloads import json_of, node_of
from workbench.debugger.wire.seeing import Node
from workbench.debugger.wire.shapes import misfits
from workbench.journal.codec import EnumValue, Opaque, Record, RecordedError, Redacted, decode, encode


def story_with(result: Any) -> tuple[Story, int]:
    story = Story()
    run = story.run("r")
    run.step("look", kind="read").started().completed(result)
    return story, 3


def payload(result: Any, **facts: Any) -> Asked:
    story, seq = story_with(result)
    return ask(desk_of(story), "payload", run_id="r", seq=seq, **facts)


def nodes(node: Node) -> list[Node]:
    return [node, *(inner for item in node.get("items", []) for inner in nodes(item))]


@pytest.mark.parametrize(
    ("value", "sort", "text"),
    [
        (None, "none", "None"),
        (True, "bool", "True"),
        (2**70, "int", "1180591620717411303424"),
        (0.1, "float", "0.1"),
        (float("nan"), "float", "nan"),
        ("so", "text", "so"),
        ("\x1b[2J\u202e", "text", "\\x1b[2J\\u202e"),
        (b"\x00\xff", "bytes", "00 ff"),
        (dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "instant", "2026-01-02T00:00:00+00:00"),
        (decimal.Decimal("1.50"), "object", "Decimal('1.50')"),
        (EnumValue("shop", "Colour", "RED", 1), "enum", "Colour.RED"),
        (Opaque(99, b"\x01"), "opaque", "01"),
    ],
)
def test_a_value_says_what_it_is(value: Any, sort: str, text: str) -> None:
    node = node_of(value)
    assert (node["sort"], node["text"]) == (sort, text)


def test_a_secret_is_a_marker_with_its_facts() -> None:
    node = node_of(Redacted("jwt", "0123456789abcdef", {"exp": 17}, sealed=b"never shown"), with_json=True)
    assert node["sort"] == "redacted"
    assert node["text"] == "⟨redacted:jwt:0123456789abcdef⟩ (exp 17)"
    assert "json" not in node
    assert "never" not in str(node)


def test_objects_and_errors_have_their_fields() -> None:
    node = node_of(Record("Charge", "shop", {"id": "ch-1", "amount": decimal.Decimal(3)}))
    assert (node["sort"], node["type"]) == ("object", "shop.Charge")
    assert [item["key"] for item in node["items"]] == ["id", "amount"]
    error = node_of(RecordedError("shop", "Declined", ("no",), "no", cause=RecordedError("b", "Boom", (), "why")))
    assert [item["key"] for item in error["items"]] == ["message", "args", "cause"]


def test_the_payload_names_the_child_that_is_the_result() -> None:
    answer = payload({"id": "ch-1"})
    assert answer["node"]["items"][answer["value"]]["key"] == "result"
    assert json.loads(answer["node"]["items"][answer["value"]]["json"]) == {"id": "ch-1"}


def test_more_children_are_had_by_their_path() -> None:
    root = payload(list(range(250)))
    path = [root["value"]]
    seen: list[str] = []
    while True:
        node = payload(list(range(250)), path=path, start=len(seen))["node"]
        seen += [item["text"] for item in node["items"]]
        assert (node["start"], node["size"]) == (len(seen) - len(node["items"]), 250)
        if not node["more"]:
            break
    assert seen == [str(number) for number in range(250)]


def test_what_lies_deep_is_had_by_its_path() -> None:
    value: Any = "the bottom"
    for _ in range(10):
        value = [value]
    path = [payload(value)["value"]]
    node = payload(value, path=path)["node"]
    while node["sort"] == "list":
        path.append(0)
        node = payload(value, path=path)["node"]
    assert node["text"] == "the bottom"
    assert len(path) == 11


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10_000_000,
        b"x" * 10_000_000,
        10**20_000,
        [[0] * 1000] * 1000,
        {f"key-{n}": {"a": "b" * 1000} for n in range(1000)},
        [[[[[["x" * 2000] * 100] * 100] * 100]]],
        {"k" * 100_000: 1},
        RecordedError("m" * 10_000, "t" * 10_000, ("x" * 100_000,), "y" * 100_000, traceback="z" * 100_000),
    ],
    ids=["text", "bytes", "int", "square", "map", "deep", "key", "error"],
)
def test_a_huge_value_is_bounded(value: Any) -> None:
    node = node_of(value, with_json=True)
    assert len(json.dumps(node)) < 6_000_000
    assert len(nodes(node)) <= 2_101
    assert max(len(one["text"]) for one in nodes(node)) <= 6_000


@given(values)
def test_every_value_travels(value: Any) -> None:
    node = node_of(decode(encode(value)), with_json=True)
    assert list(misfits(node, Node)) == []
    assert json.loads(json.dumps(node, allow_nan=False)) == node


def test_a_payload_that_cannot_be_read_says_why() -> None:
    story, seq = story_with("so")
    story.damaged.add(seq - 1)
    answer = ask(desk_of(story), "payload", run_id="r", seq=seq)
    assert answer["error"]
    assert answer["node"]["sort"] == "none"
    assert answer["event"] == "StepCompleted"


def test_an_event_of_another_run_is_none_of_this() -> None:
    story = Story()
    story.run("one")
    story.run("other")
    with pytest.raises(UsageError, match="run 'one' has no event 2"):
        ask(desk_of(story), "payload", run_id="one", seq=2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 2.5, None, True]}, '{"a": [1, 2.5, null, true]}'),
        ((1, 2), "[1, 2]"),
        (decimal.Decimal("1.50"), '"1.50"'),
        (Record("Charge", "shop", {"id": "ch"}), '{"id": "ch"}'),
        (float("inf"), None),
        (2**60, None),
        ({1: 2}, None),
        (b"x", None),
        ({"deep": Redacted("jwt", "0123456789abcdef")}, None),
        ("a\ud800b", None),
        ("x" * 30_000, None),
    ],
)
def test_json_for_copying_is_whole_or_none(value: Any, text: str | None) -> None:
    assert json_of(value) == text


@dataclass(frozen=True, slots=True)
class Charge:
    """What a step gave, live."""

    id: str
    cents: int

    def __getattribute__(self, name: str) -> Any:
        assert name == "__class__", f"asked for {name}"
        return object.__getattribute__(self, name)


def test_a_live_value_is_json_without_asking_its_class() -> None:
    assert json_of([Charge("ch-1", 3)]) == '[{"id": "ch-1", "cents": 3}]'
    assert json_of(Charge) is None
