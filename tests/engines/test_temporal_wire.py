"""Protobuf without protobuf: the numbers are the published ones, and no bytes do harm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests.engines.real import temporal_files
from workbench._errors import NotALogError, TornLogError
from workbench.engines.temporal import fields, wire

PUBLISHED = {
    "History": ("history.v1", "History"), "Event": ("history.v1", "HistoryEvent"),
    "Payloads": ("common.v1", "Payloads"), "Payload": ("common.v1", "Payload"),
    "Execution": ("common.v1", "WorkflowExecution"), "Type": ("common.v1", "WorkflowType"),
    "Failure": ("failure.v1", "Failure"), "Application": ("failure.v1", "ApplicationFailureInfo"),
    "Timeout": ("failure.v1", "TimeoutFailureInfo"), "Activity": ("failure.v1", "ActivityFailureInfo"),
    "Child": ("failure.v1", "ChildWorkflowExecutionFailureInfo"), "Nexus": ("failure.v1", "NexusOperationFailureInfo"),
    "Request": ("update.v1", "Request"), "Meta": ("update.v1", "Meta"), "Input": ("update.v1", "Input"),
    "Outcome": ("update.v1", "Outcome"),
}  # fmt: skip
INTEGERS = {3, 4, 5, 8, 13, 14}


def published() -> Iterator[tuple[str, Any]]:
    """Each message of the table with the descriptor that the installed package has."""
    import importlib

    for name in fields.MESSAGES:
        if name == "Empty":
            continue
        module, message = PUBLISHED.get(name, ("history.v1", f"{name[:1].upper()}{name[1:]}EventAttributes"))
        yield name, getattr(importlib.import_module(f"temporalio.api.{module}"), message).DESCRIPTOR


def test_numbers_and_types_are_the_published_ones() -> None:
    pytest.importorskip("temporalio", reason="the installed package is what the table is compared with")
    checked = 0
    for name, descriptor in published():
        for number, (key, kind) in fields.MESSAGES[name].items():
            field = descriptor.fields_by_number[number]
            assert field.json_name == key, (name, number)
            repeated, held = kind[0] in "*%", kind.lstrip("*%")
            assert field.is_repeated == repeated, (name, number)
            if repeated and field.message_type.GetOptions().map_entry:
                field = field.message_type.fields_by_number[2]
            expected = "int" if field.type in INTEGERS else {9: "text", 12: "bytes"}.get(field.type, "message")
            if held == "time":
                assert field.message_type.name in {"Timestamp", "Duration"}
            else:
                assert (held if held in {"int", "text", "bytes"} else "message") == expected, (name, number)
            checked += 1
    assert checked > 150


def test_event_types_are_the_published_ones() -> None:
    enums = pytest.importorskip("temporalio.api.enums.v1", reason="what the table is compared with")
    for value in enums.EventType.DESCRIPTOR.values:
        words = value.name.removeprefix("EVENT_TYPE_").split("_")
        if value.number < len(fields.EVENT_TYPES):
            assert fields.EVENT_TYPES[value.number] == "".join(word.capitalize() for word in words)


def test_real_files_say_what_the_sdk_reads() -> None:
    history = pytest.importorskip("temporalio.api.history.v1", reason="the other reader")
    binary = [path for path in temporal_files() if path.suffix == ".bin"]
    assert len(binary) == 8
    for path in binary:
        theirs = history.History.FromString(path.read_bytes()).events
        ours = wire.read_history(path.read_bytes())
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert (mine["eventId"], mine["eventType"]) == (other.event_id, other.event_type)
            assert mine["eventTime"] == other.event_time.ToNanoseconds()
        markers = [mine for mine in ours if "markerRecordedEventAttributes" in mine]
        for marker in markers:
            details = marker["markerRecordedEventAttributes"]["details"]
            twin = next(other for other in theirs if other.event_id == marker["eventId"])
            for key, value in twin.marker_recorded_event_attributes.details.items():
                data = [part.get("data", b"") for part in details[key]["payloads"]]
                assert data == [part.data for part in value.payloads]


def test_a_bin_file_that_ends_early_is_torn(tmp_path: Path) -> None:
    event = b"\x08\x01\x18\x01"
    path = tmp_path / "torn.bin"
    path.write_bytes((b"\x0a" + bytes([len(event)]) + event) * 3 + b"\x0a\x7f\x08")
    with pytest.raises(TornLogError, match="claims 127 bytes of 1"):
        wb.open(path)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x0a\x03\x08\xff\xff",
        b"\x0a\x0c\x08" + b"\xff" * 11,
        b"\x0a\x02\x0b\x0c",
        b"\x0a\x02\x0a\x00",
        b"\x00\x01\x02",
        b"\xff" * 40,
    ],
)
def test_bytes_that_are_no_history(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "wrong.bin"
    path.write_bytes(raw)
    with pytest.raises((NotALogError, TornLogError)):
        wb.open(path)


def test_no_nesting_is_too_deep(tmp_path: Path) -> None:
    failure = b""
    for _ in range(200):
        failure = b"\x22" + _length(failure) + failure
    attributes = b"\x0a" + _length(failure) + failure
    event = b"\x08\x01\x42" + _length(attributes) + attributes
    path = tmp_path / "deep.bin"
    path.write_bytes(b"\x0a" + _length(event) + event)
    with pytest.raises(NotALogError, match="nested more than 64 deep"):
        wb.open(path)


def test_no_more_events_than_any_server_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_EVENTS", 10)
    assert len(wire.read_history(b"\x0a\x02\x08\x01" * 10)) == 10
    with pytest.raises(wire.WireError, match="more than 10 events"):
        wire.read_history(b"\x0a\x02\x08\x01" * 11)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        events = wire.read_history(raw)
    except wire.WireError:
        return
    assert all(isinstance(event, dict) for event in events)


def _length(raw: bytes) -> bytes:
    size, found = len(raw), bytearray()
    while size >= 0x80:
        found.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*found, size])
