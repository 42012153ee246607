"""Detectors 17 to 26 and those that are flagged besides meet anything: other engines, hostile payloads, long runs."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.analysis.hazards.seen import seen
from tests.engines.real import dbos_file, temporal_files
from tests.story import Story
from workbench._errors import LogError
from workbench.analysis.hazards import ALSO_FLAGGED, HAZARDS, Case, Hazard
from workbench.engines import load
from workbench.journal.codec import Record
from workbench.model import Declaration, EventType

LATER = [hazard for hazard in (*HAZARDS, *ALSO_FLAGGED) if hazard.number >= 17 or not hazard.number]
BY_HAZARD = pytest.mark.parametrize("hazard", LATER, ids=[hazard.id for hazard in LATER])


def nested(depth: int) -> Any:
    """Lists in lists; the codec reads no payload of more than 100 levels."""
    value: Any = "end"
    for _ in range(depth):
        value = [value]
    return value


HOSTILE: list[Any] = [
    None, 0, -1, 10**400, float("nan"), float("inf"), "", "\ud800", "\x1b[2J" * 100, b"\xff\x00", [], {},
    {1: 2, None: 3},
    {"error": nested(40)}, nested(90), {"status": float("nan")}, {"status": 10**400}, {"status": "٤٠٤"},
    {"error": {"error": {"error": {}}}}, Record("pkg.Gone", "", {"error": "boom", "status": None}),
    {"password": "\ud800" * 20}, {"token": {"a": [1, {"b": "c"}]}}, {("a", 1): "tuple key"}, "." * 50_000, "[" * 50_000,
]  # fmt: skip


@BY_HAZARD
def test_hostile_bodies(hazard: Hazard) -> None:
    story = Story()
    run = story.run("r")
    for value in HOSTILE:
        for kind in EventType:
            names = ("args", "kwargs", "result", "value", "error", "seconds", "due_ns", "key", "id", "recoveries")
            run.event(kind, Declaration("fetch"), (kind,), (3, "Odd", 2), **dict.fromkeys(names, value), cut=value)
    assert all(one.text and one.seqs for one in seen(hazard.id, story))


@BY_HAZARD
def test_a_run_that_has_nothing_of_it(hazard: Hazard) -> None:
    story = Story()
    run = story.run("r")
    run.step("stock", kind="read", args=["sku-7"]).completed({"stock": 3})
    run.step("charge", kind="keyed", key="charge/r", args=["order-42", 118]).completed({"id": "ch_1"})
    run.timer(60).fired()
    run.signal("approved", "by ada")
    run.child("invoice", "r-invoice").completed({"number": 7})
    run.completed("done")
    assert not seen(hazard.id, story, report=story.report())


@BY_HAZARD
def test_real_histories_are_read_without_a_failure(hazard: Hazard) -> None:
    runs = 0
    for path in [*temporal_files(), dbos_file("dbos_checkout"), dbos_file("dbos_after_crash")]:
        try:
            loaded = load(path)
        except LogError:
            continue
        now_ns = max(loaded.history.columns.time_ns)
        for run_id in loaded.history.run_ids:
            runs += 1
            assert all(one.text for one in hazard.detect(Case(loaded.history, run_id, now_ns, loaded.report)))
    assert runs > 100


def long_run(events: int) -> Story:
    story = Story()
    run = story.run("r")
    declared = Declaration("poll")
    for number in range(1, events // 4):
        run.event(EventType.StepStarted, declared, (number,), (1, "", 0), args=[f"job-{number % 7}"], kwargs={})
        run.event(EventType.StepCompleted, declared, (number,), (1, "", 0), result={"state": "pending"})
        run.event(EventType.SignalReceived, Declaration("tick"), value=f"tick-number-{number}")
        run.event(EventType.RunRecovered)
    run.completed()
    return story


@pytest.fixture(scope="module")
def lengths() -> tuple[Story, Story]:
    return long_run(5_000), long_run(50_000)


@BY_HAZARD
def test_time_grows_with_the_run_and_not_with_its_square(hazard: Hazard, lengths: tuple[Story, Story]) -> None:
    def seconds(story: Story) -> float:
        history = story.history()
        case = Case(history, "r", story.now_ns)
        assert (case.steps, case.record, case.links) is not None
        began = time.process_time()
        list(hazard.detect(case))
        return time.process_time() - began

    short, long = (seconds(story) for story in lengths)
    assert long < 40 * short + 0.5
