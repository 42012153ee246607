"""Every real Temporal history is read, counted against the file itself, shown, and never called safe to repeat."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.engines.real import TEMPORAL, temporal_files
from workbench.analysis import Safety
from workbench.analysis.state import State
from workbench.model import EventType

_NOT_YET = frozenset({State.NOT_STARTED, State.FAILED})


def varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        value, at, shift = value | (byte & 0x7F) << shift, at + 1, shift + 7
        if byte < 0x80:
            return value, at


def counted_in_protobuf(raw: bytes) -> int:
    """Fields number 1 at the top of the message, one per event."""
    at = found = 0
    while at < len(raw):
        assert raw[at] == 0x0A
        size, at = varint(raw, at + 1)
        at, found = at + size, found + 1
    return found


def is_told(node: dict[str, Any]) -> bool:
    """Type and time: a link to an event has no time."""
    return "eventType" in node and bool({"eventTime", "timestamp"} & set(node))


def counted_in_json(node: Any) -> int:
    """Mappings that tell an event, wherever they are."""
    if isinstance(node, dict):
        return is_told(node) + sum(map(counted_in_json, node.values()))
    return sum(map(counted_in_json, node)) if isinstance(node, list) else 0


def counted(path: Path) -> int:
    raw = path.read_bytes()
    return counted_in_json(json.loads(raw)) if path.suffix == ".json" else counted_in_protobuf(raw)


def told(path: Path) -> Counter[str]:
    """Names of event types in a file, spelled one way."""
    found: Counter[str] = Counter()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if is_told(node):
                found[node["eventType"].removeprefix("EVENT_TYPE_").replace("_", "").upper()] += 1
            for part in node.values():
                walk(part)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(json.loads(path.read_bytes()))
    return found


@pytest.fixture(scope="module")
def recording() -> wb.Recording:
    temporal_files()
    return wb.open(TEMPORAL)


def test_a_folder_holds_every_history(recording: wb.Recording) -> None:
    files = temporal_files()
    assert len(files) == 129
    assert {log.path for log in recording.logs} == set(files)
    assert set(recording.runs["engine"]) == {"temporal"}
    assert "unknown" not in set(recording.runs["status"])


def test_every_event_is_a_row(recording: wb.Recording) -> None:
    by_file = {log.path: len(log.history) for log in recording.logs}
    assert by_file == {path: counted(path) for path in temporal_files()}
    assert len(recording.events) == sum(by_file.values())
    assert not recording.events["event"].isna().any()


def test_the_manifest_counts_alike(recording: wb.Recording) -> None:
    lines = [line.split("\t") for line in (TEMPORAL / "manifest.tsv").read_text().splitlines()[1:]]
    said = {line[0]: int(line[5]) for line in lines if int(line[5])}
    assert {log.path.name: len(log.history) for log in recording.logs if log.path.name in said} == said


def test_kinds_of_events_are_those_of_the_files(recording: wb.Recording) -> None:
    told_of = sum((told(path) for path in temporal_files() if path.suffix == ".json"), Counter[str]())
    ours: Counter[EventType] = Counter()
    for log in recording.logs:
        if log.path.suffix == ".json":
            ours.update(map(EventType, log.history.columns.type))
    pairs = {
        EventType.TimerStarted: ("TIMERSTARTED",),
        EventType.TimerFired: ("TIMERFIRED",),
        EventType.SignalReceived: ("WORKFLOWEXECUTIONSIGNALED",),
        EventType.ChildStarted: ("STARTCHILDWORKFLOWEXECUTIONINITIATED",),
        EventType.StepStarted: (
            "ACTIVITYTASKSCHEDULED", "NEXUSOPERATIONSCHEDULED", "SIGNALEXTERNALWORKFLOWEXECUTIONINITIATED",
            "REQUESTCANCELEXTERNALWORKFLOWEXECUTIONINITIATED",
        ),
        EventType.TurnScheduled: ("WORKFLOWTASKSCHEDULED", "DECISIONTASKSCHEDULED"),
        EventType.RunCompleted: ("WORKFLOWEXECUTIONCOMPLETED", "WORKFLOWEXECUTIONCONTINUEDASNEW"),
        EventType.RunFailed: ("WORKFLOWEXECUTIONFAILED", "WORKFLOWEXECUTIONTIMEDOUT"),
        EventType.RunCancelled: ("WORKFLOWEXECUTIONCANCELED", "WORKFLOWEXECUTIONTERMINATED"),
        EventType.UpdateAnswered: ("WORKFLOWEXECUTIONUPDATECOMPLETED", "WORKFLOWEXECUTIONUPDATEREJECTED"),
    }  # fmt: skip
    assert {kind: ours[kind] for kind in pairs} == {
        kind: sum(told_of[name] for name in names) for kind, names in pairs.items()
    }
    markers = (EventType.StepRecorded, EventType.PatchChecked, EventType.ValueRecorded)
    assert sum(ours[kind] for kind in markers) == told_of["MARKERRECORDED"]


def test_every_run_can_be_looked_at(recording: wb.Recording) -> None:
    seen = 0
    for run in recording:
        seen += 1
        assert run.timeline().layout.title.text
        assert run.terminal_timeline()
        assert len(run.events) == run.facts.events
        assert set(run.effects().columns) == set(run.steps.columns)
        assert run.id in repr(run)
        assert "<table" in run._repr_html_()
        verdict = run.verdict()
        assert str(verdict)
        assert repr(verdict)
        assert len(verdict.options)
        for seq in run.events["seq"]:
            assert dict(run.payload(int(seq)))["event"]
    assert seen == 129


def test_nothing_that_was_done_or_may_be_is_safe(recording: wb.Recording) -> None:
    acted = 0
    for run in recording:
        steps = [step for step in run.facts.steps if step.acts and step.state not in _NOT_YET]
        assert all(step.declaration.kind_assumed for step in steps)
        if steps:
            acted += 1
            verdict = run.verdict()
            assert not [str(row.action) for row in verdict.rows if row.safety is Safety.SAFE], run.id
            assert verdict.best is None
    assert acted > 80


def test_an_open_run_is_never_safe(recording: wb.Recording) -> None:
    still_open = [run for run in recording if run.status == "running"]
    assert len(still_open) == 16
    for run in still_open:
        assert all(row.safety is not Safety.SAFE for row in run.verdict().rows)
        assert "look there first" in str(run.verdict())


def test_what_is_unknown_is_missing_and_not_a_number(recording: wb.Recording) -> None:
    steps = recording.steps
    unknown = steps[steps["attempts"].isna()]
    assert len(unknown) > 20
    assert unknown["assumed"].str.contains("the number of attempts is unknown").all()
    assert steps["kind_assumed"].all()
    assert (steps["attempts"].dropna() >= 1).all()


def test_a_list_and_one_file_open_alike() -> None:
    files = temporal_files()
    assert len(wb.open(files[:12]).events) == sum(map(counted, files[:12]))
    one = next(path for path in files if path.name.startswith("sdk-core"))
    run = wb.open(one).run()
    assert len(run.events) == counted(one)
