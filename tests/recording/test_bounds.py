"""What a branch refuses because it would be wrong, and what a file of branches or a name cannot do to whoever looks."""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.shop import buy
from workbench._errors import ActedDuringReplayError, UndecodableError, UsageError
from workbench.journal.codec import encode
from workbench.machine import LONGEST_SECONDS
from workbench.recording import Branch, Run

FORGED = "one\n  └ settled: nothing \x1b[31m\u202e"
SHOWN = r"one\n  └ settled: nothing \x1b[31m\u202e"


@wb.workflow
def timed(skus: list[str]) -> int:
    began = wb.now()
    return len(skus) + began.year


class ShoutedError(Exception):
    """Its text is made by code of the user's."""

    said: list[str] = []  # noqa: RUF012 - shared on purpose

    def __str__(self) -> str:
        self.said.append("ran")
        return "shouted"


@wb.workflow
def shouting() -> None:
    raise ShoutedError("no")


@pytest.fixture
def recording(tmp_path: Path) -> wb.Recording:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(timed, ["book"], id="one")
        recorder.run(buy, ["cd"], id="two")
        recorder.run(timed, ["pen"], id=FORGED)
    return wb.open(tmp_path / "a.wlog")


@pytest.mark.parametrize(
    ("pretend", "words"),
    [
        (lambda b: b.drops("", position="1"), ["now() at 1 is answered at once", "shifts_clock"]),
        (lambda b: b.delays("", 5, position="1"), ["cannot be late"]),
        (lambda b: b.shifts_clock(LONGEST_SECONDS * 2), ["a clock cannot be off"]),
        (lambda b: b.raises("", TimeoutError, position="1"), ["the class TimeoutError is no exception"]),
        (lambda b: b.shifts_clock(5).crashes(event=5).verdict(), ["knows nothing of this: the clock is off by +5 s"]),
    ],
)
def test_what_would_be_wrong_is_refused(
    recording: wb.Recording, pretend: Callable[[Branch], Any], words: list[str]
) -> None:
    with pytest.raises(UsageError) as refused:
        pretend(recording.run("one").what_if(timed))
    for word in words:
        assert word in str(refused.value)


def test_a_delay_longer_than_calendars_is_refused(recording: wb.Recording) -> None:
    with pytest.raises(UsageError, match="cannot be 1e"):
        recording.run("two").what_if().delays("charge", 1e300)


def test_an_event_of_another_run_is_named_as_such(recording: wb.Recording) -> None:
    other = int(recording.run("two").events["seq"].iloc[1])
    with pytest.raises(UsageError, match=f"event {other} is one of run 'two', not of 'one'"):
        recording.run("one").what_if(timed).returns(other, 1)


def test_a_name_does_not_break_out_of_its_line(recording: wb.Recording) -> None:
    run = recording.run(FORGED)
    branch = run.what_if(timed).returns("", run.events["time"].iloc[0].to_pydatetime(), position="1").save(FORGED)
    for shown in (repr(run), repr(run.branches), repr(branch), repr(run.replay(timed))):
        assert SHOWN in shown
        assert not any(line.startswith("  └ settled") for line in shown.splitlines())


def test_the_error_of_a_workflow_is_shown_without_its_code(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "b.wlog") as recorder, pytest.raises(ShoutedError):
        recorder.run(shouting, id="r")
    branch = wb.open(tmp_path / "b.wlog").run("r").what_if(shouting).replay()
    ShoutedError.said.clear()
    assert "failed with ShoutedError: no" in repr(branch)
    assert ShoutedError.said == []


@pytest.mark.parametrize(
    "fields",
    [
        {"edit": "delays", "name": "charge", "occurrence": 0, "position": [], "seconds": "x"},
        {"edit": "delays", "name": "charge", "occurrence": 0, "position": [], "seconds": float("inf")},
        {"edit": "drops", "name": "charge", "occurrence": 0, "position": ["1.x"]},
        {"edit": "crashes", "seq": "x"},
        {"edit": "signals", "name": "go", "at_ns": 2**80},
        {"edit": "input", "args": [1], "kwargs": 3},
        {"edit": "shifts_clock", "seconds": [1]},
        {"edit": ["delays"]},
        {"edit": "delays", "unknown": 1},
    ],
)
def test_a_file_of_branches_cannot_say_what_no_edit_says(recording: wb.Recording, fields: dict[str, Any]) -> None:
    run: Run = recording.run("two")
    body = base64.b64encode(encode(fields)).decode()
    line = {"version": 1, "run": "two", "name": "x", "parent": "recorded", "code": "a:b", "edits": [{"body": body}]}
    run.branches.path.write_text(json.dumps(line) + "\n")
    with pytest.raises(UndecodableError, match="branches:1 is no saved branch"):
        repr(run.branches)


def test_what_acted_in_another_process_is_told_once() -> None:
    error = pickle.loads(pickle.dumps(ActedDuringReplayError("open", "x, w")))  # noqa: S301 - our own bytes
    assert (error.event, error.detail) == ("open", "x, w")
    assert str(error).count("workflow code tried") == 1
