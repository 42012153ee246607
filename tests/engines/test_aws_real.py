"""Every real history of AWS is read, counted against the file itself, shown, and never called safe to repeat."""

from __future__ import annotations

import json
from collections import Counter

import pytest

import workbench as wb
from tests.engines.aws_told import AWS, aws_files, local_file
from workbench.analysis import Safety
from workbench.analysis.state import State
from workbench.model import EventType


@pytest.fixture(scope="module")
def recording() -> wb.Recording:
    aws_files()
    return wb.open(AWS)


def test_a_folder_holds_every_history(recording: wb.Recording) -> None:
    assert len(aws_files()) == 29
    assert {log.path for log in recording.logs} == set(aws_files())
    assert set(recording.runs["engine"]) == {"aws"}
    assert Counter(recording.runs["status"]) == {"completed": 24, "failed": 5}


def test_every_event_is_a_row_of_its_kind(recording: wb.Recording) -> None:
    told = Counter(event["EventType"] for path in aws_files() for event in json.loads(path.read_text()))
    ours: Counter[EventType] = Counter()
    for log in recording.logs:
        assert len(log.history) == len(json.loads(log.path.read_text()))
        ours.update(map(EventType, log.history.columns.type))
    pairs = {
        EventType.StepStarted: ("StepStarted",),
        EventType.StepCompleted: ("StepSucceeded",),
        EventType.TimerStarted: ("WaitStarted",),
        EventType.TimerFired: ("WaitSucceeded",),
        EventType.NoteRecorded: ("ContextStarted", "ContextSucceeded", "ContextFailed"),
        EventType.RunCompleted: ("ExecutionSucceeded",),
        EventType.RunFailed: ("ExecutionFailed",),
    }
    assert {kind: ours[kind] for kind in pairs} == {
        kind: sum(told[name] for name in names) for kind, names in pairs.items()
    }
    assert ours[EventType.StepFailed] + ours[EventType.AttemptFailed] == told["StepFailed"]
    assert ours[EventType.TurnCompleted] + ours[EventType.TurnFailed] == told["InvocationCompleted"]


def test_the_manifest_counts_alike(recording: wb.Recording) -> None:
    lines = [line.split("\t") for line in (AWS / "manifest.tsv").read_text().splitlines()[1:]]
    assert {log.path.name: len(log.history) for log in recording.logs} == {line[0]: int(line[4]) for line in lines}


def test_every_run_can_be_looked_at(recording: wb.Recording) -> None:
    for run in recording:
        assert run.timeline().layout.title.text
        assert run.terminal_timeline()
        assert str(run.verdict())
        assert run.hazards() is not None
        assert "<table" in run._repr_html_()
        for seq in run.events["seq"]:
            body = run.payload(int(seq))
            assert body["event"] == body["raw"]["EventType"]
            assert dict(body)


def test_nothing_that_was_done_or_may_be_is_safe_to_do_again(recording: wb.Recording) -> None:
    for run in recording:
        acted = [step for step in run.facts.steps if step.acts and step.state is not State.NOT_STARTED]
        assert all(step.declaration.kind_assumed for step in acted)
        if acted:
            assert [str(row.action) for row in run.verdict().rows if row.safety is Safety.SAFE] == []


def test_two_steps_of_the_real_files_are_in_doubt_because_they_never_ended(recording: wb.Recording) -> None:
    steps = recording.steps
    left = steps[(steps["state"] == "in_doubt") & steps["error_type"].isna()]
    assert set(left["name"]) == {"step-with-invalid-nested", "wrong-wait-condition"}


def test_the_local_runners_dump_with_its_payloads() -> None:
    recording = wb.open(local_file())
    assert list(recording.runs["status"]) == ["completed", "completed", "failed"]
    assert list(recording.runs["workflow"].unique()) == ["test-function"]
    first, flaky, declined = recording
    assert first.payload(1)["args"] == [{"order": "ok-1"}]
    assert first.payload(3)["result"] == {"reservation": "r-ok-1"}
    assert {step.name: step.attempts for step in flaky.facts.steps}["charge"] == 3
    assert {step.name: str(step.state) for step in declined.facts.steps}["charge"] == "in_doubt"
