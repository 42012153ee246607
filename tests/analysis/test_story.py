"""The story tells what the recorder writes: the same events with the same names in their bodies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.story import Story
from workbench.analysis import read_facts, verdict_of
from workbench.journal import open_log
from workbench.model import EventType, History


class Refused(Exception):  # noqa: N818 - a name as services give it
    """A refusal of the other side."""


@wb.step(kind="keyed", key=lambda order: f"charge/{order}")
def charge(order: str) -> dict[str, str]:
    return {"id": f"ch_{order}"}


@wb.step(kind="write", definite_errors=(Refused,))
def extend(order: str) -> None:
    raise Refused(order)


@wb.workflow
def checkout(order: str) -> None:
    wb.now()
    charge(order)
    wb.sleep(0)
    extend(order)


def told() -> History:
    story = Story()
    run = story.run("order-42", business_key="42", args=["42"])
    run.drew(EventType.ClockRead, 0)
    run.step("charge", kind="keyed", key="charge/42", args=["42"]).completed({"id": "ch_42"})
    run.timer(0).fired()
    run.step("extend", kind="write", args=["42"]).failed("Refused", "42")
    run.failed("Refused", "42")
    return story.history()


@pytest.fixture
def recorded(tmp_path: Path) -> History:
    path = tmp_path / "shop.wlog"
    with wb.Recorder(path) as recorder, pytest.raises(Refused):
        recorder.run(checkout, "42", id="order-42", business_key="42")
    return open_log(path).history


def outline(history: History) -> list[tuple[Any, ...]]:
    """The hot facts; causes by row, since a file numbers its own frames too."""
    events = [history.event(row) for row in range(len(history))]
    return [
        (event.type.name, event.position, event.name.rpartition(".")[2], event.attempt, event.error_type,
         history.row_of_seq(event.cause))
        for event in events
    ]  # fmt: skip


def test_the_same_events(recorded: History) -> None:
    assert outline(told()) == outline(recorded)


def test_the_same_names_in_bodies(recorded: History) -> None:
    story = told()
    for row in range(len(recorded)):
        written = set(recorded.payload(row)) - {"async"}
        assert set(story.payload(row)) == written, recorded.event(row).type.name


def test_a_recorded_run_is_judged_as_the_story_is(recorded: History) -> None:
    for history in (told(), recorded):
        facts = read_facts(history, "order-42")
        assert [(step.kind, step.state, step.key) for step in facts.steps] == [
            ("keyed", "committed", "charge/42"),
            ("write", "failed", ""),
        ]
        now_ns = history.columns.time_ns[-1]
        found = verdict_of(history, "order-42", now_ns=now_ns)
        assert [(row.action, row.safety) for row in found.rows] == [
            ("resume", "SAFE"),
            ("retry_from", "SAFE"),
            ("retry_from", "SAFE"),
            ("retry_from", "SAFE"),  # from the end: every step is kept
            ("rerun", "SAFE"),
            ("compensate", "UNSAFE"),
        ]
        best = found.best_option
        assert best is not None
        assert best.from_step.startswith("extend")
