"""The wire: one definition, its TypeScript, and the words that both sides know."""

from __future__ import annotations

import inspect
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest

from workbench.analysis import Action, RunStatus, Safety, State
from workbench.analysis.diff import Change
from workbench.analysis.hazards.hazard import Severity, Sight
from workbench.analysis.why import Role
from workbench.debugger.desk import ACTING, HEAVY
from workbench.debugger.typescript import wire_ts
from workbench.debugger.wire import ANSWERS, COLUMNS, MODULES, QUESTIONS, words
from workbench.debugger.wire.shapes import misfits
from workbench.debugger.wire.transport import ViewState
from workbench.debugger.wire.trying import ReplayAnswer
from workbench.machine.machine import AnswerSource
from workbench.model import Kind
from workbench.views import CHANGE_LOOKS, LOOKS, OUTCOME_LOOKS, SAFETY_LOOKS

WIRE_TS = Path(__file__).parent.parent.parent / "labextension/src/wire.ts"


def shapes() -> list[Any]:
    return [shape for module in MODULES for shape in vars(module).values() if is_typeddict(shape)]


def test_the_typescript_is_that_of_the_wire() -> None:
    how = "run: python -m workbench.debugger.typescript > labextension/src/wire.ts"
    assert WIRE_TS.read_text(encoding="utf-8") == wire_ts(), how


def test_every_question_names_itself_and_has_an_answer() -> None:
    assert QUESTIONS.keys() == ANSWERS.keys()
    for asked, question in QUESTIONS.items():
        assert get_args(get_type_hints(question)["ask"]) == (asked,)
    assert QUESTIONS.keys() >= HEAVY | ACTING | (COLUMNS.keys())


@pytest.mark.parametrize(
    ("known", "mine"),
    [
        (RunStatus, words.Status), (Kind, words.Kind), (Safety, words.Safety), (Action, words.Action),
        (Change, words.Change), (Role, words.Role), (Severity, words.Severity), (Sight, words.Sight),
    ],
)  # fmt: skip
def test_words_are_those_of_the_rooms_below(known: type[Enum], mine: Any) -> None:
    assert {str(word) for word in known} == set(get_args(mine))


def test_looks_are_known_for_every_word_that_is_drawn() -> None:
    assert list(LOOKS) == list(get_args(words.State))
    assert {str(state) for state in State} <= set(LOOKS)
    assert list(CHANGE_LOOKS) == list(get_args(words.Change))
    assert set(SAFETY_LOOKS) == set(get_args(words.Safety))
    assert set(OUTCOME_LOOKS) == {*get_args(words.OutcomeWord), "unknown"}
    assert set(get_args(words.Source)) == {"", *(str(source) for source in AnswerSource)}


def test_every_field_is_described() -> None:
    missing = []
    for shape in shapes():
        described = (inspect.getdoc(shape) or "").partition("Attributes:")[2]
        missing += [
            f"{shape.__name__}.{name}"
            for name in get_type_hints(shape)
            if name != "ask" and f"\n    {name}: " not in described
        ]
    assert missing == []


def test_the_widget_keeps_what_the_wire_says() -> None:
    pytest.importorskip("anywidget")
    from workbench.debugger.widget import Debugger

    synced = {name for name in Debugger.class_traits(sync=True) if not name.startswith("_")}
    assert set(get_type_hints(ViewState)) <= synced


# --- shapes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shape", "words"),
    [
        ({"ask": "hello"}, QUESTIONS["hello"], []),
        ({"ask": "hello", "more": 1}, QUESTIONS["hello"], ["$ has no field called 'more'"]),
        ({"ask": "bye"}, QUESTIONS["hello"], ["$.ask is none of 'hello'"]),
        ({}, QUESTIONS["hello"], ["$.ask is missing"]),
        ([], QUESTIONS["hello"], ["$ is list, not an object"]),
        ({"ask": "run", "run_id": 7}, QUESTIONS["run"], ["$.run_id is int, not str"]),
        ({"ask": "run", "run_id": None}, QUESTIONS["run"], ["$.run_id is NoneType, not str"]),
        ({"ask": "triage", "run_ids": ["a", 2]}, QUESTIONS["triage"], ["$.run_ids[1] is int, not str"]),
        ({"ask": "triage", "run_ids": "a"}, QUESTIONS["triage"], ["$.run_ids is str, not a list"]),
        ({"ask": "follow", "since_seq": True}, QUESTIONS["follow"], ["$.since_seq is bool, not int"]),
        ({"ask": "follow", "since_seq": 1.0}, QUESTIONS["follow"], ["$.since_seq is float, not int"]),
        (3, float, []),
        ("3", float, ["$ is str, not float"]),
        (None, str | None, []),
        (3, str | None, ["$ is int, which is none of 2 that it could be"]),
        ({"a": 1}, dict[str, Any], []),
        ({"a": 1}, dict[str, str], ["$.a is int, not str"]),
    ],
)
def test_what_fits(value: Any, shape: Any, words: list[str]) -> None:
    assert list(misfits(value, shape)) == words


def test_a_missing_field_of_an_answer_is_seen() -> None:
    assert "$.outcome is missing" in list(misfits({"columns": []}, ReplayAnswer))
