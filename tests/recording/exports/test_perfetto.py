"""The Chrome trace: fields and rules of the Trace Event Format, and the story it tells."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.recording.exports.told import told
from tests.story import Story
from workbench.recording.exports import export

Event = dict[str, Any]

REQUIRED = {
    "M": {"ph", "name", "pid", "tid", "args"},
    "X": {"ph", "name", "cat", "pid", "tid", "ts", "dur", "args"},
    "i": {"ph", "name", "cat", "pid", "tid", "ts", "s", "args"},
    "s": {"ph", "name", "cat", "pid", "tid", "ts", "id", "bp"},
    "f": {"ph", "name", "cat", "pid", "tid", "ts", "id", "bp"},
}
METADATA = {
    "process_name": "name", "process_sort_index": "sort_index", "thread_name": "name",
    "thread_sort_index": "sort_index",
}  # fmt: skip


def events_in(path: Path) -> list[Event]:
    trace = json.loads(path.read_text())
    assert trace["displayTimeUnit"] == "ms"
    events: list[Event] = trace["traceEvents"]
    return events


@pytest.fixture
def events(tmp_path: Path) -> list[Event]:
    return events_in(export([told()], "perfetto", tmp_path / "out.json"))


def of(events: list[Event], phase: str) -> list[Event]:
    return [event for event in events if event["ph"] == phase]


def check(events: list[Event]) -> None:
    """The rules that every trace keeps."""
    slices = defaultdict(list)
    for event in events:
        assert set(event) == REQUIRED[event["ph"]]
        if event["ph"] == "M":
            assert list(event["args"]) == [METADATA[event["name"]]]
        else:
            assert type(event["ts"]) is int
        if event["ph"] == "X":
            assert event["dur"] > 0
            slices[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
        if event["ph"] == "i":
            assert event["s"] in "gpt"
    for spans in slices.values():
        spans.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(spans))  # no overlap: they nest
    flows = defaultdict(list)
    for event in (*of(events, "s"), *of(events, "f")):
        assert any(began <= event["ts"] < ended for began, ended in slices[event["pid"], event["tid"]])  # it is bound
        flows[event["id"]].append(event["ph"])
    assert all(phases == ["s", "f"] for phases in flows.values())


def test_the_rules_of_the_format_are_kept(events: list[Event]) -> None:
    check(events)


def test_runs_are_processes_and_steps_slices(events: list[Event]) -> None:
    names = {event["args"]["name"] for event in of(events, "M") if event["name"] == "process_name"}
    assert names == {"order-42 · checkout", "ship-1 · ship"}
    assert {event["name"] for event in of(events, "X")} == {
        "checkout", "ship", "log_in", "reserve", "approved", "timer", "undo_reserve", "extend", "mail", "book",
    }  # fmt: skip
    attempts = [event["args"] for event in of(events, "X") if event["name"] == "log_in"]
    assert [(args["attempt"], args["state"]) for args in attempts] == [(1, "retried"), (2, "committed")]
    assert attempts[0]["error"] == "Timeout: no answer; try again"
    assert [event["args"].get("no_end_on_record") for event in of(events, "X") if event["name"] == "mail"] == [True]


def test_signals_timers_and_recoveries_are_instants(events: list[Event]) -> None:
    assert [event["name"] for event in of(events, "i")] == ["SignalReceived approved", "TimerFired", "RunRecovered"]


def test_arrows_lead_from_signal_call_and_value_to_their_use(events: list[Event]) -> None:
    names = [event["name"] for event in of(events, "s")]
    assert names.count("child") == 2
    assert "signal approved" in names
    value = next(event for event in of(events, "s") if event["name"] == "result.access → args[0]")
    used = next(event for event in of(events, "f") if event["id"] == value["id"])
    threads = {(event["pid"], event["tid"]): event["args"]["name"] for event in of(events, "M")
               if event["name"] == "thread_name"}  # fmt: skip
    assert (threads[value["pid"], value["tid"]], threads[used["pid"], used["tid"]]) == ("log_in", "extend")


def test_steps_side_by_side_get_a_thread_each(tmp_path: Path) -> None:
    story = Story()
    run = story.run("order-42")
    begun = [run.step("fetch", kind="read", at=(number,)).started() for number in range(1, 5)]
    for step in begun:
        step.completed("ok")
    events = events_in(export([told(story)], "perfetto", tmp_path / "out.json"))

    check(events)
    fetches = [event for event in of(events, "X") if event["name"] == "fetch"]
    assert len({event["tid"] for event in fetches}) == len(begun)
