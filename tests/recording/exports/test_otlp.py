"""OpenTelemetry spans: the JSON mapping of OTLP, read back by its own protocol buffers where they are installed."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.recording.exports.told import told
from workbench.recording.exports import export

Span = dict[str, Any]
FIELDS = {
    "traceId", "spanId", "parentSpanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "attributes",
    "events", "status",
}  # fmt: skip


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export([told()], "otlp", tmp_path / "out.json").read_text())
    return found


@pytest.fixture
def spans(document: dict[str, Any]) -> list[Span]:
    ((resource,),) = (document["resourceSpans"],)
    found: list[Span] = resource["scopeSpans"][0]["spans"]
    return found


def attributes(span: Span) -> dict[str, Any]:
    return {pair["key"]: next(iter(pair["value"].values())) for pair in span["attributes"]}


def named(spans: list[Span], name: str) -> Span:
    (found,) = (span for span in spans if span["name"] == name)
    return found


def test_ids_times_and_kinds_are_of_the_specified_form(spans: list[Span]) -> None:
    for span in spans:
        assert set(span) == FIELDS
        assert re.fullmatch("[0-9a-f]{32}", span["traceId"])
        assert re.fullmatch("[0-9a-f]{16}", span["spanId"])
        assert re.fullmatch("([0-9a-f]{16})?", span["parentSpanId"])
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        assert type(span["startTimeUnixNano"]) is str
        assert span["kind"] in (1, 3)
        assert span["status"]["code"] in (0, 1, 2)
    assert len({span["spanId"] for span in spans}) == len(spans)


def test_a_child_run_is_part_of_its_parent_s_trace(spans: list[Span]) -> None:
    assert len({span["traceId"] for span in spans}) == 1
    by_id = {span["spanId"]: span for span in spans}
    run, child = named(spans, "checkout"), next(
        span for span in spans if attributes(span).get("workbench.run_id") == "ship-1" and span["name"] == "ship"
        and "workbench.status" in attributes(span)
    )  # fmt: skip
    assert run["parentSpanId"] == ""
    caller = by_id[child["parentSpanId"]]
    assert (caller["name"], caller["parentSpanId"]) == ("ship", run["spanId"])
    assert named(spans, "book")["parentSpanId"] == child["spanId"]


def test_attempts_are_events_and_outcomes_status(spans: list[Span]) -> None:
    events = [(event["name"], attributes(event)) for event in named(spans, "log_in")["events"]]
    assert events == [
        ("attempt 1", {"workbench.state": "retried"}),
        ("exception", {"exception.type": "Timeout", "exception.message": "no answer; try again"}),
        ("attempt 2", {"workbench.state": "committed"}),
    ]
    assert named(spans, "log_in")["status"] == {"code": 1}
    assert named(spans, "extend")["status"] == {"code": 2, "message": "Refused: 401: the token has expired"}
    assert named(spans, "mail")["status"] == {"code": 0}  # in doubt is neither
    assert attributes(named(spans, "mail"))["workbench.open"] is True


def test_the_same_recording_gives_the_same_ids_and_another_run_others(tmp_path: Path, spans: list[Span]) -> None:
    alone = json.loads(export([told()], "otlp", tmp_path / "one", runs=["ship-1"]).read_text())
    (run, step) = alone["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert step["spanId"] == named(spans, "book")["spanId"]
    assert run["parentSpanId"] == ""  # its parent is not here
    assert run["traceId"] != spans[0]["traceId"]


def test_the_protocol_s_own_messages_read_it(document: dict[str, Any]) -> None:
    trace = pytest.importorskip("opentelemetry.proto.trace.v1.trace_pb2", reason="comes with the extra `test`")
    json_format = pytest.importorskip("google.protobuf.json_format")

    def hex_as_base64(value: Any) -> Any:
        """OTLP writes ids as hex where protobuf's own mapping has base64; all else is protobuf's mapping."""
        if isinstance(value, list):
            return [hex_as_base64(part) for part in value]
        if not isinstance(value, dict):
            return value
        ids = {"traceId", "spanId", "parentSpanId"}
        return {
            key: base64.b64encode(bytes.fromhex(part)).decode() if key in ids else hex_as_base64(part)
            for key, part in value.items()
        }

    message = json_format.ParseDict(hex_as_base64(document), trace.TracesData(), ignore_unknown_fields=False)
    spans = message.resource_spans[0].scope_spans[0].spans
    assert [span.name for span in spans][:2] == ["checkout", "timer"] or len(spans) > 8
    assert {len(span.trace_id) for span in spans} == {16}
    assert {span.status.code for span in spans} == {0, 1, 2}
