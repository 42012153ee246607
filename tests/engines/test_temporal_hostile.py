"""Temporal files from anybody: whatever is in them, one of our own errors or a history, never a traceback."""

from __future__ import annotations

import contextlib
import copy
import json
import random
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests.engines.real import Told, payload, payloads, temporal_files
from workbench._errors import EmptyLogError, LogNotFoundError, NotALogError, TornLogError, WorkbenchError
from workbench.engines import temporal


def look_at(path: Path) -> int:
    """Everything a person would look at; the number of runs."""
    recording = wb.open(path)
    assert len(recording.events) == sum(recording.runs["events"])
    assert len(recording.steps) == sum(recording.runs["steps"])
    for run in recording:
        assert str(run.verdict())
        assert run.verdict().options is not None
        assert run.timeline()
        assert run.terminal_timeline()
        assert run._repr_html_()
        for seq in run.events["seq"]:
            assert repr(run.payload(int(seq)))
    return len(recording)


def written(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "hostile.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", EmptyLogError, "is empty"),
        (b" \n\t", EmptyLogError, "is empty"),
        (b'{"events": []}', EmptyLogError, "without events"),
        (b'{"events": [{"eventId": "1", "eventType": "Work', TornLogError, "ends in the middle"),
        (b'{"events": [{"eventId": "1"}', TornLogError, "ends in the middle"),
        (b'{"events": [{"eventId": "1"} x', NotALogError, "line 1, column 30"),
        (b'{"name": "package", "version": "1.0"}', NotALogError, "no Temporal history"),
        (b'{"events": [{"type": "click"}]}', NotALogError, "no Temporal history"),
        (b"[1, 2, 3]", NotALogError, "no Temporal history"),
        (b"[" * 100_000, NotALogError, "nested too deeply"),
        (b'{"events": [{"eventId": ' + b"9" * 5000 + b"}]}", NotALogError, "is no JSON"),
        (b'{"events": [{"eventId": "\xff\xfe"}]}', NotALogError, "is no JSON"),
        (b'{"events": [' + b'{"a":' * 200_000, NotALogError, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: bytes, error: type[WorkbenchError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        wb.open(written(tmp_path, content))
    assert caught.value.hint


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(LogNotFoundError):
        temporal.load(tmp_path / "nothing.json")


ODD: list[Any] = [
    None, True, "\ud800", {"name": "\udfff"}, {"message": "\ud800"}, -1, 0, 1 << 70, 1e308,
    float("nan"), float("inf"), "", "x", "-7", "9" * 4000, [], {}, [[]],
    {"payloads": None}, {"payloads": 5}, {"payloads": [{"metadata": {"encoding": 5}, "data": 7}]}, {"name": 5},
    payload(b"\xff"), payload(b"[" * 5000), {"workflowId": []}, {"cause": {"cause": {}}},
]  # fmt: skip


def told_events() -> list[dict[str, Any]]:
    told = Told()
    told.started("order-42")
    charge = told.activity("charge_card", 1)
    told.began(charge, 2, lastFailure={"message": "x", "cause": {"message": "y"}})
    told.event("ActivityTaskFailed", scheduledEventId=str(charge), failure={"applicationFailureInfo": {"type": "E"}})
    told.event("StartChildWorkflowExecutionInitiated", workflowType={"name": "Ship"}, workflowId="w")
    told.event("MarkerRecorded", markerName="LocalActivity", details={"data": payloads({"ActivityType": "a"})})
    told.event("TimerStarted", startToFireTimeout="3s")
    told.event("WorkflowExecutionUpdateAccepted", acceptedRequest={"input": {"name": "u"}}, protocolInstanceId="p")
    told.event("WorkflowExecutionUpdateCompleted", acceptedEventId="8", outcome={"success": payloads(1)})
    told.event("WorkflowExecutionFailed", failure={"activityFailureInfo": {}, "cause": {"message": "z"}})
    return told.events


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, part in parts for place in places(part, (*path, key)))]


