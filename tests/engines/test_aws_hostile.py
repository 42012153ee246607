"""AWS files from anybody: whatever is in them, one of our own errors or a history, never a traceback."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests.engines.aws_told import Execution, aws_files
from tests.engines.odd import BROKEN, ODD, changed, look_at, memory_of, places, written
from workbench._errors import LogError, LogNotFoundError, WorkbenchError
from workbench.engines import aws
from workbench.model import MAX_DEPTH


@pytest.mark.parametrize(("content", "says"), BROKEN)
def test_what_is_wrong_is_said(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(LogError, match=says) as caught:
        aws.load(path)
    assert caught.value.hint


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(LogNotFoundError):
        aws.load(tmp_path / "nothing.json")


def told() -> dict[str, Any]:
    execution = Execution()
    execution.started({"t": "m", "v": {}})
    execution.event("ContextStarted", "c", name="branch")
    execution.step("a", "charge", "c")
    execution.failed("a", "x.E", "m", 1)
    execution.invocation_ends("Crash")
    execution.step("a", "charge", "c")
    execution.succeeded("a", {"t": "d", "v": "1"})
    execution.event("WaitStarted", "w", Duration=3)
    execution.event("WaitSucceeded", "w")
    execution.event("CallbackStarted", "k", CallbackId="cb")
    execution.event("CallbackFailed", "k", Error={"Payload": {"ErrorType": "E", "StackTrace": ["a", "b"]}})
    execution.event("ChainedInvokeStarted", "i", FunctionName="f", DurableExecutionArn="arn")
    execution.event("ExecutionStopped", "exec-1", Error={"Payload": {"ErrorMessage": "no"}})
    operations = [{"Id": "a", "Type": "STEP", "StepDetails": {"Result": "1"}}]
    dump = {"DurableExecutionArn": "arn:x:function:f/e", "Operations": operations, "StartInput": {"FunctionName": "f"}}
    return {"execution": dump, "history": execution.document(NextMarker="m")}


PLACES = places(told())


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(ODD)), min_size=1, max_size=4))
def test_odd_values_anywhere(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    path = written(tmp_path_factory.mktemp("odd") / "aws.json", changed(told(), changes))
    try:
        assert look_at(path) >= 1
    except WorkbenchError as error:
        assert error.message  # noqa: PT017 - either answer is right


def test_contexts_nested_deeper_than_positions_go(tmp_path: Path) -> None:
    """A position for each of n contexts in one another would take n² numbers."""
    execution = Execution()
    execution.started()
    for depth in range(3 * MAX_DEPTH):
        execution.event("ContextStarted", f"c{depth}", parent=f"c{depth - 1}")
    execution.step("a", "charge", f"c{3 * MAX_DEPTH - 1}")
    path = execution.write(tmp_path / "deep.json")
    assert look_at(path) == 1
    history = wb.open(path).logs[0].history
    assert max(len(history.position(row)) for row in range(len(history))) == MAX_DEPTH


def test_an_operation_that_is_its_own_parent(tmp_path: Path) -> None:
    execution = Execution()
    execution.started()
    execution.event("ContextStarted", "a", parent="b")
    execution.event("ContextStarted", "b", parent="a")
    execution.step("c", "charge", "c")
    run = wb.open(execution.write(tmp_path / "circle.json")).run()
    assert [step.position for step in run.facts.steps] == [(2,)]


def test_real_files_broken_anywhere(tmp_path: Path) -> None:
    chance, outcomes = random.Random(7), {True: 0, False: 0}
    files = [path for path in aws_files() if path.stat().st_size < 12_000]
    for _ in range(60):
        raw = bytearray(chance.choice(files).read_bytes())
        for _ in range(chance.randrange(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(32, 127)
        if chance.random() < 0.3:
            del raw[chance.randrange(1, len(raw)) :]
        path = tmp_path / "broken.json"
        path.write_bytes(raw)
        try:
            look_at(path)
        except WorkbenchError as error:
            assert error.message  # noqa: PT017 - a refusal with words is right as well
            outcomes[False] += 1
        else:
            outcomes[True] += 1
    assert min(outcomes.values()) > 5


def test_text_of_a_history_is_shown_as_text(tmp_path: Path) -> None:
    execution = Execution()
    execution.started()
    execution.events[0]["Name"] = "<script>alert(1)</script>\x1b[2J"
    execution.step("a", "<img src=x>\x07")
    run = wb.open(execution.write(tmp_path / "h.json")).run()
    assert "<script>" not in run._repr_html_()
    assert "<img" not in run._repr_html_()
    assert not {"\x1b", "\x07"} & set(repr(run) + run.terminal_timeline())


@pytest.mark.parametrize(
    ("content", "most"),
    [
        (b'{"Events":[' + b"[],[]," * 400_000 + b"[]]}", 40),
        (b'{"Events":[{"EventType":""}' + b',{"EventType":""}' * 100_000 + b"]}", 40),
        (json.dumps({"Events": [{"EventType": "StepStarted", "Id": str(n)} for n in range(50_000)]}).encode(), 40),
    ],
)
def test_memory_is_a_multiple_of_the_file(tmp_path: Path, content: bytes, most: int) -> None:
    """JSON becomes objects of Python, so the factor is theirs: 3 bytes of `[],` are 64 in memory."""
    path = tmp_path / "large.json"
    path.write_bytes(content)
    assert memory_of("aws", path) < (64 << 20) + most * len(content)
