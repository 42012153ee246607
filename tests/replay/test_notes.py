"""Notes are written when they are read, and say what was true when the code stood there."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.replay.flows import OutOfStockError, recorded, replayed, reserve, sequence
from workbench.machine import Returns, Target
from workbench.replay import Stop, Trace

made: list[str] = []


@dataclass(frozen=True)
class Counted:
    """Says when it is made."""

    name: str

    def __post_init__(self) -> None:
        made.append(self.name)


@wb.step(kind="read")
def echo(value: Any, **named: Any) -> Any:
    return [value, named]


@wb.step(kind="read")
def rates(name: str) -> dict[str, float]:
    return {name: 1, "b": 2.5}


@wb.step(kind="read")
def counted(name: str) -> Counted:
    return Counted(name)


def notes(trace: Trace) -> list[str]:
    return [stop.note for stop in trace.steps[1:-1]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"), ("a", "'a'"), (None, "None"), (Decimal("9.90"), "Decimal('9.90')"),
        ([1, {"a": (2,)}], "[1, {'a': (2,)}]"),
        ("x" * 500, f"'{'x' * 200}'… (500)"), (Counted("n"), "Counted(name='n')"), ({(1, 2): 3}, "{(1, 2): 3}"),
        ({1, 2}, "{1, 2}"), (bytearray(b"a"), "bytearray(b'a')"), ([[[[[[[[[[1]]]]]]]]]], "[[[[<list>]]]]"),
    ],
)  # fmt: skip
def test_a_call_reads_as_it_was_written(tmp_path: Path, value: Any, text: str) -> None:
    def code() -> None:
        echo(value, more=value)
        echo(value)

    _, history = recorded(tmp_path / "a.wlog", code)
    found = notes(replayed(code, history))
    assert found[0] == f"echo({text}, more={text})"
    assert found[2] == f"echo({text})"


def test_an_answer_reads_as_the_code_got_it(tmp_path: Path) -> None:
    def code() -> None:
        rates("a")

    _, history = recorded(tmp_path / "a.wlog", code)
    assert notes(replayed(code, history)) == ["rates('a')", "{'a': 1.0, 'b': 2.5}"]


def test_what_the_code_does_later_is_not_shown(tmp_path: Path) -> None:
    def code() -> None:
        order = {"items": [1]}
        found = echo(order)
        order["items"].append(2)
        found[0]["items"].clear()
        found.append("more")

    _, history = recorded(tmp_path / "a.wlog", code)
    assert notes(replayed(code, history)) == ["echo({'items': [1]})", "[{'items': [1]}, {}]"]


def test_reading_a_note_runs_no_code_of_the_user(tmp_path: Path) -> None:
    def code() -> None:
        counted("a")

    _, history = recorded(tmp_path / "a.wlog", code)
    trace = replayed(code, history)
    made.clear()
    assert notes(trace) == ["counted('a')", "Counted(name='a')"]
    assert made == []


def test_pretended_answers_and_errors_have_notes(tmp_path: Path) -> None:
    def code() -> None:
        echo(1)
        try:
            reserve("none")
        except OutOfStockError:
            echo(2)

    _, history = recorded(tmp_path / "a.wlog", code)
    assert notes(replayed(code, history))[3] == "OutOfStockError('none')"
    pretended = replayed(code, history, [Returns(Target("echo", 1), {"a": [1]})])
    assert notes(pretended)[:2] == ["echo(1)", "{'a': [1]}"]


# --- the stops as a sequence --------------------------------------------------------------------------------------


def test_stops_are_a_sequence(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", sequence, "7")
    stops, again = replayed(sequence, history).steps, replayed(sequence, history).steps
    every = list(stops)
    assert all(type(stop) is Stop for stop in every)
    assert [stop.index for stop in every] == list(range(len(stops)))
    assert stops[-1] is every[-1]
    assert stops[1:3] == every[1:3]
    assert stops == again == every
    assert stops != every[:-1]
    assert stops.__eq__("stops") is NotImplemented
    assert repr(stops) == repr(every)
    with pytest.raises(IndexError):
        stops[len(every)]


def test_a_copy_of_the_stops_is_a_list(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", sequence, "7")
    stops = replayed(sequence, history).steps
    copied = copy.copy(stops)
    assert type(copied) is list
    assert [(stop, stop.note) for stop in copied] == [(stop, stop.note) for stop in stops]


# --- frames -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_locals", [False, True])
def test_functions_made_alike_keep_their_own_lines(tmp_path: Path, *, with_locals: bool) -> None:
    def code() -> list[Any]:
        found = []
        for number in range(3):
            space: dict[str, Any] = {"echo": echo, "__name__": "made"}
            exec("\n" * number + "def inner():\n    a = 1\n    return echo(a)", space)  # noqa: S102 - two codes of one name
            found.append(space["inner"]())
        return found

    _, history = recorded(tmp_path / "a.wlog", code)
    trace = replayed(code, history, with_locals=with_locals)
    asked = [stop for stop in trace.steps if stop.event == "StepStarted"]
    assert [(stop.function, stop.line) for stop in asked] == [("inner", 3), ("inner", 4), ("inner", 5)]
    assert [dict(stop.locals) for stop in asked] == [{"a": "1"} if with_locals else {}] * 3


def test_a_local_that_goes_and_comes_back_has_changed(tmp_path: Path) -> None:
    def code() -> None:
        word = "a"
        echo(1)
        del word
        echo(2)
        word = "a"
        echo(word)
        many = [word]
        echo(4)
        many.append("b")
        echo(5)
        echo(6)

    _, history = recorded(tmp_path / "a.wlog", code)
    asked = [stop for stop in replayed(code, history).steps if stop.event == "StepStarted"]
    assert [stop.changed for stop in asked] == [("word",), (), ("word",), ("many",), ("many",), ()]
    assert asked[4].locals == {"word": "'a'", "many": "['a', 'b']"}