PLACES = [place for place in places(told_events()) if place]


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(ODD)), min_size=1, max_size=4))
def test_odd_values_anywhere(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    events: Any = told_events()
    for (*way, last), value in changes:
        node = events
        with contextlib.suppress(LookupError, TypeError):  # an earlier change has taken the way away
            for key in way:
                node = node[key]
            node[last] = copy.deepcopy(value)  # a later change may go into it
    path = written(tmp_path_factory.mktemp("odd"), json.dumps({"events": events}))
    try:
        assert look_at(path) == 1
    except WorkbenchError as error:
        assert error.message  # noqa: PT017 - either answer is right


def test_ids_twice_missing_negative_and_out_of_order(tmp_path: Path) -> None:
    events = told_events()
    changes: list[Any] = ["1", "-5", None, "2", 3, [], "ten"]
    for change in changes:
        events[4]["eventId"] = change
        assert look_at(written(tmp_path, json.dumps(events[::-1]))) == 1
        assert len(wb.open(tmp_path / "hostile.json").events) == len(events)


def test_elements_that_are_no_events_are_none(tmp_path: Path) -> None:
    mixed: list[Any] = [1, None, "x", [], *told_events(), {"foo": 1}]
    recording = wb.open(written(tmp_path, json.dumps({"events": mixed})))
    assert len(recording.events) == len(told_events()) + 1  # a mapping without a type is a note


def test_real_files_broken_anywhere(tmp_path: Path) -> None:
    chance = random.Random(7)
    files = [path for path in temporal_files() if path.stat().st_size < 12_000]
    outcomes = {True: 0, False: 0}
    for _ in range(120):
        source = chance.choice(files)
        raw = bytearray(source.read_bytes())
        for _ in range(chance.randrange(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        if chance.random() < 0.3:
            del raw[chance.randrange(1, len(raw)) :]
        path = tmp_path / f"broken{source.suffix}"
        path.write_bytes(raw)
        try:
            look_at(path)
        except WorkbenchError as error:
            assert error.message  # noqa: PT017 - a refusal with words is right as well
            outcomes[False] += 1
        else:
            outcomes[True] += 1
    assert min(outcomes.values()) > 10


def test_text_of_a_history_is_shown_as_text(tmp_path: Path) -> None:
    told = Told()
    told.event("WorkflowExecutionStarted", workflowType={"name": "<script>alert(1)</script>\x1b[2J"})
    told.activity("<img src=x>\x07")
    run = wb.open(told.write(tmp_path / "h.json")).run()
    assert "<script>" not in run._repr_html_()
    assert "<img" not in run._repr_html_()
    assert not {"\x1b", "\x07"} & set(repr(run) + run.terminal_timeline())


MEMORY = textwrap.dedent(
    """
    import sys
    from pathlib import Path

    def peak():
        # of this process alone: ru_maxrss goes on from the parent
        return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

    from workbench.engines import temporal
    from workbench._errors import WorkbenchError
    before = peak()
    try:
        temporal.load(Path(sys.argv[1]))
    except WorkbenchError:
        pass
    print((peak() - before) * 1024)
    """
)


@pytest.mark.parametrize(
    ("name", "content", "most"),
    [
        ("numbers.json", b'{"events":[' + b"[],[]," * 400_000 + b"[]]}", 40),
        ("events.json", b'{"events":[{"eventId":1}' + b',{"eventId":2}' * 150_000 + b"]}", 40),
        ("events.bin", b"\x0a\x02\x08\x01" * 200_000, 100),
    ],
)
def test_memory_is_a_multiple_of_the_file(tmp_path: Path, name: str, content: bytes, most: int) -> None:
    """JSON becomes objects of Python, so the factor is theirs: 3 bytes of `[],` are 64 in memory."""
    path = tmp_path / name
    path.write_bytes(content)
    done = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True)
    used = int(done.stdout)
    assert len(content) < used < (64 << 20) + most * len(content)
