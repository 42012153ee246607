"""Restate files from anybody: whatever is in them, one of our own errors or a history, never a traceback."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests.engines.odd import BROKEN, ODD, changed, look_at, memory_of, places, written
from tests.engines.restate_told import ANSWERS, Journal, payload
from workbench._errors import LogError, LogNotFoundError, WorkbenchError
from workbench.engines import restate


@pytest.mark.parametrize(("content", "says"), BROKEN)
def test_what_is_wrong_is_said(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(LogError, match=says) as caught:
        restate.load(path)
    assert caught.value.hint


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(LogNotFoundError):
        restate.load(tmp_path / "nothing.json")


def told() -> dict[str, Any]:
    journal = Journal()
    journal.input()
    charge = journal.run("charge")
    journal.error("E: x", command=1, error_stacktrace="Traceback\nE: x")
    journal.ran(charge, {"id": 1})
    journal.answer("Run", journal.run("mail"), result={"Failure": {"code": 400, "message": "m"}})
    target = {"Service": {"name": "Payments", "handler": "charge"}}
    request = {"invocation_id": "inv_2", "invocation_target": target, "parameter": payload(1)}
    journal.command("Call", request=request, invocation_id_completion_id=21, result_completion_id=22)
    journal.answer("CallInvocationId", 21, invocation_id="inv_2")
    journal.command("OneWayCall", request=request | {"idempotency_key": "k"}, invocation_id_completion_id=23)
    journal.command("Sleep", wake_up_time=1_795_514_403_500)
    journal.command("GetPromise", key="p")
    journal.command("SetState", key="s", value=payload(2))
    journal.entry("Notification", "Signal", {"id": {"Index": 17}, "result": "Void"})
    journal.failed(500, "done")
    return journal.document()


PLACES = places(told())


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(ODD)), min_size=1, max_size=4))
def test_odd_values_anywhere(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    path = written(tmp_path_factory.mktemp("odd") / "restate.json", changed(told(), changes))
    try:
        assert look_at(path) >= 1
    except WorkbenchError as error:
        assert error.message  # noqa: PT017 - either answer is right


FIELDS = [json.loads(row["entry_json"]) for row in told()["sys_journal"]["rows"]]


@given(st.integers(0, len(FIELDS) - 1), st.data())
def test_odd_values_in_an_entry(tmp_path_factory: pytest.TempPathFactory, number: int, data: st.DataObject) -> None:
    ways = st.tuples(st.sampled_from(places(FIELDS[number])), st.sampled_from(ODD))
    document = told()
    entry = changed(FIELDS[number], data.draw(st.lists(ways, min_size=1, max_size=3)))
    document["sys_journal"]["rows"][number]["entry_json"] = json.dumps(entry)
    assert look_at(written(tmp_path_factory.mktemp("odd") / "restate.json", document)) == 1


def test_real_answers_broken_anywhere(tmp_path: Path) -> None:
    chance, outcomes = random.Random(7), {True: 0, False: 0}
    source = ANSWERS.read_bytes()
    for _ in range(25):
        raw = bytearray(source)
        for _ in range(chance.randrange(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(32, 127)
        if chance.random() < 0.3:
            del raw[chance.randrange(1, len(raw)) :]
        path = tmp_path / "broken.json"
        path.write_bytes(raw)
        try:
            recording = wb.open(path)
            assert all(str(run.verdict()) for run in recording)
        except WorkbenchError as error:
            assert error.message  # noqa: PT017 - a refusal with words is right as well
            outcomes[False] += 1
        else:
            outcomes[True] += 1
    assert min(outcomes.values()) > 3


def test_text_of_a_journal_is_shown_as_text(tmp_path: Path) -> None:
    journal = Journal()
    journal.invocation["target_service_name"] = "<script>alert(1)</script>\x1b[2J"
    journal.input()
    journal.run("<img src=x>\x07")
    run = wb.open(journal.write(tmp_path / "h.json")).run()
    assert "<script>" not in run._repr_html_()
    assert "<img" not in run._repr_html_()
    assert not {"\x1b", "\x07"} & set(repr(run) + run.terminal_timeline())


@pytest.mark.parametrize(
    ("content", "most"),
    [
        (b'{"rows":[' + b"[],[]," * 400_000 + b"[]]}", 40),
        (b'[{"id":"inv_","index":0,"entry_type":""}' + b',{"id":"a","index":1,"entry_type":""}' * 60_000 + b"]", 40),
        (
            b'[{"id":"inv_","index":1,"entry_type":"Notification: Run","entry_json":"{\\"Notification\\":{\\"Completion'
            b'\\":{\\"Run\\":{\\"result\\":{\\"Success\\":[' + b"1," * 1_000_000 + b'1]}}}}}"}]',
            40,
        ),
    ],
)
def test_memory_is_a_multiple_of_the_file(tmp_path: Path, content: bytes, most: int) -> None:
    """JSON becomes objects of Python, so the factor is theirs: 3 bytes of `[],` are 64 in memory."""
    path = tmp_path / "large.json"
    path.write_bytes(content)
    assert memory_of("restate", path) < (64 << 20) + most * len(content)
